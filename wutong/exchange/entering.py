"""Rows of a file become people, companies and leads, set-wise, by the same doors as whatever else arrives.

Each row is an observation of its identifiers, entered by a colleague; what it says are statements. All that a row
leaves behind bears the row's own id, so that a row that comes twice changes nothing and an import can be taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from wutong.exchange.company_values import fill_in_companies
from wutong.exchange.models import AccountByImport, FaultyRow, ImportedRow, PeopleImport
from wutong.exchange.rows import ImportRow, Problem, Row
from wutong.exchange.tagging import tag_rows
from wutong.lifecycle.assignment import assign_many
from wutong.lifecycle.capture import Captured, Opened, capture_many
from wutong.lifecycle.models import Assignment, Lead, StageVisit
from wutong.lifecycle.reach import Arrived, arrive_many, settle_reach, strongest
from wutong.lifecycle.visibility import people_visible_to
from wutong.people import lane
from wutong.people.accounts import Employment, employ_many, name_key
from wutong.people.consents import Decision, decide_many
from wutong.people.contactability import ADDRESSES
from wutong.people.facts import Statement, add_people, refresh_people, state_many
from wutong.people.graph import Level
from wutong.people.identifiers import IdentifierKey, Known, load_by_key
from wutong.people.identity import Observed, Recognised, bring_along, see_many
from wutong.people.jobs import reassign_later
from wutong.people.models import ANY, Account, Assurance, ConsentKind, ConsentStanding, ConsentState
from wutong.people.own import claim_own, named_among
from wutong.platform.models import DataScope, Staff
from wutong.platform.rows import execute, execute_with_rows, id_array, insert_objects, unawaited, update_objects

_K = PeopleImport.Known
_L = PeopleImport.Leads
_WRITTEN_TO = frozenset(kind for kinds in ADDRESSES.values() for kind in kinds)


@dataclass
class Outcome:
    """What a batch of rows came to."""

    created: int = 0
    updated: int = 0
    merged: int = 0
    skipped: int = 0
    leads: int = 0
    refused: list[tuple[Row, Problem]] = field(default_factory=list)
    """Rows that were left out for what only the database knows."""
    warned: list[tuple[Row, Problem]] = field(default_factory=list)
    """Rows that were imported without single values, for the same."""


@dataclass
class _Entry:
    """A row on its way."""

    row: ImportRow
    id: UUID
    at: datetime
    subject: int = 0
    person: int = 0
    is_new: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    owner: Staff | None = None


def row_id(run: PeopleImport, number: int) -> UUID:
    """The id of a row: those of one import follow each other."""
    return UUID(bytes=run.public_id.bytes[:12] + number.to_bytes(4))


def ids_of(run: PeopleImport) -> tuple[UUID, UUID]:
    """The first and the last id that rows of an import can have."""
    return row_id(run, 0), row_id(run, 2**32 - 1)


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
    outcome.leads = _open_leads(run, entries, accounts, at=at)
    return outcome


def _enter(
    run: PeopleImport,
    entries: Sequence[_Entry],
    known: Mapping[IdentifierKey, Known],
    outcome: Outcome,
    *,
    at: datetime,
) -> Mapping[int, Account]:
    """Write all that the rows say but for leads; returns the company of each subject.

    What is read comes first wherever it can: whoever reads waits until everything before is written.
    """
    said = _said(run, {one.person_id for one in known.values() if one.person_id is not None})
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
    people_before = {one.person_id for one in known.values()}
    created: set[int] = set()
    for entry in entries:
        entry.subject, entry.person = recognised.whose[entry.id].subject_id, recognised.whose[entry.id].person_id
        entry.is_new = entry.person not in people_before and entry.person not in created
        created |= {entry.person} if entry.is_new else set()
    outcome.merged = len(recognised.absorbed)
    outcome.created = len(created)
    outcome.updated = len(entries) - outcome.created
    people = {entry.person for entry in entries} | (recognised.changed_people - recognised.absorbed.keys())
    if recognised.moved:
        said = _said(run, {entry.person for entry in entries if not entry.is_new})
    _keep_what_counts(run, entries, said)
    denying = _denying(run, entries)
    accounts = _employ(run, entries, at=at)
    statements = _statements(run, entries)
    state_many(statements)
    added = _add_people(run, entries, recognised, statements, at=at)
    _remember(run, entries, recognised, before=known)
    named = named_among({key for entry in entries for key in entry.row.identifiers})
    claim_own(sorted({entry.person for entry in entries if not named.isdisjoint(entry.row.identifiers)}))
    _note_basis(run, entries, recognised, denying, before=known)
    refresh_people(sorted(people - added), added=added)
    settle_reach(dict.fromkeys(sorted(people - added), at))
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
) -> list[_Entry]:
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
        entries.append(_Entry(row, row_id(run, row.number), seen_at, owner=owners.get(row.owner) or run.owner))
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


def _keep_what_counts(run: PeopleImport, entries: Sequence[_Entry], said: set[tuple[int, str]]) -> None:
    """All that a row says about new people, what is missing of others, or what the policy lets count."""
    for entry in entries:
        entry.facts = {name: value for name, value in entry.row.facts.items() if (entry.person, name) not in said}
        if run.known == _K.FILL:
            said.update((entry.person, name) for name in entry.facts)


def _statements(run: PeopleImport, entries: Sequence[_Entry]) -> list[Statement]:
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
    run: PeopleImport, entries: Sequence[_Entry], recognised: Recognised, said: Sequence[Statement], *, at: datetime
) -> set[int]:
    """Write those whom nobody has known yet as they are known now, and let all who are new arrive.

    Written bare and brought up to date afterwards, each of them would go into every index twice.
    """
    added = {one.id for one in recognised.unwritten} & {entry.person for entry in entries}
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
    return added


def _employ(run: PeopleImport, entries: Sequence[_Entry], *, at: datetime) -> dict[int, Account]:
    """Find or add the companies, note who works there, and give codes to those that have none."""
    employments = [
        Employment(
            subject_id=entry.subject,
            person_id=entry.person,
            company=entry.facts.get("company", ""),
            email=entry.row.email,
            credit_code=entry.row.credit_code,
            title=entry.facts.get("title", ""),
            source=run.source_code,
            assurance=Assurance.TYPED,  # a list is no colleague's word on one company: that is given by hand
        )
        for entry in entries
    ]
    named = [one for one in employments if one.company or one.email or one.credit_code]
    if not named:
        return {}
    accounts = employ_many(named, at=at)
    added = {account.pk for account in accounts.values() if account.created_at == at}
    codes: dict[int, str] = {}
    for entry in entries:
        account = accounts.get(entry.subject)
        is_named = account is not None and name_key(entry.row.facts.get("company", "")) == account.name_key
        if account is not None and is_named and account.credit_code is None and entry.row.credit_code:
            codes.setdefault(account.pk, entry.row.credit_code)
    given = dict(
        execute_with_rows(
            """
            UPDATE people_account a SET credit_code = r.code
            FROM (SELECT DISTINCT ON (code) * FROM json_to_recordset(%(rows)s::json) AS r(id bigint, code text)
                  ORDER BY code, id) r
            WHERE a.id = r.id AND a.credit_code IS NULL
              AND NOT EXISTS (SELECT FROM people_account o WHERE o.credit_code = r.code)
            RETURNING a.id, a.credit_code
            """,
            [{"id": id, "code": code} for id, code in codes.items()],
        )
        if codes
        else ()
    )
    insert_objects(
        [
            AccountByImport(run=run, account_id=id, is_new=id in added, credit_code=given.get(id, ""))
            for id in sorted(added | given.keys())
        ],
        ignore_conflicts=True,
    )
    return accounts


def _denying(run: PeopleImport, entries: Sequence[_Entry]) -> set[int]:
    """Who has refused or withdrawn: a list is nobody's own word, so they are left at that."""
    if run.basis != PeopleImport.Basis.CONSENT:
        return set()
    denials = ConsentStanding.objects.filter(kind=ConsentKind.GENERAL, purpose__in=[ANY, "contact"])
    denials = denials.exclude(state=ConsentState.GRANTED).filter(person__among={entry.person for entry in entries})
    return set(denials.values_list("person_id", flat=True))


def _note_basis(
    run: PeopleImport,
    entries: Sequence[_Entry],
    recognised: Recognised,
    denying: set[int],
    *,
    before: Mapping[IdentifierKey, Known],
) -> None:
    """Where the people have agreed, that is kept as their decision; any other basis stands with the import alone.

    It is kept for each address that the row has, because an agreement holds for its address alone.

    Args:
        before: the identifiers that were known before these rows.
    """
    if run.basis != PeopleImport.Basis.CONSENT:
        return
    told = {entry.id: [key for key in entry.row.identifiers if key.kind in _WRITTEN_TO] for entry in entries}
    addresses = recognised.known
    decide_many(
        [
            Decision(
                subject_id=addresses[key].id,
                person_id=entry.person,
                channel=ANY,
                purpose="contact",
                state=ConsentState.GRANTED,
                text_version=run.source[:40],
                text=run.basis_text,
                proof={"note": run.basis_proof[:300], "file": run.file_name},
                by_id=run.by_id,
                source=run.source_code,
                assurance=Assurance.STAFF,
                at=entry.at,
                event_id=entry.id,
            )
            for entry in entries
            for key in told[entry.id]
            if entry.person not in denying and addresses[key].person_id == entry.person
        ],
        first_told_of={held.id for key, held in addresses.items() if key not in before},
    )


def _open_leads(run: PeopleImport, entries: Sequence[_Entry], accounts: Mapping[int, Account], *, at: datetime) -> int:
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


def _give(run: PeopleImport, fresh: Sequence[Opened], by_event: Mapping[UUID, _Entry], *, at: datetime) -> None:
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


class _Imported(Struct, frozen=True):
    """What a row came to, as it is stored."""

    run_id: int
    number: int
    outcome: str
    subject: int
    identifiers: list[int]
    fresh: list[int]


def _remember(
    run: PeopleImport, entries: Sequence[_Entry], recognised: Recognised, *, before: Mapping[IdentifierKey, Known]
) -> None:
    """Keep what each row came to, by which it can be taken back.

    Args:
        before: the identifiers that were known before these rows.
    """
    rows = []
    for entry in entries:
        ids = {key: recognised.known[key].id for key in entry.row.identifiers}
        rows.append(
            _Imported(
                run.pk,
                entry.row.number,
                (ImportedRow.Outcome.CREATED if entry.is_new else ImportedRow.Outcome.UPDATED).value,
                entry.subject,
                sorted(ids.values()),
                sorted(id for key, id in ids.items() if key not in before),
            )
        )
    execute_with_rows(
        """
        INSERT INTO exchange_importedrow (run_id, number, outcome, subject, identifiers, fresh)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
            run_id bigint, number int, outcome text, subject bigint, identifiers bigint[], fresh bigint[])
        ON CONFLICT DO NOTHING
        """,
        rows,
    )


def keep_faults(run: PeopleImport, faults: Sequence[tuple[Row, Sequence[str], Sequence[Problem], bool]]) -> None:
    """Keep rows with something wrong in them: each with its cells, its problems, and whether it was imported.

    Opens no transaction.
    """
    insert_objects(
        [
            FaultyRow(
                run=run,
                number=row.number,
                cells=list(cells),
                problems=[[problem.place, problem.code] for problem in problems],
                is_imported=is_imported,
            )
            for row, cells, problems, is_imported in faults
        ],
        ignore_conflicts=True,
    )
