"""A colleague leaves: all that they have in hand goes to those who may have it."""

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, make_scope, make_staff, signed_in
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.lifecycle.account_team import share_account
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AccountOwner, Lead
from wutong.people.collaborators import let_in
from wutong.people.models import PersonCollaborator
from wutong.platform import in_hand
from wutong.platform.in_hand import NobodyToTakeIt, NothingChosen, hand_over_all, held_by, move_rest
from wutong.platform.models import AuditEntry, Notification, Staff, Team
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.models import Opportunity

pytestmark = pytest.mark.django_db
EVERYTHING = ["leads", "contracts", "opportunities", "collaborations"]


def counts(staff: Staff) -> dict[str, int]:
    return {one.kind.code: one.n for one in held_by(staff) if one.n}


def test_several_take_turns_and_get_only_what_their_role_works_on(
    ada: Staff, mei: Staff, lin: Staff, north: Team
) -> None:
    leaving = make_staff("Leaving", role="sales", team=north)
    sam = make_staff("Sam", role="sales", team=north)
    deal = deal_of(leaving)
    sql = sql_of(leaving)
    new = [make_lead(owner=leaving) for _number in range(4)]
    let_in(person=make_person(), staff=leaving, by=ada, at=NINE)

    hand_over_all(source=leaving, takers=[mei, lin, sam], codes=EVERYTHING, by=ada, at=LATER)

    assert counts(leaving) == {}
    assert Opportunity.objects.get(pk=deal.pk).owner == sam
    assert Lead.objects.get(pk=sql.pk).owner == sam
    owners = [lead.owner for lead in Lead.objects.filter(pk__in=[one.pk for one in new])]
    assert sorted(owners.count(one) for one in (mei, lin, sam)) == [0, 2, 2]  # Sam's hands were full of SQLs
    assert PersonCollaborator.objects.get().staff in (mei, lin, sam)
    assert AuditEntry.objects.get(action="staff.work_handed_over").subject_label == "Leaving"
    assert Notification.objects.filter(kind="work_handed", staff=sam).count() == 1


def test_each_kind_stands_on_the_page_once(ada: Staff) -> None:
    labels = [str(one.kind.label) for one in held_by(ada)]
    assert len(labels) == len(set(labels))


def test_what_nobody_chosen_may_have_stays(ada: Staff, mei: Staff, north: Team) -> None:
    leaving = make_staff("Leaving", role="sales", team=north)
    deal_of(leaving)
    sql_of(leaving)
    make_lead(owner=leaving)
    elsewhere = make_staff("Elsewhere", role="sales", team=north)
    elsewhere.scopes.set([make_scope("brand")])
    before = counts(leaving)

    hand_over_all(source=leaving, takers=[mei, elsewhere], codes=EVERYTHING, by=ada, at=LATER)

    assert counts(leaving) == {**before, "leads": before["leads"] - 1}
    assert mei.leads.count() == 1


def test_companies_go_to_those_who_may_look_after_them(ada: Staff, mei: Staff, north: Team) -> None:
    leaving, sam = (make_staff(name, role="sales", team=north) for name in ("Leaving", "Sam"))
    account = make_account()
    AccountOwner.objects.create(account=account, product_line=default_product_line(), owner=leaving, since=NINE)

    hand_over_all(
        source=leaving, takers=[make_staff("Nora", role="content"), sam], codes=["companies"], by=ada, at=LATER
    )

    kept = AccountOwner.objects.get()
    assert (kept.owner, kept.given_by, kept.since) == (sam, ada, LATER)


def test_companies_that_are_shared_with_who_leaves_are_shared_with_others(ada: Staff, mei: Staff, north: Team) -> None:
    leaving, sam = (make_staff(name, role="sales", team=north) for name in ("Leaving", "Sam"))
    both, hers = make_account("Both"), make_account("Hers")
    for account, staff in ((both, leaving), (both, sam), (hers, leaving)):
        share_account(account=account, with_=staff, by=ada, at=NINE, reason="They asked")

    moved = hand_over_all(source=leaving, takers=[sam], codes=["shared_companies"], by=ada, at=LATER)

    assert moved == 2
    assert not leaving.shared_accounts.exists()
    assert {one.account: (one.reason, one.at) for one in sam.shared_accounts.all()} == {
        both: ("They asked", NINE),
        hers: ("They asked", LATER),
    }
    assert {account.name for account in accounts_visible_to(sam)} == {"Both", "Hers"}


def test_what_is_too_much_for_one_piece_goes_over_in_several(ada: Staff, mei: Staff, lin: Staff, monkeypatch) -> None:
    monkeypatch.setattr(in_hand, "AT_ONCE", 2)
    for _number in range(5):
        make_lead(owner=mei)

    moved = hand_over_all(source=mei, takers=[lin], codes=["leads"], by=ada, at=NINE)
    assert (moved, lin.leads.count()) == (2, 2)
    move_rest(source=mei, takers=[lin], codes=["leads"], by=ada, at=NINE)

    assert lin.leads.count() == 5


def test_it_goes_to_somebody_who_is_there(ada: Staff, mei: Staff, lin: Staff) -> None:
    lin.is_active = False
    with pytest.raises(NobodyToTakeIt):
        hand_over_all(source=mei, takers=[lin, mei], codes=["leads"], by=ada, at=NINE)
    with pytest.raises(NothingChosen):
        hand_over_all(source=mei, takers=[ada], codes=["nonsense"], by=ada, at=NINE)


def test_who_is_deactivated_with_work_in_hand_leads_on_to_the_page(ada: Staff, mei: Staff, lin: Staff) -> None:
    make_lead(owner=mei)
    client = signed_in(ada)

    answer = client.post(f"/system/staff/{mei.public_id}/deactivate/")
    assert answer["Location"] == f"/system/staff/{mei.public_id}/hand-over/"
    assert client.post(answer["Location"], {"kind": ["leads"], "to": ["nonsense"]}).status_code == 409
    client.post(answer["Location"], {"kind": ["leads"], "to": [lin.pk]})

    assert lin.leads.count() == 1
