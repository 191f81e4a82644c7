"""The last step: tell colleagues what they should know now."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from wutong.events.pages import page_name
from wutong.lifecycle.models import Lead
from wutong.people.models import Person
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, announce, notify_many
from wutong.stream.batch import Batch

QUIET = timedelta(minutes=2)
"""A reader who turns pages makes one toast in this time, not one a page."""
_DOORS = {"form": "", "api": "_by_api", "staff": "_by_hand"}
"""What the kind of a notice ends with, by where the interest came from."""


def tell_colleagues(batch: Batch) -> None:
    """Write notices for new leads and for acts of people whose lead somebody owns; they go out with the commit."""
    notices = _of_new_leads(batch) + _of_active_leads(batch)
    notify_many(notices, at=batch.at)
    if batch.opened:
        announce([(0, 0, "leads_changed", ["inbox"])])


def _of_new_leads(batch: Batch) -> list[Notice]:
    if not batch.opened:
        return []
    people = Person.objects.in_bulk([entry.lead.person_id for entry in batch.opened])
    hearing = _who_hears([entry.lead for entry in batch.opened])
    who_entered = {f"staff:{public_id}": staff.pk for public_id, staff in batch.staff.items()}
    notices = []
    for entry in batch.opened:
        person = people[entry.lead.person_id]
        interest = batch.interests[entry.capture.event_id]
        name = person.full_name or interest.answers.get("name", "")
        company = person.company_name or interest.answers.get("company", "")
        kind = "lead_arrived" if entry.is_new else "lead_returned"
        door = interest.source.partition(":")[0]
        notices += [
            Notice(
                staff_id=staff_id,
                kind=kind + _DOORS[door],
                group=f"lead:{entry.lead.public_id}",
                url=f"/inbox/?lead={entry.lead.public_id}",
                params={"name": name, "company": company, "form": interest.source_name},
                topics=("inbox",),
            )
            for staff_id in hearing[entry.lead.pk]
            if staff_id != who_entered.get(interest.source)
        ]
    return notices


def _who_hears(leads: Sequence[Lead]) -> dict[int, list[int]]:
    """Who is told of each lead: its owner; of one that nobody owns, or somebody who has left, the SDRs of its team,
    else its managers, else the administrators. Nobody is told of a lead that is out of sight."""
    owned = Lead.objects.filter(pk__in=[lead.pk for lead in leads], owner__is_active=True)
    hearing = {pk: [owner] for pk, owner in owned.values_list("pk", "owner") if owner is not None}
    open_to_all = [lead for lead in leads if lead.pk not in hearing]
    active = list(
        Staff.objects.active()
        .filter(Q(team__in={lead.team_id for lead in open_to_all}) | Q(role=Role.ADMIN))
        .order_by("id")
    )
    in_sight = {
        staff.pk: set(
            Lead.objects.visible_to(staff).filter(pk__in=[lead.pk for lead in open_to_all]).values_list("pk", flat=True)
        )
        for staff in (active if open_to_all else [])
        if staff.role in (Role.SDR, Role.MANAGER, Role.ADMIN)
    }
    for lead in open_to_all:
        seeing = [staff for staff in active if lead.pk in in_sight.get(staff.pk, ())]
        members = [staff for staff in seeing if staff.team_id == lead.team_id]
        groups = (
            [staff.pk for staff in members if staff.role == Role.SDR],
            [staff.pk for staff in members if staff.role == Role.MANAGER],
            [staff.pk for staff in seeing if staff.role == Role.ADMIN],
        )
        hearing[lead.pk] = next((group for group in groups if group), [])
    return hearing


def _of_active_leads(batch: Batch) -> list[Notice]:
    views = [
        row
        for row in batch.rows.values()
        if row.name == "page_viewed" and row.person_id is not None and not row.is_machine and not row.is_own
    ]
    if not views:
        return []
    leads = {
        lead.person_id: lead
        for lead in Lead.objects.open()
        .filter(person__in={row.person_id for row in views}, owner__isnull=False)
        .select_related("person")
    }
    latest = {row.person_id: row for row in views if row.person_id in leads}
    return [
        Notice(
            staff_id=lead.owner_id or 0,
            kind="lead_active",
            group=f"active:{lead.public_id}",
            url=f"/inbox/?lead={lead.public_id}",
            params={
                "name": lead.person.full_name,
                "page": page_name(str(row.props.get("title", "")), row.url)[:120],
            },
            topics=("inbox",),
            quiet_for=QUIET,
        )
        for row in latest.values()
        if (lead := leads[row.person_id or 0])
    ]
