"""A team's lead with all that can be known about it, in which a canary sings."""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from tests.cast import (
    LATELY,
    arrive,
    email,
    hit,
    make_account,
    make_form,
    make_lead,
    make_person,
    make_site,
    make_staff,
    person_of,
    phone,
    post_form,
    wait_for_leases,
)
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.content.models import Form, QuarantinedSubmission
from wutong.events.models import Site
from wutong.exchange.models import PeopleImport
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import Contract, FollowUp, Lead
from wutong.lifecycle.person_facts import REVEAL
from wutong.lifecycle.views.work_area import UNDO
from wutong.people.models import AccountCandidate, Identifier, Person, ProbableMatch
from wutong.platform.models import Notification, ParkedItem, Staff, Team
from wutong.platform.secrets import sign
from wutong.privacy.models import RequestKind, SubjectRequest
from wutong.privacy.requests import take_in
from wutong.sales.collisions import refresh_collisions
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.opportunities import close_opportunity
from wutong.stream.processor import TRIES, drain

CANARY = "Kanarienvogel"
ITS_BEGINNING = "kanarienv"  # a search may repeat what was searched for, but not complete it
PHONE, MAIL = "13987650001", f"{CANARY}@example.com"


@dataclass(frozen=True)
class World:
    """A team's lead with all that can be known about it, and its colleague's notice."""

    lead: Lead
    person: Person
    reveal_token: str
    undo_token: str
    notice: Notification
    staff: Staff
    site: Site
    form: Form
    held: QuarantinedSubmission
    deal: Opportunity
    contract: Contract
    seller: Staff
    request: SubjectRequest
    imported: PeopleImport


def make_world(mei: Staff, north: Team) -> World:
    """Mei's team knows somebody through every door there is, and every text about them holds the canary."""
    form = make_form(site=make_site(team=north), name=CANARY, fields=[{"name": "name", "label": CANARY}])
    view = hit(
        site=form.site,
        visitor="c1",
        url=f"https://www.example.com/{CANARY}?utm_medium=email&utm_campaign={CANARY}",
        props={"title": CANARY, "path": f"/{CANARY}"},
    )
    arrive(view, hit("link_clicked", site=form.site, visitor="c1", props={"href": f"https://x.cn/{CANARY}"}))
    said = {"name": CANARY, "company": f"{CANARY} GmbH", "title": CANARY, "phone": PHONE, "email": MAIL, "note": CANARY}
    arrive(post_form(form, visitor="c1", answers=said), post_form(form, answers=said, suspicions=["links"]))
    lead = Lead.objects.get()
    record_follow_up(
        lead=lead,
        by=mei,
        at=LATELY,
        kind=FollowUp.Kind.CALL,
        outcome=FollowUp.Outcome.REACHED,
        note=CANARY,
        next_step=CANARY,
    )
    # An arrival that fails is told to administrators; what it holds is not.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event ADD CONSTRAINT poison CHECK (url NOT LIKE '%/poison/%')")
    arrive(post_form(form, answers=said, url=f"https://www.example.com/poison/{CANARY}"))
    for _try in range(TRIES):
        wait_for_leases()
        drain("test:0")
    assert ParkedItem.objects.exists()

    person = person_of(phone(f"+86{PHONE}"))
    lead = Lead.objects.get()
    seller = make_staff("Seller", role="sales", team=north, data_scope="team")
    sold = deal_of(seller, lead=sql_of(seller, person=person), account=lead.account, name=f"{CANARY} sold")
    contract = close_opportunity(
        opportunity=sold, to=OpportunityStage.WON, by=seller, at=LATER, reason="product", competitor=CANARY
    )
    deal = deal_of(seller, lead=sql_of(seller, person=person), account=lead.account, name=CANARY, next_step=CANARY)
    sql_of(seller, person=person)
    identifier = Identifier.objects.get(kind="phone")
    request = take_in(
        kind=RequestKind.ACCESS,
        address=identifier,
        from_whom=CANARY,
        said=CANARY,
        received_at=LATELY,
        by=mei,
        at=LATELY,
    )
    twin = make_person("Twin", keys=[email("twin@example.com")])
    make_lead(person=twin, team=north)
    ProbableMatch.objects.create(one=person, other=twin, probability=0.9, evidence={}, found_at=LATELY)
    double = make_account(f"{CANARY} AG")
    AccountCandidate.objects.create(
        account=deal.account, other=double, decision="candidate", score=0.9, reason=CANARY, found_at=LATELY
    )
    refresh_collisions(at=LATELY)
    return World(
        lead=lead,
        person=person,
        reveal_token=sign(REVEAL, identifier.pk, at=timezone.now()),
        undo_token=sign(UNDO, [lead.pk, 1, "first", CANARY, None], at=timezone.now()),
        notice=Notification.objects.filter(staff=mei).latest("pk"),
        staff=mei,
        site=form.site,
        form=form,
        held=QuarantinedSubmission.objects.get(),
        deal=deal,
        contract=contract,
        seller=seller,
        request=request,
        imported=PeopleImport.objects.create(
            by=mei, created_at=LATELY, file_name=CANARY, is_workbook=False, state="done", basis="consent", team=north
        ),
    )
