"""Credit codes are masked; who may see one in full does so counted and recorded."""

import pytest

from tests.cast import make_account, make_lead, make_staff, signed_in
from tests.sales.cast import LATER
from wutong.people.account_facts import Word, note
from wutong.people.models import Account, AccountCandidate
from wutong.platform.models import AuditEntry, Organisation

CODE = "92110108MA01234567"
TYPED = "9211 0108 MA01 2345 67"
OTHER = "91110000600037341L"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(mei) -> Account:
    """A sole trader in Mei's sight, whose code somebody wrote down."""
    account = make_account("梧桐小店")
    account.credit_code = CODE
    account.save()
    note(account, ["credit_code"], word=Word(by=mei, at=LATER))
    make_lead(account=account)
    return account


@pytest.mark.pages
def test_no_page_shows_a_code_in_full(shop: Account, wang) -> None:
    other = make_account("梧桐小店二")
    AccountCandidate.objects.create(
        account=shop, other=other, decision="candidate", score=0.9, reason="", found_at=LATER
    )
    client, page = signed_in(wang), f"/accounts/{shop.public_id}/"
    for address in (
        page,
        f"{page}?tab=facts",
        f"{page}merge/",
        f"{page}merge/?with={other.public_id}",
        f"/accounts/{other.public_id}/merge/?q={TYPED}",
        f"/accounts/similar/?q={TYPED}",
        f"/accounts/?q={TYPED}",
        "/review/?tab=companies",
    ):
        text = client.get(address).content.decode()
        assert "梧桐小店" in text, address
        assert CODE not in text, address
    assert "9211****67" in client.get(page).content.decode()


def test_a_code_is_shown_counted_and_recorded_until_the_days_limit(shop: Account, mei) -> None:
    Organisation.objects.update(reveals_a_day=1)
    address = f"/accounts/{shop.public_id}/credit-code/"
    first, second = (signed_in(mei).post(address, headers={"HX-Request": "true"}) for _time in range(2))
    assert CODE in first.content.decode()
    assert second.status_code == 409
    assert CODE not in second.content.decode()
    entry = AuditEntry.objects.get(action="people.credit_code_revealed")
    assert (entry.actor, entry.subject_id, entry.detail) == (mei, str(shop.public_id), {"kind": "sole_trader"})
    assert signed_in(make_staff("Nora", role="marketer")).post(address).status_code == 403


def test_a_masked_code_that_nobody_touched_stays_and_another_replaces_it(shop: Account, mei) -> None:
    def saved(code: str) -> str | None:
        answer = signed_in(mei).post(f"/accounts/{shop.public_id}/change/", {"name": shop.name, "credit_code": code})
        assert answer.status_code == 302
        return Account.objects.get(pk=shop.pk).credit_code

    assert saved("9211****67") == CODE
    assert saved(OTHER) == OTHER
    assert saved("") is None
