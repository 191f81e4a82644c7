"""Companies as other systems read them."""

import pytest

from tests.cast import NINE, make_account, make_lead
from tests.people.test_accounts import CODE
from wutong.lifecycle.account_team import give_account
from wutong.lifecycle.capture import default_product_line
from wutong.people.account_merge import merge_accounts
from wutong.people.models import Account

pytestmark = pytest.mark.django_db


def test_companies_of_leads_in_sight_are_found_by_name_pinyin_and_code(crm, system_of, mei, zhou, south) -> None:
    account, other = make_account("华辰精密"), make_account("Southwind")
    Account.objects.filter(pk=account.pk).update(credit_code=CODE, industry="C", region="3301")
    lead = make_lead(account=account)
    make_lead(account=other)
    make_account("Nobody's")
    give_account(account=account, product_line=default_product_line(), to=mei, by=mei, at=NINE)
    for search in ("huachen", "精密", CODE):
        (found,) = crm.get("/accounts", {"search": search}).json()["items"]
        assert found["id"] == str(account.public_id)
    assert (found["region_name"], found["owners"][0]["owner"]["name"]) == ("浙江省 杭州市", "Mei")
    assert found["leads"] == [str(lead.public_id)]
    first = crm.get("/accounts", {"limit": 1}).json()
    second = crm.get("/accounts", {"limit": 1, "cursor": first["cursor"]}).json()
    assert [one["name"] for one in (*first["items"], *second["items"])] == ["Southwind", "华辰精密"]
    assert (first["has_more"], second["has_more"], second["cursor"]) == (True, False, None)
    assert system_of(south).get("/accounts").json()["items"] == []
    assert system_of(south).get(f"/accounts/{account.public_id}").status_code == 404


def test_an_entry_that_was_merged_is_answered_with_what_remains(crm, wang) -> None:
    kept, gone = make_account("Kept"), make_account("Gone")
    make_lead(account=gone)
    merge_accounts(survivor=kept, absorbed=gone, by=wang, at=NINE)
    answer = crm.get(f"/accounts/{gone.public_id}").json()
    assert (answer["id"], answer["other_names"]) == (str(kept.public_id), ["Gone"])
