"""Lists in the order of one of the company's own fields."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from tests.cast import NINE, make_account, make_lead, make_person, signed_in
from tests.lifecycle.own_fields import make_field
from wutong.lifecycle.field_values import fill_in_account, fill_in_person
from wutong.people.custom_order import order_in, page_of
from wutong.people.models import Person
from wutong.platform.models import Staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("number", ["10", "9.5", "-3", "9.5", ""]),
        ("date", ["2026-03-01", "2025-12-31", "2026-03-01", "", ""]),
        ("yes_no", ["no", "yes", "no", "", ""]),
        ("one", ["mes", "erp", "", "paper", "erp"]),
    ],
)
def test_a_list_is_put_in_order_by_a_field_and_who_has_nothing_in_it_stands_at_the_end(
    ada: Staff, kind: str, values: list[str]
) -> None:
    field = make_field(ada, kind=kind)
    said = {}
    for n, value in enumerate(values):
        person = make_person(f"P{n}")
        said[person.pk] = value
        if value:
            fill_in_person(person=person, values={field: value}, by=ada, at=NINE)
    rank = {"": 0, "no": 0, "yes": 1, "erp": 0, "paper": 1, "mes": 2}

    def place(pk: int) -> Any:
        return Decimal(said[pk]) if kind == "number" else rank.get(said[pk], said[pk])

    everybody = Person.objects.current().filter(pk__in=said)
    for sort in ("cf.budget", "-cf.budget"):
        order = order_in(sort, [field])
        assert order is not None
        for far in (-1, 10_000):  # walked, and put in order as a whole
            cache.clear()  # which of the two is remembered
            after, shown = "", []
            for _page in range(4):
                page = page_of(everybody, order, after=after, size=2, otherwise="-last_seen_at", far=far)
                shown += page.keys
                after = page.next or "over"
                if page.next is None:
                    break
            known = [pk for pk in shown if said[pk]]
            assert sorted(shown) == sorted(said)
            assert shown[: len(known)] == known
            assert [place(pk) for pk in known] == sorted(map(place, known), reverse=order.is_down)
            first = page_of(everybody, order, after="", size=2, otherwise="-last_seen_at", far=far)
            left = everybody.exclude(pk=first.keys[-1])  # whom the page ended with is none of them any more
            assert page_of(left, order, after=first.next or "", size=9, otherwise="-last_seen_at", far=far).keys == [
                pk for pk in shown if pk not in first.keys
            ]
    assert order_in("cf.budget", []) is order_in("cf.nonsense", [field]) is None


def test_lists_are_sorted_by_a_field_in_sight_and_forget_cursors_that_are_not_theirs(
    ada: Staff, xu: Staff, mei: Staff
) -> None:
    field = make_field(ada, about="account", kind="money", readers=["admin", "sales"], editors=["admin", "sales"])
    make_field(ada, kind="text", name="Note")
    budget = make_field(ada, kind="number", name="Size")
    for name, amount in (("Aa", 5), ("Bb", 70), ("Cc", 60)):
        account, person = make_account(name), make_person(name)
        make_lead(person=person, owner=xu, team=xu.team, account=account)
        fill_in_account(account=account, values={field: str(amount)}, by=ada, at=NINE)
        fill_in_person(person=person, values={budget: str(amount)}, by=ada, at=NINE)
    client = signed_in(xu)

    def companies(address: str) -> list[str]:
        return [row.account.name for row in client.get(address).context["found"].rows]

    assert companies("/accounts/?sort=-cf.budget&col=cf.budget") == ["Bb", "Cc", "Aa"]
    assert companies("/accounts/?sort=cf.budget&after=bm9uc2Vuc2U=") == ["Aa", "Cc", "Bb"]
    assert companies("/accounts/?sort=cf.unseen") == ["Aa", "Bb", "Cc"]
    page = client.get("/people/?sort=-cf.size&col=cf.size&col=cf.note")
    assert [one.full_name for one in page.context["found"].people] == ["Bb", "Cc", "Aa"]
    assert 'aria-sort="descending"' in page.text
    assert "sort=cf.note" not in page.text
