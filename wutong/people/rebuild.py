"""Who is who, recomputed from all that was seen: to check the running projection, and to bring it in line.

The check reads observations and decisions, applies the rules to all of them at once and compares; it shares nothing
with the projection but the rules themselves. It holds the linked identifiers in memory, about half a kilobyte each.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from msgspec import Struct, field
from procrastinate.contrib.django import app

from wutong.people import lane
from wutong.people.graph import Level, Link, Traits, resolve
from wutong.people.identifiers import blocked_values, load_by_id
from wutong.people.models import Identifier, IdentityRules, RefusedLink
from wutong.people.neighbourhood import around, links_of, told_apart, traits_of
from wutong.people.observations import Recognised
from wutong.people.projection import Cause, largest_person, project
from wutong.people.reassign import count_lost, count_misplaced
from wutong.people.settling import settle
from wutong.platform.rows import execute, id_array

VERSION = 1
"""Of the rules. A projection that was built by an older one is rebuilt after an upgrade."""
AT_ONCE = 2_000
"""Identifiers of one step of a rebuild: each is a short transaction in the lane."""
_EXAMPLES = 20
_ROWS = 20_000


class Checked(Struct):
    """What a check has compared, and every kind of difference with its number and some examples (ids)."""

    identifiers: int = 0
    links: int = 0
    people: int = 0
    differences: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_equal(self) -> bool:
        return not self.differences

    def note(self, what: str, examples: Iterable[str]) -> None:
        for example in examples:
            self.differences[what] = self.differences.get(what, 0) + 1
            shown = self.examples.setdefault(what, [])
            if len(shown) < _EXAMPLES:
                shown.append(example)

    def in_words(self) -> str:
        lines = [f"{self.identifiers} identifiers, {self.links} links, {self.people} people recomputed."]
        for what, n in self.differences.items():
            lines.append(f"{n} × {what}: {', '.join(self.examples[what])}{' …' if n > _EXAMPLES else ''}")
        return "\n".join([*lines, "No difference." if self.is_equal else "Run wutong identity rebuild to mend this."])


class Rebuilt(Struct):
    """What a rebuild has changed."""

    links: int = 0
    blocked: int = 0
    moved: int = 0

    def in_words(self) -> str:
        return f"{self.links} links and {self.blocked} blocked marks mended, {self.moved} identifiers moved."


def check() -> Checked:
    """Compare the projection with what was seen, at one moment, while everything runs."""
    found = Checked()
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found.identifiers = Identifier.objects.count()
        found.note("wrong link", (f"{low}-{high}" for low, high in _stream(_WRONG_LINKS)))
        found.note("wrong blocked mark", (str(id) for id, _ in _wrongly_blocked()))
        _check_people(found)
        found.note("person with neither identifiers nor successor", _ids(_LOST))
        found.note("person with identifiers and a successor", _ids(_DOUBLY_THERE))
        found.note("alias that leads to nobody", _ids(_LEADING_NOWHERE))
        for table, n in count_misplaced().items():
            found.differences[f"row of {table} with another person than its subject"] = n
            found.examples[f"row of {table} with another person than its subject"] = []
        for (table, field), n in count_lost().items():
            found.differences[f"row of {table} whose {field} is not there"] = n
            found.examples[f"row of {table} whose {field} is not there"] = []
    return found


def rebuild(*, at: datetime) -> Rebuilt:
    """Bring the projection in line with what was seen, a short transaction in the lane after the other."""
    done = Rebuilt()
    with transaction.atomic():
        is_wrong = any(_stream(_WRONG_LINKS))
    if is_wrong:  # looked at first without the lane, in which everybody would wait
        with transaction.atomic():
            lane.take()
            (done.links,) = execute(_MEND_LINKS)[0]
    marks = dict(_wrongly_blocked())
    with transaction.atomic():
        lane.take()
        Identifier.objects.filter(pk__in=[id for id, is_blocked in marks.items() if is_blocked]).update(
            is_blocked=False
        )
        Identifier.objects.filter(pk__in=[id for id, is_blocked in marks.items() if not is_blocked]).update(
            is_blocked=True
        )
        done.blocked = len(marks)
    last = 0
    while True:
        with transaction.atomic():
            lane.take()
            following = Identifier.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
            ids = set(following[:AT_ONCE])
            if not ids:
                break
            last = max(ids)
            done.moved += len(look_again(ids, at=at, cause=Cause("rebuilt")).moved)
    IdentityRules.objects.update_or_create(defaults={"built_by_version": VERSION})
    return done


def look_again(ids: set[int], *, at: datetime, cause: Cause) -> Recognised:
    """Recompute the people of ``ids``, whatever they were before. The caller is in the lane. Opens no transaction."""
    recognised = Recognised()
    project(_with_their_people(ids), {}, {}, recognised, at=at, level=Level.PRODUCT, cause=cause)
    settle(recognised, at=at)
    return recognised


def _with_their_people(ids: set[int]) -> set[int]:
    """``ids`` and whatever shares a person with something that they change, however wrongly."""
    while True:
        concerned = around(ids, {}, Level.PRODUCT).concerned
        held = execute(
            "SELECT id FROM people_identifier WHERE person_id IN"
            " (SELECT person_id FROM people_identifier WHERE id = ANY(%(ids)s::bigint[]))",
            ids=id_array(concerned),
        )
        more = {id for (id,) in held} - concerned
        if not more:
            return ids
        ids = ids | more


def _check_people(found: Checked) -> None:
    """Apply the rules to all of the graph, in pieces that have no link to each other, and compare."""
    together: dict[int, tuple[int, ...]] = {}
    shared: set[int] = set()
    refused: set[tuple[int, int, str]] = set()
    largest = largest_person()
    for ids in _pieces(found):
        nodes = load_by_id(ids)
        traits: dict[int, Traits] = {id: traits_of(one) for id, one in nodes.items()}
        links: list[Link[int]] = [link for link in links_of(ids) if link.one in nodes and link.other in nodes]
        outcome = resolve(traits, links, apart=told_apart(ids), largest=largest)
        together |= {min(group): tuple(sorted(group)) for group in outcome.groups if len(group) > 1}
        shared |= outcome.shared
        refused |= {(min(no.one, no.other), max(no.one, no.other), no.reason.value) for no in outcome.refused}

    wrong = []
    for (members,) in _stream(
        "SELECT array_agg(id ORDER BY id) FROM people_identifier GROUP BY person_id HAVING count(*) > 1"
    ):
        if together.pop(members[0], None) != tuple(members):
            wrong.append("=".join(map(str, members)))
    found.note("person who should not be one", wrong)
    found.note("person not put together", ("=".join(map(str, members)) for members in together.values()))
    marked = set(_ids("SELECT id FROM people_identifier WHERE is_shared"))
    found.note("wrong shared mark", sorted(marked ^ {str(id) for id in shared}))
    kept = set(RefusedLink.objects.values_list("low_id", "high_id", "why"))
    found.note("wrong refused link", (f"{low}-{high} {why}" for low, high, why in sorted(kept ^ refused)))
    (found.people,) = execute("SELECT count(*) FROM people_person WHERE merged_into_id IS NULL")[0]


def _pieces(found: Checked) -> Iterator[list[int]]:
    """The identifiers that anything effective links, in batches; what is linked to each other is in one batch."""
    parent: dict[int, int] = {}

    def root(id: int) -> int:
        while parent.setdefault(id, id) != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    for low, high in _stream(_EFFECTIVE_LINKS):
        found.links += 1
        parent[root(low)] = root(high)
    by_root = sorted((root(id), id) for id in parent)
    batch: list[int] = []
    for _, piece in groupby(by_root, key=lambda pair: pair[0]):
        batch += [id for _, id in piece]
        if len(batch) >= _ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _wrongly_blocked() -> Iterator[tuple[int, bool]]:
    """Strong identifiers whose mark is not what their value asks for, each with its mark."""
    last = 0
    while True:
        rows = load_by_id(
            [
                id
                for (id,) in execute(
                    "SELECT id FROM people_identifier WHERE id > %(last)s AND kind NOT IN ('cookie', 'device')"
                    " ORDER BY id LIMIT %(rows)s",
                    last=last,
                    rows=_ROWS,
                )
            ]
        )
        if not rows:
            return
        last = max(rows)
        blocked = blocked_values([one.key for one in rows.values()])
        yield from ((id, one.is_blocked) for id, one in rows.items() if one.is_blocked != (one.key in blocked))


def _ids(query: str) -> Iterator[str]:
    return (str(id) for (id,) in _stream(query))


def _stream(query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of ``query``, without holding all of them. The caller has opened a transaction."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor(name="identity_rebuild") as cursor:
        cursor.itersize = _ROWS
        cursor.execute(query)
        yield from cursor


_SEEN = """
WITH seen AS (
    SELECT DISTINCT ON (a.id, b.id) a.id AS low, b.id AS high, o.at, o.id AS observation,
           bool_or(o.assurance = 'verified') OVER (PARTITION BY a.id, b.id) AS is_verified
    FROM people_observation o
    CROSS JOIN LATERAL unnest(o.identifiers) a(id) CROSS JOIN LATERAL unnest(o.identifiers) b(id)
    WHERE a.id < b.id ORDER BY a.id, b.id, o.at, o.id
)"""
_WRONG_LINKS = f"""{_SEEN}
SELECT coalesce(l.low_id, s.low), coalesce(l.high_id, s.high)
FROM seen s FULL JOIN people_identitylink l ON l.low_id = s.low AND l.high_id = s.high
WHERE l.low_id IS NULL OR s.low IS NULL
   OR (l.first_at, l.first_observation_id, l.is_verified) <> (s.at, s.observation, s.is_verified)
"""
_MEND_LINKS = f"""{_SEEN}, gone AS (
    DELETE FROM people_identitylink l
    WHERE NOT EXISTS (SELECT FROM seen s WHERE s.low = l.low_id AND s.high = l.high_id)
    RETURNING 1
), come AS (
    INSERT INTO people_identitylink AS l (low_id, high_id, first_at, first_observation_id, is_verified)
    SELECT * FROM seen
    ON CONFLICT (low_id, high_id) DO UPDATE SET
        first_at = excluded.first_at, first_observation_id = excluded.first_observation_id,
        is_verified = excluded.is_verified
    WHERE (l.first_at, l.first_observation_id, l.is_verified)
        <> (excluded.first_at, excluded.first_observation_id, excluded.is_verified)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM come)
"""
_EFFECTIVE_LINKS = """
SELECT l.low_id, l.high_id
FROM (
    SELECT low_id, high_id FROM people_identitylink
    UNION ALL SELECT low_id, high_id FROM people_identitydecision WHERE what = 'same' AND withdrawn_at IS NULL
) l
JOIN people_identifier a ON a.id = l.low_id JOIN people_identifier b ON b.id = l.high_id
WHERE NOT a.is_blocked AND NOT b.is_blocked
  AND NOT (a.kind IN ('cookie', 'device') AND b.kind IN ('cookie', 'device'))
"""
_LOST = """
SELECT id FROM people_person p
WHERE merged_into_id IS NULL AND NOT EXISTS (SELECT FROM people_identifier i WHERE i.person_id = p.id)
"""
_DOUBLY_THERE = """
SELECT id FROM people_person p
WHERE merged_into_id IS NOT NULL AND EXISTS (SELECT FROM people_identifier i WHERE i.person_id = p.id)
"""
_LEADING_NOWHERE = """
WITH RECURSIVE led AS (
    SELECT a.id FROM people_person a JOIN people_person t ON t.id = a.merged_into_id WHERE t.merged_into_id IS NULL
    UNION SELECT p.id FROM people_person p JOIN led l ON l.id = p.merged_into_id
)
SELECT id FROM people_person WHERE merged_into_id IS NOT NULL EXCEPT SELECT id FROM led
"""


@app.task(queue="default")
def rebuild_later() -> None:
    """Rebuild because an administrator has changed the rules."""
    rebuild(at=datetime.now(UTC))


@app.periodic(cron="11 * * * *")
@app.task(queue="default", queueing_lock="follow_new_rules")
def follow_new_rules_later(timestamp: int) -> None:
    """Rebuild once after an upgrade to other rules."""
    if not IdentityRules.objects.filter(built_by_version__gte=VERSION).exists():
        rebuild(at=datetime.fromtimestamp(timestamp, UTC))
