"""Making, revoking and recognising the keys of the API."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.models import ApiKey, ApiRight, BusinessScope, Staff, Team
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import digest

BEGINS = "wta_"
MINUTE = timedelta(minutes=1)
_SHOWN = len(BEGINS) + 6


class BadKey(Refusal):
    code = "bad_key"
    message = _("This key is unknown. Send a key made under Settings, API keys.")


class KeyRevoked(Refusal):
    code = "key_revoked"
    message = _("This key was revoked. Ask an administrator for a new one.")


class KeyExpired(Refusal):
    code = "key_expired"
    message = _("This key has expired. Ask an administrator for a new one.")


class AlreadyRevoked(Refusal):
    code = "already_revoked"
    message = _("The key %(name)s was revoked before.")


@dataclass(frozen=True, kw_only=True)
class MadeKey:
    """A new key and its secret, which is shown once: only the digest is stored."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What is left to a key after a request, or why the request was one too many."""

    is_within: bool
    limit: int
    remaining: int
    wait: timedelta
    """Until one more request fits, if none does now; until all of the allowance is there again, if one does."""


def make_key(
    *,
    name: str,
    rights: Sequence[ApiRight],
    team: Team,
    scope: BusinessScope,
    per_minute: int,
    expires_at: datetime | None,
    by: Staff,
    at: datetime,
) -> MadeKey:
    """Let another system use the API until ``expires_at``, or until somebody revokes the key."""
    secret = f"{BEGINS}{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        key = ApiKey.objects.create(
            name=name,
            beginning=secret[:_SHOWN],
            secret_digest=digest(secret),
            rights=sorted(rights),
            team=team,
            scope=scope,
            per_minute=per_minute,
            created_at=at,
            created_by=by,
            expires_at=expires_at,
        )
        record(
            "api_key.made",
            actor=by,
            subject=key,
            at=at,
            rights=key.rights,
            team=team.name,
            scope=scope.code,
            per_minute=per_minute,
            expires_at=expires_at.isoformat() if expires_at else None,
        )
    return MadeKey(key=key, secret=secret)


def revoke_key(*, key: ApiKey, by: Staff, at: datetime) -> None:
    """End a key at once. It stays listed: what it did keeps its name.

    Raises:
        AlreadyRevoked: somebody was faster.
    """
    with transaction.atomic(durable=True):
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at, revoked_by=by):
            raise AlreadyRevoked(name=key.name)
        record("api_key.revoked", actor=by, subject=key, at=at)


def key_of(secret: str, *, at: datetime) -> ApiKey:
    """The key whose secret this is, noted as used: to the minute, so that a busy key is not written with each request.

    Raises:
        BadKey: there is none.
        KeyRevoked: somebody has ended it.
        KeyExpired: its time is over.
    """
    key = ApiKey.objects.select_related("team", "scope").filter(secret_digest=digest(secret)).first()
    if key is None:
        raise BadKey
    if key.revoked_at is not None:
        raise KeyRevoked
    if key.expires_at is not None and key.expires_at <= at:
        raise KeyExpired
    if key.last_used_at is None or key.last_used_at <= at - MINUTE:
        is_stale = Q(last_used_at=None) | Q(last_used_at__lte=at - MINUTE)
        ApiKey.objects.filter(is_stale, pk=key.pk).update(last_used_at=at)
    return key


def spend(key: ApiKey, *, at: datetime) -> Allowance:
    """Count one request of ``key``: up to ``per_minute`` at once, then as many as a minute gives back evenly.

    One statement on one row that every web process shares; a refused request writes nothing.

    Source: the generic cell rate algorithm, ITU-T I.371, in its form with a theoretical arrival time.
    """
    each = MINUTE / key.per_minute
    given: dict[str, Any] = {"key": key.pk, "at": at, "each": each, "minute": MINUTE}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO platform_apirate AS r (key_id, full_at) VALUES (%(key)s, %(at)s + %(each)s)
            ON CONFLICT (key_id) DO UPDATE SET full_at = greatest(r.full_at, %(at)s) + %(each)s
            WHERE greatest(r.full_at, %(at)s) + %(each)s <= %(at)s + %(minute)s
            RETURNING full_at
            """,
            given,
        )
        row = cursor.fetchone()
        if row is not None:
            wait = row[0] - at
            return Allowance(is_within=True, limit=key.per_minute, remaining=int((MINUTE - wait) / each), wait=wait)
        cursor.execute("SELECT full_at FROM platform_apirate WHERE key_id = %s", [key.pk])
        (full_at,) = cursor.fetchone()
    wait = max(full_at + each - at - MINUTE, timedelta())
    return Allowance(is_within=False, limit=key.per_minute, remaining=0, wait=wait)
