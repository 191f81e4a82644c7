"""What an administrator sets about who is who: values that never link people, and how big a person may get."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.people import lane
from wutong.people.identifiers import IdentifierKey
from wutong.people.models import BlockedValue, Identifier, IdentifierKind, IdentityRules
from wutong.people.neighbourhood import links_of
from wutong.people.normal_form import is_generic
from wutong.people.projection import Cause
from wutong.people.rebuild import look_again, rebuild_later
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

FEWEST, MOST = 10, 1_000
"""How small and how great the largest person may be set."""


class BlockedAlready(Refusal):
    code = "value_blocked_already"
    message = _("This value is on the list already.")


class NotToBlock(Refusal):
    """A browser is shared or it is not; only what should name a person can be blocked."""

    code = "not_to_block"
    message = _("A browser cannot be blocked. It stands alone by itself as soon as two people use it.")


class NoSuchSize(Refusal):
    code = "no_such_size"
    message = _("Choose a number between %(fewest)d and %(most)d.")


def block_value(*, key: IdentifierKey, by: Staff, at: datetime) -> BlockedValue:
    """Let a value (in its normal form) link nobody any more; whom it alone held together are several people again.

    Raises:
        BlockedAlready, NotToBlock: see there.
    """
    if key.kind.is_weak:
        raise NotToBlock
    with transaction.atomic(durable=True):
        lane.take()
        listed, is_new = BlockedValue.objects.get_or_create(
            kind=key.kind, scope=key.scope, value=key.value, defaults={"by": by, "at": at}
        )
        if not is_new:
            raise BlockedAlready
        _mark(key, is_blocked=True, cause=Cause("blocked", actor_id=by.pk), at=at)
        record("people.value_blocked", actor=by, subject=listed, at=at, kind=key.kind.value)
    return listed


def unblock_value(*, listed: BlockedValue, by: Staff, at: datetime) -> None:
    """Let a value link again; one that is generic by what it says stays blocked."""
    key = IdentifierKey(IdentifierKind(listed.kind), listed.value, listed.scope)
    with transaction.atomic(durable=True):
        lane.take()
        record("people.value_unblocked", actor=by, subject=listed, at=at, kind=key.kind.value)
        listed.delete()
        is_blocked = is_generic(key.kind, key.value)
        _mark(key, is_blocked=is_blocked, cause=Cause("unblocked", actor_id=by.pk), at=at)


def set_largest(*, largest: int, by: Staff, at: datetime) -> None:
    """Choose how many identifiers a person may have without a colleague's word; everybody is looked at again soon.

    Raises:
        NoSuchSize: see there.
    """
    if not FEWEST <= largest <= MOST:
        raise NoSuchSize(fewest=FEWEST, most=MOST)
    with transaction.atomic(durable=True):
        lane.take()
        rules, _is_new = IdentityRules.objects.update_or_create(defaults={"largest": largest})
        rebuild_later.defer()
        record("people.largest_person_set", actor=by, subject=rules, at=at, largest=largest)


def _mark(key: IdentifierKey, *, is_blocked: bool, cause: Cause, at: datetime) -> None:
    found = Identifier.objects.filter(kind=key.kind, scope=key.scope, value=key.value)
    for id in found.exclude(is_blocked=is_blocked).values_list("pk", flat=True):
        found.update(is_blocked=is_blocked)
        beside = {end for link in links_of([id]) for end in (link.one, link.other)}
        look_again(beside | {id}, at=at, cause=cause)
