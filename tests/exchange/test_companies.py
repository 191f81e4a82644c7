"""Rows become companies: who is known, what counts, what is told of errors, and that all of it can be taken back."""

from typing import Any

import pytest

from tests.cast import NINE, make_account, make_staff, signed_in
from tests.exchange.cast import LATER, as_csv, undone, uploaded
from wutong.exchange.checking import check
from wutong.exchange.company_rows import size_of
from wutong.exchange.models import AccountByImport, PeopleImport, SavedMapping
from wutong.exchange.running import run_import
from wutong.exchange.starting import NoColumnOfNames, Policy, map_columns, start
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AccountOwner
from wutong.people.account_facts import Word, hold_domains
from wutong.people.account_merge import NameGivenSince, merge_accounts, unmerge_accounts
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import (
    Account,
    AccountAlias,
    AccountCustomValue,
    AccountDomain,
    AccountFact,
    AccountTag,
    CustomField,
    Tag,
    TagFamily,
    TagGroup,
)
from wutong.people.similar_accounts import compare_new
from wutong.people.tags import add_group, add_tag
from wutong.platform.models import Role, Staff
from wutong.sales.accounts import change_account

pytestmark = pytest.mark.django_db
K, COMPANIES = PeopleImport.Known, PeopleImport.Kind.COMPANIES
HEADINGS = ("公司名称", "统一社会信用代码", "省份", "城市", "行业", "员工人数", "官网")
CODE, OTHER_CODE = "91110000600037341L", "91330106MA27XK3L14"
BEICHEN = ("北辰科技有限公司", CODE, "浙江省", "杭州市", "制造业", "350", "www.beichen.cn")
NANSHAN = ("南山贸易有限公司", "", "", "", "零售", "", "")


def drafted(*rows: tuple[str, ...], by: Staff, headings: tuple[str, ...] = HEADINGS) -> PeopleImport:
    run = uploaded(as_csv(headings, *rows), by, name="companies.csv", kind=COMPANIES)
    map_columns(run=run, mapping=run.mapping, by=by, at=NINE)
    return run


def imported(*rows: tuple[str, ...], by: Staff, known: K = K.FILL, **given: Any) -> PeopleImport:
    run = drafted(*rows, by=by, headings=given.pop("headings", HEADINGS))
    start(run=run, policy=Policy(known=known, **given), by=by, at=NINE)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    return run


def problems_of(run: PeopleImport) -> list[str]:
    return [code for fault in run.faults.order_by("number") for _place, code in fault.problems]


def everything() -> list[int]:
    models = (Account, AccountAlias, AccountCustomValue, AccountDomain, AccountFact, AccountTag, AccountOwner)
    return [model._default_manager.count() for model in models]


def test_rows_become_companies_with_what_is_said_of_them(ada: Staff) -> None:
    run = imported(BEICHEN, NANSHAN, by=ada)
    assert run.mapping == ["company", "credit_code", "region", "region", "industry", "size", "domain"]
    assert (run.state, run.created, run.updated, run.faulty, run.warned) == ("done", 2, 0, 0, 0)
    one = Account.objects.get(name="北辰科技有限公司")
    told = (one.credit_code, one.region, one.industry, one.size_band, one.domain, one.is_confirmed)
    assert told == (CODE, "3301", "C", "300", "beichen.cn", True)
    assert set(one.facts.values_list("field", "source", "by__email")) == {
        (name, "import", ada.email) for name in ("name", "credit_code", "region", "industry", "size_band", "domain")
    }
    assert Account.objects.get(name="南山贸易有限公司").industry == "F"


def test_what_is_wrong_in_a_row_is_told(ada: Staff) -> None:
    rows = [
        ("甲一科技有限公司", "12345", "", "朝阳", "服务", "50-150", "qq.com"),
        ("", "", "浙江省", "", "", "", ""),
        ("", OTHER_CODE, "", "", "", "", ""),
    ]
    run = imported(*rows, by=ada)
    wrong = ["bad_credit_code", "unknown_industry", "unknown_size", "bad_domain", "nameless", "nameless"]
    assert problems_of(run) == wrong  # 朝阳 alone is the city in Liaoning
    assert (run.created, run.warned, run.faulty) == (1, 1, 2)
    with pytest.raises(NoColumnOfNames):
        drafted(("C", "350"), by=ada, headings=("行业", "员工人数"))


def test_a_company_is_found_by_its_code_then_its_domain_then_its_name(ada: Staff) -> None:
    by_code, by_domain, by_name = (make_account(name) for name in ("旧名有限公司", "Domain Ltd", "南山贸易有限公司"))
    Account.objects.filter(pk=by_code.pk).update(credit_code=CODE)
    Account.objects.filter(pk=by_domain.pk).update(domain="domain.cn", credit_code=OTHER_CODE)
    row = ("", OTHER_CODE, "", "", "C", "", "www.domain.cn")
    run = imported(BEICHEN, row, ("南山贸易 有限公司", *NANSHAN[1:]), by=ada)
    assert (run.created, run.updated) == (0, 3)
    assert set(Account.objects.values_list("name", "industry")) == {
        ("旧名有限公司", "C"),
        ("Domain Ltd", "C"),
        ("南山贸易有限公司", "F"),
    }
    assert by_name.pk in AccountByImport.objects.values_list("account", flat=True)


def test_what_is_only_alike_is_entered_by_itself_and_goes_to_the_review_queue(ada: Staff) -> None:
    group = make_account("华辰集团有限公司")
    hold_domains(group, ["huachen.cn"], word=Word(by=ada, at=NINE))
    other = make_account("北辰科技有限公司")
    Account.objects.filter(pk=other.pk).update(credit_code=OTHER_CODE)
    compare_new(at=NINE)
    of_the_group = ("华辰终端有限公司", "", "", "", "", "", "huachen.cn")
    branch = ("华辰集团有限公司杭州分公司", "", "", "", "", "", "")
    run = imported(of_the_group, branch, BEICHEN, by=ada)
    assert (run.created, run.updated, run.faulty) == (2, 0, 1)
    assert problems_of(run) == ["domain_of_another", "two_codes"]
    compare_new(at=NINE)
    made = Account.objects.get(name=branch[0])
    assert list(made.candidates.values_list("other__name", "decision")) == [("华辰集团有限公司", "branch")]


@pytest.mark.parametrize(
    ("known", "counts", "then"),
    [
        (K.SKIP, (0, 1), ("", "", "旧")),
        (K.FILL, (1, 0), ("C", "3301", "旧")),
        (K.OVERWRITE, (1, 0), ("C", "3301", "北辰科技有限公司")),
    ],
)
def test_the_policy_says_what_becomes_of_a_known_company(ada: Staff, known: K, counts: Any, then: Any) -> None:
    one = make_account("旧")
    Account.objects.filter(pk=one.pk).update(credit_code=CODE)
    run = imported(BEICHEN, by=ada, known=known)
    assert (run.updated, run.skipped) == counts
    one.refresh_from_db()
    assert (one.industry, one.region, one.name) == then


def test_other_names_parents_owners_tags_and_own_fields_come_with_a_company_and_go_with_it(ada: Staff) -> None:
    seller = make_staff("Sun", role=Role.SALES)
    add_field(
        about="account",
        kind="number",
        described=Described(name_zh="产线", name_en="Lines"),
        options=[],
        by=ada,
        at=NINE,
    )
    about = TagGroup.About.ACCOUNT
    group = add_group(name="等级", family=TagFamily.FACTS, about=about, is_exclusive=True, by=ada, at=NINE)
    first, second = (add_tag(group=group, name=name, by=ada, at=NINE) for name in ("重点", "普通"))
    headings = ("企业名称", "曾用名", "母公司", "客户负责人", "标签", "产线", "邮箱域名", "数据来源")
    known = make_account("南山贸易有限公司")
    AccountTag.objects.create(account=known, tag=first, source="hand", by=ada, at=NINE)
    before = everything()
    rows = [
        (
            "北辰科技有限公司",
            "北辰;北辰科贸有限公司",
            "东方集团",
            seller.email,
            "重点",
            "12",
            "beichen.cn beichen.com",
            "官网",
        ),
        ("南山贸易有限公司", "南山", "北辰科技有限公司", "nobody@x.cn", "普通", "abc", "", "工商登记"),
        ("东方集团", "", "南山贸易有限公司", "", "未知", "3", "", ""),
    ]
    run = imported(*rows, by=ada, headings=headings, known=K.OVERWRITE)
    assert (run.created, run.updated, run.warned) == (2, 1, 2)
    assert problems_of(run) == ["bad_own_value", "unknown_keeper", "unknown_account_tag", "circle_of_parents"]
    one, other = Account.objects.get(name=rows[0][0]), Account.objects.get(name="东方集团")
    assert (one.parent, other.parent, one.domain) == (other, None, "beichen.cn")
    assert set(one.aliases.values_list("name", flat=True)) == {"北辰", "北辰科贸有限公司"}
    assert list(one.further_domains.values_list("domain", flat=True)) == ["beichen.com"]
    assert one.owners.get().owner == seller
    assert [tag.tag for tag in AccountTag.objects.filter(account=known)] == [second]
    assert one.custom_values.get().number == 12
    assert set(one.facts.values_list("source", flat=True)) == {"website"}

    by_rule = add_tag(
        group=add_group(name="身份", family=TagFamily.FACTS, about=about, is_exclusive=False, by=ada, at=NINE),
        name="签约客户",
        by=ada,
        at=NINE,
    )
    AccountTag.objects.create(account=one, tag=by_rule, source="rule", at=NINE)  # nobody's work

    report = undone(run, ada).undo_report
    assert (report["companies_removed"], report["companies_kept"], report["companies_restored"]) == (2, 0, 1)
    assert everything() == before
    assert AccountTag.objects.get().tag == first
    known.refresh_from_db()
    assert (known.parent, "南山" in known.search_keys) == (None, True)


def test_what_a_colleague_has_done_since_stays(ada: Staff) -> None:
    known = make_account("旧")
    Account.objects.filter(pk=known.pk).update(credit_code=CODE, industry="A")
    run = imported(BEICHEN, NANSHAN, by=ada, known=K.OVERWRITE)
    known.refresh_from_db()
    for one in (known, Account.objects.get(name=NANSHAN[0])):
        facts = {"industry": "J"}
        change_account(
            account=one, by=ada, at=LATER, name=one.name, credit_code=one.credit_code, domain="", facts=facts
        )
    report = undone(run, ada).undo_report
    assert (report["companies_kept"], report["companies_removed"]) == (1, 0)
    known.refresh_from_db()
    assert (known.name, known.name_key, known.industry, known.size_band) == ("旧", "旧", "J", "")


def test_companies_out_of_sight_are_left_as_they_are_and_those_of_others_keep_their_owner(
    mei: Staff, ada: Staff
) -> None:
    hidden = make_account("北辰科技有限公司")
    boss = make_staff("Boss", role=Role.MANAGER, team=mei.team, data_scope="team")
    run = imported(BEICHEN, by=boss, known=K.OVERWRITE)
    assert (run.faulty, problems_of(run)) == (1, ["company_not_in_sight"])
    assert check(run).faulty == 1  # and it was told before
    hidden.refresh_from_db()
    assert hidden.industry == ""
    run = imported(BEICHEN, by=ada, owner=mei)
    assert hidden.owners.get().owner == mei


def test_the_first_rows_are_checked_before_anything_is_written(ada: Staff) -> None:
    make_account("南山贸易有限公司")
    again = ("北辰科贸", CODE, "", "", "", "", "")
    checked = check(drafted(BEICHEN, NANSHAN, again, ("", OTHER_CODE, "", "", "", "", ""), by=ada))
    assert (checked.new, checked.known, checked.repeated, checked.faulty) == (1, 1, 1, 1)
    assert Account.objects.count() == 1


def test_a_company_takes_the_name_of_an_entry_that_was_merged_into_it(ada: Staff) -> None:
    kept, gone = make_account("旧"), make_account(BEICHEN[0])
    Account.objects.filter(pk=kept.pk).update(credit_code=CODE)
    merge = merge_accounts(survivor=kept, absorbed=gone, by=ada, at=NINE)
    run = imported(BEICHEN, by=ada, known=K.OVERWRITE)
    assert (run.updated, problems_of(run)) == (1, [])
    with pytest.raises(NameGivenSince):
        unmerge_accounts(merge=merge, by=ada, at=LATER)
    undone(run, ada)
    kept.refresh_from_db()
    assert (kept.name, kept.name_key) == ("旧", "旧")
    assert unmerge_accounts(merge=merge, by=ada, at=LATER).name_key == BEICHEN[0]


def test_undoing_brings_back_who_looked_after_a_company_and_nobody_who_has_left(ada: Staff) -> None:
    first, left, new = (make_staff(name, role=Role.SALES) for name in ("Sun", "Zhao", "Wu"))
    line = default_product_line()
    for name, owner in ((BEICHEN[0], first), (NANSHAN[0], left)):
        AccountOwner.objects.create(
            account=make_account(name), product_line=line, owner=owner, since=NINE, given_by=first
        )
    rows = [(BEICHEN[0], new.email), (NANSHAN[0], new.email)]
    run = imported(*rows, by=ada, headings=("企业名称", "客户负责人"), known=K.OVERWRITE)
    assert set(AccountOwner.objects.values_list("owner", "given_by")) == {(new.pk, ada.pk)}
    Staff.objects.filter(pk=left.pk).update(is_active=False)
    undone(run, ada)
    assert set(AccountOwner.objects.values_list("account__name", "owner", "given_by")) == {
        (BEICHEN[0], first.pk, first.pk)
    }


def test_a_size_of_any_length_is_a_number_or_none() -> None:
    assert (size_of("9" * 400), size_of("3.5万人以上"), size_of("many")) == ("5000", "5000", "")


def test_the_same_file_again_changes_nothing(ada: Staff) -> None:
    imported(BEICHEN, NANSHAN, BEICHEN, by=ada)
    before = everything()
    again = imported(BEICHEN, NANSHAN, by=ada)
    assert (again.created, again.updated, everything()) == (0, 2, before)
    assert not Tag.objects.exists()


@pytest.mark.pages
def test_a_pasted_table_of_companies_goes_to_its_result(ada: Staff) -> None:
    client = signed_in(ada)
    assert client.post("/imports/new/", {"kind": "companies", "pasted": " "}).status_code == 422
    field = add_field(
        about="account",
        kind="text",
        described=Described(name_zh="产线", name_en="Lines"),
        options=[],
        by=ada,
        at=NINE,
    )
    table = "公司名称\t行业\t产线\n北辰<b>科技有限公司\t制造业\t12\n"
    answer = client.post("/imports/new/", {"kind": "companies", "pasted": table})
    run = PeopleImport.objects.get()
    here = f"/imports/{run.public_id}/"
    assert (answer["Location"], run.kind, run.mapping) == (
        f"{here}columns/",
        "companies",
        ["company", "industry", "custom:lines"],
    )
    chosen = {f"column-{place}": meaning for place, meaning in enumerate(run.mapping)}
    assert client.post(f"{here}columns/", chosen | {"save_as": "ERP"})["Location"] == f"{here}rules/"
    assert SavedMapping.objects.get().kind == "companies"

    CustomField.objects.filter(pk=field.pk).update(is_active=False)
    told = "The column “产线” is left out: the field “Lines” is retired"
    pages = [client.get(f"{here}rules/").content.decode(), client.get(f"{here}columns/").content.decode()]
    assert all(told in page for page in pages)
    assert client.post(f"{here}rules/", {"known": "fill", "source": "ERP"})["Location"] == here
    run_import(run.pk, now=lambda: NINE)
    page = client.get(here).content.decode()
    assert told in page
    assert "Legal basis" not in page
    assert "<b>科技" not in "".join([*pages, page])
    assert Account.objects.get().industry == "C"
