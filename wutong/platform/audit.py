"""The audit trail: every state change by a person and every read of sensitive data leaves a row."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.db import transaction

from wutong.platform.models import ApiKey, AuditEntry, Staff
from wutong.platform.remembered import forget_figures_of


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the current request comes from."""

    request_id: str = ""
    address: str | None = None


class Subject(Protocol):
    """Anything with a row of its own."""

    pk: Any


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039  # immutable


def record(
    action: str, *, actor: Staff | ApiKey | None, at: datetime, subject: Subject | None = None, **detail: Any
) -> None:
    """Write one entry in the caller's transaction, so that act and trail stand or fall together.

    Args:
        action: ``capability.what_happened``, such as ``lifecycle.first_contact_recorded``.
        actor: who did it, a colleague or another system by its key; None for the command line and the machine.
        subject: the row it was done to. Its ``audit_label``, where the model has one, is kept as it reads now.
        detail: plain JSON values; no secrets, no text that a customer or colleague wrote.
    """
    source = origin.get()
    AuditEntry.objects.create(
        at=at,
        actor=actor if isinstance(actor, Staff) else None,
        api_key=actor if isinstance(actor, ApiKey) else None,
        action=action,
        # Not type(): the reader of a request is a proxy of the colleague.
        subject_kind=subject.__class__.__name__.lower() if subject is not None else "",
        subject_id=str(getattr(subject, "public_id", None) or subject.pk) if subject is not None else "",
        subject_label=getattr(subject, "audit_label", "")[:120],
        detail=detail,
        request_id=source.request_id,
        address=source.address,
    )
    if isinstance(actor, Staff):
        # Not before the act is there to be counted.
        transaction.on_commit(partial(forget_figures_of, actor.pk))
