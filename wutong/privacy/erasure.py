"""Erasing a person: asked for once, then done piece by piece in the background, whatever is killed in between.

First a tombstone is written, so that a restore of an older backup cannot bring them back unnoticed. Then all that is
registered in ``people.holdings`` goes, in short transactions, each of which counts what it erased; then, in the
identity lane, what came in meanwhile and who they were; then the lake. What is left is a certificate that names
nobody.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.events.lake.jobs import erase_from_lake
from wutong.people import lane
from wutong.people.erasing import erase_identity, leave_observations, outwait_writers, whom
from wutong.people.holdings import Fate, Holding, Whom, erase_some, holdings, marks_of, sweeps
from wutong.people.models import Identifier, Person
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.platform.structured import structlog
from wutong.privacy.models import Erasure, SubjectRequest
from wutong.privacy.tombstones import Tombstone, bury, digest_of, missing

log = structlog.get_logger("privacy")
_STUCK_AFTER = timedelta(minutes=10)
_IDENTIFIERS_AT_ONCE = 50_000


class ErasureRuns(Refusal):
    """It is being done already."""

    code = "erasure_runs"
    message = _("This person is being erased already.")


class WasMerged(Refusal):
    """The page shows somebody who has become a part of another."""

    code = "person_merged"
    message = _("This person was merged with another. Open that one.")


def ask_for_erasure(
    *, person: Person, by: Staff | None, at: datetime, request: SubjectRequest | None = None
) -> Erasure:
    """Have ``person`` erased. It cannot be taken back.

    Raises:
        ErasureRuns, WasMerged: see there.
    """
    try:
        with transaction.atomic(durable=True):
            return start_erasure(person=person, by=by, at=at, request=request, cause=Erasure.Cause.ASKED)
    except IntegrityError as error:
        if "nobody_is_erased_twice_at_once" in str(error):
            raise ErasureRuns from error
        raise


def start_erasure(
    *,
    person: Person,
    by: Staff | None,
    at: datetime,
    cause: Erasure.Cause,
    request: SubjectRequest | None = None,
    public_id: UUID | None = None,
) -> Erasure:
    """As :func:`ask_for_erasure`, for whoever erases many. Opens no transaction.

    Raises:
        WasMerged: see there.
    """
    if person.merged_into_id is not None:
        raise WasMerged
    erasure = Erasure(person_public_id=person.public_id, cause=cause, request=request, by=by, asked_at=at)
    if public_id is not None:
        erasure.public_id = public_id
    erasure.save(force_insert=True)
    record("privacy.erasure_asked", actor=by, subject=erasure, at=at, cause=cause.value)
    erase_later.defer(erasure_id=erasure.pk)
    return erasure


def erase(erasure_id: int, *, at: datetime) -> None:
    """Erase what is left to erase, all but the lake. Safe to be killed at any instant and called again."""
    them = _begin(erasure_id, at=at)
    if them is None:
        return
    for holding in holdings():
        if holding.fate is Fate.ERASED or holding.fate is Fate.BLANKED:
            _erase_all(erasure_id, holding, them)
    with transaction.atomic():
        _count(erasure_id, {"people_observation": leave_observations(them.subjects)})
    _finish_tables(erasure_id, since=at - timedelta(minutes=1), at=at)


def erase_in_lake(erasure_id: int, *, at: datetime) -> None:
    """The last step: rows, files and snapshots of the lake; then the certificate stands."""
    erasure = Erasure.objects.filter(pk=erasure_id, state=Erasure.State.LAKE).first()
    if erasure is None:
        return
    complete(erasure, erase_from_lake(people=erasure.people, subjects=erasure.subjects), at=at)


def complete(erasure: Erasure, counts: dict[str, int], *, at: datetime) -> None:
    """Close an erasure of which the lake is cleared: from now on it names nobody."""
    with transaction.atomic():
        now = Erasure.objects.select_for_update(no_key=True).get(pk=erasure.pk)
        if now.state != Erasure.State.LAKE:
            return
        now.counts = _added(now.counts, counts)
        now.state, now.finished_at = Erasure.State.DONE, at
        now.people, now.subjects, now.marks = [], [], []
        now.save()
        record("privacy.erased", actor=now.by, subject=now, at=at, cause=now.cause, rows=sum(now.counts.values()))
    log.info("privacy.erased", erasure=str(erasure.public_id), rows=sum(now.counts.values()))


def resume(*, at: datetime) -> int:
    """Take up erasures whose job was lost. Returns how many."""
    stuck = Erasure.objects.exclude(state=Erasure.State.DONE).filter(asked_at__lt=at - _STUCK_AFTER)
    for erasure in stuck:
        job = clear_lake_later if erasure.state == Erasure.State.LAKE else erase_later
        job.configure(queueing_lock=f"{job.name}:{erasure.pk}").defer(erasure_id=erasure.pk)
    return len(stuck)


def replay(*, at: datetime) -> int:
    """Erase again whom a restored backup brought back. Returns how many people.

    Whoever came anew after the erasure stays: their identifiers were seen first after it.
    """
    known = Erasure.objects.values_list("public_id", flat=True).iterator()
    stones = missing(known)
    if not stones:
        return 0
    wanted = {digest: stone for stone in stones for digest in stone.digests}
    found: dict[UUID, set[int]] = {}
    identifiers = Identifier.objects.values_list("kind", "scope", "value", "person_id", "first_seen_at")
    for kind, scope, value, person_id, first_seen_at in identifiers.iterator(chunk_size=_IDENTIFIERS_AT_ONCE):
        stone = wanted.get(digest_of(kind, scope, value))
        if stone is not None and first_seen_at < stone.erased_at:
            found.setdefault(stone.id, set()).add(person_id)
    n = 0
    for stone in stones:
        people = Person.objects.filter(pk__in=found.get(stone.id, ()))
        for place, person in enumerate(people.order_by("pk")):
            with transaction.atomic():
                if not Erasure.objects.filter(person_public_id=person.public_id).exclude(state="done").exists():
                    own = stone.id if place == 0 else None
                    start_erasure(person=person, by=None, at=at, cause=Erasure.Cause.REPLAYED, public_id=own)
                    n += 1
        if not found.get(stone.id):
            _note_as_known(stone, at=at)
    return n


def _note_as_known(stone: Tombstone, *, at: datetime) -> None:
    """The backup did not hold this person: the certificate is written again, and nothing is to do."""
    Erasure.objects.create(
        public_id=stone.id,
        person_public_id=stone.person,
        cause=Erasure.Cause.REPLAYED,
        state=Erasure.State.DONE,
        asked_at=stone.erased_at,
        finished_at=at,
    )


def _begin(erasure_id: int, *, at: datetime) -> Whom | None:
    """Write down who it is, and their tombstone; None when the tables are done."""
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        if erasure.state not in (Erasure.State.WAITING, Erasure.State.RUNNING):
            return None
        person = Person.objects.filter(public_id=erasure.person_public_id).first()
        if person is None:
            raise RuntimeError(f"{erasure}: the person is gone before the erasure was done")
        while person.merged_into is not None:
            person = person.merged_into
        them = whom(person)
        marks = sorted({*erasure.marks, *marks_of(them)})
        erasure.state, erasure.people, erasure.subjects, erasure.marks = Erasure.State.RUNNING, *_ids(them), marks
        erasure.save(update_fields=["state", "people", "subjects", "marks"])
        identifiers = Identifier.objects.filter(pk__in=them.subjects).values_list("kind", "scope", "value")
        digests = sorted({digest_of(*one) for one in identifiers})
    bury(Tombstone(id=erasure.public_id, person=erasure.person_public_id, erased_at=at, digests=digests))
    them = Whom(people=them.people, subjects=them.subjects, values=them.values, marks=marks)
    with transaction.atomic():
        _count(erasure_id, _swept(them))
    return them


def _erase_all(erasure_id: int, holding: Holding, them: Whom) -> None:
    while True:
        with transaction.atomic():
            n = erase_some(holding, them)
            _count(erasure_id, {holding.table: n})
        if not n or holding.fate is Fate.BLANKED:
            return


def _finish_tables(erasure_id: int, *, since: datetime, at: datetime) -> None:
    """In one transaction, in the lane: what came in meanwhile, and who they were."""
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        lane.take()
        person = Person.objects.get(public_id=erasure.person_public_id)
        while person.merged_into is not None:
            person = person.merged_into
        them = whom(person)
        outwait_writers(them)
        them = Whom(people=them.people, subjects=them.subjects, values=them.values, marks=erasure.marks)
        counts = _swept(them)
        for holding in holdings():
            if holding.fate is Fate.ERASED or holding.fate is Fate.BLANKED:
                counts = _added(counts, {holding.table: _rest(holding, them)})
        counts = _added(counts, erase_identity(them, survivor_id=person.pk, since=since, at=at))
        erasure.refresh_from_db()
        erasure.counts = _added(erasure.counts, counts)
        erasure.state = Erasure.State.LAKE
        erasure.people = sorted({*erasure.people, *them.people})
        erasure.subjects = sorted({*erasure.subjects, *them.subjects})
        erasure.save(update_fields=["counts", "state", "people", "subjects"])
        clear_lake_later.defer(erasure_id=erasure_id)


def _rest(holding: Holding, them: Whom) -> int:
    total = 0
    while n := erase_some(holding, them):
        total += n
        if holding.fate is Fate.BLANKED:
            break
    return total


def _swept(them: Whom) -> dict[str, int]:
    return {name: n for name, sweeper in sweeps().items() if (n := sweeper(them))}


def _count(erasure_id: int, counts: dict[str, int]) -> None:
    counts = {name: n for name, n in counts.items() if n}
    if counts:
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        erasure.counts = _added(erasure.counts, counts)
        erasure.save(update_fields=["counts"])


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    both = {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
    return {name: n for name, n in both.items() if n}


def _ids(them: Whom) -> tuple[list[int], list[int]]:
    return them.people, them.subjects


@app.task(name="privacy.erase", queue="upkeep", retry=RetryStrategy(max_attempts=20, wait=30))
def erase_later(erasure_id: int) -> None:
    erase(erasure_id, at=timezone.now())


@app.task(name="privacy.clear_lake", queue="lake", lock="lake.export", retry=RetryStrategy(max_attempts=20, wait=60))
def clear_lake_later(erasure_id: int) -> None:
    erase_in_lake(erasure_id, at=timezone.now())
