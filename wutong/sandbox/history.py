"""Some weeks of the demo company's past, made by the doors that the present comes through."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.models import F
from msgspec import Struct

from wutong.content.models import Form
from wutong.events import partitions
from wutong.events.arrivals import AnyArrival, FormPost, Hit
from wutong.events.hot import new_id
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Lead, Stage
from wutong.lifecycle.stages import move_lead
from wutong.platform.models import Notification, Role, Staff
from wutong.sandbox import company
from wutong.sandbox.contacts import invent
from wutong.sandbox.site import localized, title_of
from wutong.sandbox.visitors import BEAT_S, Read, Visit, visits
from wutong.stream.pipeline import work

SEED = 20261121
DAYS = 28
READERS = 45
"""Visitors who leave without a form; some refuse to be recorded."""
ANSWERED = 27
ANSWERED_LATELY = 5
"""Of them, those of the last hours, so that today's figures are not empty."""
UNANSWERED_FOR = (timedelta(minutes=26), timedelta(minutes=3, seconds=20), timedelta(seconds=50))
SHARE_SOUTH = 0.25
ZONE = ZoneInfo("Asia/Shanghai")
Kind, Outcome = FollowUp.Kind, FollowUp.Outcome
ENDS = {
    Outcome.NOT_INTERESTED: (Stage.DISQUALIFIED, "not_a_customer"),
    Outcome.LATER: (Stage.NURTURE, "not_now"),
}
"""Where a lead goes after some outcomes, and why."""
CONTACTS = (
    (Kind.CALL, Outcome.REACHED, "聊了十分钟，三条装配线，想先做质量追溯。约下周看演示。", "发案例并约演示"),
    (Kind.CALL, Outcome.NO_ANSWER, "没接，下午再打。", "再打一次"),
    (Kind.CHAT, Outcome.REACHED, "加了企微，发了同行业案例。", "三天后问反馈"),
    (Kind.CALL, Outcome.LATER, "预算在明年三月，先保持联系。", "一月底回访"),
    (Kind.MAIL, Outcome.REACHED, "邮件回复了排产和追溯的区别，对方转给生产总监。", "约生产总监"),
    (Kind.CALL, Outcome.NOT_INTERESTED, "只是学生做课题。", ""),
)


class Planned(Struct, frozen=True):
    """A visit and when it begins."""

    begins_at: datetime
    visit: Visit
    form_key: str = company.FORM_KEY


def live_through(*, at: datetime) -> None:
    """Give the demo company the ``DAYS`` days before ``at``: readers, forms, calls. The same past each time."""
    rng = Random(SEED)
    with transaction.atomic():
        partitions.ensure(first=at - timedelta(days=DAYS + 1), last=at)
    forms = {form.key: form for form in Form.objects.select_related("site")}
    days: dict[object, list[Planned]] = defaultdict(list)
    for planned in sorted(_past(rng, at=at), key=lambda one: one.begins_at):
        days[planned.begins_at.astimezone(ZONE).date()].append(planned)
    for day in days.values():
        arrivals = [arrival for planned in day for arrival in _arrivals(planned, forms[planned.form_key])]
        with transaction.atomic():
            work(arrivals, at=max(arrival.received_at for arrival in arrivals))
        _answer_leads(rng, now=at)
    Notification.objects.filter(changed_at__lt=at - timedelta(hours=2)).update(read_at=F("changed_at"))


def _past(rng: Random, *, at: datetime) -> Iterator[Planned]:
    plan = visits(SEED)
    for _ in range(READERS):
        yield Planned(_some_time(rng, at=at), msgspec.structs.replace(next(plan), contact=None))
    for number in range(ANSWERED):
        form_key = "south-request" if rng.random() < SHARE_SOUTH else company.FORM_KEY
        visit = _submitting(rng, next(plan))
        is_late = number < ANSWERED_LATELY
        begins_at = at - timedelta(minutes=rng.randint(80, 240)) if is_late else _some_time(rng, at=at)
        yield Planned(begins_at, visit, form_key)
        if visit.visitor and rng.random() < 0.5:  # many come back before the meeting
            later = begins_at + timedelta(days=rng.randint(1, 6), minutes=rng.randint(5, 90))
            if later < at - timedelta(hours=2):
                again = msgspec.structs.replace(next(plan), visitor=visit.visitor, contact=None)
                yield Planned(later, again, form_key)
    for ago in UNANSWERED_FOR:
        visit = _submitting(rng, next(plan))
        yield Planned(at - ago - timedelta(seconds=sum(read.seconds for read in visit.reads)), visit)


def _some_time(rng: Random, *, at: datetime) -> datetime:
    """A moment in the office hours of a past day, more often lately."""
    day = (at - timedelta(days=1 + int(DAYS * rng.random() ** 1.5))).astimezone(ZONE)
    return day.replace(hour=rng.randint(9, 17), minute=rng.randint(0, 59), second=rng.randint(0, 59), microsecond=0)


def _submitting(rng: Random, visit: Visit) -> Visit:
    if visit.contact is not None:
        return visit
    return msgspec.structs.replace(visit, contact=invent(rng), reads=(*visit.reads, Read("/contact", 40, 1.0)))


def _arrivals(planned: Planned, form: Form) -> Iterator[AnyArrival]:
    """What the collector would have taken of a visit."""
    visit, moment, url = planned.visit, planned.begins_at, ""
    origin = form.site.origins[0]
    for number, read in enumerate(visit.reads):
        view, path = new_id(moment), localized(visit.language, read.path)
        ref = url or visit.source.referrer
        url = origin + (path if number else visit.source.address(path))
        where = {
            "site_id": form.site.pk,
            "source": "web",
            "visitor": visit.visitor,
            "view": view,
            "url": url,
            "ref": ref,
        }

        def hit(name: str, at: datetime, where: dict[str, object] = where, **props: object) -> Hit:
            return Hit(id=new_id(at), occurred_at=at, received_at=at, name=name, props=props, **where)  # type: ignore[arg-type]  # as made above

        title = title_of(visit.language, read.path)
        yield hit("page_viewed", moment, title=title, path=path, lang=visit.language, width=visit.width)
        if not number:
            yield hit("consent_given" if visit.visitor else "consent_refused", moment, version=company.BANNER_VERSION)
        for seq in range(1, read.seconds // BEAT_S + 1):
            yield hit("page_beat", moment + timedelta(seconds=seq * BEAT_S), seq=seq, visible_s=seq * BEAT_S)
        moment += timedelta(seconds=read.seconds)
        if visit.contact is not None and number == len(visit.reads) - 1:
            yield hit("form_started", moment - timedelta(seconds=3), form=form.key)
            yield FormPost(
                id=new_id(moment),
                occurred_at=moment,
                received_at=moment,
                form=form.key,
                answers=visit.contact.answers(),
                consent_given=True,
                consent_version=form.consent_version,
                **where,  # type: ignore[arg-type]  # as made above
            )
        yield hit("page_left", moment, visible_s=read.seconds, depth=read.depth)


def _answer_leads(rng: Random, *, now: datetime) -> None:
    """Let the SDRs of the team contact what came in; the freshest stay for the person trying it."""
    late_enough = now - max(UNANSWERED_FOR) - timedelta(minutes=1)
    for lead in Lead.objects.awaiting_first_contact().filter(created_at__lt=late_enough).order_by("created_at"):
        sdrs = list(Staff.objects.active().filter(team=lead.team, role=Role.SDR).order_by("pk"))
        by, took = rng.choice(sdrs), rng.choice((1, 2, 2, 3, 3, 4, 4, 7, 18, 55))
        at = lead.created_at + timedelta(minutes=took, seconds=rng.randint(0, 59))
        _contact(rng, lead, by=by, at=at, now=now)
        again = at + timedelta(days=rng.randint(1, 3), minutes=rng.randint(0, 120))
        lead.refresh_from_db()
        if rng.random() < 0.45 and again < now and lead.stage == Stage.NEW:
            _contact(rng, lead, by=by, at=again, now=now)


def _contact(rng: Random, lead: Lead, *, by: Staff, at: datetime, now: datetime) -> None:
    kind, outcome, note, next_step = rng.choice(CONTACTS)
    record_follow_up(
        lead=lead,
        by=by,
        at=at,
        kind=kind,
        outcome=outcome,
        note=note,
        next_step=next_step,
        next_step_at=now + timedelta(days=rng.randint(1, 9)) if next_step else None,
    )
    lead.refresh_from_db()
    if lead.stage == Stage.NEW and outcome in ENDS:
        to, reason = ENDS[outcome]
        move_lead(lead=lead, to=to, by=by, at=at + timedelta(minutes=1), reason=reason)
