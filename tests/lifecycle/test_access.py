"""Who sees a person and why, whom they let in, and how many contact details somebody may look at."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import (
    NINE,
    company_scope,
    make_account,
    make_lead,
    make_person,
    make_scope,
    make_staff,
    make_team,
    signed_in,
)
from wutong.lifecycle.access import keys_that_see_lead, keys_that_see_person, who_sees_lead, who_sees_person
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AccountCollaborator, AccountOwner, Lead
from wutong.lifecycle.person_facts import reveal_identifier
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.collaborators import CannotSeePeople, LetInAlready, let_in, show_out
from wutong.people.decisions import merge_people
from wutong.people.models import Affiliation, Identifier, Person, PersonCollaborator
from wutong.platform.api_keys import make_key, revoke_key
from wutong.platform.models import ApiKey, ApiRight, AuditEntry, Notification, Organisation, Staff, Team
from wutong.platform.reveals import EnoughRevealed, left_to_export, report

pytestmark = pytest.mark.django_db


def sees(staff: Staff, person: Person) -> bool:
    return people_visible_to(Staff.objects.get(pk=staff.pk)).filter(pk=person.pk).exists()


@pytest.fixture
def theirs(south: Team) -> Person:
    """Somebody whose lead Zhou of the south owns."""
    person = make_person("Theirs")
    owner = make_staff("Owner", team=south)
    make_lead(person=person, team=south, owner=owner)
    return person


def test_the_review_says_the_same_as_the_rule(theirs: Person, north: Team, south: Team, mei: Staff) -> None:
    below = make_team("Below the south", parent=south)
    make_lead(person=theirs, team=below)
    brand = make_scope("brand")
    account = make_account()
    make_lead(person=theirs, team=below, account=account)
    looks_after, shares = make_staff("Owns-the-company", team=north), make_staff("Shares-it", team=north)
    AccountOwner.objects.create(account=account, product_line=default_product_line(), owner=looks_after, since=NINE)
    AccountCollaborator.objects.create(account=account, staff=shares, by=looks_after, at=NINE)
    for role in ("sdr", "manager", "marketer"):
        for scope in ("own", "team", "tree", "all"):
            for name, team in (("n", north), ("s", south), ("b", below)):
                staff = make_staff(f"{role}-{scope}-{name}", role=role, team=team, data_scope=scope)
                if role == "marketer" and name == "b":
                    staff.scopes.set([brand])
    let_in(person=theirs, staff=mei, by=Staff.objects.get(full_name="Owner"), at=NINE)
    employer, keeps_it = make_account("Employer"), make_staff("Keeps-the-employer", team=north, data_scope="all")
    keeps_it.scopes.set([brand])
    place = {"subject": theirs.identifiers.first(), "person": theirs, "assurance": "typed", "source": "x"}
    Affiliation.objects.create(account=employer, created_at=NINE, **place)
    AccountOwner.objects.create(account=employer, product_line=default_product_line(), owner=keeps_it, since=NINE)

    said = {one.staff.pk for one in who_sees_person(theirs)}

    assert said == {staff.pk for staff in Staff.objects.active() if sees(staff, theirs)}
    assert {mei.pk, looks_after.pk, shares.pk, keeps_it.pk} <= said
    for lead in Lead.objects.filter(person=theirs):
        told = {one.staff.pk for one in who_sees_lead(lead)}
        assert told == {staff.pk for staff in Staff.objects.active() if lead in Lead.objects.visible_to(staff)}


def test_the_review_names_the_keys_that_see_it_and_whose_they_are(
    theirs: Person, north: Team, south: Team, ada: Staff
) -> None:
    def key(name: str, *rights: ApiRight, team: Team = south, **given: Any) -> ApiKey:
        values = {"scope": company_scope(), "per_minute": 60, "expires_at": None}
        return make_key(name=name, rights=rights, team=team, by=ada, at=NINE, **(values | given)).key

    key("leads", ApiRight.LEADS_READ)
    key("numbers", ApiRight.PEOPLE_READ, ApiRight.PEOPLE_REVEAL, team=Team.objects.get(parent=None))
    key("sends only", ApiRight.LEADS_WRITE)
    key("elsewhere", ApiRight.LEADS_READ, team=north)
    key("over", ApiRight.LEADS_READ, expires_at=NINE)
    revoke_key(key=key("revoked", ApiRight.LEADS_READ), by=ada, at=NINE)
    lead = Lead.objects.get()

    assert [one.key.name for one in keys_that_see_lead(lead, at=NINE)] == ["leads"]
    assert [(one.key.name, one.may_reveal) for one in keys_that_see_person(theirs, at=NINE)] == [
        ("leads", False),
        ("numbers", True),
    ]
    client, address = signed_in(ada), f"/inbox/{lead.public_id}/"
    assert "leads:read" in client.get(f"{address}access/").content.decode()
    assert f'href="{address}access/"' in client.get(address, headers={"HX-Request": "true"}).content.decode()
    manager = make_staff("Boss", role="manager", data_scope="all")
    assert signed_in(manager).get(f"{address}access/").status_code == 403


def test_who_is_let_in_sees_the_person_until_taken_off(theirs: Person, mei: Staff, lin: Staff) -> None:
    owner = Staff.objects.get(full_name="Owner")
    assert not sees(mei, theirs)

    signed_in(owner).post(f"/people/{theirs.public_id}/collaborators/", {"staff": mei.pk})

    assert sees(mei, theirs)
    assert not sees(lin, theirs)
    page = signed_in(mei).get(f"/people/{theirs.public_id}/")
    assert page.status_code == 200
    assert "Theirs" in signed_in(mei).get("/people/").content.decode()
    assert Notification.objects.get(staff=mei).kind == "person_shared"
    with pytest.raises(LetInAlready):
        let_in(person=theirs, staff=mei, by=owner, at=NINE)

    show_out(person=theirs, staff=mei, by=owner, at=NINE)

    assert not sees(mei, theirs)
    actions = AuditEntry.objects.filter(action__startswith="people.collaborator").values_list("action", flat=True)
    assert sorted(actions) == ["people.collaborator_added", "people.collaborator_removed"]


def test_whose_role_opens_no_people_is_not_let_in(theirs: Person, mei: Staff, north: Team) -> None:
    writer = make_staff("Writer", role="content", team=north)
    with pytest.raises(CannotSeePeople):
        let_in(person=theirs, staff=writer, by=mei, at=NINE)


def test_who_was_let_in_stays_so_after_a_merge(theirs: Person, mei: Staff, ada: Staff) -> None:
    other = make_person("The same")
    let_in(person=other, staff=mei, by=ada, at=NINE)

    merge_people(one=theirs, other=other, by=ada, at=NINE)

    assert PersonCollaborator.objects.get().person == Person.objects.current().get()
    assert sees(mei, Person.objects.current().get())


def test_beyond_the_days_limit_nothing_is_shown_and_administrators_are_told(mei: Staff, ada: Staff) -> None:
    Organisation.objects.update(reveals_a_day=2)
    person = make_person()
    identifier = Identifier.objects.get(person=person)
    for _time in range(2):
        reveal_identifier(identifier, person=person, by=mei, at=NINE)

    for _time in range(2):
        with pytest.raises(EnoughRevealed):
            reveal_identifier(identifier, person=person, by=mei, at=NINE)

    assert AuditEntry.objects.filter(action="people.identifier_revealed").count() == 2
    assert Notification.objects.get(kind="reveal_limit").staff == ada
    assert [(one.staff, one.today, one.refused) for one in report(at=NINE)] == [(mei, 2, 1)]
    reveal_identifier(identifier, person=person, by=mei, at=NINE + timedelta(days=1))
    assert [(one.today, one.week) for one in report(at=NINE + timedelta(days=1))] == [(1, 3)]


def test_a_role_has_a_limit_of_its_own_over_the_companys(mei: Staff, wang: Staff, ada: Staff) -> None:
    Organisation.objects.update(reveals_a_day=2)
    client, address = signed_in(ada), "/system/security/limits/"
    assert client.post(address, {"sdr-reveals_a_day": "-1"}).status_code == 422

    client.post(address, {"sdr-reveals_a_day": "0", "manager-exported_in_full_a_day": "7", "manager-reveals_a_day": ""})

    person = make_person()
    for staff, n in ((mei, 0), (wang, 2)):
        for _time in range(n):
            reveal_identifier(Identifier.objects.get(person=person), person=person, by=staff, at=NINE)
        with pytest.raises(EnoughRevealed):
            reveal_identifier(Identifier.objects.get(person=person), person=person, by=staff, at=NINE)
    assert left_to_export(staff=wang, at=NINE) == 7
    assert left_to_export(staff=ada, at=NINE) == 5_000
    told = AuditEntry.objects.get(action="organisation.role_limits_changed").detail["limits"]
    assert told == {"sdr": {"reveals_a_day": 0}, "manager": {"exported_in_full_a_day": 7}}
    assert 'value="7"' in client.get("/system/security/").content.decode()


def test_the_page_answers_a_reveal_beyond_the_limit_with_the_reason(mei: Staff, north: Team) -> None:
    person = make_person()
    make_lead(person=person, team=north)
    client: Client = signed_in(mei)
    tokens = [one.reveal_token for one in client.get(f"/people/{person.public_id}/").context["facts"]]
    address = f"/people/{person.public_id}/reveal/{next(filter(None, tokens))}/"
    Organisation.objects.update(reveals_a_day=1)

    first, second = (client.post(address, headers={"HX-Request": "true"}) for _time in range(2))

    assert first.status_code == 200
    assert second.status_code == 409
    assert "tel:" not in second.content.decode()
