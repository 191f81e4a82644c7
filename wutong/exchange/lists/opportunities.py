"""Opportunities in a file, each with its risks."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from wutong.exchange.lists.layout import NAME, Column, Conditions, List
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone
from wutong.sales.deal_list import Wanted, deals_wanted
from wutong.sales.models import Opportunity
from wutong.sales.risks import risks_of, with_risks

_C = Column[Opportunity]


def _found(staff: Staff, wanted: Conditions) -> QuerySet[Opportunity]:
    return deals_wanted(staff, Wanted.read(wanted), at=datetime.now(UTC), zone=our_zone())


def _loaded(keys: Sequence[int]) -> QuerySet[Opportunity]:
    joined = Opportunity.objects.filter(pk__in=keys).for_list("owner", "product_line").defer("account__name_grams")
    return with_risks(joined, at=datetime.now(UTC), zone=our_zone())


OPPORTUNITIES = List(
    name=pgettext_lazy("list", "Opportunities"),
    right="deals.read",
    columns=(
        _C(NAME, pgettext_lazy("column", "Opportunity"), lambda deal: deal.name),
        _C("company", pgettext_lazy("column", "Company"), lambda deal: deal.account.name),
        _C("stage", pgettext_lazy("column", "Stage"), lambda deal: str(deal.get_stage_display())),
        _C("amount", pgettext_lazy("column", "Amount"), lambda deal: deal.amount),
        _C("amount", pgettext_lazy("column", "Currency"), lambda deal: deal.currency),
        _C("close", pgettext_lazy("column", "Close date"), lambda deal: deal.close_on),
        _C("owner", pgettext_lazy("column", "Owner"), lambda deal: deal.owner.full_name),
        _C("line", pgettext_lazy("column", "Product line"), lambda deal: deal.product_line.name),
        _C("next", pgettext_lazy("column", "Next step"), lambda deal: deal.next_step),
        _C("created", pgettext_lazy("column", "Created"), lambda deal: deal.created_at),
        _C("closed", pgettext_lazy("column", "Closed"), lambda deal: deal.closed_at),
        _C("weighted", pgettext_lazy("column", "Weighted amount"), lambda deal: deal.weighted),
        _C("risk", pgettext_lazy("column", "Risk"), lambda deal: "; ".join(str(risk.label) for risk in risks_of(deal))),
    ),
    found=_found,
    loaded=_loaded,
)
