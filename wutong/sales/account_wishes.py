"""Asking for a company that somebody else works on: to take it over, or to work on it together."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.account_team import LOOKING_AFTER, SharedAlready, give_many, share
from wutong.lifecycle.models import AccountOwner, ProductLine
from wutong.people.account_merge import CompanyGone
from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.sales.account_holders import holders_of
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.models import AccountWish

What, Decision = AccountWish.What, AccountWish.Decision


class AskedAlready(Refusal):
    code = "asked_already"
    message = _("You have asked for this company already. It waits for a decision.")


class YoursAlready(Refusal):
    code = "yours_already"
    message = _("You look after this company already.")


class CannotAsk(Refusal):
    """Companies are not the asker's work."""

    code = "cannot_ask"
    message = _("Companies are looked after by sales, service and management. Ask your manager.")


class NotYoursToDecide(Refusal):
    code = "not_yours_to_decide"
    message = _("This is decided by a manager, or by the owner of the company.")


class DecidedAlready(Refusal):
    code = "decided_already"
    message = _("This has been decided already. Reload the page.")


def ask_for_account(
    *, account: Account, product_line: ProductLine, what: str, reason: str, by: Staff, at: datetime
) -> AccountWish:
    """Ask for ``account``; whoever may decide is told.

    Raises:
        CannotAsk, YoursAlready, AskedAlready, CompanyGone: nothing is changed then.
    """
    if by.role not in LOOKING_AFTER:
        raise CannotAsk
    with transaction.atomic(durable=True):
        now = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if now.merged_into_id is not None:
            raise CompanyGone
        owner = AccountOwner.objects.filter(account=now, product_line=product_line).select_related("owner").first()
        if owner is not None and owner.owner_id == by.pk:
            raise YoursAlready
        if AccountWish.objects.filter(account=now, by=by, decided_at=None).exists():
            raise AskedAlready
        wish = AccountWish.objects.create(
            account=now, product_line=product_line, what=what, reason=reason.strip()[:300], by=by, at=at
        )
        record("sales.account_asked_for", actor=by, subject=now, at=at, what=what, line=product_line.code)
        told = [one for one in _deciders(now, owner) if one.pk != by.pk]
        notify_many([_notice(wish, now, to=one) for one in told], at=at)
    return wish


def decide_wish(*, wish: AccountWish, decision: str, answer: str, by: Staff, at: datetime) -> None:
    """Grant or deny a wish; whoever asked is told. What is granted is done at once.

    Raises:
        DecidedAlready, NotYoursToDecide: and what :func:`wutong.lifecycle.account_team.give_many` refuses.
    """
    with transaction.atomic(durable=True):
        now = AccountWish.objects.select_for_update(no_key=True).get(pk=wish.pk)
        if now.decided_at is not None:
            raise DecidedAlready
        account, line = now.account, now.product_line
        owner = AccountOwner.objects.filter(account=account, product_line=line).select_related("owner").first()
        if not may_decide(now, owner, by=by):
            raise NotYoursToDecide
        now.decision, now.answer, now.decided_by, now.decided_at = decision, answer.strip()[:300], by, at
        now.save(update_fields=["decision", "answer", "decided_by", "decided_at"])
        if decision == Decision.GRANTED and now.what == What.TAKE_OVER:
            give_many([account], product_line=line, to=now.by, by=by, at=at)
        elif decision == Decision.GRANTED:
            _share_if_needed(account, now.by, by=by, at=at)
        record("sales.account_wish_decided", actor=by, subject=account, at=at, what=now.what, decision=decision)
        told = Notice(
            staff_id=now.by_id,
            kind="account_granted" if decision == Decision.GRANTED else "account_denied",
            group=f"account-wish:{now.public_id}",
            params={"company": account.name, "by": by.full_name, "answer": now.answer},
            url="/accounts/collisions/",
        )
        notify_many([told] if now.by_id != by.pk else [], at=at)


def may_decide(wish: AccountWish, owner: AccountOwner | None, *, by: Staff) -> bool:
    """Managers decide, and the owner of the company for its line; nobody about their own wish but a manager."""
    if may(by, "routing.manage"):
        return True
    return owner is not None and owner.owner_id == by.pk and wish.by_id != by.pk


def wishes_for(staff: Staff) -> QuerySet[AccountWish]:
    """Undecided wishes about companies in sight, and one's own, the latest first."""
    waiting = AccountWish.objects.filter(decided_at=None).select_related("account", "by", "product_line")
    lean = waiting.defer("account__search_keys", "account__name_grams")
    seen = accounts_visible_to(staff).order_by().values("pk")
    return (lean.filter(account__in=seen) | lean.filter(by=staff)).order_by("-at", "-pk")


def _share_if_needed(account: Account, with_: Staff, *, by: Staff, at: datetime) -> None:
    try:
        with transaction.atomic():
            share(account, with_=with_, by=by, at=at)
    except SharedAlready:
        pass  # it was shared while the wish waited


def _deciders(account: Account, owner: AccountOwner | None) -> Iterable[Staff]:
    """The owner, and of the managers who see the company those nearest above who works on it."""
    found = {owner.owner.pk: owner.owner} if owner is not None else {}
    managers = Staff.objects.active().filter(role=Role.MANAGER).select_related("team").prefetch_related("scopes")
    paths = [one.staff.team.path for one in holders_of([account])[account.pk] if one.staff.team is not None]
    for manager in managers:
        is_above = manager.team is None or any(path.startswith(manager.team.path) for path in paths)
        if is_above and accounts_visible_to(manager).filter(pk=account.pk).exists():
            found[manager.pk] = manager
    return found.values()


def _notice(wish: AccountWish, account: Account, *, to: Staff) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind="account_asked_for",
        group=f"account-wish:{wish.public_id}",
        params={"company": account.name, "by": wish.by.full_name, "wish": wish.reason or "—"},
        url="/accounts/collisions/",
    )
