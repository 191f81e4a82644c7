"""Rows of a file become people, companies and leads, set-wise, by the same doors as whatever else arrives.

Each row is an observation of its identifiers, entered by a colleague; what it says are statements. All that a row
leaves behind bears the row's own id, so that a row that comes twice changes nothing and an import can be taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from wutong.exchange.agreeing import denying, note_basis, texts_of
from wutong.exchange.company_values import fill_in_companies
from wutong.exchange.employing import employ, register_for
from wutong.exchange.entries import Entry, row_id
from wutong.exchange.leading import open_leads
from wutong.exchange.models import PeopleImport
from wutong.exchange.outcomes import Outcome, remember
from wutong.exchange.rows import ImportRow, Problem
from wutong.exchange.tagging import tag_rows
from wutong.lifecycle.reach import Arrived, arrive_many, settle_reach, strongest
from wutong.lifecycle.visibility import people_visible_to
from wutong.people import lane
from wutong.people.facts import (
    Statement,
    add_people,
    ask_what_is_said,
    bring_up_to_date,
    state_many,
    tell_followers,
)
from wutong.people.graph import Level
from wutong.people.identifiers import IdentifierKey, Known, load_by_key
from wutong.people.identity import Observed, Recognised, bring_along, see_many
from wutong.people.jobs import reassign_later
from wutong.people.models import Account, Assurance
from wutong.people.own import claim_own, named_among
from wutong.platform.models import DataScope, Staff
from wutong.platform.rows import execute, id_array, unawaited

_K = PeopleImport.Known


def enter_many(run: PeopleImport, rows: Sequence[ImportRow], owners: Mapping[str, Staff], *, at: datetime) -> Outcome:
    """Import ``rows``, none of which is faulty. Opens no transaction; rows that were imported before change nothing.

    Takes the identity lane for the whole of it: that somebody is not known yet stays true until they are written.

    Args:
        owners: colleagues by what the file calls them.
    """
    lane.take()
    outcome = Outcome()
    known = load_by_key({key for row in rows for key in row.identifiers})
    entries = _wanted(run, rows, owners, known, outcome, at=at)
    if not entries:
        return outcome
    with unawaited():  # while it writes, we work out what is to be written next
        accounts = _enter(run, entries, known, outcome, at=at)
    told = [(entry.row, accounts.get(entry.subject)) for entry in entries if entry.row.company_values]
    outcome.warned += fill_in_companies(run, told, at=at) if told else []
    tag_rows(run, [(entry.row, entry.person) for entry in entries])
    outcome.leads = open_leads(run, entries, accounts, at=at)
    return outcome


def _enter(
    run: PeopleImport,
    entries: Sequence[Entry],
    known: Mapping[IdentifierKey, Known],
    outcome: Outcome,
    *,
    at: datetime,
) -> Mapping[int, Account]:
    """Write all that the rows say but for leads; returns the company of each subject.

    What is read comes first wherever it can: whoever reads waits until everything before is written.
    """
    before = {one.person_id for one in known.values() if one.person_id is not None}
    said, denied = _said(run, before), denying(run, before)
    register = register_for(entries, known, before)
    texts = texts_of(run)
    named = named_among({key for entry in entries for key in entry.row.identifiers})
    recognised = see_many(
        [
            Observed(
                id=entry.id,
                at=entry.at,
                received_at=at,
                source="import",
                assurance=Assurance.STAFF,
                identifiers=entry.row.identifiers,
            )
            for entry in entries
        ],
        at=at,
        level=Level.PRODUCT,
        known=known,
        leaves_people=True,
    )
    bring_along(recognised, at=at)
    created: set[int] = set()
    for entry in entries:
        entry.subject, entry.person = recognised.whose[entry.id].subject_id, recognised.whose[entry.id].person_id
        entry.is_new = entry.person not in before and entry.person not in created
        created |= {entry.person} if entry.is_new else set()
    outcome.merged = len(recognised.absorbed)
    outcome.created = len(created)
    outcome.updated = len(entries) - outcome.created
    people = {entry.person for entry in entries} | (recognised.changed_people - recognised.absorbed.keys())
    if recognised.moved:  # what was read is not true any more
        concerned = {entry.person for entry in entries}  # whoever was split off is new, and has something already
        said, denied = _said(run, concerned), denying(run, concerned)
    _keep_what_counts(run, entries, said)
    accounts = employ(run, entries, None if recognised.moved else register, at=at)
    statements = _statements(run, entries)
    state_many(statements)
    added = {one.id for one in recognised.unwritten} & {entry.person for entry in entries}
    others = sorted(people - added)
    told = ask_what_is_said(others) if others else None
    _add_people(run, entries, recognised, statements, added=added, at=at)
    remember(run, entries, recognised, before=known)
    if told is not None:
        bring_up_to_date(told())
    note_basis(run, entries, recognised, denied, before=known, texts=texts)
    claim_own(sorted({entry.person for entry in entries if not named.isdisjoint(entry.row.identifiers)}))
    tell_followers(people)
    settle_reach(dict.fromkeys(others, at))
    if recognised.unfinished_moves:
        reassign_later.defer(subjects=sorted(recognised.unfinished_moves), people=sorted(recognised.changed_people))
    return accounts


def _wanted(
    run: PeopleImport,
    rows: Sequence[ImportRow],
    owners: Mapping[str, Staff],
    known: Mapping[IdentifierKey, Known],
    outcome: Outcome,
    *,
    at: datetime,
) -> list[Entry]:
    """The rows that are imported: without those about known people who are to be left alone, or are not in sight."""
    people = {one.person_id for one in known.values() if one.person_id is not None}
    is_all_in_sight = sees_everybody(run.by)
    in_sight = set() if is_all_in_sight else _in_sight(people, run.by)
    met: set[IdentifierKey] = set()
    entries = []
    for row in rows:
        before = {known[key].person_id for key in row.identifiers if key in known}
        if not is_all_in_sight and not before <= in_sight:
            outcome.refused.append((row, Problem(-1, "not_in_sight")))
            continue
        if run.known == _K.SKIP and (before or not met.isdisjoint(row.identifiers)):
            outcome.skipped += 1
            continue
        met.update(row.identifiers)
        # What is said to have been known long ago was; what the file says today is said today.
        seen_at = min(row.seen_at, at) if row.seen_at is not None else at
        entries.append(Entry(row, row_id(run, row.number), seen_at, owner=owners.get(row.owner) or run.owner))
    return entries


def sees_everybody(staff: Staff) -> bool:
    return staff.is_active and staff.data_scope == DataScope.ALL and not staff.scopes.exists()


def _in_sight(people: set[int], staff: Staff) -> set[int | None]:
    return set(people_visible_to(staff).filter(pk__in=people).values_list("pk", flat=True))


def _said(run: PeopleImport, people: Collection[int]) -> set[tuple[int, str]]:
    """Which fields of ``people`` something is known of, where the policy is to add what is missing."""
    if run.known != _K.FILL or not people:
        return set()
    found = execute(
        "SELECT DISTINCT person_id, field FROM people_fieldvalue WHERE person_id = ANY(%(people)s::bigint[])",
        people=id_array(list(people)),
    )
    return {(person, field) for person, field in found}


def _keep_what_counts(run: PeopleImport, entries: Sequence[Entry], said: set[tuple[int, str]]) -> None:
    """All that a row says about new people, what is missing of others, or what the policy lets count."""
    for entry in entries:
        entry.facts = {name: value for name, value in entry.row.facts.items() if (entry.person, name) not in said}
        if run.known == _K.FILL:
            said.update((entry.person, name) for name in entry.facts)


def _statements(run: PeopleImport, entries: Sequence[Entry]) -> list[Statement]:
    source = run.source_code
    return [
        Statement(
            subject_id=entry.subject,
            person_id=entry.person,
            field=name,
            value=value,
            source=source,
            assurance=Assurance.STAFF,
            observed_at=run.started_at or entry.at,
            event_id=entry.id,
        )
        for entry in entries
        for name, value in entry.facts.items()
    ]


def _add_people(
    run: PeopleImport,
    entries: Sequence[Entry],
    recognised: Recognised,
    said: Sequence[Statement],
    *,
    added: set[int],
    at: datetime,
) -> None:
    """Write those whom nobody has known yet (``added``) as they are known now, and let all who are new arrive.

    Written bare and brought up to date afterwards, each of them would go into every index twice.
    """
    identifiers: dict[int, list[Known]] = {id: [] for id in added}
    for held in recognised.known.values():
        if held.person_id in identifiers:
            identifiers[held.person_id].append(held)
    statements: dict[int, list[Statement]] = {id: [] for id in added}
    for statement in said:
        if statement.person_id in statements:
            statements[statement.person_id].append(statement)
    addresses = {id: [(one.key.kind.value, one.key.value) for one in held] for id, held in identifiers.items()}
    known = add_people(recognised.unwritten, statements, addresses, at=at)
    arrive_many(
        [
            Arrived(
                person_id=one.person,
                subject_id=one.subject,
                at=one.at,
                channel=run.channel,
                known_at=at if one.person in known else None,
                known_by=strongest((held.key.kind.value, held.id) for held in identifiers[one.person])
                if one.person in known
                else None,
            )
            for one in entries
            if one.is_new
        ]
    )
