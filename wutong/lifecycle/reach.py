"""The first machine: how far a person is known. Visitors arrive, some become known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from wutong.people.models import IdentifierKind
from wutong.platform.rows import write_rows


class Arrived(Struct, frozen=True, kw_only=True):
    """A person seen for the first time."""

    person_id: int
    subject_id: int
    at: datetime
    channel: str
    known_at: datetime | None = None
    """For whoever is known as soon as they arrive: since when. :func:`settle_reach` has nothing left to do then."""
    known_by: int | None = None
    """As :func:`strongest` has it."""


def strongest(identifiers: Iterable[tuple[str, int]]) -> int:
    """The subject of a stay that belongs to a person as a whole, of the kinds and ids of the person's identifiers."""
    return min(identifiers, key=lambda one: (_STRENGTH.index(one[0]), one[1]))[1]


def arrive_many(arrivals: Sequence[Arrived]) -> None:
    """Open a visitor's stay for people seen for the first time. Opens no transaction."""
    if not arrivals:
        return
    write_rows(
        """
        INSERT INTO lifecycle_stagevisit (machine, stage, subject_id, person_id, entered_at, left_at, reason, channel)
        SELECT 'reach', s.stage, s.subject_id, a.person_id, s.entered_at, s.left_at, s.reason, s.channel
        FROM json_to_recordset(%(rows)s::json) AS a(
            subject_id bigint, person_id bigint, at timestamptz, channel text, known_at timestamptz, known_by bigint)
        CROSS JOIN LATERAL (VALUES
            ('visitor', a.subject_id, a.at,
                CASE WHEN a.known_at IS NOT NULL THEN greatest(a.known_at, a.at) END, 'first_seen', a.channel),
            ('known', a.known_by, a.known_at, NULL, 'identified', '')
        ) AS s(stage, subject_id, entered_at, left_at, reason, channel)
        WHERE s.stage = 'visitor' OR a.known_at IS NOT NULL
        """,
        arrivals,
    )


def settle_reach(people: Mapping[int, datetime]) -> None:
    """Give each of ``people`` one open stay in the stage they are in, since the instant given. Opens no transaction.

    After a merge the stays of both stand side by side, so that a split finds them again; readers take the earliest of a
    stage, since one person arrives once.

    Whoever calls need not be in the lane: the identifier that a stay is opened for is held, as
    :func:`wutong.people.identifiers.hold` does.
    """
    if not people:
        return
    # By person only, hence || '': by machine and stage all stays of this machine were read for each batch of an import,
    # wherever the statistics were from before there were many.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH settled AS (
                SELECT p.id, p.reach, p.merged_into_id, r.at
                FROM unnest(%s::bigint[], %s::timestamptz[]) AS r(id, at) JOIN people_person p ON p.id = r.id
            ), left_behind AS (
                UPDATE lifecycle_stagevisit v SET left_at = greatest(p.at, v.entered_at)
                FROM settled p
                WHERE v.person_id = p.id AND v.machine || '' = 'reach' AND v.left_at IS NULL AND v.stage <> p.reach
            ), lacking AS MATERIALIZED (
                SELECT p.id, p.reach, p.at FROM settled p
                WHERE p.merged_into_id IS NULL AND p.reach <> 'visitor'
                  AND NOT EXISTS (
                    SELECT FROM lifecycle_stagevisit v
                    WHERE v.person_id = p.id AND v.machine || '' = 'reach' AND v.stage = p.reach
                  )
            )
            INSERT INTO lifecycle_stagevisit (machine, stage, subject_id, person_id, entered_at, reason, channel)
            SELECT 'reach', p.reach, s.id, p.id, p.at, 'identified', ''
            FROM lacking p
            CROSS JOIN LATERAL (
                SELECT i.id FROM people_identifier i WHERE i.person_id = p.id
                ORDER BY array_position(%s, i.kind::text), i.id LIMIT 1 FOR KEY SHARE
            ) s
            """,
            [list(people), list(people.values()), _STRENGTH],
        )


def redo_reach(people: Sequence[int], at: datetime) -> None:
    """Follower of :mod:`wutong.people.reassign`."""
    settle_reach(dict.fromkeys(people, at))


_STRENGTH = [kind.value for kind in IdentifierKind]
