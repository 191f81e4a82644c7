"""The register of what people ask about their personal information: taken in, owned, answered, all in time."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.consents import Decision, decide_many
from wutong.people.models import ANY, Assurance, ConsentState, Identifier, IdentifierKind, Person
from wutong.people.normal_form import NotAnIdentifier, email, phone
from wutong.platform.audit import record
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import DataScope, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.permissions import GRANTS
from wutong.platform.refusal import Refusal
from wutong.privacy.deadlines import answer_days, due_on
from wutong.privacy.models import RequestKind, RequestState, SubjectRequest
from wutong.privacy.models.request import SubjectRequestQuerySet

SILENCING = frozenset({RequestKind.ERASURE, RequestKind.WITHDRAWAL, RequestKind.OBJECTION})
"""Whoever asks for this is contacted no more from the moment it arrives."""
WARNED_BEFORE = timedelta(days=3)
_SAID_MAX = 4_000


class AlreadyAsked(Refusal):
    """The same person has asked the same, and it is not answered yet."""

    code = "already_asked"
    message = _("We have this request already and are working on it.")


class AlreadyClosed(Refusal):
    """Somebody else has answered it since the page was drawn."""

    code = "request_closed"
    message = _("This request has been answered already. Reload the page.")


class AnswerNeeded(Refusal):
    """What was done, or why not, must be on record."""

    code = "answer_needed"
    message = _("Write what was done or why it is declined. The person has a right to know.")


def visible_to(staff: Staff) -> SubjectRequestQuerySet:
    """The only door to requests for code that answers a person: those about people in sight, and about nobody known."""
    if not staff.is_active:
        return SubjectRequest.objects.none()
    if staff.data_scope == DataScope.ALL and not staff.scopes.exists():
        return SubjectRequest.objects.all()
    return SubjectRequest.objects.filter(Q(person=None) | Q(person__in=people_visible_to(staff)))


def take_in(
    *,
    kind: RequestKind,
    address: Identifier | None,
    from_whom: str,
    said: str,
    received_at: datetime,
    by: Staff,
    at: datetime,
) -> SubjectRequest:
    """Register a request that reached a colleague. Who asks to be left alone is contacted no more from now on."""
    with transaction.atomic(durable=True):
        request = _registered(
            kind, SubjectRequest.Source.STAFF, address, from_whom=from_whom, said=said, received_at=received_at, by=by
        )
        _silence([request], assurance=Assurance.STAFF, at=at)
        record("privacy.request_taken_in", actor=by, subject=request, at=at, kind=kind.value)
        _tell(request, besides=by, at=at)
    return request


def ask_by_link(*, kind: RequestKind, address: Identifier, said: str, at: datetime) -> SubjectRequest:
    """Register what somebody asks by the link to their own address.

    Raises:
        AlreadyAsked: see there.
    """
    try:
        with transaction.atomic(durable=True):
            request = _registered(
                kind, SubjectRequest.Source.SELF_SERVICE, address, from_whom="", said=said, received_at=at, by=None
            )
            _silence([request], assurance=Assurance.VERIFIED, at=at)
            record("privacy.request_arrived", actor=None, subject=request, at=at, kind=kind.value)
            _tell(request, besides=None, at=at)
    except IntegrityError as error:
        if "nobody_asks_twice_while_we_answer" in str(error):
            raise AlreadyAsked from error
        raise
    return request


def take_over(*, request: SubjectRequest, by: Staff, at: datetime) -> None:
    """Make ``by`` the one who answers.

    Raises:
        AlreadyClosed: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(request)
        now.owner, now.state = by, RequestState.IN_PROGRESS
        now.save(update_fields=["owner", "state"])
        record("privacy.request_taken_over", actor=by, subject=now, at=at)


def close(*, request: SubjectRequest, is_done: bool, answer: str, by: Staff, at: datetime) -> None:
    """Answer a request: done, or declined with the reason.

    Raises:
        AlreadyClosed, AnswerNeeded: see there.
    """
    if not answer.strip():
        raise AnswerNeeded
    with transaction.atomic(durable=True):
        now = _locked(request)
        now.state = RequestState.DONE if is_done else RequestState.DECLINED
        now.answer, now.closed_at, now.closed_by = answer.strip()[:_SAID_MAX], at, by
        now.owner = now.owner or by
        now.save(update_fields=["state", "answer", "closed_at", "closed_by", "owner"])
        record("privacy.request_closed", actor=by, subject=now, at=at, state=now.state)


def warn_of_deadlines(*, at: datetime) -> int:
    """Tell owners, or everybody entitled, of requests that are due soon or late. Opens no transaction.

    Returns:
        how many requests were spoken of.
    """
    today = at.astimezone(WorkingCalendar.load().zone).date()
    due = SubjectRequest.objects.open().filter(due_on__lte=today + WARNED_BEFORE).order_by("due_on", "pk")[:500]
    entitled = _entitled()
    notices = [
        Notice(
            staff_id=staff_id,
            kind="subject_request_late" if request.due_on < today else "subject_request_due",
            group=f"subject_request:{request.public_id}",
            url=f"/privacy/requests/{request.public_id}/",
            params={"due": request.due_on.isoformat(), "kind": request.kind},
        )
        for request in due
        for staff_id in ([request.owner_id] if request.owner_id in entitled else entitled)
        if staff_id is not None
    ]
    notify_many(notices, at=at)
    return len(due)


def is_late(request: SubjectRequest, *, today: date) -> bool:
    return request.is_open and request.due_on < today


def find_address(text: str) -> Identifier | None:
    """The identifier that somebody typed as a telephone number or an e-mail address, if we know it."""
    try:
        key = (IdentifierKind.EMAIL, email(text)) if "@" in text else (IdentifierKind.PHONE, phone(text).e164)
    except NotAnIdentifier:
        return None
    return Identifier.objects.filter(kind=key[0], scope="", value=key[1]).select_related("person").first()


def main_address(person: Person) -> Identifier | None:
    """The strongest identifier of a person: what a request about them is registered under."""
    known = list(Identifier.objects.filter(person=person)[:100])
    return min(known, key=lambda one: (one.rank, one.pk)) if known else None


def _registered(
    kind: RequestKind,
    source: SubjectRequest.Source,
    address: Identifier | None,
    *,
    from_whom: str,
    said: str,
    received_at: datetime,
    by: Staff | None,
) -> SubjectRequest:
    return SubjectRequest.objects.create(
        kind=kind,
        source=source,
        subject=address,
        person_id=address.person_id if address else None,
        from_whom=from_whom[:120],
        said=said.strip()[:_SAID_MAX],
        received_at=received_at,
        due_on=due_on(received_at, days=answer_days(), calendar=WorkingCalendar.load()),
        taken_by=by,
    )


def _silence(requests: list[SubjectRequest], *, assurance: Assurance, at: datetime) -> None:
    decide_many(
        [
            Decision(
                subject_id=one.subject_id,
                person_id=one.person_id,
                channel=ANY,
                purpose=ANY,
                state=ConsentState.WITHDRAWN,
                source="request",
                proof={"request": str(one.public_id)},
                assurance=assurance,
                at=at,
                event_id=one.public_id,
            )
            for one in requests
            if one.kind in SILENCING and one.subject_id is not None and one.person_id is not None
        ]
    )


def _tell(request: SubjectRequest, *, besides: Staff | None, at: datetime) -> None:
    notify_many(
        [
            Notice(
                staff_id=staff_id,
                kind="subject_request",
                group=f"subject_request:{request.public_id}",
                url=f"/privacy/requests/{request.public_id}/",
                params={"due": request.due_on.isoformat(), "kind": request.kind},
            )
            for staff_id in _entitled()
            if besides is None or staff_id != besides.pk
        ],
        at=at,
    )


def _entitled() -> list[int]:
    """Colleagues who may answer requests and see whomever they are about."""
    roles = [role for role, rights in GRANTS.items() if "privacy.manage" in rights]
    staff = Staff.objects.active().filter(role__in=roles, data_scope=DataScope.ALL)
    return list(staff.order_by("pk").values_list("pk", flat=True))


def _locked(request: SubjectRequest) -> SubjectRequest:
    now = SubjectRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if not now.is_open:
        raise AlreadyClosed
    return now
