"""Half a year of the demo company's past: who came, who asked, and what colleagues made of it.

Visits and forms come through the stream, day by day. What colleagues did is planned (``lives.py``) and told to the
cores that take whole histories, because a thousand lives one act at a time would take minutes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F

from wutong.content.models import Form
from wutong.events import partitions
from wutong.events.arrivals import AnyArrival, FormPost
from wutong.lifecycle.founding import ensure_defaults
from wutong.lifecycle.models import AssignmentRule, Lead, Stage
from wutong.lifecycle.retelling import retell_many
from wutong.people.models import Affiliation
from wutong.platform.calendar import months_later
from wutong.platform.models import Notification, Role, Staff
from wutong.sales.models import OpportunityStage
from wutong.sales.retelling import Part, Signed, ToldDeal, retell_deals
from wutong.sandbox import company
from wutong.sandbox.arriving import PastVisit, arrivals_of
from wutong.sandbox.contacts import Contact, crowd
from wutong.sandbox.customers import EARLIEST_DAYS, import_customers, steps_by_dates
from wutong.sandbox.doubts import leave_doubts, with_doubles
from wutong.sandbox.lives import ZONE, Crew, DealPlan, Life, bought_quickly, life, waiting_for_sales
from wutong.sandbox.sentences import BUYING_ROLES, deal_name
from wutong.sandbox.visitors import Read, Visit, visits
from wutong.scoring.score import sweep
from wutong.stream.leads import give_leads, pass_gate
from wutong.stream.pipeline import work
from wutong.stream.tell import tell_colleagues

SEED = 20261121
UNANSWERED_FOR = (timedelta(minutes=26), timedelta(minutes=3, seconds=20), timedelta(seconds=50))
SENT_TO_SALES = (timedelta(hours=21, minutes=30), timedelta(hours=5), timedelta(minutes=35))
"""Since when hand-overs wait for an answer; after 24 hours of working time they are late."""
BOUGHT_QUICKLY_SINCE = (timedelta(days=26), timedelta(days=33), timedelta(days=40))
"""When those asked who were won soon, so that most quarters have won leads of their own."""
SHARE_SOUTH = 0.35
BY_WEEKDAY = (1.15, 1.1, 1.05, 1.0, 0.9, 0.3, 0.25)
BY_HOUR = (1, 1, 0, 0, 0, 1, 2, 4, 14, 24, 26, 18, 8, 16, 24, 24, 20, 12, 8, 8, 8, 6, 4, 2)
HOLIDAYS = ((10, 1, 7), (5, 1, 5))
"""Month, first and last day in which hardly anybody asks."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much of a past there is."""

    days: int
    asking: int
    """People who sent the form, and became leads."""
    known: int
    """People at customers of old."""
    contracts: int
    readers: int
    """Visitors who left nothing."""


FULL = Scale(days=182, asking=1_300, known=200, contracts=36, readers=5_200)
SMALL = Scale(days=42, asking=60, known=12, contracts=4, readers=40)
"""For tests: the same in little."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One person who asked: the visit that ended with the form, the other visits, and what became of the lead."""

    asked: PastVisit
    life: Life
    others: tuple[PastVisit, ...] = ()


def live_through(*, at: datetime, scale: Scale = FULL) -> None:
    """Give the demo company the past before ``at``: the same crowd each time, who do the same."""
    rng = Random(SEED)
    ensure_defaults(at=at)  # by whose rules leads were given, and scored
    with transaction.atomic():
        partitions.ensure(first=at - timedelta(days=EARLIEST_DAYS + 3), last=at)
    people = list(islice(crowd(rng), scale.asking + scale.known))
    with transaction.atomic():
        success = Staff.objects.filter(role=Role.SUCCESS).order_by("pk")[0]
        import_customers(rng, people[: scale.known], by=success, contracts=scale.contracts, at=at)
    stories = list(_stories(rng, with_doubles(people[scale.known :]), at=at, scale=scale))
    visits_made = [visit for story in stories for visit in (story.asked, *story.others)]
    captured = _arrive([*visits_made, *_readers(rng, at=at, scale=scale)], at=at)
    with transaction.atomic():
        _tell(rng, stories, captured, at=at)
        while sweep(at=at):
            pass
        leave_doubts(at=at)
        Notification.objects.filter(changed_at__lt=at - timedelta(hours=2)).update(read_at=F("changed_at"))


def _stories(rng: Random, people: Sequence[Contact], *, at: datetime, scale: Scale) -> Iterator[Story]:
    plan, days = visits(SEED), _days(at, scale)
    crews = {form_key: _crews(form_key) for form_key in (company.FORM_KEY, company.SOUTH_FORM_KEY)}
    ours = iter(people)
    for ago in UNANSWERED_FOR:
        asked = PastVisit(begins_at=at - ago, visit=_asking(rng, next(plan), next(ours)))
        reading = asked.submits_at - asked.begins_at
        yield Story(asked=msgspec.structs.replace(asked, begins_at=at - ago - reading), life=Life(acts=[]))
    for ago, crew in zip(SENT_TO_SALES, crews[company.FORM_KEY] * 2, strict=False):
        begins_at = at - ago - timedelta(days=rng.uniform(0.4, 2))
        asked = PastVisit(begins_at=begins_at, visit=_asking(rng, next(plan), next(ours)))
        life_so_far = waiting_for_sales(rng, captured_at=asked.submits_at, crew=crew, sent_at=at - ago)
        yield Story(asked=asked, life=life_so_far)
    for ago, crew in zip(BOUGHT_QUICKLY_SINCE, crews[company.FORM_KEY][1:], strict=False):
        begins_at = _moment(rng, [((at - ago).astimezone(ZONE).date(), 1.0)], before=at)
        asked = PastVisit(begins_at=begins_at, visit=_asking(rng, next(plan), next(ours)))
        life_so_far = bought_quickly(rng, captured_at=asked.submits_at, crew=crew, now=at)
        yield Story(asked=asked, life=life_so_far)
    for contact in ours:
        form_key = company.SOUTH_FORM_KEY if rng.random() < SHARE_SOUTH else company.FORM_KEY
        visit = _asking(rng, next(plan), contact)
        asked = PastVisit(begins_at=_moment(rng, days, before=at - _TOLD_APART), visit=visit, form_key=form_key)
        source, crew = visit.source.code, rng.choice(crews[form_key])
        life_so_far = life(rng, captured_at=asked.submits_at, crew=crew, source=source, now=at)
        yield Story(asked=asked, life=life_so_far, others=tuple(_others(rng, plan, asked, life_so_far, at=at)))


_TOLD = frozenset({give_leads, pass_gate})
"""Who got a lead and when it became an MQL is part of the life that is told of it."""
_STILL_NEWS = timedelta(days=2)
_TOLD_APART = timedelta(minutes=90)
"""What came later than this is told one by one, so that it is known who waits."""


def _crews(form_key: str) -> list[Crew]:
    form = Form.objects.select_related("site").get(key=form_key)
    active = Staff.objects.active().select_related("team").order_by("pk")
    sellers = list(active.filter(role=Role.SALES))
    rule = AssignmentRule.objects.get(code="turns_in_team")
    return [
        Crew(sdr=sdr, seller=seller, rule=rule)
        for sdr in active.filter(role=Role.SDR, team=form.site.team_id)
        for seller in sellers
    ]


def _asking(rng: Random, visit: Visit, contact: Contact) -> Visit:
    reads = tuple(read for read in visit.reads if read.path != "/contact")
    return msgspec.structs.replace(visit, contact=contact, reads=(*reads, Read("/contact", rng.randint(25, 90), 1.0)))


def _others(
    rng: Random, plan: Iterator[Visit], asked: PastVisit, life_so_far: Life, *, at: datetime
) -> Iterator[PastVisit]:
    """Visits before and after the form, of those whose browser is known; and the second form of who came back."""
    visitor = asked.visit.visitor
    if life_so_far.returns_at is not None:
        again = _asking(rng, next(plan), asked.visit.contact or next(crowd(rng)))
        again = msgspec.structs.replace(again, visitor=visitor)
        past = PastVisit(begins_at=life_so_far.returns_at, visit=again, form_key=asked.form_key)
        reading = past.submits_at - past.begins_at
        yield msgspec.structs.replace(past, begins_at=life_so_far.returns_at - reading)
    if visitor is None:
        return
    for chance, least, most in ((0.3, -12, -0.5), (0.35, 0.5, 8), (0.15, 8, 30)):
        if rng.random() < chance:
            begins_at = asked.begins_at + timedelta(days=rng.uniform(least, most))
            if begins_at < at - _TOLD_APART:
                read = msgspec.structs.replace(next(plan), visitor=visitor, contact=None)
                yield PastVisit(begins_at=begins_at, visit=read, form_key=asked.form_key)


def _readers(rng: Random, *, at: datetime, scale: Scale) -> Iterator[PastVisit]:
    """Visitors who leave nothing; some refuse to be recorded."""
    plan, days = visits(SEED + 1), _days(at, scale)
    for _ in range(scale.readers):
        visit = next(plan)
        reads = tuple(read for read in visit.reads if read.path != "/contact")[:2]
        quiet = msgspec.structs.replace(visit, contact=None, reads=reads)
        yield PastVisit(begins_at=_moment(rng, days, before=at), visit=quiet)


def _days(at: datetime, scale: Scale) -> list[tuple[date, float]]:
    """The days of the past and how many come on each, against the others: more lately, fewer on weekends."""
    today = at.astimezone(ZONE).date()
    days = [today - timedelta(days=number) for number in range(scale.days)]
    return [(day, _busyness(day) * (1.35 - number / scale.days)) for number, day in enumerate(days)]


def _busyness(day: date) -> float:
    if any(day.month == month and first <= day.day <= last for month, first, last in HOLIDAYS):
        return 0.15
    after_webinar = 1.7 if 12 <= day.day <= 14 else 1.0  # held in the middle of each month
    return BY_WEEKDAY[day.weekday()] * after_webinar


def _moment(rng: Random, days: Sequence[tuple[date, float]], *, before: datetime) -> datetime:
    while True:
        (day,) = rng.choices([day for day, _ in days], [weight for _, weight in days])
        (hour,) = rng.choices(range(24), BY_HOUR)
        moment = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=ZONE)
        if moment < before - timedelta(minutes=10):
            return moment.astimezone(before.tzinfo)


def _arrive(past: Sequence[PastVisit], *, at: datetime) -> dict[str, Lead]:
    """Let everybody come through the stream; returns the lead of each telephone number."""
    forms = {form.key: form for form in Form.objects.select_related("site")}
    days: dict[date, list[AnyArrival]] = defaultdict(list)
    for one in past:
        days[one.begins_at.astimezone(ZONE).date()] += arrivals_of(one, forms[one.form_key])
    asked: dict[UUID, str] = {}
    for _day, arrivals in sorted(days.items()):
        known = [arrival for arrival in arrivals if arrival.received_at <= at]
        asked |= {arrival.id: arrival.answers["phone"] for arrival in known if isinstance(arrival, FormPost)}
        with transaction.atomic():
            last_at = max(arrival.received_at for arrival in known)
            work(known, at=last_at, without=_TOLD if last_at > at - _STILL_NEWS else {*_TOLD, tell_colleagues})
    leads = Lead.objects.filter(created_by_event_id__in=asked).select_related("account", "product_line", "person")
    return {asked[lead.created_by_event_id]: lead for lead in leads if lead.created_by_event_id is not None}


def _tell(rng: Random, stories: Sequence[Story], captured: dict[str, Lead], *, at: datetime) -> None:
    """Tell what colleagues did with the leads, and the deals that came of them."""
    lives = [
        (captured[story.asked.visit.contact.phone], story.life)
        for story in stories
        if story.asked.visit.contact is not None and story.life.acts
    ]
    # Whom the gate or a rule has moved on meanwhile lives in the present already.
    lives = [(lead, one) for lead, one in lives if lead.stage == Stage.NEW and lead.owner_id is None]
    retell_many([(lead, one.acts) for lead, one in lives])
    _give_roles()
    colleagues: dict[int, list[Affiliation]] = defaultdict(list)
    for place in Affiliation.objects.order_by("pk"):
        colleagues[place.account_id].append(place)
    success = Staff.objects.filter(role=Role.SUCCESS).order_by("pk")[0]
    retell_deals(
        [_deal(rng, lead, one.deal, colleagues, success=success, at=at) for lead, one in lives if one.deal is not None]
    )


def _give_roles() -> None:
    """Say which part people have in buying, by their titles."""
    for title, role in BUYING_ROLES.items():
        Affiliation.objects.filter(title=title).update(buying_role=role)


def _deal(
    rng: Random,
    lead: Lead,
    plan: DealPlan,
    colleagues: dict[int, list[Affiliation]],
    *,
    success: Staff,
    at: datetime,
) -> ToldDeal:
    if lead.account is None or lead.owner is None:
        raise ValueError(f"{lead} has a deal without a company")
    house = colleagues[lead.account.pk]
    main = next(place for place in house if place.person_id == lead.person_id)
    beside = [place for place in house if place.person_id != lead.person_id]
    parts = [main, *rng.sample(beside, min(len(beside), rng.randint(0, 3)))]
    told = ToldDeal(
        lead=lead,
        account=lead.account,
        name=deal_name(lead.account.name, plan.name),
        by=lead.owner,
        opened_at=plan.opened_at,
        close_on=plan.close_on,
        amount=plan.amount,
        competitor=plan.competitor,
        people=[Part(subject_id=one.subject_id, person_id=one.person_id, role=one.buying_role) for one in parts],
        steps=plan.steps,
        next_step=plan.next_step,
        next_step_at=plan.next_step_at,
    )
    if plan.steps and plan.steps[-1].to == OpportunityStage.WON:
        return replace(told, signed=_signed(plan.steps[-1].at, owner=success, at=at))
    return told


def _signed(signed_at: datetime, *, owner: Staff, at: datetime) -> Signed:
    starts_on = signed_at.date() + timedelta(days=3)
    ends_on = months_later(starts_on, 12) - timedelta(days=1)
    steps = steps_by_dates(starts_on, ends_on, signed_at=signed_at, until=at)
    return Signed(starts_on=starts_on, ends_on=ends_on, owner=owner, steps=steps)
