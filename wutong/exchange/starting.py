"""An import from its upload to its start: the file, the meaning of its columns, what is to become of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.exchange.columns import IGNORE, plain_name
from wutong.exchange.kinds import guesses_for, meanings_for, recognised_by, retired_in, words_of
from wutong.exchange.models import PeopleImport, SavedMapping
from wutong.exchange.places import prepare_rows, rows_path
from wutong.exchange.running import run_import_later
from wutong.exchange.tables.prepared import Reading, looked_at, read_prepared
from wutong.exchange.tables.refusals import NoRows, NotATable, OldOrLockedWorkbook, WebPage
from wutong.lifecycle.models import ProductLine
from wutong.people.models import Tag
from wutong.platform.audit import record
from wutong.platform.files import XLSX, Upload, forget, is_workbook, path_of, store
from wutong.platform.models import ApiKey, BusinessScope, Staff, StoredFile, Team
from wutong.platform.refusal import Refusal

LARGEST_BYTES = 100 * 1024 * 1024
LOOKED_AT = 1_000
"""Rows by which columns are guessed, and which are checked before the import runs."""
_S = PeopleImport.State
_HEAD = 4_096


class NothingToRecogniseBy(Refusal):
    code = "nothing_to_recognise_by"
    message = _("No column holds a telephone number, an e-mail address or a customer number. Choose at least one.")


class NoColumnOfNames(Refusal):
    code = "no_column_of_names"
    message = _("No column holds the names of the companies or their credit codes. Choose at least one.")


class SameMeaningTwice(Refusal):
    code = "same_meaning_twice"
    message = _("“%(meaning)s” is chosen for two columns. Keep it for one of them.")


class BasisMissing(Refusal):
    code = "legal_basis_missing"
    message = _("Say on which legal basis these people's data are kept, what they were told, and where the proof lies.")


class AlreadyStarted(Refusal):
    code = "import_already_started"
    message = _("This import has been started already. Look at its page.")


class NotRunning(Refusal):
    code = "import_not_running"
    message = _("This import does not run any more. Look at its page.")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is to become of the rows. Of companies there are no leads, and no legal basis is asked for."""

    known: PeopleImport.Known
    leads: PeopleImport.Leads = PeopleImport.Leads.NONE
    basis: PeopleImport.Basis | Literal[""] = ""
    basis_text: str = ""
    basis_proof: str = ""
    owner: Staff | None = None
    by_rules: bool = False
    team: Team | None = None
    scope: BusinessScope | None = None
    product_line: ProductLine | None = None
    channel: str = "import"
    campaign: str = ""
    source: str = ""
    crm_scope: str = ""
    tags: Sequence[Tag] = ()
    """What everybody, or every company, in the file is given."""


def upload(*, file: Upload, by: Staff, at: datetime, kind: str = PeopleImport.Kind.PEOPLE) -> PeopleImport:
    """Take a file, look at it, and guess what its columns mean.

    Raises:
        FileTooLarge, or a refusal of :mod:`wutong.exchange.tables.refusals`.
    """
    stored = store(file=file, by=by, at=at, largest_bytes=LARGEST_BYTES, recognised=table_kind)
    return begin(stored, by=by, at=at, kind=kind)


def begin(
    stored: StoredFile,
    *,
    by: Staff,
    at: datetime,
    api_key: ApiKey | None = None,
    kind: str = PeopleImport.Kind.PEOPLE,
) -> PeopleImport:
    """Begin the import of a stored file.

    Raises:
        a refusal of :mod:`wutong.exchange.tables.refusals`; the file is gone then.
    """
    try:
        run = _looked_into(stored, by=by, at=at, api_key=api_key, kind=kind)
    except Refusal:
        with transaction.atomic(durable=True):
            forget(stored)  # nothing else leads to it, and it may tell of people
        raise
    with transaction.atomic(durable=True):
        run.save()
        record("exchange.import_begun", actor=api_key or by, subject=run, at=at, rows=run.rows, kind=str(run.kind))
    return run


def _looked_into(stored: StoredFile, *, by: Staff, at: datetime, api_key: ApiKey | None, kind: str) -> PeopleImport:
    reading = looked_at(path_of(stored.digest), is_workbook=stored.content_type == XLSX)
    run = PeopleImport(
        by=by,
        api_key=api_key,
        kind=kind,
        created_at=at,
        file=stored,
        file_name=stored.name,
        is_workbook=reading.is_workbook,
        source=stored.name[:80],
    )
    for sheet in reading.sheets or [""]:
        try:
            _read(run, replace(reading, sheet=sheet))
        except NoRows:
            if sheet == (reading.sheets or ("",))[-1]:
                raise
        else:
            break
    return run


def table_kind(part: IO[bytes], name: str) -> str:
    """The content type of a table; for :func:`wutong.platform.files.store`.

    Raises:
        NotATable, WebPage, OldOrLockedWorkbook: see there.
    """
    part.seek(0)
    head = part.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        if not is_workbook(part):
            raise NotATable
        return XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldOrLockedWorkbook
    plain = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"").lower()
    if plain.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta")):
        raise WebPage
    if not name.lower().endswith((".csv", ".txt", ".tsv")) or head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise NotATable
    return "text/csv"


def read_otherwise(*, run: PeopleImport, reading: Reading) -> None:
    """Read the file by another encoding, delimiter, sheet or line of headings, and guess its columns anew.

    Raises:
        AlreadyStarted, or a refusal of :mod:`wutong.exchange.tables.refusals`.
    """
    if run.state != _S.DRAFT:
        raise AlreadyStarted
    with transaction.atomic(durable=True):
        lock_draft(run)  # whoever starts it meanwhile waits, and starts what is read here
        _read(run, reading)
        run.corrected.all().delete()  # they were of other rows
        run.save()


def map_columns(
    *, run: PeopleImport, mapping: Sequence[str], by: Staff, at: datetime, crm_scope: str = "", save_as: str = ""
) -> None:
    """Say what each column means; with ``save_as`` for files to come as well.

    Raises:
        AlreadyStarted, NothingToRecogniseBy, NoColumnOfNames, SameMeaningTwice: see there.
    """
    known = meanings_for(run)
    chosen = [meaning if meaning in known else IGNORE for meaning in mapping][: len(run.columns)]
    chosen += [IGNORE] * (len(run.columns) - len(chosen))
    _refuse_unrecognisable(run, chosen)
    for meaning in set(chosen) - words_of(run.kind).repeatable:
        if chosen.count(meaning) > 1:
            raise SameMeaningTwice(meaning=known[meaning])
    with transaction.atomic(durable=True):
        lock_draft(run)
        run.mapping, run.crm_scope = chosen, crm_scope.strip()[:80]
        run.save(update_fields=["mapping", "crm_scope"])
        if save_as.strip():
            meanings = {plain_name(name): meaning for name, meaning in zip(run.columns, chosen, strict=True) if name}
            name = save_as.strip()[:80]
            given = {"meanings": meanings, "by": by, "at": at}
            SavedMapping.objects.update_or_create(kind=run.kind, name=name, defaults=given)
            record("exchange.mapping_saved", actor=by, subject=run, at=at, name=name)


def mapped_by(saved: SavedMapping, columns: Sequence[str], guessed: Sequence[str]) -> list[str]:
    """The meanings of ``columns`` as they were saved; of those that are not among them, as they were guessed."""
    meanings: Mapping[str, str] = saved.meanings
    return [meanings.get(plain_name(name), guess) for name, guess in zip(columns, guessed, strict=True)]


def start(*, run: PeopleImport, policy: Policy, by: Staff | ApiKey, at: datetime) -> None:
    """Let an import run in the background.

    Raises:
        AlreadyStarted, BasisMissing, NothingToRecogniseBy, NoColumnOfNames: see there.
    """
    has_basis = policy.basis and policy.basis_text.strip() and policy.basis_proof.strip()
    if run.kind == PeopleImport.Kind.PEOPLE and not has_basis:
        raise BasisMissing
    _refuse_unrecognisable(run, run.mapping)
    with transaction.atomic(durable=True):
        lock_draft(run)
        for name in Policy.__dataclass_fields__.keys() - {"tags"}:
            setattr(run, name, getattr(policy, name))
        run.state, run.left_out = _S.WAITING, retired_in(run, run.mapping)
        run.save()
        run.tags.set(policy.tags)
        record(
            "exchange.import_started",
            actor=by,
            subject=run,
            at=at,
            rows=run.rows,
            known=policy.known.value,
            leads=policy.leads.value,
            basis=str(policy.basis),
            tags=", ".join(tag.name for tag in policy.tags),
        )
        run_import_later.configure(queueing_lock=f"import-{run.pk}").defer(run_id=run.pk)


def stop(*, run: PeopleImport, by: Staff, at: datetime) -> None:
    """Let an import end after the rows it is at; what is imported stays, and can be undone.

    Raises:
        NotRunning: it has ended.
    """
    with transaction.atomic(durable=True):
        now = PeopleImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if now.state not in (_S.WAITING, _S.RUNNING):
            raise NotRunning
        now.is_cancel_asked = True
        if now.state == _S.WAITING:
            now.state, now.finished_at = _S.CANCELLED, at
        now.save(update_fields=["is_cancel_asked", "state", "finished_at"])
        record("exchange.import_stopped", actor=by, subject=now, at=at, done=now.done)


def discard(*, run: PeopleImport, by: Staff, at: datetime) -> None:
    """Throw away an import that has not been started, with its file.

    Raises:
        AlreadyStarted: see there.
    """
    with transaction.atomic(durable=True):
        lock_draft(run)
        record("exchange.import_discarded", actor=by, subject=run, at=at)
        rows_path(run).unlink(missing_ok=True)
        stored = run.file
        run.delete()
        if stored is not None:
            forget(stored)


def _read(run: PeopleImport, reading: Reading) -> None:
    prepared = prepare_rows(run, reading)
    run.encoding, run.delimiter = reading.encoding, reading.delimiter
    run.sheet, run.sheets = reading.sheet[:120], list(reading.sheets)
    run.heading, run.columns, run.rows = prepared.heading, prepared.columns, prepared.rows
    run.mapping = guesses_for(run, first_rows(run))


def _refuse_unrecognisable(run: PeopleImport, mapping: Sequence[str]) -> None:
    """
    Raises:
        NothingToRecogniseBy, NoColumnOfNames: no column says who or what a row is about.
    """
    if set(mapping).isdisjoint(recognised_by(run.kind)):
        raise NothingToRecogniseBy if run.kind == PeopleImport.Kind.PEOPLE else NoColumnOfNames


def first_rows(run: PeopleImport, *, most: int = LOOKED_AT) -> list[list[str]]:
    """The first rows of a file, as cells."""
    rows = []
    for _number, cells in read_prepared(rows_path(run)):
        rows.append(cells)
        if len(rows) == most:
            break
    return rows


def lock_draft(run: PeopleImport) -> None:
    """Lock an import that is not started yet; what is not stored yet is nobody else's."""
    if run.pk is None:
        return
    if not PeopleImport.objects.select_for_update(of=("self",)).filter(pk=run.pk, state=_S.DRAFT).exists():
        raise AlreadyStarted
