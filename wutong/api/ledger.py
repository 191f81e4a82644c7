"""Requests that may be repeated: the same Idempotency-Key and the same request get the same answer, for thirty days."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from wutong.api.problems import Problem
from wutong.platform.models import ApiKey, SenderKey

WAIT = "5s"


@dataclass(frozen=True)
class Kept:
    """What was answered before."""

    status: int
    content: bytes


def kept_answer(key: ApiKey, name: str, *, asked: bytes, id: UUID, at: datetime) -> Kept | None:
    """Note the request named ``name`` in the caller's transaction; what it was answered if it came before.

    Of two at once the second waits here until the first has committed, and gets its answer.

    Args:
        asked: what the request asks for, with everything that makes it another request.
        id: the event that the request will be.

    Raises:
        Problem: the name came with another request, or the first takes too long.
    """
    source, digest = f"api:{key.pk}", hashlib.sha256(asked).digest()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        try:
            cursor.execute(
                "INSERT INTO platform_senderkey (source, key, event_id, created_at, asked_digest)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (source, key) DO NOTHING",
                [source, name, id, at, digest],
            )
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Problem("request_in_progress", headers={"Retry-After": "5"}) from error
            raise
        if cursor.rowcount:
            return None
    earlier = SenderKey.objects.get(source=source, key=name)
    if bytes(earlier.asked_digest or b"") != digest:
        raise Problem("idempotency_key_reused", "Use a new Idempotency-Key for another request.")
    return Kept(status=earlier.answer_status or 200, content=bytes(earlier.answer or b""))


def keep_answer(key: ApiKey, name: str, kept: Kept) -> None:
    """Keep what a noted request is answered. Opens no transaction."""
    SenderKey.objects.filter(source=f"api:{key.pk}", key=name).update(answer_status=kept.status, answer=kept.content)
