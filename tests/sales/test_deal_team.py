"""Colleagues who are let in to a deal."""

import pytest

from tests.cast import make_account, make_scope, make_staff, signed_in
from tests.sales.cast import LATER, deal_of
from wutong.lifecycle.access import who_sees_person
from wutong.lifecycle.viewer import Viewer
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.account_merge import merge_accounts
from wutong.people.models import Person
from wutong.platform.in_hand import hand_over_all, held_by
from wutong.platform.models import AuditEntry, Notification, Staff
from wutong.sales.access import who_sees_deal
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.deal_record import people_in_sight
from wutong.sales.deal_rules import NotYourDeal
from wutong.sales.deal_team import CannotSeeDeals, OnDealAlready, let_in_to_deal
from wutong.sales.models import Opportunity

pytestmark = pytest.mark.django_db


def deals_of(staff: Staff) -> list[Opportunity]:
    return list(Opportunity.objects.visible_to(Staff.objects.get(pk=staff.pk)))


def people_of(staff: Staff) -> list[Person]:
    return list(people_visible_to(Staff.objects.get(pk=staff.pk)))


@pytest.fixture
def peer() -> Staff:
    return make_staff("Peer", role="sales", data_scope="own")


def test_who_is_let_in_sees_and_works_on_the_deal_until_taken_off(xu, peer) -> None:
    deal, other = deal_of(xu), deal_of(xu, account=make_account("Elsewhere"))
    address = f"/opportunities/{deal.public_id}/"
    contact = deal.people.get().person
    assert deals_of(peer) == people_of(peer) == []

    signed_in(xu).post(f"{address}collaborators/", {"to": str(peer.public_id), "reason": "Knows the plant"})

    assert deals_of(peer) == [deal]
    assert people_of(peer) == [contact]
    assert people_in_sight(Viewer(Staff.objects.get(pk=peer.pk)), [contact.pk]) == [contact]
    assert accounts_visible_to(Staff.objects.get(pk=peer.pk)).get() == deal.account
    assert Notification.objects.get(staff=peer, kind="deal_shared").url == address
    assert {peer.pk} <= {one.staff.pk for one in who_sees_deal(deal)} & {
        one.staff.pk for one in who_sees_person(contact)
    }
    assert peer.pk not in {one.staff.pk for one in who_sees_deal(other)}
    client = signed_in(peer)
    page = client.get(address).content.decode()
    assert "Knows the plant" in page
    moved = client.post(f"{address}move/", {"to": "confirm", "version": deal.version})
    assert moved.status_code == 302

    client.post(f"{address}collaborators/end/", {"staff": str(peer.public_id)})

    assert deals_of(peer) == people_of(peer) == []
    assert client.get(address).status_code == 404
    assert client.post(f"{address}collaborators/", {"to": str(peer.public_id)}).status_code == 404
    assert AuditEntry.objects.filter(action__in=["sales.opportunity_shared", "sales.opportunity_unshared"]).count() == 2


def test_only_its_owner_or_a_manager_lets_in_and_only_who_works_with_such_deals(xu, mei, wang, peer) -> None:
    deal = deal_of(xu)
    with pytest.raises(NotYourDeal):
        let_in_to_deal(opportunity=deal, staff=mei, by=peer, at=LATER)
    abroad = make_staff("Abroad", role="sales")
    abroad.scopes.add(make_scope("abroad"))
    for staff in (mei, abroad):  # an SDR works with no deals
        with pytest.raises(CannotSeeDeals):
            let_in_to_deal(opportunity=deal, staff=staff, by=xu, at=LATER)
    let_in_to_deal(opportunity=deal, staff=peer, by=wang, at=LATER)
    with pytest.raises(OnDealAlready):
        let_in_to_deal(opportunity=deal, staff=peer, by=xu, at=LATER)
    helper = make_staff("Helper", role="success", data_scope="own")
    let_in_to_deal(opportunity=deal, staff=helper, by=xu, at=LATER)
    seen = signed_in(helper).get(f"/opportunities/{deal.public_id}/")
    assert seen.status_code == 200
    assert not seen.context["may_change"]  # the role reads


def test_what_somebody_was_let_in_to_follows_a_merge_and_is_handed_over(xu, ada, wang, peer) -> None:
    deal = deal_of(xu)
    let_in_to_deal(opportunity=deal, staff=peer, by=xu, at=LATER)
    survivor = make_account("Survivor")

    merge_accounts(survivor=survivor, absorbed=deal.account, by=wang, at=LATER)

    assert accounts_visible_to(Staff.objects.get(pk=peer.pk)).get() == survivor
    taker = make_staff("Taker", role="sales", data_scope="own")
    let_in_to_deal(opportunity=deal, staff=wang, by=xu, at=LATER)
    hand_over_all(source=xu, takers=[wang], codes=["opportunities"], by=ada, at=LATER)
    assert [one.staff for one in deal.collaborators.all()] == [peer]  # not its owner besides
    hand_over_all(source=peer, takers=[taker], codes=["shared_opportunities"], by=ada, at=LATER)
    assert deals_of(peer) == []
    assert deals_of(taker) == [deal]
    assert {one.kind.code for one in held_by(taker) if one.n} == {"shared_opportunities"}
