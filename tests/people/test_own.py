"""Own people are not the market."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from tests.cast import (
    LATELY,
    NINE,
    arrive,
    cookie,
    email,
    hit,
    make_lead,
    make_person,
    person_of,
    phone,
    post_form,
    seen,
    signed_in,
)
from wutong.events.models import Event
from wutong.lifecycle.inbox import waiting_count
from wutong.lifecycle.models import Lead
from wutong.lifecycle.speed import speed
from wutong.people.identity import observe_many
from wutong.people.models import Identifier, OwnKind, OwnLink, OwnRule, Person
from wutong.people.own import (
    LINK_LASTS,
    NotAnOwnRule,
    OwnRuleStands,
    add_rule,
    claim_own,
    make_link,
    mark_person,
    named_among,
    own_people,
    redo_colleagues,
    remove_rule,
)
from wutong.platform.models import AuditEntry
from wutong.scoring.models import PersonScore

pytestmark = pytest.mark.django_db
MAIL = email("tester@northwind.example")


def test_a_marked_person_is_left_out_and_comes_back_whole(ada, form) -> None:
    arrive(post_form(form, visitor="c1"))
    lead = Lead.objects.get()
    assert waiting_count(ada) == 1

    mark_person(person=lead.person, kind=OwnKind.TEST, by=ada, at=LATELY)

    assert own_people() == [lead.person_id]
    assert waiting_count(ada) == 0
    assert speed(ada, since=LATELY - timedelta(days=1), at=LATELY + timedelta(hours=1))[0].started == 0
    assert not PersonScore.objects.exists()
    mark_person(person=lead.person, kind=None, by=ada, at=LATELY)
    assert own_people() == []
    assert waiting_count(ada) == 1
    assert PersonScore.objects.filter(person=lead.person, value__gt=0).exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"people.marked_own", "people.marked_market"}


def test_what_our_own_do_makes_no_lead_and_no_score_and_is_summed_all_the_same(ada, form) -> None:
    arrive(hit(site=form.site, visitor="c1"))
    her = person_of(cookie("c1"))
    mark_person(person=her, kind=OwnKind.STAFF, by=ada, at=LATELY)

    arrive(post_form(form, visitor="c1"))

    assert not Lead.objects.exists()
    assert not PersonScore.objects.exists()
    assert Event.objects.get(name="form_submitted").is_own
    mark_person(person=Person.objects.get(is_own=True), kind=None, by=ada, at=LATELY)
    assert PersonScore.objects.get().value > 0


def test_the_mark_is_kept_when_people_turn_out_to_be_one(ada) -> None:
    made = make_person("Her", keys=[cookie("c1")])
    mark_person(person=made, kind=OwnKind.PARTNER, by=ada, at=NINE)
    make_person("Also her", keys=[MAIL], at=NINE - timedelta(days=1))

    with transaction.atomic():
        observe_many([seen(cookie("c1"), MAIL, at=NINE)], at=NINE)

    assert person_of(MAIL) == person_of(cookie("c1"))
    assert person_of(MAIL).is_own


def test_the_mark_stays_with_its_part_when_people_are_taken_apart(ada) -> None:
    her = make_person("Her", keys=[cookie("c1"), MAIL])
    mark_person(person=her, kind=OwnKind.STAFF, by=ada, at=NINE)
    other = email("other@elsewhere.example")

    with transaction.atomic():  # the browser was shared: it belongs to nobody alone any more
        observe_many([seen(cookie("c1"), other, at=NINE)], at=NINE)

    assert person_of(MAIL).is_own
    assert not person_of(other).is_own


def test_a_domain_makes_the_past_and_the_future_ours_until_it_is_removed(ada, form) -> None:
    before = make_person("Before", keys=[MAIL])
    elsewhere = make_person("Elsewhere", keys=[email("a@notnorthwind.example")])

    rule = add_rule(text="@Northwind.example", kind=OwnKind.PARTNER, by=ada, at=NINE)
    arrive(post_form(form, answers={"email": "new@shop.northwind.example", "name": "New"}))

    after = person_of(email("new@shop.northwind.example"))
    assert set(own_people()) == {before.pk, after.pk}
    assert not Lead.objects.exists()
    assert not Person.objects.get(pk=elsewhere.pk).is_own
    remove_rule(rule=rule, by=ada, at=NINE)
    assert own_people() == []


def test_a_colleagues_word_counts_before_a_rule(ada) -> None:
    her = make_person("Her", keys=[MAIL])
    add_rule(text="northwind.example", kind=OwnKind.PARTNER, by=ada, at=NINE)

    mark_person(person=her, kind=None, by=ada, at=NINE)

    assert own_people() == []


def test_colleagues_are_known_by_their_address(ada, form) -> None:
    made = make_person("Ada at home", keys=[email(ada.email)])
    redo_colleagues(at=NINE)

    assert own_people() == [made.pk]
    arrive(post_form(form, answers={"email": ada.email, "phone": "13912345678"}))
    assert not Lead.objects.exists()


@pytest.mark.parametrize("text", ["", "@", "nonsense", "a@b", "12", "http://x"])
def test_what_is_no_address_is_no_rule(ada, text: str) -> None:
    with pytest.raises(NotAnOwnRule):
        add_rule(text=text, kind=OwnKind.TEST, by=ada, at=NINE)


def test_a_rule_stands_once_however_it_is_typed(ada) -> None:
    add_rule(text="139 1234 5678", kind=OwnKind.TEST, by=ada, at=NINE)
    with pytest.raises(OwnRuleStands):
        add_rule(text="+86 13912345678", kind=OwnKind.STAFF, by=ada, at=NINE)
    assert OwnRule.objects.get().value == "+8613912345678"


def test_a_browser_is_ours_once_it_opened_a_colleagues_link(ada, site) -> None:
    value = make_link(by=ada, at=LATELY)
    address = f"https://www.example.com/?wt_ours={value}"

    arrive(hit(site=site, visitor="c1", url=address), hit(site=site, visitor="c2"))

    assert person_of(cookie("c1")).is_own
    assert not person_of(cookie("c2")).is_own
    OwnLink.objects.update(expires_at=LATELY - LINK_LASTS)
    arrive(hit(site=site, visitor="c3", url=address))
    assert not person_of(cookie("c3")).is_own


def test_the_link_passes_the_tracking_script_and_the_collector(ada) -> None:
    from wutong.events.scrub import scrubbed

    address = f"https://www.example.com/?wt_ours={make_link(by=ada, at=NINE)}"

    assert scrubbed(address) == address


def test_the_pages_say_who_is_ours(ada, site) -> None:
    lead = make_lead()
    client = signed_in(ada)

    assert client.post(f"/people/{lead.person.public_id}/own/", {"kind": "test"}).status_code == 302
    assert "One of ours" in client.get(f"/people/{lead.person.public_id}/").text
    assert client.post("/settings/own/", {"text": "nonsense", "kind": "test"}).status_code == 422
    assert client.post("/settings/own/", {"text": "northwind.example", "kind": "partner"}).status_code == 302
    page = client.get("/settings/own/").text
    assert "northwind.example" in page
    assert lead.person.full_name in page
    assert "https://www.example.com/?wt_ours=" in client.post("/settings/own/link/").text
    assert client.post(f"/settings/own/{OwnRule.objects.get().public_id}/remove/").status_code == 302
    assert not OwnRule.objects.exists()
    assert client.post(f"/settings/own/{uuid4()}/remove/").status_code == 404


def test_somebody_out_of_sight_cannot_be_marked(ada, zhou) -> None:
    lead = make_lead()
    zhou.role = "marketer"
    zhou.save()

    assert signed_in(zhou).post(f"/people/{lead.person.public_id}/own/", {"kind": "test"}).status_code == 404
    assert not Identifier.objects.filter(own_mark__isnull=False).exists()


def test_identifiers_are_named_before_they_are_stored_as_people_are_afterwards(ada) -> None:
    add_rule(text="northwind.example", kind=OwnKind.TEST, by=ada, at=LATELY)
    add_rule(text="13800009999", kind=OwnKind.PARTNER, by=ada, at=LATELY)
    keys = [
        MAIL,
        email("a@shop.northwind.example"),
        email("a@notnorthwind.example"),
        email(ada.email),
        phone("+8613800009999"),
        phone("+8613800008888"),
        cookie("northwind.example"),
    ]
    told = named_among(keys)
    people = {key: make_person(keys=[key]) for key in keys}
    claim_own([person.pk for person in people.values()])
    assert told == {key for key, person in people.items() if person.pk in own_people()}
    assert len(told) == 4
