"""Two entries of one company become one, with all that refers to them, and two again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.utils import translation

from tests.cast import NINE, make_account, make_lead, make_person
from tests.lifecycle.test_contracts import make_contract
from tests.people.test_accounts import CODE, OTHER_CODE, employed
from tests.sales.cast import deal_of
from wutong.people import account_merge
from wutong.people.account_merge import (
    BelowTheOther,
    CompanyGone,
    MergedOnward,
    NameGivenSince,
    OneCompanyAlready,
    TwoCreditCodes,
    UndoneAlready,
    gather_strays,
    merge_accounts,
    unmerge_accounts,
    what_would_move,
)
from wutong.people.accounts import companies_named, name_key
from wutong.people.company_facts import correct_company
from wutong.people.models import Account, AccountCandidate, AccountMerge, Affiliation, Person
from wutong.people.similar_accounts import similar_accounts
from wutong.platform.models import AuditEntry, Staff
from wutong.sales.deal_list import Wanted, deals_wanted

pytestmark = pytest.mark.django_db
LATER = NINE + timedelta(days=3)
NOT_MOVED = {
    ("people_account", "merged_into_id"),  # an entry that was absorbed leads on
    ("people_accountcandidate", "account_id"),  # doubts about an absorbed entry are settled
    ("people_accountcandidate", "other_id"),
    ("sales_collision", "account_id"),  # found anew by a job
    ("sales_collision", "other_id"),
    ("people_accountmerge", "survivor_id"),  # history stays where it happened
    ("people_accountmerge", "absorbed_id"),
    ("people_accountcustomvalue", "account_id"),  # worked out anew from the facts that move
    ("exchange_accountbyimport", "account_id"),  # which entry an import has added; one that was merged is in use
}


def place(person: Person, account: Account, **given: object) -> Affiliation:
    about = {"subject": person.identifiers.get(), "person": person, "source": "test", "assurance": "typed"}
    return Affiliation.objects.create(account=account, created_at=NINE, **about, **given)


def merged(survivor: Account, absorbed: Account, by: Staff) -> AccountMerge:
    return merge_accounts(survivor=survivor, absorbed=absorbed, by=by, at=LATER)


def whole(account: Account) -> dict[str, object]:
    """Everything that refers to a company, and itself, but for what follows from its name."""
    rows = {
        (table, column): sorted(
            apps_by_table()[table].objects.filter(**{f"{field_of(table, column)}": account.pk}).values_list("pk")
        )
        for table, column in account_merge.registered_columns()
    }
    itself = Account.objects.filter(pk=account.pk).values().get()
    derived = {"compared_at", "brand", "name_grams", "search_keys", "sort_key"}
    return {"rows": rows, "itself": {name: value for name, value in itself.items() if name not in derived}}


def apps_by_table():
    return {model._meta.db_table: model for model in apps.get_models()}


def field_of(table: str, column: str) -> str:
    return next(field.name for field in apps_by_table()[table]._meta.concrete_fields if field.column == column)


def test_the_survivor_may_be_given_the_name_of_the_absorbed(wang) -> None:
    kept, gone = make_account("Short"), make_account("Whole Name Ltd")
    merge = merged(kept, gone, wang)
    correct_company(merge.survivor, name="Whole Name Ltd", credit_code=None, domain="")
    assert companies_named([name_key("Whole Name Ltd")]) == {name_key("Whole Name Ltd"): kept}
    with pytest.raises(NameGivenSince):
        unmerge_accounts(merge=merge, by=wang, at=LATER)
    correct_company(merge.survivor, name="Short", credit_code=None, domain="")
    assert unmerge_accounts(merge=merge, by=wang, at=LATER).name_key == name_key("Whole Name Ltd")


def test_every_column_that_names_a_company_is_registered() -> None:
    naming = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Account
    }
    assert naming - NOT_MOVED == account_merge.registered_columns()


def test_whatever_refers_to_the_absorbed_is_the_survivors_and_goes_back(xu, wang) -> None:
    kept, gone = make_account("Kept"), make_account("Gone")
    twice, once = make_person("何若曦"), make_person("孙立")
    mine = place(twice, kept)
    place(twice, gone, title="CFO", buying_role="economic_buyer", valid_from=NINE.date())
    place(once, gone)
    make_lead(account=gone, person=once)
    deal = deal_of(xu, account=gone, amount=Decimal(100))
    make_contract(xu, account=gone)
    child = make_account("Child")
    Account.objects.filter(pk=child.pk).update(parent=gone)
    Account.objects.filter(pk=gone.pk).update(credit_code=CODE, industry="C", region="3301", is_confirmed=True)
    gone.refresh_from_db()
    AccountCandidate.objects.create(
        account=gone, other=kept, decision="candidate", score=1, reason="alike", found_at=NINE
    )
    before = {account: whole(account) for account in (kept, gone)}
    preview = what_would_move(survivor=kept, absorbed=gone)
    with translation.override("en"):
        counted = {str(one.called): (one.moves, one.stays) for one in preview.moving}
    assert counted["People"] == (1, 1)
    assert (counted["Leads"], counted["Opportunities"], counted["Contracts"]) == ((2, 0), (1, 0), (1, 0))
    assert preview.facts == {"credit_code": CODE, "industry": "C", "region": "3301", "is_confirmed": "True"}
    assert whole(gone) == before[gone]

    merge = merged(kept, gone, wang)
    kept.refresh_from_db()
    mine.refresh_from_db()
    child.refresh_from_db()
    assert (kept.credit_code, kept.industry, kept.region, kept.is_confirmed) == (CODE, "C", "3301", True)
    assert (mine.title, mine.buying_role, mine.valid_from) == ("CFO", "economic_buyer", NINE.date())
    assert child.parent == kept
    assert [gone.leads.count(), gone.opportunities.count(), gone.contracts.count()] == [0, 0, 0]
    assert not AccountCandidate.objects.exists()
    assert deals_wanted(xu, Wanted(search="Kept"), at=LATER, zone=None).get() == deal
    assert AuditEntry.objects.filter(action="people.accounts_merged", actor=wang).count() == 1

    later = make_lead(account=kept)
    unmerge_accounts(merge=merge, by=wang, at=LATER)
    assert whole(gone) == before[gone]
    assert kept.leads.get() == later
    assert deals_wanted(xu, Wanted(search="Gone"), at=LATER, zone=None).get() == deal
    mine.refresh_from_db()
    assert (mine.title, mine.buying_role, mine.valid_from) == ("", "", None)
    with pytest.raises(UndoneAlready):
        unmerge_accounts(merge=merge, by=wang, at=LATER)


def test_what_was_written_of_the_absorbed_during_the_merge_follows_it(company, wang) -> None:
    kept, gone = make_account("Kept"), make_account("Gone")
    merge = merged(kept, gone, wang)
    lead = make_lead(account=gone)  # by a form that found the company just before

    gather_strays(at=LATER + timedelta(minutes=5))

    assert (kept.leads.get(), gone.leads.count()) == (lead, 0)
    unmerge_accounts(merge=merge, by=wang, at=LATER)
    assert gone.leads.get() == lead
    gather_strays(at=LATER + timedelta(minutes=5))
    assert gone.leads.get() == lead


def test_who_names_the_absorbed_works_at_the_survivor(company, wang) -> None:
    kept, gone = employed("江苏华辰精密机械有限公司"), employed("华辰精密")
    Account.objects.filter(pk=gone.pk).update(domain="huachen.com")
    merged(kept, gone, wang)
    assert employed("华辰精密") == kept
    assert employed(email="mei@huachen.com") == kept
    assert [one.account for one in similar_accounts("华辰精密")] == [kept]
    further = employed("华辰股份")
    merge = merged(further, kept, wang)
    assert employed("华辰精密") == further
    unmerge_accounts(merge=merge, by=wang, at=LATER)
    assert employed("华辰精密") == kept


def test_two_legal_entities_are_never_merged(company, wang) -> None:
    one, other = make_account("One"), make_account("Other")
    Account.objects.filter(pk=one.pk).update(credit_code=CODE)
    Account.objects.filter(pk=other.pk).update(credit_code=OTHER_CODE)
    with pytest.raises(TwoCreditCodes):
        merged(one, other, wang)
    broken = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
    Account.objects.filter(pk=one.pk).update(credit_code=broken)
    merge = merged(one, other, wang)
    one.refresh_from_db()
    assert one.credit_code == OTHER_CODE
    unmerge_accounts(merge=merge, by=wang, at=LATER)
    assert set(Account.objects.values_list("credit_code", flat=True)) == {broken, OTHER_CODE}


def test_a_merge_that_makes_no_sense_is_refused(company, wang) -> None:
    top, below, other = make_account("Top"), make_account("Below"), make_account("Other")
    Account.objects.filter(pk=below.pk).update(parent=top)
    with pytest.raises(OneCompanyAlready):
        merged(top, top, wang)
    with pytest.raises(BelowTheOther):
        merged(below, top, wang)
    first = merged(top, below, wang)
    with pytest.raises(CompanyGone):
        merged(other, below, wang)
    merged(other, top, wang)
    with pytest.raises(MergedOnward):
        unmerge_accounts(merge=first, by=wang, at=LATER)
