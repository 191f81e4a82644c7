"""What colleagues of the demo know of companies: facts, groups, members' parts, owners, and where they collide."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from django.db import transaction
from django.db.models import Count, Q

from wutong.lifecycle.models import AccountCollaborator, AccountOwner, ProductLine
from wutong.people.account_merge import merge_accounts
from wutong.people.account_names import refresh_names
from wutong.people.accounts import name_key
from wutong.people.companies.places import division_named
from wutong.people.company_facts import add_company
from wutong.people.models import Account, AccountAlias, AccountFact, Affiliation, Industry, SizeBand
from wutong.platform.models import Role, Staff
from wutong.sales.collisions import refresh_collisions
from wutong.sales.models import AccountWish, Opportunity, OpportunityCollaborator, OpportunityStage

SEED = 20260402
_GROUPS = ((0, 3, 6), (1, 4), (2, 5, 7, 8))
"""Of the busiest companies those of one group, by their place among them; the first is the parent of the next two."""
_PARTS = (
    (Affiliation.BuyingRole.DECISION_MAKER, "总经办"),
    (Affiliation.BuyingRole.USER, "生产部"),
    (Affiliation.BuyingRole.IT_SECURITY, "信息部"),
    (Affiliation.BuyingRole.INFLUENCER, "工艺部"),
    (Affiliation.BuyingRole.CHAMPION, "质量部"),
)
_SIZES = (SizeBand.UNDER_100, SizeBand.UNDER_300, SizeBand.UNDER_1000, SizeBand.UNDER_5000)


def know_companies(*, at: datetime) -> None:
    """Let colleagues have found out about the companies of the demo, once; safe to call at every start."""
    if AccountFact.objects.exclude(source=AccountFact.Source.IMPORT).exists():
        return
    rng = Random(SEED)
    with transaction.atomic():
        busiest = (
            Account.objects.current()
            .filter(facts=None)
            .annotate(n=Count("leads", filter=~Q(leads__stage__in=["lost", "disqualified"])))
        )
        accounts = list(busiest.order_by("-n", "pk"))
        sellers = list(Staff.objects.active().filter(role=Role.SALES).order_by("pk"))
        if not accounts or not sellers:
            return
        _describe(rng, accounts, by=sellers[0], at=at - timedelta(days=30))
        _relate(accounts)
        _give_parts(accounts)
        _own(accounts, sellers, at=at - timedelta(days=60))
        _collide(accounts, sellers, at=at - timedelta(hours=5))
        refresh_collisions(at=at)
    _merge(accounts, by=sellers[0], at=at - timedelta(days=6, hours=3))


def _describe(rng: Random, accounts: Sequence[Account], *, by: Staff, at: datetime) -> None:
    facts = []
    for account in accounts:
        account.industry, account.size_band = Industry.MANUFACTURING.value, rng.choice(_SIZES).value
        account.region = division_named(account.name[:2]) or ""
        sources = (AccountFact.Source.REGISTER, AccountFact.Source.WEBSITE)
        facts += [
            AccountFact(
                account=account, field=field, value=getattr(account, field), source=rng.choice(sources), by=by, at=at
            )
            for field in ("industry", "size_band")
        ]
    Account.objects.bulk_update(accounts, ["industry", "size_band", "region"], batch_size=500)
    AccountFact.objects.bulk_create(facts)
    named = accounts[0]
    short = named.name[2:4]
    AccountAlias.objects.create(account=named, name=short, name_key=name_key(short), by=by, at=at)
    refresh_names([named])


def _relate(accounts: Sequence[Account]) -> None:
    """Groups: the second stands below the first, further ones below the second."""
    for places in _GROUPS:
        members = [accounts[place] for place in places if place < len(accounts)]
        for place, member in enumerate(members[1:], start=1):
            member.parent = members[0] if place == 1 else members[1]
            member.save(update_fields=["parent"])


def _give_parts(accounts: Sequence[Account]) -> None:
    places = Affiliation.objects.filter(account__in=accounts[:60], buying_role="").order_by("account", "pk")
    told = list(places)
    for place, (part, department) in zip(told, cycle(_PARTS), strict=False):
        place.buying_role, place.department = part.value, department
    Affiliation.objects.bulk_update(told, ["buying_role", "department"], batch_size=500)


def _own(accounts: Sequence[Account], sellers: Sequence[Staff], *, at: datetime) -> None:
    """Whoever has the latest deal of a company owns it; some are shared with a colleague of customer success."""
    line = ProductLine.objects.in_order()[0]
    latest = dict(Opportunity.objects.order_by("changed_at").values_list("account", "owner"))
    AccountOwner.objects.bulk_create(
        AccountOwner(account=account, product_line=line, owner_id=latest[account.pk], since=at)
        for account in accounts
        if account.pk in latest
    )
    helper = Staff.objects.active().filter(role=Role.SUCCESS).order_by("pk").first()
    if helper is not None:
        AccountCollaborator.objects.bulk_create(
            AccountCollaborator(account=account, staff=helper, by=sellers[0], at=at, reason="上线前一起对接")
            for account in accounts[:4]
        )
        _let_in_to_deals(helper, at=at)


def _let_in_to_deals(helper: Staff, *, at: datetime) -> None:
    """Some open deals have a colleague on them who is to bring the customer into service."""
    deals = Opportunity.objects.open().filter(stage=OpportunityStage.NEGOTIATE).order_by("close_on", "pk")
    OpportunityCollaborator.objects.bulk_create(
        OpportunityCollaborator(opportunity=deal, staff=helper, by_id=deal.owner_id, at=at, reason="一起看上线方案")
        for deal in deals[:3]
    )


def _merge(accounts: Sequence[Account], *, by: Staff, at: datetime) -> None:
    """Somebody had entered the busiest company a second time, by the name it had before."""
    name = f"{accounts[0].name.removesuffix('有限公司')}（筹）"
    again = add_company(name=name, credit_code=None, domain="", at=at - timedelta(days=40))
    merge_accounts(survivor=accounts[0], absorbed=again, by=by, at=at)


def _collide(accounts: Sequence[Account], sellers: Sequence[Staff], *, at: datetime) -> None:
    """Somebody asks for a company that a colleague works on."""
    line = ProductLine.objects.in_order()[0]
    deals = Opportunity.objects.open().filter(account__in=accounts[:80]).select_related("account").order_by("pk")
    for deal in deals[:2]:
        others = [seller for seller in sellers if seller.pk != deal.owner_id]
        if others:
            AccountWish.objects.create(
                account=deal.account,
                product_line=line,
                what=AccountWish.What.COLLABORATE,
                by=others[0],
                at=at,
                reason="他们集团的采购是我多年的老客户，想一起跟。",
            )
