"""Companies as other systems read them."""

import pytest
from django.utils import timezone

from tests.cast import NINE, make_account, make_lead
from tests.people.test_accounts import CODE
from wutong.lifecycle.account_team import give_account
from wutong.lifecycle.capture import default_product_line
from wutong.people.account_merge import merge_accounts
from wutong.people.models import Account
from wutong.platform.models import ApiRight, AuditEntry, Organisation
from wutong.platform.reveals import report_of_keys

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


def test_codes_are_masked_unless_the_key_may_see_them_and_counted_then(crm, system_of, north) -> None:
    account = make_account("华辰精密")
    Account.objects.filter(pk=account.pk).update(credit_code=CODE)
    make_lead(account=account)
    careful = system_of(north, rights=[ApiRight.PEOPLE_READ])
    address = f"/accounts/{account.public_id}"
    assert careful.get(address).json()["credit_code"] == f"{CODE[:4]}****{CODE[-2:]}"
    Organisation.objects.update(read_in_full_a_day=2)
    assert crm.get(address).json()["credit_code"] == CODE
    assert crm.get("/accounts").json()["items"][0]["credit_code"] == CODE
    refused = crm.get(address)
    assert (refused.status_code, refused.json()["code"]) == (429, "enough_read")
    assert crm.get(address, {"masked": "true"}).json()["credit_code"] == f"{CODE[:4]}****{CODE[-2:]}"
    told = AuditEntry.objects.filter(action="api.credit_codes_revealed", api_key=crm.key)
    assert [one.detail["n"] for one in told] == [1, 1]
    assert [(one.key, one.today, one.refused) for one in report_of_keys(at=timezone.now())] == [(crm.key, 2, 1)]


def test_an_entry_that_was_merged_is_answered_with_what_remains(crm, wang) -> None:
    kept, gone = make_account("Kept"), make_account("Gone")
    make_lead(account=gone)
    merge_accounts(survivor=kept, absorbed=gone, by=wang, at=NINE)
    answer = crm.get(f"/accounts/{gone.public_id}").json()
    assert (answer["id"], answer["other_names"]) == (str(kept.public_id), ["Gone"])
