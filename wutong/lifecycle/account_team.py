"""Who of us looks after a company: an owner a product line, and colleagues with whom it is shared.

Whoever looks after a company sees all that belongs to it: its people, leads, deals and contracts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import AccountCollaborator, AccountOwner, ProductLine
from wutong.lifecycle.models.lead import forget_accounts_of
from wutong.people.account_merge import CompanyGone
from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal

LOOKING_AFTER = (Role.SDR, Role.SALES, Role.SUCCESS, Role.MANAGER, Role.PARTNER_MANAGER)
"""Whose work a company can be."""


class NotYourCompany(Refusal):
    """Somebody else looks after it."""

    code = "not_your_company"
    message = _("%(name)s looks after this company. Ask for it, or ask your manager.")


class CannotLookAfter(Refusal):
    """The colleague has left, or does other work."""

    code = "cannot_look_after"
    message = _("%(name)s cannot look after companies: it needs somebody active in sales, service or management.")


class SharedAlready(Refusal):
    code = "shared_already"
    message = _("%(name)s works on this company already.")


class SharedNoLonger(Refusal):
    code = "shared_no_longer"
    message = _("%(name)s no longer works on this company. Reload the page.")


def may_give(held: AccountOwner | None, *, by: Staff) -> bool:
    """Whether ``by`` may say who looks after a company: its owner, a manager, anybody while nobody does."""
    return held is None or held.owner_id == by.pk or may(by, "routing.manage")


def keep_owners(survivor: Account, absorbed: Account, by: Staff) -> None:
    """Guard a merge: of two owners for a product line one remains, so who merges is a manager or the one who gives way.

    Raises:
        NotYourCompany: see there.
    """
    kept = dict(AccountOwner.objects.filter(account=survivor).values_list("product_line", "owner"))
    for one in AccountOwner.objects.filter(account=absorbed).select_related("owner"):
        if kept.get(one.product_line_id, one.owner_id) != one.owner_id and not may_give(one, by=by):
            raise NotYourCompany(name=one.owner.full_name)


def give_account(*, account: Account, product_line: ProductLine, to: Staff, by: Staff, at: datetime) -> None:
    """Make ``to`` the owner of a company for one product line; they are told.

    Raises:
        NotYourCompany, CannotLookAfter, CompanyGone: see there.
    """
    with transaction.atomic(durable=True):
        give_many([account], product_line=product_line, to=to, by=by, at=at)


def give_many(
    accounts: Sequence[Account], *, product_line: ProductLine, to: Staff, by: Staff, at: datetime
) -> list[tuple[Account, Staff | None]]:
    """Make ``to`` the owner of each of ``accounts`` for a product line. Opens no transaction.

    Returns:
        the companies that changed hands, each with who had it.

    Raises:
        NotYourCompany, CannotLookAfter, CompanyGone: nothing is changed then.
    """
    if not to.is_active or to.role not in LOOKING_AFTER:
        raise CannotLookAfter(name=to.full_name)
    locked = list(
        Account.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in accounts]).order_by("pk")
    )
    if any(account.merged_into_id is not None for account in locked):
        raise CompanyGone
    held = {
        one.account_id: one
        for one in AccountOwner.objects.filter(account__in=locked, product_line=product_line).select_related("owner")
    }
    for account in locked:
        if not may_give(held.get(account.pk), by=by):
            raise NotYourCompany(name=held[account.pk].owner.full_name)
    given = []
    for account in locked:
        before = held.get(account.pk)
        if before is not None and before.owner_id == to.pk:
            continue
        AccountOwner.objects.update_or_create(
            account=account, product_line=product_line, defaults={"owner": to, "since": at, "given_by": by}
        )
        given.append((account, before.owner if before is not None else None))
        record(
            "lifecycle.account_given",
            actor=by,
            subject=account,
            at=at,
            line=product_line.code,
            to=str(to.public_id),
            before=str(before.owner.public_id) if before is not None else None,
        )
    forget_accounts_of(to)
    if given and to.pk != by.pk:
        notify_many([_notice(account, "account_given", to=to, by=by) for account, _before in given], at=at)
    return given


def share_account(*, account: Account, with_: Staff, by: Staff, at: datetime, reason: str = "") -> None:
    """Let a colleague see and work on all that belongs to a company; they are told.

    Raises:
        NotYourCompany, CannotLookAfter, SharedAlready, CompanyGone: see there.
    """
    with transaction.atomic(durable=True):
        share(account, with_=with_, by=by, at=at, reason=reason)


def share(account: Account, *, with_: Staff, by: Staff, at: datetime, reason: str = "") -> None:
    """As :func:`share_account`. Opens no transaction."""
    if Account.objects.select_for_update(no_key=True).get(pk=account.pk).merged_into_id is not None:
        raise CompanyGone
    owners = list(AccountOwner.objects.filter(account=account).select_related("owner"))
    if owners and not any(may_give(one, by=by) for one in owners):
        raise NotYourCompany(name=owners[0].owner.full_name)
    if not with_.is_active:
        raise CannotLookAfter(name=with_.full_name)
    given = {"reason": reason.strip()[:200], "by": by, "at": at}
    _row, is_new = AccountCollaborator.objects.get_or_create(account=account, staff=with_, defaults=given)
    if not is_new:
        raise SharedAlready(name=with_.full_name)
    forget_accounts_of(with_)
    record("lifecycle.account_shared", actor=by, subject=account, at=at, to=str(with_.public_id))
    if with_.pk != by.pk:
        notify_many([_notice(account, "account_shared", to=with_, by=by)], at=at)


def end_sharing(*, collaborator: AccountCollaborator, by: Staff, at: datetime) -> None:
    """Take a company back from somebody it was shared with, or give it back oneself.

    While nobody looks after it, whoever may correct companies may, as for sharing it.

    Raises:
        NotYourCompany, SharedNoLonger: see there.
    """
    with transaction.atomic(durable=True):
        owners = list(AccountOwner.objects.filter(account=collaborator.account_id).select_related("owner"))
        is_theirs = by.pk in (collaborator.staff_id, collaborator.by_id)
        if owners and not is_theirs and not any(may_give(one, by=by) for one in owners):
            raise NotYourCompany(name=owners[0].owner.full_name)
        if not is_theirs and not may(by, "accounts.manage"):
            raise NotYourCompany(name=collaborator.by.full_name)
        to = str(collaborator.staff.public_id)
        if not AccountCollaborator.objects.filter(pk=collaborator.pk).delete()[0]:
            raise SharedNoLonger(name=collaborator.staff.full_name)
        forget_accounts_of(collaborator.staff)
        record("lifecycle.account_unshared", actor=by, subject=collaborator.account, at=at, to=to)


def who_may_look_after() -> list[Staff]:
    """Colleagues to whom companies may be given, by name."""
    return list(_looking_after())


def names_of_who_may_look_after() -> list[tuple[str, str]]:
    """Their public ids and names, to choose from."""
    return [(str(public_id), name) for public_id, name in may_look_after()]


@ready_made
def may_look_after() -> QuerySet[Staff, tuple[UUID, str]]:
    return _looking_after().values_list("public_id", "full_name")


def _looking_after() -> QuerySet[Staff]:
    found: QuerySet[Staff] = Staff.objects.active().filter(role__in=LOOKING_AFTER)
    return found.order_by("sort_key", "pk")


def _notice(account: Account, kind: str, *, to: Staff, by: Staff) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind=kind,
        group=f"account:{account.public_id}",
        params={"company": account.name, "by": by.full_name},
        url=f"/accounts/{account.public_id}/",
    )
