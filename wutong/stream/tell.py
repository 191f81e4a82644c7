"""The last step: tell colleagues what they should know now."""

from datetime import timedelta

from wutong.events.pages import page_name
from wutong.lifecycle.models import Lead
from wutong.people.models import Person
from wutong.platform.models import Role, Staff, Team
from wutong.platform.notify import Notice, announce, notify_many
from wutong.stream.batch import Batch

QUIET = timedelta(minutes=2)
"""A reader who turns pages makes one toast in this time, not one a page."""


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
    teams = {entry.lead.team_id: entry.lead.team for entry in batch.opened if entry.lead.owner_id is None}
    answering = {id: _who_answers_for(team) for id, team in teams.items()}
    notices = []
    for entry in batch.opened:
        person = people[entry.lead.person_id]
        submission = batch.submissions[entry.capture.event_id]
        name = person.full_name or submission.answers.get("name", "")
        company = person.company_name or submission.answers.get("company", "")
        notices += [
            Notice(
                staff_id=staff_id,
                kind="lead_arrived" if entry.is_new else "lead_returned",
                group=f"lead:{entry.lead.public_id}",
                url=f"/inbox/?lead={entry.lead.public_id}",
                params={"name": name, "company": company, "form": submission.form.name},
                topics=("inbox",),
            )
            for staff_id in ([entry.lead.owner_id] if entry.lead.owner_id else answering[entry.lead.team_id])
        ]
    return notices


def _who_answers_for(team: Team) -> list[int]:
    """Who hears of a lead that nobody owns: the SDRs of its team; else its managers; else the administrators."""
    active = Staff.objects.active().order_by("id")
    members = active.filter(team=team)
    for group in (members.filter(role=Role.SDR), members.filter(role=Role.MANAGER), active.filter(role=Role.ADMIN)):
        ids = list(group.values_list("pk", flat=True))
        if ids:
            return ids
    return []


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
