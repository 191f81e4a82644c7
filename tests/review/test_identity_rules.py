"""What an administrator sets about who is who, from its page."""

import pytest

from tests.cast import email, make_person, person_of, phone, signed_in
from wutong.people.models import BlockedValue, IdentityRules
from wutong.people.projection import largest_person
from wutong.platform.models import AuditEntry, Staff

pytestmark = [pytest.mark.django_db]
HERE = "/settings/identity/"


def test_a_shared_number_is_blocked_and_links_again(ada: Staff) -> None:
    make_person("Zhou", keys=[phone("+8613900010001"), email("zhou@beichen.example")])
    client = signed_in(ada)
    assert client.post(HERE, {"text": "nonsense"}).status_code == 422
    assert not BlockedValue.objects.exists()

    assert client.post(HERE, {"text": "139 0001 0001"})["Location"] == HERE
    assert person_of(phone("+8613900010001")) != person_of(email("zhou@beichen.example"))
    assert "+8613900010001" in client.get(HERE).text
    again = client.post(HERE, {"text": "+86 139 0001 0001"})
    assert (again.status_code, BlockedValue.objects.count()) == (422, 1)

    listed = {"kind": "phone", "scope": "", "value": "+8613900010001"}
    assert client.post(f"{HERE}unblock/", listed)["Location"] == HERE
    assert person_of(phone("+8613900010001")) == person_of(email("zhou@beichen.example"))
    assert client.post(f"{HERE}unblock/", listed).status_code == 404
    told = AuditEntry.objects.filter(action__startswith="people.value_").order_by("at", "pk")
    assert [entry.action for entry in told] == ["people.value_blocked", "people.value_unblocked"]


def test_the_largest_person_is_set_within_bounds(ada: Staff) -> None:
    client = signed_in(ada)
    assert client.post(f"{HERE}size/", {"largest": "5"}).status_code == 422
    assert not IdentityRules.objects.exclude(largest=60).exists()
    assert client.post(f"{HERE}size/", {"largest": "40"})["Location"] == HERE
    assert largest_person() == 40


def test_nobody_else_sets_it(mei: Staff) -> None:
    assert signed_in(mei).get(HERE).status_code == 403
    assert signed_in(mei).post(f"{HERE}size/", {"largest": "40"}).status_code == 403
