"""Keeping what people allowed and refused, and what it amounts to.

Decisions are added and never changed; the standing of an address is worked out of them: the latest decision counts,
and of two at one instant the denial. A denial by the person's own hand (a signed link) or told by a colleague is lifted
only by a consent as sure: whoever types somebody's address into a form must not bring back what she has withdrawn.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import compress
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from msgspec import Struct, field

from wutong.people.models import (
    Assurance,
    ConsentKind,
    ConsentStanding,
    ConsentState,
    ConsentText,
    Person,
)
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import ready_made
from wutong.platform.rows import execute, id_array, write, write_rows

_LANE = 0x636F6E73
"""Advisory lock ("cons"): two who decide at once must both see the other's decision in what they work out."""
_FIRM = frozenset({Assurance.VERIFIED, Assurance.STAFF})


class Decision(Struct, frozen=True, kw_only=True):
    """Somebody allowed, refused or withdrew one purpose on one channel."""

    subject_id: int
    person_id: int
    channel: str
    purpose: str
    state: ConsentState
    source: str
    assurance: Assurance
    at: datetime
    kind: ConsentKind = ConsentKind.GENERAL
    text_version: str = ""
    text: str = ""
    """What was shown, word by word."""
    proof: dict[str, str | int] = field(default_factory=dict)
    """Where it was decided: ``url``, ``form``, ``form_version``."""
    reason: str = ""
    by_id: int | None = None
    expires_at: datetime | None = None
    event_id: UUID | None = None


class _Kept(Struct, frozen=True, kw_only=True):
    """A decision as it is stored: the columns in the order in which they are inserted."""

    subject_id: int
    person_id: int
    kind: str
    channel: str
    purpose: str
    state: str
    text_version: str
    text_id: int | None
    source: str
    proof: dict[str, str | int]
    reason: str
    by_id: int | None
    assurance: str
    at: datetime
    expires_at: datetime | None
    event_id: UUID | None


class Decided(Protocol):
    """What counts when the decisions of one address about one purpose are weighed."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def assurance(self) -> str: ...
    @property
    def at(self) -> datetime: ...


SomeDecided = TypeVar("SomeDecided", bound=Decided)


class _Row(Struct, frozen=True):
    """A decision as the standing is worked out of it."""

    id: int
    subject_id: int
    kind: str
    channel: str
    purpose: str
    state: str
    assurance: str
    at: datetime
    expires_at: datetime | None


def decide_many(
    decisions: Sequence[Decision], *, first_told_of: Collection[int] = (), texts: Mapping[bytes, int] | None = None
) -> None:
    """Keep every decision and work out what stands; a repeat of the same event changes nothing. Opens no transaction.

    Takes the lane of consents until the caller's transaction ends. The caller is in the lane of identities, or holds
    the subjects: see :mod:`wutong.people.lane`.

    Args:
        first_told_of: subjects that nobody had seen before this transaction, of which nothing can stand yet.
        texts: those of the texts that were shown that are kept already, as :func:`kept_texts` has them.
    """
    if not decisions:
        return
    write("SELECT pg_advisory_xact_lock(%(lane)s)", lane=_LANE)
    texts = _texts(decisions, kept=texts or {})
    alone, others = _apart(decisions, set(first_told_of))
    if alone:
        write_rows(
            f"""
            WITH kept AS ({_KEEP} RETURNING *)
            {_STAND} SELECT subject_id, person_id, kind, channel, purpose, state, assurance, at, expires_at, id
            FROM kept
            """,  # noqa: S608  # constants
            _as_kept(alone, texts),
        )
    if others:
        write_rows(f"{_KEEP} ON CONFLICT DO NOTHING", _as_kept(others, texts))
        work_out({one.subject_id for one in others})


def _apart(decisions: Sequence[Decision], fresh: Collection[int]) -> tuple[list[Decision], list[Decision]]:
    """Those that stand as they are, being the first and the only ones of their kind, and all others."""
    if not fresh:
        return [], list(decisions)
    about = [(one.subject_id, one.kind, one.channel, one.purpose) for one in decisions]
    times = Counter(about)
    is_alone = [one.subject_id in fresh and times[key] == 1 for one, key in zip(decisions, about, strict=True)]
    return list(compress(decisions, is_alone)), [one for one, so in zip(decisions, is_alone, strict=True) if not so]


def _as_kept(decisions: Sequence[Decision], texts: Mapping[bytes, int]) -> list[_Kept]:
    return [
        _Kept(
            subject_id=one.subject_id,
            person_id=one.person_id,
            kind=one.kind,
            channel=one.channel,
            purpose=one.purpose,
            state=one.state,
            text_version=one.text_version[:40],
            text_id=texts.get(_digest(one.text_version, one.text)) if one.text else None,
            source=one.source,
            proof=one.proof,
            reason=one.reason[:300],
            by_id=one.by_id,
            assurance=one.assurance,
            at=one.at,
            expires_at=one.expires_at,
            event_id=one.event_id,
        )
        for one in decisions
    ]


def take_back_many(events: Collection[UUID]) -> None:
    """Remove the decisions of ``events``, which were never made: a list was imported by mistake. Opens no transaction.

    Takes the lane of consents until the caller's transaction ends.
    """
    execute("SELECT pg_advisory_xact_lock(%(lane)s)", lane=_LANE)
    keys = id_array(list(events))
    execute(
        """
        DELETE FROM people_consentstanding s USING people_consent c
        WHERE c.event_id = ANY(%(events)s::uuid[]) AND s.decided_by_id = c.id
          AND (s.subject_id, s.kind, s.channel, s.purpose) = (c.subject_id, c.kind, c.channel, c.purpose)
        """,
        events=keys,
    )
    gone = execute(
        "DELETE FROM people_consent WHERE event_id = ANY(%(events)s::uuid[]) RETURNING subject_id", events=keys
    )
    work_out({subject for (subject,) in gone})


def work_out(subjects: Collection[int]) -> None:
    """Bring what stands of ``subjects`` in line with their decisions. Opens no transaction; in the lane of consents."""
    # Most were decided of once, and that stands; what several amount to is said below, once for all.
    write(
        f"""
        {_STAND} SELECT r.subject_id, i.person_id, r.kind, r.channel, r.purpose, r.state, r.assurance, r.at,
            r.expires_at, r.id
        FROM ({_COUNTED}) r JOIN people_identifier i ON i.id = r.subject_id
        WHERE r.n = 1 {_UNLESS_IT_STANDS}
        """,  # noqa: S608  # constants
        subjects=id_array(list(subjects)),
    )
    if several := _standing_of(subjects, decided_more_than=1):
        write_rows(
            f"""
            {_STAND} SELECT r.subject_id, i.person_id, r.kind, r.channel, r.purpose, r.state, r.assurance, r.at,
                r.expires_at, r.id
            FROM json_to_recordset(%(rows)s::json) AS r(
                id bigint, subject_id bigint, kind text, channel text, purpose text, state text, assurance text,
                at timestamptz, expires_at timestamptz)
            JOIN people_identifier i ON i.id = r.subject_id
            {_UNLESS_IT_STANDS}
            """,  # noqa: S608  # constants
            several,
        )


_KEEP = """
INSERT INTO people_consent (subject_id, person_id, kind, channel, purpose, state, text_version, text_id, source,
                            proof, reason, by_id, assurance, at, expires_at, event_id)
SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    subject_id bigint, person_id bigint, kind text, channel text, purpose text, state text, text_version text,
    text_id bigint, source text, proof jsonb, reason text, by_id bigint, assurance text, at timestamptz,
    expires_at timestamptz, event_id uuid)
"""
_COUNTED = """
SELECT id, subject_id, kind, channel, purpose, state, assurance, at, expires_at,
    count(*) OVER (PARTITION BY subject_id, kind, channel, purpose) AS n
FROM people_consent WHERE subject_id = ANY(%(subjects)s::bigint[])
"""
_STAND = """
INSERT INTO people_consentstanding AS s
    (subject_id, person_id, kind, channel, purpose, state, assurance, at, expires_at, decided_by_id)
"""
_UNLESS_IT_STANDS = """
ON CONFLICT (subject_id, kind, channel, purpose) DO UPDATE
    SET state = excluded.state, assurance = excluded.assurance, at = excluded.at,
        expires_at = excluded.expires_at, decided_by_id = excluded.decided_by_id
    WHERE s.decided_by_id <> excluded.decided_by_id
"""


def amounts_to(decisions: Iterable[SomeDecided]) -> SomeDecided | None:
    """The one of the decisions about one thing that stands."""
    standing: SomeDecided | None = None
    is_firm = False
    for one in sorted(decisions, key=lambda one: (one.at, one.state != ConsentState.GRANTED, one.id)):
        firm = one.assurance in _FIRM
        if one.state == ConsentState.GRANTED:
            if standing is not None and standing.state != ConsentState.GRANTED and is_firm and not firm:
                continue
            standing, is_firm = one, firm
        else:
            was_denied = standing is not None and standing.state != ConsentState.GRANTED
            standing, is_firm = one, firm or (was_denied and is_firm)
    return standing


def count_differing() -> int:
    """How many standings differ from their decisions: none, or the projection is broken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT subject_id FROM people_consent")
        subjects = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT decided_by_id FROM people_consentstanding")
        stored = {row[0] for row in cursor.fetchall()}
    return len({row.id for row in _standing_of(subjects)} ^ stored)


def _standing_of(subjects: Collection[int], *, decided_more_than: int = 0) -> list[_Row]:
    """What stands of each address, kind, channel and purpose."""
    found = execute(
        f"""
        SELECT id, subject_id, kind, channel, purpose, state, assurance, at, expires_at
        FROM ({_COUNTED}) c WHERE n > %(decided_more_than)s
        """,  # noqa: S608  # a constant
        subjects=id_array(list(subjects)),
        decided_more_than=decided_more_than,
    )
    alike: dict[tuple[int, str, str, str], list[_Row]] = {}
    for row in (_Row(*values) for values in found):
        alike.setdefault((row.subject_id, row.kind, row.channel, row.purpose), []).append(row)
    return [one for key in sorted(alike) if (one := amounts_to(alike[key])) is not None]


def kept_texts(texts: Iterable[tuple[str, str]]) -> dict[bytes, int]:
    """The ids of those of ``texts`` (version, text) that are kept, by digest. They are never removed."""
    digests = [_digest(*one) for one in texts]
    known = ConsentText.objects.filter(digest__in=digests)
    return {bytes(digest): pk for pk, digest in known.values_list("pk", "digest")}


def _texts(decisions: Sequence[Decision], *, kept: Mapping[bytes, int]) -> dict[bytes, int]:
    """The ids of the texts that were shown, by digest; new ones are kept."""
    different = {(one.text_version, one.text): one for one in decisions if one.text}
    shown = {_digest(*key): one for key, one in different.items()}
    found = dict(kept)
    if unknown := [key for key in different if _digest(*key) not in kept]:
        found |= kept_texts(unknown)
    missing = [
        ConsentText(digest=digest, version=one.text_version[:40], text=one.text)
        for digest, one in shown.items()
        if digest not in found
    ]
    if missing:  # the lane keeps others from adding the same
        found |= {bytes(text.digest): text.pk for text in ConsentText.objects.bulk_create(missing)}
    return found


@lru_cache(maxsize=64)
def _digest(version: str, text: str) -> bytes:
    return sha256(f"{version}\x00{text}".encode()).digest()


@once_a_page
def standings_of(person: Person) -> list[ConsentStanding]:
    """What stands for each address of a person, each with its decision, the latest first."""
    return _standings_of(person.pk)


@ready_made
def _standings_of(person: int) -> QuerySet[ConsentStanding]:
    standings = ConsentStanding.objects.filter(person=person).select_related("subject", "decided_by")
    return standings.order_by("-at", "-pk")
