"""To whom a lead is given or handed over: who may take it, and whom we propose."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, Value
from django.utils.translation import gettext as _

from wutong.lifecycle.hand_over import SELLERS
from wutong.lifecycle.models import Accountable, AccountOwner, Contract, HandOver, Lead
from wutong.platform.models import Role, Staff


@dataclass(frozen=True)
class Proposal:
    """A salesperson for a lead, and why this one."""

    seller: Staff
    why: str


def sellers_for(lead: Lead) -> list[Staff]:
    """Active salespeople of the lead's part of the business by name, managers last."""
    working = Staff.objects.active().filter(role__in=SELLERS).filter(Q(scopes=None) | Q(scopes=lead.scope_id))
    return sorted(working.distinct().select_related("team"), key=lambda one: (one.role != Role.SALES, one.sort_key))


def takers_of(lead: Lead) -> list[Staff]:
    """Who can be given the lead, by name: active salespeople once it is theirs, before that SDRs, then salespeople."""
    roles = (Role.SALES,) if lead.accountable == Accountable.SALES else (Role.SDR, Role.SALES)
    working = Staff.objects.active().filter(role__in=roles).filter(Q(scopes=None) | Q(scopes=lead.scope_id))
    others = working.exclude(pk=lead.owner_id).distinct().select_related("team")
    return sorted(others, key=lambda one: (roles.index(Role(one.role)), one.sort_key, one.pk))


def proposal_for(lead: Lead, sellers: list[Staff]) -> Proposal | None:
    """The salesperson who works on it, who had it, who has its company, else who of the same team was given least."""
    by_id = {one.pk: one for one in sellers}
    owner = by_id.get(lead.owner_id or 0)
    if owner is not None and owner.role == Role.SALES:
        return Proposal(owner, _("works on this lead already"))
    last = HandOver.objects.filter(lead=lead, sent_to__in=by_id).order_by("-at").first()
    if last is not None:
        return Proposal(by_id[last.sent_to_id], _("had this lead before"))
    if lead.account_id is not None and lead.account is not None:
        theirs = _owner_of_account(lead, by_id)
        if theirs is not None:
            return Proposal(by_id[theirs], _("works with %(company)s already") % {"company": lead.account.name})
    salespeople = [one for one in sellers if one.role == Role.SALES]
    near = [one for one in salespeople if one.team_id == lead.team_id] or salespeople
    if not near:
        return None
    waiting = HandOver.objects.filter(sent_to__in=near, decided_at=None)
    held = Counter(waiting.values_list("sent_to_id", flat=True))
    chosen = min(near, key=lambda one: (held[one.pk], one.sort_key))
    return Proposal(chosen, _("has the fewest leads to answer: %(n)d") % {"n": held[chosen.pk]})


def _owner_of_account(lead: Lead, among: dict[int, Staff]) -> int | None:
    """Who owns the lead's company for its line, else who has its latest contract, else who works on its leads."""
    theirs = {"account": lead.account_id, "owner__in": among}
    owned = AccountOwner.objects.filter(**theirs, product_line=lead.product_line_id)
    leads = Lead.objects.open().filter(**theirs).exclude(pk=lead.pk)
    by_hand, by_contract, by_lead = (
        rows.order_by().annotate(rank=Value(rank)).values_list("owner", "rank", at)
        for rank, (rows, at) in enumerate(
            ((owned, "since"), (Contract.objects.filter(**theirs), "signed_at"), (leads, "last_touch_at"))
        )
    )
    found = list(by_hand.union(by_contract, by_lead).order_by("rank", "-since")[:1])
    return found[0][0] if found else None
