"""What was sent by a form: found, shown as far as the reader may see, released from quarantine, exported."""

import base64
import binascii
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wutong.content.editing import design_in
from wutong.content.hosted.design import Question, questions_in
from wutong.content.models import Form, FormSubmission, FormVersion, QuarantinedSubmission
from wutong.events.arrivals import FormPost, pack, unpack
from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import Lead
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Person
from wutong.platform import format as formats
from wutong.platform.audit import record
from wutong.platform.audit_trail import neutral
from wutong.platform.models import InboxBlock, Staff
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.platform.reveals import count_exported
from wutong.platform.watermark import COLUMN, watermark

PAGE = 50
COUNTED = 10_001
MOST_EXPORTED = 50_000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the machine's own encoding
Kept = TypeVar("Kept", FormSubmission, QuarantinedSubmission)
STATES = ("lead", "known")
TOUCHED = ("channel", "source", "medium", "campaign", "term", "content", "referrer", "landing")

REASONS: dict[str, str | Promise] = {
    "honeypot": pgettext_lazy("suspicion", "filled in what people do not see"),
    "too_quick": pgettext_lazy("suspicion", "sent within two seconds"),
    "links": pgettext_lazy("suspicion", "stuffed with links"),
}


class AlreadyReleased(Refusal):
    code = "already_released"
    message = gettext_lazy("Somebody has released this submission already.")


class FormClosed(Refusal):
    code = "form_closed"
    message = gettext_lazy("The form is closed. Open it again, then release the submission.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for. Dates are days of the reader's zone, both included."""

    first: date | None = None
    last: date | None = None
    state: str = ""
    """``lead``: it opened a lead; ``known``: it did not, the person was being dealt with or is not reachable."""
    search: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One submission as its reader may see it."""

    id: UUID
    at: datetime
    name: str
    company: str
    contact: str
    others: list[tuple[str, str]]
    channel: str | Promise
    campaign: str
    host: str
    version: int | None
    person: Person | None
    """Only where the reader may see the person."""
    reasons: list[str | Promise]
    is_released: bool


@dataclass(frozen=True)
class Found:
    """A page of submissions, newest first."""

    rows: list[Shown]
    total: int
    is_estimate: bool
    next: str | None


def submissions_of(form: Form, wanted: Wanted, *, viewer: Staff, zone: tzinfo) -> Found:
    """The submissions of a form that fit ``wanted``."""
    found = _wanted_of(form, wanted, zone)
    total = found.order_by()[:COUNTED].count()
    page = list(_page(found, wanted.after).select_related("version", "person")[: PAGE + 1])
    visible = _visible([one.person_id for one in page], viewer)
    design = questions_in(form.fields)
    rows = [
        _shown(one, _questions(one.version, design), person=one.person if one.person_id in visible else None)
        for one in page[:PAGE]
    ]
    return Found(rows, min(total, COUNTED - 1), total == COUNTED, _next(page))


def quarantined_of(form: Form, wanted: Wanted, *, zone: tzinfo) -> Found:
    """What of a form looks like spam, released or not."""
    found = _matching(QuarantinedSubmission.objects.filter(form=form), wanted, zone)
    total = found.order_by()[:COUNTED].count()
    page = list(_page(found, wanted.after).select_related("version")[: PAGE + 1])
    design = questions_in(form.fields)
    rows = [_shown(one, _questions(one.version, design), person=None) for one in page[:PAGE]]
    return Found(rows, min(total, COUNTED - 1), total == COUNTED, _next(page))


def release(*, submission: QuarantinedSubmission, by: Staff, at: datetime) -> None:
    """Let a suspected submission be worked through as any other: a colleague has read it.

    Its lead's clock starts now, since nobody could have answered before.

    Raises:
        AlreadyReleased: it has been.
        FormClosed: visitors could not send it either.
    """
    with transaction.atomic(durable=True):
        now = QuarantinedSubmission.objects.select_for_update(of=("self",)).select_related("form").get(pk=submission.pk)
        if now.released_at is not None:
            raise AlreadyReleased
        if not now.form.is_active:
            raise FormClosed
        (arrival,) = unpack(now.body)
        if not isinstance(arrival, FormPost):
            raise TypeError(f"quarantined submission {now.pk} holds no form")
        believed = msgspec.structs.replace(arrival, suspicions=[], received_at=at)
        InboxBlock.objects.create(received_at=at, count=1, body=pack([believed]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('wutong_inbox', '')")
        now.released_at, now.released_by = at, by
        now.save(update_fields=["released_at", "released_by"])
        record("content.submission_released", actor=by, subject=now, at=at, form=now.form.key, reasons=now.reasons)


def export_csv(form: Form, wanted: Wanted, *, by: Staff, zone: tzinfo, at: datetime, in_full: bool = False) -> str:
    """The submissions that fit, for a spreadsheet, newest first. The export leaves an audit entry.

    Args:
        in_full: telephone numbers, addresses and credit codes are not masked, as far as ``by`` may export them so.

    Raises:
        EnoughExported: a day allows so many rows in full.
    """
    found = _wanted_of(form, wanted, zone)
    rows = list(found.select_related("version").order_by("-at", "-pk")[:MOST_EXPORTED])
    in_full = in_full and may(by, "lists.export_in_full")
    design = questions_in(form.fields)
    asked: dict[str, Question] = {one.name: one for one in design}
    for row in rows:
        for question in _questions(row.version, design):
            asked.setdefault(question.name, question)
    head = [_("Time"), _("Version"), *[one.label or one.name for one in asked.values()], _("Page")]
    for touch in (_("First touch"), _("Registration touch")):
        head += [f"{touch}: {name}" for name in TOUCHED]
    mark = watermark(by=by, at=at)
    with transaction.atomic(durable=True):
        refusal = count_exported(staff=by, at=at, rows=len(rows)) if in_full and rows else None
        if refusal is None:
            about = {"rows": len(rows), "in_full": in_full, "mark": mark.number}
            record("content.submissions_exported", actor=by, subject=form, at=at, **about)
    if refusal is not None:
        raise refusal
    told = ([*_exported(row, asked, zone=zone, in_full=in_full), str(mark)] for row in rows)
    return _csv([[*head, str(COLUMN)], *told])


def masked(question: Question | None, name: str, answer: str) -> str:
    """An answer as everybody may see it: telephone numbers, e-mail addresses and credit codes only in part."""
    kind = question.kind if question else name
    if kind == "phone":
        return formats.phone_masked(answer)
    if kind == "email":
        return formats.email_masked(answer)
    if kind == "credit_code" and answer:
        return formats.credit_code_masked(answer)
    return answer


def _wanted_of(form: Form, wanted: Wanted, zone: tzinfo) -> "QuerySet[FormSubmission]":
    """What of a form was worked through and fits ``wanted``."""
    found = _matching(FormSubmission.objects.filter(form=form), wanted, zone)
    if wanted.state not in STATES:
        return found
    opened = Exists(Lead.objects.filter(created_by_event_id=OuterRef("pk")))
    return found.filter(opened if wanted.state == "lead" else ~opened)


def _matching(found: "QuerySet[Kept]", wanted: Wanted, zone: tzinfo) -> "QuerySet[Kept]":
    if wanted.first:
        found = found.filter(at__gte=datetime.combine(wanted.first, time(), zone))
    if wanted.last:
        found = found.filter(at__lt=datetime.combine(wanted.last + timedelta(days=1), time(), zone))
    if wanted.search.strip():
        found = found.annotate(said=Cast("answers", TextField())).filter(said__icontains=wanted.search.strip())
    return found


def _page(found: "QuerySet[Kept]", after: str) -> "QuerySet[Kept]":
    key = _key(after)
    if key is not None:
        found = found.filter(Q(at__lt=key[0]) | Q(at=key[0], pk__lt=key[1]))
    return found.order_by("-at", "-pk")


def _visible(people: Sequence[int], viewer: Staff) -> set[int]:
    if not may(viewer, "people.read"):
        return set()
    return set(people_visible_to(viewer).filter(pk__in=people).values_list("pk", flat=True))


def _questions(version: FormVersion | None, otherwise: tuple[Question, ...]) -> tuple[Question, ...]:
    """What was asked when it was answered."""
    return design_in(version.design).questions if version else otherwise


def _shown(
    one: FormSubmission | QuarantinedSubmission, questions: tuple[Question, ...], *, person: Person | None
) -> Shown:
    answers: Mapping[str, str] = one.answers
    by_name = {question.name: question for question in questions}
    kinds = {name: by_name[name].kind if name in by_name else name for name in answers}
    reaching = [name for name, kind in kinds.items() if kind in ("phone", "email")]
    contact = [masked(by_name.get(name), name, answers[name]) for name in reaching]
    others = [
        (by_name[name].label or name if name in by_name else name, masked(by_name.get(name), name, answer))
        for name, answer in answers.items()
        if name not in ("name", "company", *reaching)
    ]
    kept = one if isinstance(one, FormSubmission) else None
    held = one if isinstance(one, QuarantinedSubmission) else None
    channel = kept.channel if kept else ""
    return Shown(
        id=one.pk,
        at=one.at,
        name=answers.get("name", ""),
        company=answers.get("company", ""),
        contact=" · ".join(contact),
        others=others,
        channel=CHANNELS.get(channel, channel),
        campaign=kept.registration_touch.get("campaign", "") if kept else "",
        host=_host(one.url),
        version=one.version.number if one.version else None,
        person=person,
        reasons=[REASONS.get(reason, reason) for reason in held.reasons] if held else [],
        is_released=held is not None and held.released_at is not None,
    )


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]


def _exported(row: FormSubmission, asked: Mapping[str, Question], *, zone: tzinfo, in_full: bool) -> list[str]:
    answers = [row.answers.get(name, "") for name in asked]
    if not in_full:
        answers = [
            masked(question, name, answer) for (name, question), answer in zip(asked.items(), answers, strict=True)
        ]
    at = row.at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    touches = [str(touch.get(name, "")) for touch in (row.first_touch, row.registration_touch) for name in TOUCHED]
    return [at, str(row.version.number) if row.version else "", *answers, row.url, *touches]


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue()


def _next(page: Sequence[FormSubmission | QuarantinedSubmission]) -> str | None:
    if len(page) <= PAGE:
        return None
    last = page[PAGE - 1]
    return base64.urlsafe_b64encode(msgspec.json.encode((last.at, last.pk))).decode()


def _key(cursor: str) -> tuple[datetime, UUID] | None:
    """What a cursor says; a mangled one is none."""
    try:
        at, pk = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[datetime, UUID])
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
    return (at, pk) if at.tzinfo is not None else None
