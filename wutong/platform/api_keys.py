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
from wutong.platform.in_hand import Batch, InHand, in_turns, tally
from wutong.platform.models import ApiKey, ApiRight, BusinessScope, Staff, Team
from wutong.platform.permissions import may
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


class NobodyAnswersForIt(Refusal):
    """Whoever made a key has seen its secret, so it ends with their account unless somebody else takes it over."""

    code = "key_of_a_leaver"
    message = _(
        "The colleague who answered for this key has left. Ask an administrator to hand it over, or for a new one."
    )


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
        NobodyAnswersForIt: the account of whoever made it, or took it over, is closed.
    """
    key = ApiKey.objects.select_related("team", "scope", "created_by").filter(secret_digest=digest(secret)).first()
    if key is None:
        raise BadKey
    if key.revoked_at is not None:
        raise KeyRevoked
    if key.expires_at is not None and key.expires_at <= at:
        raise KeyExpired
    if not key.created_by.is_active:
        raise NobodyAnswersForIt
    if key.last_used_at is None or key.last_used_at <= at - MINUTE:
        is_stale = Q(last_used_at=None) | Q(last_used_at__lte=at - MINUTE)
        ApiKey.objects.filter(is_stale, pk=key.pk).update(last_used_at=at)
    return key


def _move_keys(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if may(one, "api_keys.manage")]
    theirs = ApiKey.objects.select_for_update(of=("self",)).filter(created_by=batch.source, revoked_at=None)
    keys = list(theirs.order_by("pk")[: batch.limit]) if able else []
    given = in_turns(keys, able, lambda _key, _taker: True)
    for key, to in given:
        key.created_by = to
        told = {"to": str(to.public_id), "before": str(batch.source.public_id)}
        record("api_key.handed", actor=batch.by, subject=key, at=batch.at, **told)
    ApiKey.objects.bulk_update(keys, ["created_by"])
    return tally(given)


KEYS = InHand(
    code="api_keys",
    label=_("API keys they answer for"),
    count=lambda staff: ApiKey.objects.filter(created_by=staff, revoked_at=None).count(),
    move=_move_keys,
)


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
