"""Leads entered by hand: they come in as everything else does, and nobody is entered twice."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import LATELY, make_account, make_lead, make_person, make_staff, person_of, phone, signed_in
from wutong.entry.leads import AlreadyThere, NewLead, WithAnother, enter_lead
from wutong.events.models import Event
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import Assignment, Clock, Lead, ProductLine
from wutong.lifecycle.routing_rules import ensure_rules
from wutong.people.models import Consent, FieldValue, OwnKind, Person
from wutong.people.own import mark_person
from wutong.platform.models import AuditEntry, BusinessScope, Notification, Staff, Team
from wutong.scoring.models import PersonScore

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

PAGE, NUMBER = "/leads/new/", "+8613987650001"


def typed(**given: str) -> dict[str, str]:
    line = default_product_line()
    known = {"name": "周思远", "phone": "139 8765 0001", "company": "Northwind", "title": "厂长", "channel": "event"}
    return {**known, "product_line": str(line.pk), "keeper": "me", **given}


def enter(staff: Staff, **given: str) -> Any:
    return signed_in(staff).post(PAGE, typed(**given))


def looked_up(staff: Staff, **given: str) -> str:
    return signed_in(staff).post(f"{PAGE}doubles/", given).content.decode()


def test_an_entered_lead_has_all_that_others_have(mei: Staff) -> None:
    answer = enter(mei, note="Wants MES", has_agreed="on", campaign="Hannover")

    lead = Lead.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/?view=all&lead={lead.public_id}")
    assert (lead.owner, lead.team, lead.channel, lead.campaign) == (mei, mei.team, "event", "Hannover")
    assert (lead.account.name, lead.is_incomplete) == ("Northwind", False)
    assert lead.person == person_of(phone(NUMBER))
    assert Clock.objects.get(lead=lead).kind == Clock.Kind.FIRST_CONTACT
    assert PersonScore.objects.get(person=lead.person).value > 0
    assert Assignment.objects.get(lead=lead).by == mei
    assert {value.assurance for value in FieldValue.objects.filter(person=lead.person)} == {"staff"}
    assert Consent.objects.get(person=lead.person, purpose="contact").source == f"staff:{mei.public_id}"
    assert Event.objects.get(name="lead_entered").props["by"] == str(mei.public_id)
    assert AuditEntry.objects.get(action="entry.lead_entered").actor == mei
    assert not Notification.objects.filter(staff=mei).exists()
    timeline = signed_in(mei).get(f"/people/{lead.person.public_id}/").content.decode()
    assert "Wants MES" in timeline


def test_the_rules_find_somebody_for_a_lead_that_its_enterer_does_not_keep(mei: Staff, lin: Staff) -> None:
    ensure_rules()
    nora = make_staff("Nora", role="marketer", team=mei.team, data_scope="team")

    assert enter(nora, keeper="me").status_code == 302  # marketers do not work leads: the choice is not theirs

    owner = Lead.objects.get().owner
    assert owner in (mei, lin)
    assert Notification.objects.get(staff=owner).kind == "lead_arrived_by_hand"


def test_an_open_lead_in_sight_is_named_and_not_entered_again(mei: Staff, lin: Staff) -> None:
    lead = make_lead(person=make_person("周思远", keys=[phone(NUMBER)]), owner=lin)

    assert "Lin" in looked_up(mei, phone="13987650001")
    answer = enter(mei)

    assert answer.status_code == 409
    assert isinstance(answer.context["refusal"], AlreadyThere)
    assert str(lead.public_id) in answer.content.decode()
    assert Lead.objects.count() == 1


def test_of_somebody_out_of_sight_only_whom_to_ask_is_told(mei: Staff, zhou: Staff, south: Team) -> None:
    make_staff("Shan", role="manager", team=south, data_scope="team")
    person = make_person("赵不可见", keys=[phone(NUMBER)], title="Secret")
    make_lead(person=person, owner=zhou, team=south, account=make_account("Hidden Ltd"))

    told = looked_up(mei, phone="13987650001", name="赵不可见", company="Hidden Ltd")
    answer = enter(mei)

    assert isinstance(answer.context["refusal"], WithAnother)
    assert Lead.objects.count() == 1
    for text in (told, answer.content.decode()):
        assert "Shan" in text
        assert not [secret for secret in ("赵不可见", "Zhou", "Secret", str(person.public_id)) if secret in text]


def test_another_product_line_is_another_lead_of_the_same_person(mei: Staff, lin: Staff) -> None:
    lead = make_lead(person=make_person(keys=[phone(NUMBER)]), owner=lin)
    other = ProductLine.objects.create(code="other", own_name="Other")

    assert enter(mei, product_line=str(other.pk)).status_code == 302

    assert set(lead.person.leads.values_list("owner__full_name", flat=True)) == {"Mei", "Lin"}


def test_two_people_are_not_made_one_by_entering_both(mei: Staff) -> None:
    make_person("Li", keys=[phone(NUMBER)])
    enter(mei, phone="", email="wang@northwind.example", name="Wang")
    before = Person.objects.current().count()

    answer = enter(mei, email="wang@northwind.example")

    assert (answer.status_code, answer.context["refusal"].code) == (409, "two_people")
    assert Person.objects.current().count() == before


def test_our_own_people_get_no_lead(mei: Staff, ada: Staff) -> None:
    person = make_person(keys=[phone(NUMBER)])
    mark_person(person=person, kind=OwnKind.STAFF, by=ada, at=LATELY)

    assert enter(mei).context["refusal"].code == "own_person"
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "1398765"}, "phone"),
        ({"phone": "", "email": ""}, "phone"),
        ({"phone": "", "email": "nobody"}, "email"),
        ({"name": " "}, "name"),
        ({"channel": ""}, "channel"),
        ({"channel": "import"}, "channel"),
    ],
)
def test_what_is_missing_or_wrong_is_named_beside_its_field(mei: Staff, given: dict[str, str], field: str) -> None:
    answer = enter(mei, **given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_companies_in_sight_are_offered_while_one_types(mei: Staff, zhou: Staff, south: Team) -> None:
    make_staff("Shan", role="manager", team=south, data_scope="team")
    make_lead(account=make_account("Northwind"), owner=mei)
    make_lead(account=make_account("Hidden"), owner=zhou, team=south)
    client = signed_in(mei)

    def offered(text: str) -> str:
        return client.post(f"{PAGE}companies/", {"company": text}).content.decode()

    assert "Northwind" in offered("northwind")
    assert "Hidden" not in offered("hidden")
    assert "Shan" in offered("hidden")
    assert 'value="Northwind"' in client.post(f"{PAGE}company/", {"choice": "Northwind"}).content.decode()


def test_who_may_not_enter_leads_finds_no_button_and_no_page(north: Team) -> None:
    writer = signed_in(make_staff("Cao", role="content", team=north, data_scope="all"))
    assert writer.get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_a_lead_is_never_entered_into_a_part_of_the_business_that_is_not_theirs(mei: Staff) -> None:
    ours, theirs = (BusinessScope.objects.create(code=code, name=code) for code in ("ours", "theirs"))
    mei.scopes.add(ours)

    assert enter(mei, scope=str(theirs.pk)).status_code == 302

    assert Lead.objects.get().scope == ours


def test_of_two_who_enter_the_same_at_once_the_second_hears_of_the_first(mei: Staff, lin: Staff) -> None:
    new = NewLead(
        name="Li",
        title="",
        company="",
        phone="13987650001",
        email="",
        note="",
        product_line=default_product_line(),
        channel="direct",
        campaign="",
        scope=BusinessScope.objects.get(),
        is_kept=True,
        has_agreed=False,
    )
    enter_lead(new, by=mei, at=LATELY)
    with pytest.raises(AlreadyThere, match="Mei"):
        enter_lead(new, by=lin, at=LATELY)
