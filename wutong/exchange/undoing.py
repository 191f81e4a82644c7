"""Taking an import back: what it added goes, what it said is said no longer, unless somebody has worked on it since.

Statements are kept with their source, so that without those of the import the ones before count again. Who belongs
together is computed anew without its observations.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.exchange.company_undoing import Companies, tables_about
from wutong.exchange.entries import ids_of, row_id
from wutong.exchange.models import ImportedRow, PeopleImport
from wutong.exchange.running import UNDO_WITHIN
from wutong.exchange.tagging import BY_RULE, GIVEN, TOLD, TOLD_BY_RULE, take_back_tags
from wutong.lifecycle.models import Lead
from wutong.lifecycle.reach import settle_reach
from wutong.people import lane
from wutong.people.consents import take_back_many
from wutong.people.facts import refresh_people
from wutong.people.identifiers import outwait_holders
from wutong.people.models import Person
from wutong.people.projection import Cause
from wutong.people.reassign import redo_sums, registered_tables
from wutong.people.rebuild import look_again
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.platform.rows import execute, execute_with_rows, id_array

BATCH = 500
_S = PeopleImport.State
_PROJECTED = (
    "scoring_scoreterm",
    "scoring_personscore",
    "scoring_linescore",
    "people_consentstanding",
    "people_matchkey",
    "people_personcustomvalue",
    "people_persontotag",
    "people_probablematch",
    "people_tagtotell",
)
"""Computed of a person; gone with it."""
_OURS = {
    "people_identifier": "true",  # looked at by themselves
    "people_person": "true",  # aliases
    "people_fieldvalue": "t.event_id BETWEEN %(first)s AND %(last)s",
    "people_consent": "t.event_id BETWEEN %(first)s AND %(last)s",
    "people_affiliation": "t.source = %(source)s",
    "people_persontocompare": "true",  # left to whoever works them off
    "people_identitychange": "t.observation_id BETWEEN %(first)s AND %(last)s",
    "lifecycle_lead": "t.created_by_event_id BETWEEN %(first)s AND %(last)s",
    "lifecycle_stagevisit": "t.machine IN ('reach', 'lead')",
    "people_persontag": f"({GIVEN}) OR {BY_RULE}",
    "event": f"t.name IN ('lead_created', 'lead_assigned') OR ({TOLD}) OR ({TOLD_BY_RULE})",
} | dict.fromkeys(_PROJECTED, "true")
"""Which rows about a person an import leaves behind. Rows of any other table are somebody's work."""
_OF_LEADS = ("lifecycle_clock", "lifecycle_assignment", "lifecycle_stagevisit")


class TooLateToUndo(Refusal):
    code = "too_late_to_undo"
    message = _("An import can be undone for 30 days. This one ended earlier.")


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    message = _("There is nothing to undo: this import runs, was never started, or is undone already.")


def can_undo(run: PeopleImport, *, at: datetime) -> bool:
    """Whether an import can be taken back now."""
    ended = run.state in (_S.DONE, _S.CANCELLED, _S.FAILED) and run.finished_at is not None
    return ended and run.finished_at is not None and at < run.finished_at + UNDO_WITHIN and run.done > 0


def undo(*, run: PeopleImport, by: Staff, at: datetime) -> None:
    """Let an import be taken back in the background.

    Raises:
        NothingToUndo, TooLateToUndo: see there.
    """
    with transaction.atomic(durable=True):
        now = PeopleImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if not can_undo(now, at=at):
            is_late = now.finished_at is not None and at >= now.finished_at + UNDO_WITHIN
            raise TooLateToUndo if is_late else NothingToUndo
        now.state, now.undone_by = _S.UNDOING, by
        now.save(update_fields=["state", "undone_by"])
        record("exchange.import_undone", actor=by, subject=now, at=at, rows=now.done)
        undo_import_later.configure(queueing_lock=f"undo-{run.pk}").defer(run_id=run.pk)


def run_undo(run_id: int, *, now: Callable[[], datetime]) -> None:
    """Take back what is left to take back. Safe to call again after a kill."""
    run = PeopleImport.objects.filter(pk=run_id, state=_S.UNDOING).first()
    if run is None:
        return
    stored = ImportedRow.objects.filter(run=run)
    fresh = {id for ids in stored.values_list("fresh", flat=True).iterator(chunk_size=5_000) for id in ids}
    companies = Companies()
    while run.state == _S.UNDOING:
        with transaction.atomic():
            run = PeopleImport.objects.select_for_update(of=("self",)).get(pk=run_id)
            if run.state != _S.UNDOING:
                return
            rows = list(stored.filter(number__gt=run.undo_place).order_by("number")[:BATCH])
            if rows:
                told = take_back_rows(run, rows, fresh, at=now())
                run.undo_place = rows[-1].number
            else:
                told = companies.take_back_next(run, at=now())
                if companies.are_done:
                    run.state, run.undone_at = _S.UNDONE, now()
            for name, n in told.items():
                run.undo_report[name] = run.undo_report.get(name, 0) + n
            run.save(update_fields=["undo_report", "undo_place", "state", "undone_at"])


def take_back_rows(
    run: PeopleImport, rows: Sequence[ImportedRow], fresh: Collection[int], *, at: datetime
) -> dict[str, int]:
    """Take back what ``rows`` came to. Opens no transaction; takes the identity lane.

    Args:
        fresh: the identifiers that the import was the first to name.

    Returns:
        how many people were removed, kept because somebody has worked on them, and put back to what they were.
    """
    lane.take()
    ids = {id for row in rows for id in row.identifiers}
    whose = dict(
        execute("SELECT id, person_id FROM people_identifier WHERE id = ANY(%(ids)s::bigint[])", ids=id_array(ids))
    )
    outwait_holders(set(whose.values()))
    added = {whose[row.subject] for row in rows if row.outcome == "created" and row.subject in whose}
    kept = _worked_on(run, added, fresh)
    gone = added - kept
    taken = [row for row in rows if whose.get(row.subject) not in kept]
    events = [row_id(run, row.number) for row in taken]
    leads_left = _remove_leads(events, people=gone)
    take_back_tags(run, sorted({whose[row.subject] for row in taken if row.subject in whose} - gone), at=at)
    _remove_statements(run, events, {row.subject for row in taken})
    _remove_people(gone)
    changed = [row for row in taken if whose.get(row.subject) not in gone]
    ends = _remove_links(run, events)
    alone = _remove_lonely({id for row in changed for id in row.fresh})
    if left := ends - alone:
        look_again(left, at=at, cause=Cause("withdrawn"))
    restored = _today({id for row in changed for id in row.identifiers} - alone)
    refresh_people(restored)
    settle_reach(dict.fromkeys(restored, at))
    redo_sums(restored, at=at)
    return {"removed": len(gone), "kept": len(kept), "restored": len(restored), "leads_kept": leads_left}


def _worked_on(run: PeopleImport, people: set[int], fresh: Collection[int]) -> set[int]:
    """Those of ``people`` about whom there is anything that the import did not bring."""
    if not people:
        return set()
    first, last = ids_of(run)
    touches = [
        f"EXISTS (SELECT FROM {table} t WHERE t.{column} = p.id AND NOT ({_OURS.get(table, 'false')}))"
        for table, column in tables_about(Person)
    ]
    found = execute(
        f"SELECT p.id FROM unnest(%(people)s::bigint[]) p(id) WHERE {' OR '.join(touches)}",
        people=id_array(people),
        first=first,
        last=last,
        source=run.source_code,
        by=run.by_id,
        started_at=run.started_at,
    )
    worked_on = {id for (id,) in found}
    held = execute(
        """
        SELECT i.person_id, i.id, EXISTS (SELECT FROM people_identitydecision d
            WHERE d.withdrawn_at IS NULL AND (d.low_id = i.id OR d.high_id = i.id))
        FROM people_identifier i WHERE i.person_id = ANY(%(people)s::bigint[])
        """,
        people=id_array(people),
    )
    worked_on |= {person for person, id, is_decided in held if is_decided or id not in fresh}
    leads = Lead.objects.filter(person__in=people - worked_on)
    return worked_on | {lead.person_id for lead in leads if _is_worked_on(lead)}


def _is_worked_on(lead: Lead) -> bool:
    """Whether anybody has done more with a lead than give it to its first owner."""
    if lead.stage != "new" or lead.first_contact_at is not None or lead.version > 2 or lead.next_step:
        return True
    others = [(table, column) for table, column in tables_about(Lead) if table not in _OF_LEADS]
    asked = " OR ".join(f"EXISTS (SELECT FROM {table} t WHERE t.{column} = %(lead)s)" for table, column in others)
    found: bool = execute(f"SELECT {asked}", lead=lead.pk)[0][0]
    return found


def _remove_leads(events: Sequence[UUID], *, people: Collection[int]) -> int:
    """Remove the leads that these rows have opened and nobody has worked on; returns how many stay."""
    leads = list(Lead.objects.select_for_update(no_key=True).filter(created_by_event_id__in=events).order_by("pk"))
    going = [lead for lead in leads if lead.person_id in people or not _is_worked_on(lead)]
    if going:
        keys = id_array([lead.pk for lead in going])
        for table in _OF_LEADS:
            execute(f"DELETE FROM {table} WHERE lead_id = ANY(%(leads)s::bigint[])", leads=keys)
        execute(
            """
            DELETE FROM event e USING lifecycle_lead l
            WHERE l.id = ANY(%(leads)s::bigint[]) AND e.person_id = l.person_id
              AND e.name IN ('lead_created', 'lead_assigned') AND e.props->>'lead' = l.public_id::text
            """,
            leads=keys,
        )
        execute("DELETE FROM lifecycle_lead WHERE id = ANY(%(leads)s::bigint[])", leads=keys)
    return len(leads) - len(going)


def _remove_statements(run: PeopleImport, events: Sequence[UUID], subjects: Collection[int]) -> None:
    execute("DELETE FROM people_fieldvalue WHERE event_id = ANY(%(events)s::uuid[])", events=id_array(events))
    take_back_many(events)
    execute(
        "DELETE FROM people_affiliation WHERE subject_id = ANY(%(subjects)s::bigint[]) AND source = %(source)s",
        subjects=id_array(subjects),
        source=run.source_code,
    )


def _remove_people(people: Collection[int]) -> None:
    """Remove people of whom nothing is left but what is computed."""
    if not people:
        return
    aliases = execute(
        """
        WITH RECURSIVE alias AS (
            SELECT id, 0 AS depth FROM people_person WHERE id = ANY(%(people)s::bigint[])
            UNION SELECT p.id, a.depth + 1 FROM people_person p JOIN alias a ON p.merged_into_id = a.id
        )
        SELECT id FROM alias
        """,
        people=id_array(people),
    )
    keys = id_array([id for (id,) in aliases])
    held = execute("SELECT id FROM people_identifier WHERE person_id = ANY(%(people)s::bigint[])", people=keys)
    _remove_identifiers([id for (id,) in held])
    for table, column in tables_about(Person):
        if table in (*_PROJECTED, "people_persontag", "lifecycle_stagevisit", "event"):
            execute(f"DELETE FROM {table} WHERE {column} = ANY(%(people)s::bigint[])", people=keys)
    execute(
        "DELETE FROM people_identitychange WHERE source_person_id = ANY(%(people)s::bigint[])"
        " OR target_person_id = ANY(%(people)s::bigint[])",
        people=keys,
    )
    execute("UPDATE people_person SET merged_into_id = NULL WHERE id = ANY(%(people)s::bigint[])", people=keys)
    execute("DELETE FROM people_person WHERE id = ANY(%(people)s::bigint[])", people=keys)


def _remove_identifiers(ids: Collection[int]) -> None:
    """Remove identifiers with their links; nothing else may speak of them."""
    keys = id_array(ids)
    for end in ("low_id", "high_id"):
        execute(f"DELETE FROM people_refusedlink WHERE {end} = ANY(%(ids)s::bigint[])", ids=keys)
        execute(f"DELETE FROM people_identitylink WHERE {end} = ANY(%(ids)s::bigint[])", ids=keys)
        execute(f"DELETE FROM people_identitydecision WHERE {end} = ANY(%(ids)s::bigint[])", ids=keys)
    execute("DELETE FROM people_identifier WHERE id = ANY(%(ids)s::bigint[])", ids=keys)


def _remove_links(run: PeopleImport, events: Sequence[UUID]) -> set[int]:
    """Remove the observations of these rows, and the links that nothing else shows; returns the links' ends."""
    first, last = ids_of(run)
    keys = id_array(events)
    execute("DELETE FROM people_observation WHERE id = ANY(%(events)s::uuid[])", events=keys)
    shown = execute(
        "SELECT low_id, high_id FROM people_identitylink WHERE first_observation_id = ANY(%(events)s::uuid[])",
        events=keys,
    )
    if not shown:
        return set()
    # Observations are found by what they hold only by reading them all: once for so many rows, not for each.
    otherwise = execute_with_rows(
        """
        SELECT DISTINCT ON (r.low, r.high) r.low, r.high, o.at, o.id
        FROM people_observation o CROSS JOIN LATERAL unnest(o.identifiers) one(id)
        JOIN json_to_recordset(%(rows)s::json) AS r(low bigint, high bigint)
            ON r.low = one.id AND r.high = ANY(o.identifiers)
        ORDER BY r.low, r.high, o.at, o.id
        """,
        [{"low": low, "high": high} for low, high in shown],
    )
    execute_with_rows(
        """
        UPDATE people_identitylink l SET first_at = r.at, first_observation_id = r.id
        FROM json_to_recordset(%(rows)s::json) AS r(low bigint, high bigint, at timestamptz, id uuid)
        WHERE l.low_id = r.low AND l.high_id = r.high
        """,
        [{"low": low, "high": high, "at": at, "id": id} for low, high, at, id in otherwise],
    )
    execute(
        "DELETE FROM people_identitylink WHERE first_observation_id BETWEEN %(first)s AND %(last)s"
        " AND first_observation_id = ANY(%(events)s::uuid[])",
        first=first,
        last=last,
        events=keys,
    )
    return {end for pair in shown for end in pair}


def _remove_lonely(ids: Collection[int]) -> set[int]:
    """Remove those of the import's identifiers of which nobody else has said or seen anything; returns them."""
    if not ids:
        return set()
    # Since when somebody is known is told by the strongest identifier there is: it is told anew by another.
    execute(
        "DELETE FROM lifecycle_stagevisit WHERE machine = 'reach' AND subject_id = ANY(%(ids)s::bigint[])",
        ids=id_array(ids),
    )
    said = sorted(registered_tables() - set(_PROJECTED))
    speaks = [f"EXISTS (SELECT FROM {table} t WHERE t.subject_id = i.id)" for table in said]
    found = execute(
        f"""
        SELECT i.id FROM people_identifier i
        WHERE i.id = ANY(%(ids)s::bigint[])
          AND NOT EXISTS (SELECT FROM people_identitylink l WHERE l.low_id = i.id OR l.high_id = i.id)
          AND NOT EXISTS (SELECT FROM people_identitydecision d WHERE d.low_id = i.id OR d.high_id = i.id)
          AND NOT ({" OR ".join(speaks)})
        """,
        ids=id_array(ids),
    )
    lonely = {id for (id,) in found}
    _let_others_tell(lonely)
    _remove_identifiers(lonely)
    return lonely


def _let_others_tell(lonely: Collection[int]) -> None:
    """Let what other systems are to be told of tags name another identifier of its person, where there is one."""
    keys = id_array(lonely)
    execute(
        """
        UPDATE people_tagtotell t SET subject_id = o.id FROM (
            SELECT DISTINCT ON (i.person_id) i.person_id, i.id FROM people_identifier i
            WHERE i.id <> ALL(%(ids)s::bigint[])
              AND i.person_id IN (SELECT person_id FROM people_tagtotell WHERE subject_id = ANY(%(ids)s::bigint[]))
            ORDER BY i.person_id, i.id
        ) o
        WHERE t.subject_id = ANY(%(ids)s::bigint[]) AND t.person_id = o.person_id
        """,
        ids=keys,
    )
    execute("DELETE FROM people_tagtotell WHERE subject_id = ANY(%(ids)s::bigint[])", ids=keys)


def _today(subjects: Iterable[int]) -> list[int]:
    found = execute(
        "SELECT DISTINCT person_id FROM people_identifier WHERE id = ANY(%(ids)s::bigint[])",
        ids=id_array(set(subjects)),
    )
    return sorted(id for (id,) in found)


@app.task(name="exchange.undo_import", queue="imports", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def undo_import_later(run_id: int) -> None:
    """Take back what is left of an import; a killed job goes on where it was."""
    run_undo(run_id, now=lambda: datetime.now(UTC))
