"""The set of deals behind board and table."""

import base64
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.cast import NINE, make_account, make_person
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Lead
from wutong.platform.keyset import slice_of
from wutong.sales.deal_list import Sums, Wanted, board_of, deals_wanted, sums_by_stage, table_of, total_of_sums
from wutong.sales.deal_parts import name_person
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.opportunities import change_opportunity, close_opportunity, move_opportunity
from wutong.sales.risks import Risk, risks_of, with_risks

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


def names(staff, *, at=LATER, **wanted) -> list[str]:
    found = deals_wanted(staff, Wanted(**wanted), at=at, zone=SHANGHAI)
    return sorted(found.values_list("name", flat=True))


@pytest.fixture
def three(xu, wang) -> list[Opportunity]:
    """Xu's two deals and one of Wang's."""
    north = make_account("华辰精密制造")
    first = deal_of(xu, name="MES 二期", account=north, close_on=date(2026, 12, 31))
    second = deal_of(xu, name="Lines", account=make_account("Southwind"), amount=None, close_on=date(2026, 11, 30))
    third = deal_of(wang, name="Warehouse", account=make_account("Westgate"), amount=Decimal("100.10"))
    move_opportunity(opportunity=third, to=OpportunityStage.NEGOTIATE, by=wang, at=LATER)
    return [first, second, third]


def test_the_address_chooses_the_deals(three, xu, wang) -> None:
    assert names(xu) == ["Lines", "MES 二期"]
    assert names(wang) == ["Lines", "MES 二期", "Warehouse"]
    assert names(wang, owner="me") == ["Warehouse"]
    assert names(wang, owner=str(xu.public_id)) == ["Lines", "MES 二期"]
    assert names(wang, team=str(xu.team.public_id)) == ["Lines", "MES 二期"]
    assert names(wang, stage="negotiate") == ["Warehouse"]
    assert names(wang, month="2026-11") == ["Lines"]
    assert names(wang, line="nothing-of-the-kind") == []
    for search in ("华辰", "mes", "hcjm", "华辰 mes"):
        assert names(wang, search=search) == ["MES 二期"], search
    assert names(wang, owner="nobody", month="0000-13", risk="?", stage="??") == names(wang)


def test_sums_are_those_of_the_shown_deals_weighted_by_stage(three, wang) -> None:
    deals = deals_wanted(wang, Wanted(), at=LATER, zone=SHANGHAI)
    sums = sums_by_stage(deals)
    assert sums == {
        "discover": Sums(2, Decimal("280000.00"), Decimal("56000.000")),
        "negotiate": Sums(1, Decimal("100.10"), Decimal("80.080")),
    }
    assert total_of_sums(sums.values()) == Sums(3, Decimal("280100.10"), Decimal("56080.080"))


def test_what_was_won_lately_stays_and_what_was_lost_is_there_when_asked_for(three, xu, wang) -> None:
    close_opportunity(opportunity=three[0], to=OpportunityStage.WON, by=xu, at=LATER, reason="product")
    close_opportunity(opportunity=three[1], to=OpportunityStage.LOST, by=xu, at=LATER, reason="price")
    assert names(xu) == ["MES 二期"]
    assert names(xu, at=LATER + timedelta(days=91)) == []
    assert names(xu, stage="all", at=LATER + timedelta(days=91)) == ["Lines", "MES 二期"]
    assert names(xu, stage="all", month="2026-11") == ["Lines", "MES 二期"]  # closed then, expected later
    columns = board_of(
        deals_wanted(wang, Wanted(stage="all"), at=LATER, zone=SHANGHAI), Wanted(stage="all"), at=LATER, zone=SHANGHAI
    )
    assert [(column.stage.value, len(column.deals), column.sums.n) for column in columns] == [
        ("discover", 0, 0),
        ("confirm", 0, 0),
        ("propose", 0, 0),
        ("negotiate", 1, 1),
        ("won", 1, 1),
        ("lost", 1, 1),
        ("invalid", 0, 0),
    ]


def test_a_table_is_paged_by_what_it_is_sorted_by(three, wang) -> None:
    deals = deals_wanted(wang, Wanted(), at=LATER, zone=SHANGHAI)
    for sort, expected in (
        ("close", ["Lines", "MES 二期", "Warehouse"]),
        ("-amount", ["MES 二期", "Warehouse", "Lines"]),
        ("changed", ["MES 二期", "Lines", "Warehouse"]),
    ):
        table = table_of(deals, Wanted(sort=sort, after="made up"), at=LATER, zone=SHANGHAI)
        assert [deal.name for deal in table.deals] == expected
    never_ours = base64.urlsafe_b64encode(b'["known_amount","1E-999999",1]').decode()
    assert table_of(deals, Wanted(sort="amount", after=never_ours), at=LATER, zone=SHANGHAI).deals
    first = slice_of(deals, by="close_on", after="", size=2)
    rest = slice_of(deals, by="close_on", after=first.next or "", size=2)
    assert [deal.name for deal in first.rows + rest.rows] == ["Lines", "MES 二期", "Warehouse"]
    assert rest.next is None


def test_risks_name_what_is_missing(xu) -> None:
    deal = deal_of(xu, lead=sql_of(xu, person=make_person("Boss")), close_on=date(2026, 12, 31))

    def marks(at) -> set[Risk]:
        return set(risks_of(with_risks(Opportunity.objects.all(), at=at, zone=SHANGHAI).get()))

    assert marks(LATER) == {Risk.NO_DECIDER, Risk.NO_NEXT_STEP}
    record_follow_up(
        lead=Lead.objects.get(),
        by=xu,
        at=NINE + timedelta(days=10),
        kind=FollowUp.Kind.CALL,
        outcome=FollowUp.Outcome.REACHED,
    )
    name_person(opportunity=deal, person=Lead.objects.get().person, by=xu, at=LATER, role="decision_maker")
    deal.refresh_from_db()
    change_opportunity(
        opportunity=deal,
        by=xu,
        at=LATER,
        name=deal.name,
        amount=deal.amount,
        close_on=deal.close_on,
        next_step="Send the quote",
    )
    assert marks(NINE + timedelta(days=24)) == set()
    assert marks(NINE + timedelta(days=24, seconds=1)) == {Risk.SILENT}
    assert marks(NINE + timedelta(days=60)) == {Risk.SILENT, Risk.LATE}
    assert names(xu, risk="late", at=NINE + timedelta(days=60)) == [deal.name]
    assert names(xu, risk="late") == []
