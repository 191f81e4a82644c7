"""The review queue: who is asked about whom, what is said there, and taking it back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.translation import override
from msgspec.structs import replace

from tests.cast import NINE, email, identifier, make_account, make_lead, make_person, make_staff, phone, seen, signed_in
from wutong.people.account_merge import CompanyGone, merge_accounts
from wutong.people.consents import Decision, decide_many
from wutong.people.decisions import merge_people
from wutong.people.doubles import compare_changed
from wutong.people.identity import IdentifierKey, observe_many
from wutong.people.models import (
    Account,
    AccountCandidate,
    Assurance,
    ConsentState,
    IdentifierKind,
    IdentityChange,
    Person,
    ProbableMatch,
    PutAside,
    RefusedLink,
)
from wutong.people.similar_accounts import compare_new
from wutong.platform.models import AuditEntry, Staff
from wutong.review.history import origins_of
from wutong.review.queue import recount, waiting_count
from wutong.sales.accounts import put_into_group

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

COMPANY = "上海北辰科技有限公司"
HTMX = {"HX-Request": "true"}
WITHDRAWN = "What either of them has refused or withdrawn stays so."


def compare() -> None:
    with transaction.atomic():
        while compare_changed(at=NINE):
            pass


@pytest.fixture
def pair(north) -> tuple[Person, Person]:
    """Two records of one person, with a lead each in the team North."""
    for n, name in enumerate(["陈默", "李娜", "赵敏", "周宁"]):
        make_person(name, keys=[phone(f"+86139111100{n}0")], company=f"华新机械{n}厂")
    one = make_person("周思远", keys=[phone("+8613911112222"), email("zhou.siyuan@beichen.example")], company=COMPANY)
    other = make_person("周思遠", keys=[email("zhousiyuan@qq.com")], company="北辰科技", at=NINE + timedelta(minutes=1))
    for person in (one, other):
        make_lead(person=person)
    compare()
    return one, other


@pytest.fixture
def companies(north) -> tuple[Account, Account]:
    """Two entries that are alike, with a lead each in the team North."""
    one, other = make_account("上海北辰科技有限公司"), make_account("北辰科技股份公司")
    for account in (one, other):
        make_lead(account=account)
    AccountCandidate.objects.create(
        account=other,
        other=one,
        decision="candidate",
        score=0.9,
        reason="the region is moved or missing",
        found_at=NINE,
    )
    return one, other


def address(kind: str, pair: tuple[Person, Person] | tuple[Account, Account], act: str) -> str:
    return f"/review/{kind}/{pair[0].public_id}/{pair[1].public_id}/{act}/"


def undo_in(text: str) -> str:
    return text.split('action="/review/undo/')[1].split('"')[0]


def test_both_sides_stand_beside_each_other_and_are_merged_with_undo(pair, mei: Staff) -> None:
    client = signed_in(mei)
    page = client.get("/review/").content.decode()
    assert page.count("周思远") >= 2
    assert "周思遠" in page
    assert "zhou.siyuan@beichen.example" not in page

    said = client.post(address("people", pair, "merge"), headers=HTMX)
    assert (said.status_code, said["HX-Retarget"]) == (200, f"#pair-{pair[0].public_id}-{pair[1].public_id}")
    pair[1].refresh_from_db()
    assert pair[1].merged_into == pair[0]
    assert "周思遠" not in client.get("/review/").content.decode()

    client.post(f"/review/undo/{undo_in(said.content.decode())}")
    pair[1].refresh_from_db()
    assert pair[1].merged_into is None
    assert ProbableMatch.objects.exists()
    assert {entry.action for entry in AuditEntry.objects.all()} >= {"people.merged", "people.decision_withdrawn"}


def test_before_a_merge_it_is_told_what_either_of_them_has_withdrawn(pair, mei: Staff) -> None:
    assert WITHDRAWN not in signed_in(mei).get("/review/").content.decode()
    address = identifier(email("zhousiyuan@qq.com"))
    about = {"subject_id": address.pk, "person_id": pair[1].pk, "channel": "email", "purpose": "marketing"}
    said = {"state": ConsentState.WITHDRAWN, "source": "preferences", "assurance": Assurance.VERIFIED, "at": NINE}
    with transaction.atomic():
        decide_many([Decision(**about, **said)])
    assert WITHDRAWN in signed_in(mei).get("/review/").content.decode()


def test_who_is_not_the_same_is_never_asked_of_again(pair, mei: Staff) -> None:
    client = signed_in(mei)
    assert client.post(address("people", pair, "apart")).status_code == 302
    compare()
    assert "周思遠" not in client.get("/review/").content.decode()


def test_what_is_put_off_comes_back_after_a_week(pair, mei: Staff) -> None:
    client = signed_in(mei)
    said = client.post(address("people", pair, "later"), headers=HTMX).content.decode()
    assert "周思遠" not in client.get("/review/").content.decode()
    PutAside.objects.update(until=NINE)
    assert "周思遠" in client.get("/review/").content.decode()
    client.post(f"/review/undo/{undo_in(said)}")
    assert not PutAside.objects.exists()


def test_only_who_sees_both_sides_is_asked(pair, mei: Staff, zhou: Staff) -> None:
    pair[1].leads.update(team=zhou.team)
    for staff in (mei, zhou):
        client = signed_in(staff)
        page = client.get("/review/").content.decode()
        assert "周思遠" not in page
        for act in ("merge", "apart", "later"):
            assert client.post(address("people", pair, act)).status_code == 404


def test_the_menu_counts_the_pairs_both_of_whose_sides_are_in_sight(pair, companies, mei: Staff, zhou: Staff) -> None:
    assert waiting_count(mei) == "2"

    recount(mei)
    companies[1].leads.update(team=zhou.team)

    assert waiting_count(mei) == "1"
    assert waiting_count(zhou) is None


def test_a_plus_in_the_menu_tells_that_not_all_pairs_were_looked_at(pair, mei: Staff, monkeypatch) -> None:
    monkeypatch.setattr("wutong.review.queue.LOOKED_AT", 1)

    assert waiting_count(mei) == "1+"


def test_what_another_has_decided_is_refused_beside_the_pair(pair, mei: Staff) -> None:
    merge_people(one=pair[0], other=pair[1], by=mei, at=NINE)
    assert signed_in(mei).post(address("people", pair, "merge")).status_code == 404  # the other is gone


def test_a_refused_link_says_why_and_is_told_apart(mei: Staff) -> None:
    shared = phone("+8613911110009")
    keys = [IdentifierKey(IdentifierKind.CRM_ID, number) for number in ("C1", "C2")]
    people = [make_person(name, keys=[key]) for name, key in zip(["陈默", "李娜"], keys, strict=True)]
    with transaction.atomic():
        observe_many([seen(keys[0], shared), seen(keys[1], shared)], at=NINE)
    for person in people:
        make_lead(person=person, subject=identifier(keys[people.index(person)]))
    client = signed_in(mei)
    page = client.get("/review/?tab=links").content.decode()
    assert {"陈默", "李娜"} <= {name for name in ("陈默", "李娜") if name in page}
    assert "/merge/" not in page  # two CRM numbers are two people
    client.post(address("people", (people[0], people[1]), "apart"))
    assert set(RefusedLink.objects.values_list("why", flat=True)) == {"kept_apart"}
    assert "陈默" not in client.get("/review/?tab=links").content.decode()


def test_of_two_companies_the_chosen_one_remains_and_the_merge_is_taken_back(companies, mei: Staff) -> None:
    client = signed_in(mei)
    assert "北辰科技股份公司" in client.get("/review/?tab=companies").content.decode()
    said = client.post(
        address("companies", companies, "merge"), {"survivor": str(companies[1].public_id)}, headers=HTMX
    ).content.decode()
    companies[0].refresh_from_db()
    assert companies[0].merged_into == companies[1]
    client.post(f"/review/undo/{undo_in(said)}")
    companies[0].refresh_from_db()
    assert companies[0].merged_into is None


def test_two_companies_told_apart_are_remembered(companies, mei: Staff) -> None:
    client = signed_in(mei)
    client.post(address("companies", companies, "apart"))
    assert "北辰科技股份公司" not in client.get("/review/?tab=companies").content.decode()


def test_only_who_may_merge_sees_the_queue(pair, north) -> None:
    client = signed_in(make_staff("Seller", role="sales", team=north))
    assert client.get("/review/").status_code == 403
    assert client.post(address("people", pair, "merge")).status_code == 403


def test_a_persons_page_tells_where_identifiers_come_from_and_takes_merges_back(pair, mei: Staff) -> None:
    client = signed_in(mei)
    client.post(address("people", pair, "merge"))
    page = client.get(f"/people/{pair[0].public_id}/rest/").content.decode()
    change = IdentityChange.objects.get(kind="merge")
    undo = f"/people/{pair[0].public_id}/history/{change.pk}/undo/"
    assert undo in page
    client.post(undo)
    pair[1].refresh_from_db()
    assert pair[1].merged_into is None


@pytest.mark.parametrize(
    ("door", "told"),
    [
        ("web", "the website"),
        ("server", "another system"),
        ("api", "another system"),
        ("staff", "a colleague"),
        ("import", "an imported list"),
    ],
)
def test_identifiers_tell_by_which_door_they_came(door: str, told: str, north, ada: Staff) -> None:
    with transaction.atomic():
        observe_many([replace(seen(phone("+8613911119999"), email("z@beichen.example")), source=door)], at=NINE)
    person = Person.objects.get()
    page = signed_in(ada).get(f"/people/{person.public_id}/rest/")
    assert page.status_code == 200
    with override("en"):
        assert {str(one.where) for one in origins_of(person)} == {told}


def test_who_was_split_off_and_is_out_of_sight_is_neither_named_nor_put_back(pair, mei: Staff, zhou: Staff) -> None:
    moved = identifier(email("zhou.siyuan@beichen.example"))
    signed_in(mei).post(f"/people/{pair[0].public_id}/take-out/", {"identifier": [str(moved.pk)]})
    somebody = IdentityChange.objects.get(kind="split").target_person
    Person.objects.filter(pk=somebody.pk).update(full_name="沈秘")
    make_lead(person=somebody, team=zhou.team)
    change = IdentityChange.objects.get(kind="split")
    client = signed_in(mei)

    assert "沈秘" not in client.get(f"/people/{pair[0].public_id}/rest/").content.decode()
    assert client.post(f"/people/{pair[0].public_id}/history/{change.pk}/undo/").status_code == 404

    somebody.leads.update(team=mei.team)
    assert "沈秘" in client.get(f"/people/{pair[0].public_id}/rest/").content.decode()
    assert client.post(f"/people/{pair[0].public_id}/history/{change.pk}/undo/").status_code == 302


def test_what_a_colleague_has_told_apart_is_not_put_off_by_another(companies, mei: Staff, lin: Staff) -> None:
    signed_in(mei).post(address("companies", companies, "apart"))

    late = signed_in(lin).post(address("companies", companies, "later"), headers=HTMX)

    assert late.status_code == 409
    assert mei.full_name in late.content.decode()
    assert PutAside.objects.get().what == "apart"
    assert signed_in(lin).post(address("companies", (companies[0], companies[0]), "later")).status_code == 404


def test_identifiers_that_are_somebody_elses_are_taken_out(pair, mei: Staff) -> None:
    address = identifier(email("zhou.siyuan@beichen.example"))
    signed_in(mei).post(f"/people/{pair[0].public_id}/take-out/", {"identifier": [str(address.pk)]})
    assert identifier(phone("+8613911112222")).person != identifier(email("zhou.siyuan@beichen.example")).person


def test_a_branch_is_put_below_its_company_and_nobody_is_asked_again(companies, wang: Staff) -> None:
    one, other = companies
    candidates = AccountCandidate.objects.all()
    assert "is its branch" not in signed_in(wang).get("/review/?tab=companies").content.decode()
    candidates.update(decision="branch")
    page = signed_in(wang).get("/review/?tab=companies").content.decode()
    assert f"{other.name} is its branch" in page

    answer = signed_in(wang).post(address("companies", companies, "branch"), {"branch": str(other.public_id)})
    assert answer.url.startswith("/review/")  # on in the queue

    other.refresh_from_db()
    assert other.parent == one
    assert not candidates.exists()
    Account.objects.update(compared_at=None)
    with transaction.atomic():
        compare_new(at=NINE)
    assert not candidates.exists()
    gone = make_account("Gone")
    merge_accounts(survivor=one, absorbed=gone, by=wang, at=NINE)
    with pytest.raises(CompanyGone):
        put_into_group(account=other, parent=gone, by=wang, at=NINE)
