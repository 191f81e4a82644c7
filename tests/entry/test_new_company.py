"""Companies entered by hand: found while one types, and never entered twice."""

from typing import Any

import pytest

from tests.cast import make_account, make_lead, make_staff, signed_in
from wutong.people.models import Account
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

PAGE, CODE = "/accounts/new/", "91310000MA1K4QQW8F"


def enter(staff: Staff, **given: str) -> Any:
    return signed_in(staff).post(PAGE, {"name": "上海梧桐科技有限公司", **given})


def looked_up(staff: Staff, **given: str) -> str:
    return signed_in(staff).post(f"{PAGE}doubles/", given).content.decode()


def test_a_company_is_entered_and_confirmed(ada: Staff) -> None:
    answer = enter(ada, website="https://www.wutong.example.com/about", credit_code="")

    account = Account.objects.get()
    assert answer["Location"] == f"/accounts/{account.public_id}/"
    assert (account.domain, account.credit_code, account.is_confirmed) == ("example.com", None, True)
    assert AuditEntry.objects.get(action="entry.company_entered").actor == ada
    assert "上海梧桐科技有限公司" in signed_in(ada).get("/accounts/?q=梧桐").content.decode()


def test_whoever_sells_looks_after_the_company_that_they_entered(mei: Staff) -> None:
    answer = enter(mei)
    assert Account.objects.get().owners.get().owner == mei
    assert answer["Location"] == f"/accounts/{Account.objects.get().public_id}/"


def test_whoever_does_not_see_it_yet_goes_on_with_somebody_who_works_there(north: Team) -> None:
    nora = make_staff("Nora", role="marketer", team=north, data_scope="team")
    answer = enter(nora)
    form = signed_in(nora).get(answer["Location"]).context["form"]
    assert form["company"].value() == "上海梧桐科技有限公司"


def test_a_name_that_is_taken_is_refused_and_shown(mei: Staff) -> None:
    make_lead(account=make_account("northwind"), owner=mei)

    assert "northwind" in looked_up(mei, name="Northwind")
    answer = enter(mei, name="Northwind")

    assert (answer.status_code, answer.context["refusal"].code) == (409, "company_name_taken")
    assert Account.objects.count() == 1


def test_of_a_company_out_of_sight_only_who_works_on_it_is_told(mei: Staff, zhou: Staff, south: Team) -> None:
    hidden = make_account("northwind")
    make_lead(account=hidden, owner=zhou, team=south)

    told = looked_up(mei, name="Northwind")

    assert "Zhou" in told
    assert not [secret for secret in ("northwind", str(hidden.public_id)) if secret in told]


def test_a_code_and_a_domain_find_the_company_too(ada: Staff) -> None:
    Account.objects.filter(pk=make_account("One").pk).update(credit_code=CODE)
    Account.objects.filter(pk=make_account("Two").pk).update(domain="northwind.cn")

    assert "One" in looked_up(ada, name="Other", credit_code=CODE)
    assert "Two" in looked_up(ada, name="Other", website="mail@northwind.cn")
    assert enter(ada, credit_code=CODE, is_sure="on").context["refusal"].code == "credit_code_taken"


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"credit_code": "913100"}, ["credit_code"]),
        ({"credit_code": "91310000MA1K4QQW80"}, ["credit_code", "is_sure"]),
        ({"website": "https://qq.com"}, ["website"]),
        ({"website": "nowhere"}, ["website"]),
        ({"region": "Nowhere"}, ["region"]),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(ada: Staff, given: dict[str, str], fields: list[str]) -> None:
    answer = enter(ada, **given)
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, fields)
