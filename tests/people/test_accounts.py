"""Which company somebody works at, and which companies are like one that is typed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NINE, make_person
from wutong.people.accounts import Employment, employ_many
from wutong.people.company_facts import correct_company
from wutong.people.models import Account, AccountCandidate, Affiliation, Assurance
from wutong.people.similar_accounts import compare_new, similar_accounts

pytestmark = pytest.mark.django_db

CODE, OTHER_CODE = "91320623703753420J", "91110109749356551K"
MADE_IN_JIANGSU = "江苏华辰精密机械有限公司"


def employed(
    company: str = "", *, email: str = "", code: str = "", by: Assurance = Assurance.TYPED, person=None
) -> Account | None:
    person = person or make_person()
    subject = person.identifiers.get().pk
    given = {"company": company, "email": email, "credit_code": code, "source": "test", "assurance": by}
    said = Employment(subject_id=subject, person_id=person.pk, **given)
    return employ_many([said], at=NINE).get(subject)


def test_spellings_of_one_name_are_one_company(company) -> None:
    first = employed(MADE_IN_JIANGSU)
    assert {employed(text) for text in ("江蘇華辰精密機械有限公司", " 江苏华辰 精密机械有限公司（盖章）。")} == {first}


@pytest.mark.parametrize(
    "text", ["江苏华晨精密机械有限公司", "江苏华辰精密机械有限责任公司", "华辰精密机械", "华辰精密机械（上海）有限公司"]
)
def test_a_name_that_is_only_alike_is_another_company(company, text: str) -> None:
    assert employed(text) != employed(MADE_IN_JIANGSU)


def test_a_credit_code_counts_before_the_name(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    Account.objects.filter(pk=known.pk).update(credit_code=CODE)
    assert employed("华辰", code=CODE) == known
    assert employed("华辰", code=OTHER_CODE) != known


def test_a_code_that_does_not_fit_says_nothing(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    broken = "91510184728053922Y"
    Account.objects.filter(pk=known.pk).update(credit_code=broken)
    assert employed("华辰", code=broken) != known


def test_nobody_is_put_into_a_company_that_has_another_valid_code(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    correct_company(known, name=known.name, credit_code=CODE, domain="huachen.com.cn")
    assert employed(MADE_IN_JIANGSU, code=OTHER_CODE) is None
    sister = {"company": "江苏华辰机床有限公司", "email": "mei@huachen.com.cn"}
    assert employed(**sister) == known
    assert employed(**sister, code=OTHER_CODE) not in (known, None)


def test_a_domain_that_a_colleague_has_given_counts_before_the_name(company) -> None:
    known, other = employed(MADE_IN_JIANGSU), employed("上海远帆贸易有限公司")
    correct_company(known, name=known.name, credit_code=None, domain="www.Huachen.com.cn")
    assert employed("上海远帆贸易有限公司", email="mei@sh.huachen.com.cn") == known
    assert employed("上海远帆贸易有限公司", email="mei@qq.com") == other


def test_a_domain_of_two_companies_is_nobodys(company) -> None:
    for name in (MADE_IN_JIANGSU, "上海远帆贸易有限公司"):
        correct_company(employed(name), name=name, credit_code=None, domain="group.com")
    assert employed(email="mei@group.com") is None


def test_a_domain_becomes_a_companys_by_two_of_its_people(company) -> None:
    known = employed(MADE_IN_JIANGSU, email="mei@huachen.com")
    assert employed(email="lin@huachen.com") is None
    employed(MADE_IN_JIANGSU, email="zhou@huachen.com")
    assert employed(email="lin@huachen.com") == known


def test_a_domain_stays_nobodys_while_people_of_another_company_have_it(company) -> None:
    for name, address in ((MADE_IN_JIANGSU, "a"), (MADE_IN_JIANGSU, "b"), ("上海远帆贸易有限公司", "c")):
        employed(name, email=f"{address}@isp.net.cn")
    assert employed(email="lin@isp.net.cn") is None


def test_free_addresses_never_tell_a_company(company) -> None:
    for address in ("a@qq.com", "b@qq.com", "c@mailinator.com", "d@mailinator.com"):
        employed(MADE_IN_JIANGSU, email=address)
    assert employed(email="e@qq.com") is None
    assert employed(email="e@mailinator.com") is None
    assert not Affiliation.objects.exclude(email_domain="").exists()


def test_what_a_colleague_has_set_counts_before_everything_typed(company) -> None:
    her = make_person()
    set_by_hand = employed("上海远帆贸易有限公司", by=Assurance.STAFF, person=her)
    assert employed(MADE_IN_JIANGSU, code=CODE, person=her) == set_by_hand


def test_companies_like_a_new_one_are_candidates_for_a_colleague(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    compare_new(at=NINE)
    branch, alike, another = (
        employed(name) for name in (f"{MADE_IN_JIANGSU}苏州分公司", "华辰精密机械有限公司", "浙江华辰精密机械有限公司")
    )
    assert compare_new(at=NINE) == 3
    found = {(one.account, one.other): one.decision for one in AccountCandidate.objects.all()}
    assert found[branch, known] == "branch"
    assert found[alike, known] == "candidate"
    assert (another, known) not in found
    assert compare_new(at=NINE) == 0


def test_companies_of_before_are_read_when_their_turn_comes(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    Account.objects.filter(pk=known.pk).update(name_grams=None, brand="")
    assert similar_accounts("华辰精密机械有限公司") == []
    compare_new(at=NINE + timedelta(minutes=1))
    assert [one.account for one in similar_accounts("华辰精密机械有限公司")] == [known]


def test_a_renamed_company_is_compared_anew(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    compare_new(at=NINE)
    correct_company(known, name="江苏远帆精密机械有限公司", credit_code=None, domain="")
    assert [one.account for one in similar_accounts("远帆精密机械")] == [known]
    assert compare_new(at=NINE) == 1


def test_similar_companies_are_told_while_a_name_is_typed(company) -> None:
    known = employed(MADE_IN_JIANGSU)
    Account.objects.filter(pk=known.pk).update(credit_code=CODE)
    candidate, same = [("candidate", known)], [("same", known)]
    for text, expected in {
        "江": [],
        "江苏华辰": candidate,
        "江苏华辰精": candidate,
        "江苏华辰精密机械有限公司": same,
        "華辰精密機械": candidate,
        CODE: same,
        "上海华辰精密机械有限公司": [],
        "": [],
    }.items():
        assert [(one.decision.value, one.account) for one in similar_accounts(text)] == expected, text


def test_an_equal_domain_raises_a_candidate_and_merges_nothing(company) -> None:
    near, far = employed("苏州云帆科技有限公司"), employed("云帆科技发展有限公司")
    Account.objects.filter(pk=far.pk).update(domain="yunfan.com")
    assert [one.account for one in similar_accounts("云帆科技")] == [near, far]
    by_domain = similar_accounts("云帆科技", domain="yunfan.com")
    assert [(one.account, one.decision.value) for one in by_domain] == [(far, "candidate"), (near, "candidate")]


def test_six_queries_find_what_is_similar_however_many_there_are(company) -> None:
    for number in range(12):
        employed(f"苏州云帆第{number}科技有限公司")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(similar_accounts("云帆科技")) == 5
    assert len(queries) <= 6
