"""Who of us looks after a company, who sees it, and where we get in each other's way."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import make_account, make_lead, make_person, make_scope, make_staff, signed_in
from tests.lifecycle.test_contracts import make_contract
from tests.sales.cast import LATER, deal_of, sql_of
from tests.sales.test_account_pages import employ
from wutong.lifecycle.account_team import NotYourCompany, SharedNoLonger, end_sharing, give_account, share_account
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AccountOwner, Contract, Lead
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.account_merge import CompanyGone, merge_accounts
from wutong.people.models import Account, AccountCandidate
from wutong.platform.models import AuditEntry, Notification, Staff
from wutong.sales.access import who_sees_account, who_sees_contract, who_sees_deal
from wutong.sales.account_wishes import AskedAlready, NotYoursToDecide, ask_for_account, decide_wish, wishes_for
from wutong.sales.accounts import accounts_visible_to, change_account
from wutong.sales.collisions import collisions_for, refresh_collisions
from wutong.sales.duplicates import duplicates_of
from wutong.sales.models import Opportunity

pytestmark = pytest.mark.django_db


def own(account: Account, owner: Staff, by: Staff) -> None:
    give_account(account=account, product_line=default_product_line(), to=owner, by=by, at=LATER)


def ask(account: Account, by: Staff, what: str = "take_over"):
    line = default_product_line()
    return ask_for_account(account=account, product_line=line, what=what, reason="I know their CEO", by=by, at=LATER)


def clashes(staff: Staff) -> list[tuple[str, str]]:
    refresh_collisions(at=LATER)
    return [(one.collision.kind, one.collision.account.name) for one in collisions_for(staff).rows]


def test_who_sees_a_company_is_told_by_the_very_rule_that_shows_it(xu, mei, lin, zhou, wang, ada, north, sales_team):
    """Every colleague who can open the page stands in the list with a reason, and nobody else."""
    above = make_staff("Above", role="manager", team=sales_team.parent, data_scope="tree")
    helper = make_staff("Helper", role="sales", data_scope="own")
    waiting, worked, owned, shared = (make_account(name) for name in ("Waiting", "Worked", "Owned", "Shared"))
    make_lead(account=waiting)
    deal_of(xu, account=worked)
    make_contract(xu, account=shared)
    abroad = make_scope("abroad")
    make_staff("Far", role="manager", data_scope="all").scopes.add(abroad)
    make_lead(account=worked, scope=abroad)
    own(owned, xu, by=wang)
    share_account(account=shared, with_=helper, by=wang, at=LATER)
    for account in (waiting, worked, owned, shared):
        told = {one.staff.pk for one in who_sees_account(account)}
        for staff in Staff.objects.all():
            assert (staff.pk in told) == accounts_visible_to(staff).filter(pk=account.pk).exists(), (
                account.name,
                staff,
            )
    for staff in Staff.objects.all():
        assert set(accounts_visible_to(staff, is_gathered=True)) == set(accounts_visible_to(staff)), staff
    assert above.pk in {one.staff.pk for one in who_sees_account(owned)}
    deal, contract = Opportunity.objects.get(), Contract.objects.get()
    for one, said in ((deal, who_sees_deal(deal)), (contract, who_sees_contract(contract))):
        told = {access.staff.pk for access in said}
        rows = type(one).objects
        assert told == {staff.pk for staff in Staff.objects.all() if rows.visible_to(staff).filter(pk=one.pk).exists()}


def test_whoever_looks_after_a_company_sees_its_people_leads_deals_and_contracts(xu, zhou, wang) -> None:
    account, member = make_account(), make_person("何若曦")
    employ(member, account)
    deal = deal_of(xu, account=account)
    contract = make_contract(xu, account=account)
    helper = make_staff("Helper", role="success", data_scope="own")
    assert not people_visible_to(helper).exists()
    share_account(account=account, with_=helper, by=wang, at=LATER)
    assert member in people_visible_to(helper)
    assert member in people_visible_to(helper, is_gathered=True)
    assert list(Opportunity.objects.visible_to(helper)) == [deal]
    assert list(Contract.objects.visible_to(helper)) == [contract]
    assert Lead.objects.visible_to(helper).get().account == account
    assert Notification.objects.get(staff=helper, kind="account_shared").url == f"/accounts/{account.public_id}/"

    client = signed_in(helper)
    assert client.get(f"/accounts/{account.public_id}/?tab=team").status_code == 200
    client.post(f"/accounts/{account.public_id}/collaborators/end/", {"staff": str(helper.public_id)})
    assert client.get(f"/accounts/{account.public_id}/").status_code == 404


def test_only_its_owner_or_a_manager_gives_a_company_away(xu, mei, wang) -> None:
    account = make_account()
    own(account, xu, by=xu)  # nobody's: anybody may take it
    with pytest.raises(NotYourCompany):
        own(account, mei, by=mei)
    own(account, mei, by=xu)
    own(account, xu, by=wang)
    assert AccountOwner.objects.get(account=account).owner == xu
    assert AuditEntry.objects.filter(action="lifecycle.account_given").count() == 3


def test_companies_change_hands_with_the_open_work_on_them(xu, mei, wang) -> None:
    line = default_product_line()
    accounts = [make_account(f"Account {number}") for number in range(3)]
    for account in accounts[:2]:
        own(account, xu, by=wang)
        deal_of(xu, account=account)
        sql_of(xu, account=account)
    contract = make_contract(xu, account=accounts[0])
    others = deal_of(wang, account=accounts[0])
    seller = make_staff("Seller", role="sales", data_scope="own")
    chosen = [str(account.public_id) for account in accounts]
    given = {"chosen": chosen, "to": str(seller.public_id), "line": line.code, "with_work": "on"}
    assert signed_in(mei).post("/accounts/transfer/", given).status_code == 409  # none in Mei's sight
    assert signed_in(wang).post("/accounts/transfer/", given).status_code == 302
    assert set(AccountOwner.objects.filter(owner=seller).values_list("account__name", flat=True)) == {
        "Account 0",
        "Account 1",
        "Account 2",
    }
    assert not Lead.objects.open().filter(owner=xu, account__in=accounts).exclude(stage="opportunity").exists()
    assert Opportunity.objects.filter(owner=seller).count() == 2
    others.refresh_from_db()
    contract.refresh_from_db()
    assert (others.owner, contract.owner) == (wang, seller)


def test_one_company_in_several_hands_is_a_collision_until_it_is_in_one(xu, mei, wang) -> None:
    account = make_account("Northwind")
    sql_of(xu, account=account)
    assert clashes(wang) == []
    make_lead(account=account, owner=mei)
    assert clashes(wang) == [("owners", "Northwind")]
    assert clashes(xu) == clashes(mei) == [("owners", "Northwind")]
    assert clashes(make_staff("Stranger", role="sales", data_scope="own")) == []
    page = signed_in(xu).get("/accounts/collisions/").content.decode()
    assert "Mei" in page
    Lead.objects.filter(owner=mei).update(owner=xu)
    now = collisions_for(wang)
    assert (now.rows, now.total.n) == ([], 0)  # though no job has looked again
    assert clashes(wang) == []


def test_a_group_and_names_alike_in_several_hands_collide_too(xu, mei, wang) -> None:
    top, middle, below = make_account("Top"), make_account("Middle"), make_account("Below")
    Account.objects.filter(pk=middle.pk).update(parent=top)
    Account.objects.filter(pk=below.pk).update(parent=middle)
    sql_of(xu, account=top)
    make_lead(account=below, owner=mei)
    assert clashes(wang) == [("group", "Top")]
    page = signed_in(xu).get("/accounts/collisions/").content.decode()
    assert "Top" in page
    assert mei.full_name in page
    assert "Below" not in page
    one, other = make_account("华辰"), make_account("华辰精密")
    AccountCandidate.objects.create(
        account=other, other=one, decision="candidate", score=0.9, reason="alike", found_at=LATER
    )
    sql_of(xu, account=one)
    make_lead(account=other, owner=mei)
    assert sorted(clashes(wang)) == [("alike", "华辰精密"), ("group", "Top")]


def test_a_wish_is_decided_by_a_manager_or_the_owner_and_done_at_once(xu, mei, zhou, wang) -> None:
    account = make_account()
    own(account, xu, by=wang)
    make_lead(account=account, owner=mei)
    wish = ask(account, mei)
    with pytest.raises(AskedAlready):
        ask(account, mei)
    assert set(Notification.objects.filter(kind="account_asked_for").values_list("staff", flat=True)) == {
        xu.pk,
        wang.pk,
    }
    assert list(wishes_for(xu)) == list(wishes_for(mei)) == [wish]
    assert list(wishes_for(zhou)) == []
    with pytest.raises(NotYoursToDecide):
        decide_wish(wish=wish, decision="granted", answer="", by=mei, at=LATER)
    assert signed_in(zhou).post(f"/accounts/wishes/{wish.public_id}/", {"decision": "granted"}).status_code == 404
    given = {"decision": "granted", "answer": "Good luck"}
    assert signed_in(xu).post(f"/accounts/wishes/{wish.public_id}/", given).status_code == 302
    assert AccountOwner.objects.get(account=account).owner == mei
    assert Notification.objects.get(kind="account_granted").staff == mei
    refused = ask(make_account("Other"), mei)
    decide_wish(wish=refused, decision="denied", answer="", by=wang, at=LATER)
    assert Notification.objects.get(kind="account_denied").staff == mei
    again = ask(account, xu, "collaborate")
    decide_wish(wish=again, decision="granted", answer="", by=wang, at=LATER + timedelta(hours=1))
    assert account.collaborators.get().staff == xu


def test_nobody_merges_a_colleagues_company_into_their_own(xu, mei, wang, north) -> None:
    mine, theirs = make_account("华辰"), make_account("华辰精密")
    for account, owner in ((mine, mei), (theirs, xu)):
        make_lead(account=account, team=north)
        own(account, owner, by=wang)
    merging = f"/accounts/{mine.public_id}/merge/"
    answer = signed_in(mei).post(merging, {"with": str(theirs.public_id)})
    assert answer.status_code == 409
    assert xu.full_name in answer.content.decode()
    assert AccountOwner.objects.get(account=theirs).owner == xu

    merge_accounts(survivor=theirs, absorbed=mine, by=mei, at=LATER)  # who gives way may, and so may a manager

    assert AccountOwner.objects.get(account=theirs).owner == xu
    given = {"name": "华辰", "credit_code": None, "domain": ""}
    for act in (  # with a page that was drawn before the merge
        lambda: own(mine, mei, by=mei),
        lambda: share_account(account=mine, with_=wang, by=mei, at=LATER),
        lambda: ask(mine, mei),
        lambda: change_account(account=mine, by=mei, at=LATER, **given),
    ):
        with pytest.raises(CompanyGone):
            act()


def test_sharing_is_ended_by_those_concerned_or_who_may_correct_companies(xu, mei, lin, north) -> None:
    account, helper = make_account(), make_staff("Helper", role="success", data_scope="own")
    share_account(account=account, with_=helper, by=mei, at=LATER)
    (row,) = account.collaborators.all()
    partner = make_staff("Partner", role="partner_manager", data_scope="all")
    address = f"/accounts/{account.public_id}/collaborators/end/"
    given = {"staff": str(helper.public_id)}
    assert signed_in(partner).post(address, given).status_code == 409
    make_lead(account=account, team=north)
    assert signed_in(lin).post(address, given).status_code == 302
    with pytest.raises(SharedNoLonger):
        end_sharing(collaborator=row, by=helper, at=LATER)


def test_the_duplicate_check_names_nobodys_company_and_lets_one_ask_for_it(xu, mei) -> None:
    account = make_account("江苏华辰精密机械有限公司")
    Account.objects.filter(pk=account.pk).update(name_key="江苏华辰精密机械有限公司")
    own(account, xu, by=xu)
    (mine,) = duplicates_of(account.name, xu)
    (theirs,) = duplicates_of(account.name, mei)
    assert (mine.account, theirs.account, theirs.holders[0].staff) == (account, None, xu)
    assert duplicates_of("江苏华辰", mei) == []
    given = {"what": "collaborate", "line": default_product_line().code, "reason": "A friend works there"}
    assert signed_in(mei).post(f"/accounts/ask/{theirs.token}/", given).status_code == 302
    assert signed_in(mei).post("/accounts/ask/nonsense/", given).status_code == 404
    assert account.wishes.get().by == mei


def test_a_file_of_a_company_is_for_those_who_see_the_company(xu) -> None:
    account = make_account()
    deal_of(xu, account=account)
    picture = SimpleUploadedFile("plan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 32)
    client = signed_in(xu)
    assert client.post(f"/accounts/{account.public_id}/files/", {"file": picture}).status_code == 302
    note = SimpleUploadedFile("notes.txt", b"nothing")
    assert client.post(f"/accounts/{account.public_id}/files/", {"file": note}).status_code == 409
    stored = account.files.get().file
    helper = make_staff("Helper", role="success", data_scope="own")
    address = f"/files/{stored.public_id}/"
    assert signed_in(helper).get(address).status_code == 404
    share_account(account=account, with_=helper, by=xu, at=LATER)
    assert b"".join(signed_in(helper).get(address).streaming_content).startswith(b"\x89PNG")
    client.post(f"/accounts/{account.public_id}/files/remove/", {"file": str(stored.public_id)})
    assert signed_in(helper).get(address).status_code == 404
