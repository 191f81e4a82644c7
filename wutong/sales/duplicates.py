"""Duplicate check (查重): which companies a name or code may be, for a colleague who does not see all of them.

A company out of sight is told without its name: that there is one, who looks after it, and a token to ask for it.
"""

from dataclasses import dataclass, field

from django.utils import timezone

from wutong.people.companies.decision import Decision
from wutong.people.models import Account
from wutong.people.similar_accounts import MOST_CANDIDATES, Similar, similar_accounts
from wutong.platform.models import Staff
from wutong.platform.secrets import sign
from wutong.sales.account_holders import Holder, holders_of
from wutong.sales.accounts import accounts_visible_to

ASK = "sales.ask_for_account"
"""The purpose of tokens with which a company out of sight is asked for."""


@dataclass(frozen=True)
class Duplicate:
    """A company that may be the one meant. ``account`` is None where it is out of sight."""

    similar: Similar
    account: Account | None
    holders: list[Holder] = field(default_factory=list)
    token: str = ""

    @property
    def is_same(self) -> bool:
        return self.similar.decision == "same"


def duplicates_of(
    name: str, staff: Staff, *, but: int | None = None, code: str = "", domain: str = ""
) -> list[Duplicate]:
    """The companies that ``name`` (a name, its beginning, a credit code) may be, best first, at most five.

    Of those out of sight only such are told as are certainly meant: nobody is to feel the way to a list of customers.

    Args:
        code: a credit code that was typed beside the name.
        domain: an organisation's registrable domain: companies that have it may be meant as well.
    """
    alike = similar_accounts(code, but=but) if code else []
    alike += similar_accounts(name, but=but)
    if domain:
        with_it = Account.objects.current().filter(domain=domain).exclude(pk=but or 0).order_by("pk")[:MOST_CANDIDATES]
        alike += [Similar(account=one, decision=Decision.CANDIDATE, score=0.5, reason="its domain") for one in with_it]
    found = list({one.account.pk: one for one in reversed(alike)}.values())[::-1]
    seen = set(accounts_visible_to(staff).filter(pk__in=[one.account.pk for one in found]).values_list("pk", flat=True))
    shown = [one for one in found if one.account.pk in seen or one.decision in ("same", "branch") or one.score >= 1]
    held = holders_of([one.account for one in shown])
    now = timezone.now()
    return [
        Duplicate(
            similar=one,
            account=one.account if one.account.pk in seen else None,
            holders=held[one.account.pk],
            token="" if one.account.pk in seen else sign(ASK, one.account.pk, at=now),
        )
        for one in shown
    ]
