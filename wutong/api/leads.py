"""Leads as other systems read them: a page of them in the order in which they changed, and one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.custom import Custom, custom_of_people
from wutong.api.operations import Answer, Call, Operation
from wutong.api.paging import bounded, read_cursor, written_cursor
from wutong.api.problems import Problem
from wutong.api.shapes import Instant, Named
from wutong.config import config
from wutong.lifecycle.models import Lead, Stage
from wutong.platform.models import ApiKey, ApiRight


class LeadPerson(Struct, frozen=True, kw_only=True):
    """The person of a lead. Identifiers stand at /people/{id}."""

    id: UUID
    name: str
    title: str
    company: str
    custom: Annotated[
        Custom, Meta(description=gettext_noop("The company's own fields, if the key may read people; else empty."))
    ]


class LeadOut(Struct, frozen=True, kw_only=True):
    """A lead."""

    id: UUID
    stage: Stage
    accountable: str
    contact_status: str
    is_incomplete: bool
    product_line: str
    team: Named
    owner: Named | None
    person: LeadPerson
    account: Named | None
    channel: str
    campaign: str
    created_at: datetime
    changed_at: datetime
    last_touch_at: datetime
    first_contact_at: datetime | None
    next_step_at: datetime | None
    page: str


class LeadPage(Struct, frozen=True, kw_only=True):
    """Leads, the one that changed longest ago first."""

    items: list[LeadOut]
    has_more: bool
    cursor: Annotated[
        str | None,
        Meta(
            description=gettext_noop(
                "Send it as cursor to read on: now for the next page, later for what has changed since."
            )
        ),
    ]


class LeadQuery(Struct, frozen=True, kw_only=True):
    """Which leads are wanted."""

    stage: Annotated[Stage | None, Meta(description=gettext_noop("Leads in this stage."))] = None
    owner: Annotated[UUID | None, Meta(description=gettext_noop("Leads of this colleague."))] = None
    product_line: Annotated[
        str, Meta(max_length=40, description=gettext_noop("Leads of the product line with this code."))
    ] = ""
    updated_since: Annotated[
        Instant | None, Meta(description=gettext_noop("Leads that have changed at or after this instant."))
    ] = None
    cursor: Annotated[str, Meta(max_length=200, description=gettext_noop("Where an earlier page ended."))] = ""
    limit: Annotated[int, Meta(ge=1, le=200, description=gettext_noop("At most so many leads."))] = 50


def list_leads(call: Call) -> Answer:
    """A page of leads in the order in which they changed, so that nothing slips through between two pages."""
    wanted: LeadQuery = call.query
    found = Lead.objects.visible_to_key(call.key).settled().order_by("changed_at", "pk")
    if wanted.stage:
        found = found.filter(stage=wanted.stage)
    if wanted.owner:
        found = found.filter(owner__public_id=wanted.owner)
    if wanted.product_line:
        found = found.filter(product_line__code=wanted.product_line)
    if wanted.updated_since:
        found = found.filter(changed_at__gte=bounded(wanted.updated_since, parameter="updated_since"))
    if wanted.cursor:
        changed_at, pk = read_cursor(wanted.cursor)
        found = found.filter(Q(changed_at__gt=changed_at) | Q(changed_at=changed_at, pk__gt=pk))
    rows = list(found.select_related("team", "owner", "person", "account", "product_line")[: wanted.limit + 1])
    page = rows[: wanted.limit]
    cursor = written_cursor(page[-1].changed_at, page[-1].pk) if page else wanted.cursor or None
    return Answer(
        status=200,
        content=LeadPage(items=_shown(page, call.key), has_more=len(rows) > len(page), cursor=cursor),
    )


def read_lead(call: Call) -> Answer:
    """One lead."""
    found = Lead.objects.visible_to_key(call.key).filter(public_id=call.id_of_object)
    lead = found.select_related("team", "owner", "person", "account", "product_line").first()
    if lead is None:
        raise Problem("not_found", "There is no such lead, or the key does not see it.")
    return Answer(status=200, content=_shown([lead], call.key)[0])


def _shown(leads: Sequence[Lead], key: ApiKey) -> list[LeadOut]:
    people = {lead.person_id for lead in leads}
    custom = custom_of_people(people) if ApiRight.PEOPLE_READ in key.rights else {}
    return [_lead_out(lead, custom.get(lead.person_id, {})) for lead in leads]


def _lead_out(lead: Lead, custom: Custom) -> LeadOut:
    person = lead.person
    return LeadOut(
        id=lead.public_id,
        stage=Stage(lead.stage),
        accountable=lead.accountable,
        contact_status=lead.contact_status,
        is_incomplete=lead.is_incomplete,
        product_line=lead.product_line.code,
        team=Named(id=lead.team.public_id, name=lead.team.name),
        owner=Named(id=lead.owner.public_id, name=lead.owner.full_name) if lead.owner else None,
        person=LeadPerson(
            id=person.public_id,
            name=person.full_name,
            title=person.title,
            company=person.company_name,
            custom=custom,
        ),
        account=Named(id=lead.account.public_id, name=lead.account.name) if lead.account else None,
        channel=lead.channel,
        campaign=lead.campaign,
        created_at=lead.created_at,
        changed_at=lead.changed_at,
        last_touch_at=lead.last_touch_at,
        first_contact_at=lead.first_contact_at,
        next_step_at=lead.next_step_at,
        page=f"{config().web_origin}/inbox/?lead={lead.public_id}",
    )


LIST = Operation(
    id="listLeads",
    method="GET",
    path="/leads",
    right=ApiRight.LEADS_READ,
    summary=_("List leads"),
    text=_(
        "The one that changed longest ago comes first, and a lead that changes moves to the end. Whoever reads on from"
        " the last cursor, today or next week, misses no change; a lead that changes in between comes again."
    ),
    query=LeadQuery,
    answers={200: LeadPage},
    handle=list_leads,
)
READ = Operation(
    id="readLead",
    method="GET",
    path="/leads/{id}",
    right=ApiRight.LEADS_READ,
    summary=_("Read a lead"),
    text=_("One lead that the key sees."),
    answers={200: LeadOut},
    handle=read_lead,
)
