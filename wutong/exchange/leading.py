"""Leads of people whom a file names, and whose they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from wutong.exchange.entries import Entry
from wutong.exchange.models import PeopleImport
from wutong.lifecycle.assignment import assign_many
from wutong.lifecycle.capture import Captured, Opened, capture_many
from wutong.lifecycle.models import Assignment, Lead, StageVisit
from wutong.people.models import Account
from wutong.platform.rows import execute, id_array, insert_objects, update_objects

_L = PeopleImport.Leads


def open_leads(run: PeopleImport, entries: Sequence[Entry], accounts: Mapping[int, Account], *, at: datetime) -> int:
    """Open the leads that are wanted, and give each to its owner; returns how many are new."""
    wanted = [entry for entry in entries if run.leads == _L.ALL or (run.leads == _L.NEW and entry.is_new)]
    if not wanted or run.team is None or run.scope is None:
        return 0
    own = _own_among({entry.person for entry in wanted})
    by_event = {entry.id: entry for entry in wanted if entry.person not in own}
    opened = capture_many(
        [
            Captured(
                event_id=entry.id,
                subject_id=entry.subject,
                person_id=entry.person,
                account=accounts.get(entry.subject),
                team=run.team,
                scope=run.scope,
                product_line=run.product_line,
                at=at,  # the clock of a first contact cannot have begun before anybody here knew
                channel=run.channel,
                campaign=entry.row.campaign or run.campaign,
                is_complete=all(entry.row.facts.get(name) for name in ("full_name", "company", "title")),
            )
            for entry in by_event.values()
        ],
        at=at,
    )
    fresh = [one for one in opened if one.is_new]
    _give(run, fresh, by_event, at=at)
    if run.by_rules:
        assign_many([one.lead for one in fresh if one.lead.owner_id is None], at=at)
    return len(fresh)


def _own_among(people: set[int]) -> set[int]:
    found = execute(
        "SELECT id FROM people_person WHERE id = ANY(%(people)s::bigint[]) AND is_own", people=id_array(people)
    )
    return {id for (id,) in found}


def _give(run: PeopleImport, fresh: Sequence[Opened], by_event: Mapping[UUID, Entry], *, at: datetime) -> None:
    """Make the owners that the file or the policy names owners of the new leads."""
    given: list[Lead] = []
    for one in fresh:
        owner = by_event[one.capture.event_id].owner
        if owner is not None:
            one.lead.owner, one.lead.team = owner, owner.team or one.lead.team
            one.lead.version += 1
            given.append(one.lead)
    if not given:
        return
    update_objects(given, ["owner", "team", "version"])
    insert_objects(
        [
            Assignment(lead=lead, at=at, to=lead.owner, team=lead.team, reason=Assignment.Reason.HAND, by=run.by)
            for lead in given
        ]
    )
    owners = {lead.pk: lead for lead in given}
    stays = list(StageVisit.objects.filter(lead__in=given, machine="lead", left_at=None))
    for stay in stays:
        stay.owner_id, stay.team_id = owners[stay.lead_id or 0].owner_id, owners[stay.lead_id or 0].team_id
    update_objects(stays, ["owner", "team"])
