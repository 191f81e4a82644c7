"""One field of many people or companies set at once, after a look at what it would do."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, signed_in, state
from tests.lifecycle.own_fields import make_field
from wutong.lifecycle.correcting_many import plan_for_facts
from wutong.lifecycle.field_values import FieldNotYours, fill_in_person
from wutong.lifecycle.fields_of_many import TooManyToSet, fill_in_accounts, fill_in_people
from wutong.lifecycle.seen import mark_of
from wutong.people.account_merge import merge_accounts
from wutong.people.models import (
    Account,
    AccountCustomValue,
    AccountFact,
    Affiliation,
    Assurance,
    FieldValue,
    PersonCustomValue,
)
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db


def test_a_field_of_many_people_is_set_after_a_look_at_what_it_would_do(
    mei: Staff, ada: Staff, north: Team, south: Team
) -> None:
    field = make_field(ada, kind="one", name="Level", readers=["admin", "sdr"], editors=["admin", "sdr"])
    hidden = make_field(ada, name="Secret", readers=["admin", "sdr"], editors=["admin"])
    empty, other, same = (make_person(name) for name in ("Empty", "Other", "Same"))
    for person, value in ((other, "paper"), (same, "erp")):
        fill_in_person(person=person, values={field: value}, by=ada, at=NINE)
    for person in (empty, other, same):
        make_lead(person=person, team=north)
    unseen = make_lead(team=south).person
    client = signed_in(mei)
    asked: dict[str, Any] = {"field": "own:level", "query": "sort=name", "chosen": [empty.public_id, unseen.public_id]}

    page = client.post("/people/fields/", asked)
    assert (page.context["counted"], page.context["whole"]) == ("1 person", "3 people")
    assert client.post("/people/fields/", asked | {"preview": "1"}).status_code == 422
    asked |= {"cf-level": "erp", "whole": "on", "preview": "1"}
    plan = client.post("/people/fields/", asked).context["plan"]
    assert (len(plan.changed), plan.replaced, plan.same, plan.kept) == (2, 1, 1, 0)
    page = client.post("/people/fields/", asked | {"only_empty": "on"})
    assert (len(page.context["plan"].changed), page.context["plan"].kept) == (1, 1)
    del asked["preview"]
    asked |= {"set": "1", "whole": "", "chosen": page.context["ids"], "seen": plan.mark}
    assert client.post("/people/fields/", asked).context["plan"].changed  # of another value, or none, was looked at
    asked |= {"what": mark_of("erp", False)}
    fill_in_person(person=same, values={field: "mes"}, by=ada, at=NINE + timedelta(hours=1))
    assert client.post("/people/fields/", asked).status_code == 409
    assert PersonCustomValue.objects.filter(option__code="erp").count() == 0
    again = {name: value for name, value in asked.items() if name != "set"} | {"preview": "1"}
    seen = client.post("/people/fields/", again).context["plan"].mark
    done = client.post("/people/fields/", asked | {"seen": seen})

    assert (done.status_code, done["Location"]) == (302, "/people/?sort=name")
    assert PersonCustomValue.objects.filter(option__code="erp").count() == 3
    assert not PersonCustomValue.objects.filter(person=unseen).exists()
    said = FieldValue.objects.filter(person=other, field=field.statement).order_by("observed_at")
    assert [(one.value, one.source) for one in said][-1] == ("erp", f"staff:{mei.public_id}")
    assert AuditEntry.objects.filter(action="people.fields_set", actor=mei).count() == 3
    assert client.post("/people/fields/", asked | {"field": f"own:{hidden.code}"}).status_code == 404
    with pytest.raises(FieldNotYours):
        fill_in_people([other.pk], hidden, "1", by=mei, at=NINE)
    with pytest.raises(TooManyToSet):
        fill_in_people(list(range(1, 202)), field, "erp", by=mei, at=NINE)


def test_a_field_of_many_companies_is_set_or_what_they_are(xu: Staff, ada: Staff) -> None:
    field = make_field(ada, about="account", kind="number", readers=["admin", "sales"], editors=["admin", "sales"])
    accounts = [make_account(name) for name in ("Aa", "Bb")]
    for account in accounts:
        make_lead(owner=xu, team=xu.team, account=account)
    merge_accounts(survivor=accounts[0], absorbed=make_account("Gone"), by=ada, at=NINE)
    gone = Account.objects.get(name="Gone")
    client = signed_in(xu)
    ticked = {"chosen": [one.public_id for one in accounts], "query": "", "set": "1"}
    what = {value: mark_of(value, False) for value in ("7", "C")}

    client.post("/accounts/fields/", ticked | {"field": "own:budget", "cf-budget": "7", "what": what["7"]})
    client.post("/accounts/fields/", ticked | {"field": "industry", "industry": "C", "what": what["C"]})
    wrong = client.post("/accounts/fields/", ticked | {"field": "region", "region": "Nowhere"})

    assert AccountCustomValue.objects.filter(field=field, number=7).count() == 2
    assert set(Account.objects.filter(pk__in=[one.pk for one in accounts]).values_list("industry", flat=True)) == {"C"}
    assert AccountFact.objects.filter(field="industry", by=xu, source="colleague").count() == 2
    assert wrong.status_code == 422
    plan = fill_in_accounts([accounts[0].pk, gone.pk], field, "7", by=xu, at=NINE)
    assert (plan.changed, plan.same, plan.unreachable) == ([], 1, 1)
    assert "own:budget" in client.get("/accounts/").text


def test_title_or_company_of_many_people_is_set_unless_something_else_was_verified(xu: Staff) -> None:
    people = [make_person(name, company="Old works") for name in ("Ann", "Ben")]
    for person in people:
        make_lead(person=person, owner=xu, team=xu.team)
    subject = people[1].identifiers.get().pk
    state(people[1].pk, subject, assurance=Assurance.VERIFIED, company="Proven works")
    plan = plan_for_facts([one.pk for one in people], "company", "New works", only_empty=False)
    asked = {"field": "company", "company": "New works", "query": "", "chosen": [one.public_id for one in people]}

    signed_in(xu).post("/people/fields/", asked | {"set": "1", "what": mark_of("New works", False), "seen": plan.mark})

    assert (plan.changed, plan.outweighed) == ([people[0].pk], 1)
    people[0].refresh_from_db()
    assert people[0].company_name == "New works"
    assert Affiliation.objects.get(person=people[0], account__name="New works").source == f"staff:{xu.public_id}"
    assert not FieldValue.objects.filter(person=people[1], value="New works").exists()
    assert AuditEntry.objects.get(action="people.facts_corrected").actor == xu
