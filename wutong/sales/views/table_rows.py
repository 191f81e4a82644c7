"""The rows of the tables of deals, contracts and companies."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.lifecycle.list_columns import Columns
from wutong.lifecycle.models import Contract, ContractStage
from wutong.platform.cells import Cell, Colleague, Day, Head, Moment, Money, Number, Row, Stage, Text, Tick, addresses
from wutong.platform.cells import Warnings as Marks
from wutong.sales import accounts
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.risks import Risk, risks_of

_OWNERS = 40
"""So many characters a cell shows of the owners."""


def rows_of_deals(deals: Iterable[Opportunity], columns: Columns) -> list[Row]:
    """The columns that are shown of each, its risks among them."""
    at = addresses("sales:opportunity")
    stages = {stage.value: str(stage.label) for stage in OpportunityStage}
    risks = {risk: str(risk.label) for risk in Risk}

    def cells(deal: Opportunity) -> Iterator[tuple[str, Cell]]:
        yield "company", Text(deal.account.name, col=2, is_cut=True)
        yield "stage", Stage(deal.stage, stages[deal.stage])
        yield "amount", Money(deal.amount, deal.currency)
        yield "weighted", Money(deal.weighted, deal.currency, col=3)
        yield "close", Day(deal.close_on, col=2, is_short=True)
        yield "owner", Colleague(deal.owner.full_name, col=2)
        yield "next", Text(deal.next_step, col=3, is_cut=True)
        yield "risk", Marks([risks[risk] for risk in risks_of(deal)], col=3)

    return [Row([Head(deal.name, at.of(deal.public_id), is_cut=True), *_shown(cells(deal), columns)]) for deal in deals]


def rows_of_contracts(contracts: Iterable[Contract], columns: Columns, *, today: date) -> list[Row]:
    """The columns that are shown of each; one that has ended without an answer is marked late."""
    at = addresses("sales:contract")
    stages = {stage.value: str(stage.label) for stage in ContractStage}

    def cells(contract: Contract) -> Iterator[tuple[str, Cell]]:
        yield "line", Text(contract.product_line.name, col=2)
        yield "stage", Stage(contract.stage, stages[contract.stage])
        yield "amount", Money(contract.amount, contract.currency)
        yield "starts", Day(contract.starts_on, col=3)
        yield "ends", Day(contract.ends_on)
        yield "owner", Text(contract.owner.full_name if contract.owner else "", col=2)

    return [
        Row(
            [Head(contract.account.name, at.of(contract.public_id)), *_shown(cells(contract), columns)],
            is_late=contract.stage == ContractStage.RENEWAL and contract.ends_on < today,
        )
        for contract in contracts
    ]


def rows_of_companies(found: Iterable[accounts.Row], columns: Columns, *, currency: str, may_choose: bool) -> list[Row]:
    """The columns that are shown of each, its ``own_cells``, and a box to tick if one ``may_choose``."""
    at = addresses("sales:account")
    select, comma, confirmed = _("Select %(name)s"), _(", "), ("circle-check", pgettext("company", "Confirmed"))

    def cells(row: accounts.Row) -> Iterator[tuple[str, Cell]]:
        yield "people", Number(row.people, col=2)
        yield "leads", Number(row.open_leads)
        yield "open", Money(row.open_amount, currency, is_short=True)
        yield "won", Money(row.won_amount, currency, col=3, is_short=True)
        yield "owner", Text(Truncator(comma.join(row.owners)).chars(_OWNERS), col=2)
        yield "touch", Moment(row.last_touch_at, col=3)

    rows = []
    for row in found:
        one = row.account
        head = Head(one.name, at.of(one.public_id), mark=confirmed if one.is_confirmed else None)
        shown = _shown(cells(row), columns)
        own = columns.own_cells(one.own_cells)  # type: ignore[attr-defined]  # given by list_columns
        tick = Tick("transfer", one.public_id, select % {"name": one.name}) if may_choose else None
        rows.append(Row([head, *shown, *own], tick))
    return rows


def _shown(cells: Iterable[tuple[str, Cell]], columns: Columns) -> list[Cell]:
    return [cell for code, cell in cells if code in columns.shown]
