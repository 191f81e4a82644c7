"""Tags by a rule: given and taken back by the machine, with a colleague's hand above it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.cast import NINE, make_account, make_lead, make_person, make_staff, signed_in
from tests.lifecycle.test_tagging import carried, make_tag
from wutong.lifecycle import tag_rules_at_work
from wutong.lifecycle.field_values import fill_in_person
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.stages import move_lead
from wutong.lifecycle.tag_mirrors import take_over_from
from wutong.lifecycle.tag_rules import (
    ConditionNotUnderstood,
    NoCondition,
    RuleLeadsBack,
    TooMuchAsked,
    asked_of,
    pause_rule,
    remove_rule,
    resume_rule,
    set_rule,
)
from wutong.lifecycle.tag_rules_at_work import look_at_everybody, tag_changed_people
from wutong.lifecycle.tagging import tag_people, untag_person
from wutong.people.custom_fields import Described, add_field
from wutong.people.decisions import merge_people
from wutong.people.holdings import Whom, sweeps
from wutong.people.models import (
    Account,
    AccountTag,
    CustomField,
    Industry,
    Person,
    PersonTag,
    PersonToTag,
    Reach,
    Tag,
    TagMirror,
    TagRule,
)
from wutong.people.tags import restore_tag, retire_tag
from wutong.people.tags_to_tell import Twin, told, waiting_for
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db
LATER = NINE + timedelta(minutes=5)


def at_once(rule: int) -> None:
    look_at_everybody(rule, at=NINE)


def ruled(one: Tag, by: Staff, **given: str) -> TagRule:
    return set_rule(tag=one, given=given, by=by, at=NINE, then=at_once)


def nobody(_rule: int) -> None:
    """Everybody is looked at some other time."""


def test_a_rule_tags_whoever_fits_and_follows_what_changes(ada: Staff, mei: Staff, north: Team) -> None:
    fits, other = make_person("Fits"), make_person("Other")
    for person in (fits, other):
        make_lead(person=person, team=north, owner=mei)
    Lead.objects.filter(person=fits).update(stage=Stage.MQL)
    tag = make_tag("Ready")
    rule = ruled(tag, ada, stage="mql")
    assert (carried(fits), carried(other)) == ({"Ready"}, set())
    PersonToTag.objects.all().delete()

    moved = Lead.objects.get(person=fits)
    move_lead(lead=moved, to=Stage.DISQUALIFIED, by=mei, at=LATER, reason="not_a_customer")
    assert set(PersonToTag.objects.values_list("person", flat=True)) == {fits.pk}
    while tag_changed_people(at=LATER):
        pass

    assert carried(fits) == set()
    rule.refresh_from_db()
    assert (rule.looked_at, rule.given, rule.taken) == (NINE, 1, 1)
    page = signed_in(ada).get(f"/people/{fits.public_id}/").content.decode()
    assert page.count("Ready · by a rule") == 2  # given and taken back, each told on the timeline


def test_a_colleagues_hand_wins_over_a_rule(ada: Staff, mei: Staff) -> None:
    unwanted, wanted, never = (make_person(name) for name in ("Unwanted", "Wanted", "Never"))
    tag = make_tag("Known")
    rule = ruled(tag, ada, reach="known")
    untag_person(person=unwanted, tag=tag, by=mei, at=LATER)
    tag_people([wanted], tag=tag, by=mei, at=LATER)  # what the rule gave is hers now
    Person.objects.filter(pk__in=[wanted.pk, never.pk]).update(reach=Reach.CONTACT)

    at_once(rule.pk)

    assert (carried(unwanted), carried(wanted), carried(never)) == (set(), {"Known"}, set())
    assert not PersonTag.objects.get(person=wanted).is_automatic

    tag_people([unwanted], tag=tag, by=mei, at=LATER)
    kept = merge_people(one=unwanted, other=never, by=ada, at=LATER)
    at_once(rule.pk)
    assert carried(kept) == {"Known"}


def test_what_was_taken_off_outside_is_not_given_again(ada: Staff) -> None:
    person = make_person()
    tag = make_tag("Known")
    TagMirror.objects.create(tag=tag, system="wecom", place="corp", external_id="et1")
    rule = ruled(tag, ada, reach="known")
    told(waiting_for(Twin("wecom", "corp")))

    take_over_from(person=person.pk, system="wecom", place="corp", external_ids=[], at=LATER)
    at_once(rule.pk)

    assert carried(person) == set()


def test_of_a_group_with_one_tag_a_rule_takes_no_others_place(ada: Staff, mei: Staff) -> None:
    person = make_person()
    hot, cold = (make_tag(name, group="Warmth", exclusive=True) for name in ("hot", "cold"))
    tag_people([person], tag=cold, by=mei, at=NINE)
    ruled(hot, ada, reach="known")
    assert carried(person) == {"cold"}

    untag_person(person=person, tag=cold, by=mei, at=LATER)
    tag_changed_people(at=LATER)
    assert carried(person) == {"hot"}


def test_a_paused_rule_rests_and_a_removed_one_takes_back_what_it_gave(ada: Staff, mei: Staff) -> None:
    person, by_hand = make_person("By rule"), make_person("By hand")
    tag = make_tag("Known")
    tag_people([by_hand], tag=tag, by=mei, at=NINE)
    rule = ruled(tag, ada, reach="known")
    pause_rule(tag=tag, by=ada, at=LATER)
    Person.objects.update(reach=Reach.CONTACT)
    at_once(rule.pk)
    assert carried(person) == {"Known"}

    resume_rule(tag=tag, by=ada, at=LATER, then=nobody)
    remove_rule(tag=tag, by=ada, at=LATER, then=at_once)

    assert (carried(person), carried(by_hand), TagRule.objects.count()) == (set(), {"Known"}, 0)
    told = AuditEntry.objects.filter(action__startswith="tags.rule_").order_by("pk").values_list("action", flat=True)
    assert [one.removeprefix("tags.rule_") for one in told] == ["set", "paused", "resumed", "removed"]


def test_the_rule_of_a_retired_tag_rests_and_goes_on_when_it_is_restored(ada: Staff) -> None:
    first, tag = make_person("First"), make_tag("Known")
    rule = ruled(tag, ada, reach="known")
    retire_tag(tag=tag, by=ada, at=LATER)
    second = make_person("Second")
    at_once(rule.pk)
    assert (carried(first), carried(second)) == ({"Known"}, set())

    restore_tag(tag=tag, by=ada, at=LATER, then=at_once)
    assert carried(second) == {"Known"}


def test_a_rule_that_is_set_anew_while_it_ends_stays(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    person, tag = make_person(), make_tag("Known")
    rule = ruled(tag, ada, reach="known")
    remove_rule(tag=tag, by=ada, at=LATER, then=nobody)
    whoever_fits = tag_rules_at_work.fitting

    def set_anew_at_this_moment(asked: TagRule) -> QuerySet[Any] | None:
        TagRule.objects.filter(pk=rule.pk).update(state=TagRule.State.ON)
        return whoever_fits(asked)

    monkeypatch.setattr(tag_rules_at_work, "fitting", set_anew_at_this_moment)
    at_once(rule.pk)
    monkeypatch.undo()
    at_once(rule.pk)
    assert carried(person) == {"Known"}


def test_a_rule_that_means_nothing_or_itself_is_refused(ada: Staff) -> None:
    one, other = make_tag("One"), make_tag("Other")
    with pytest.raises(NoCondition):
        ruled(one, ada)
    with pytest.raises(ConditionNotUnderstood):
        ruled(one, ada, stage="mql", reach="nonsense")
    described = Described(name_zh="问过", name_en="Asked")
    add_field(about="person", kind="text", code="asked", described=described, by=ada, at=NINE)
    with pytest.raises(TooMuchAsked):
        ruled(one, ada, **{"cf.asked": "问" * 200})
    ruled(one, ada, tag=str(other.public_id))
    with pytest.raises(RuleLeadsBack):
        ruled(other, ada, tag=str(one.public_id))
    with pytest.raises(RuleLeadsBack):
        ruled(other, ada, tag=str(other.public_id))


def test_a_rule_rests_when_a_field_of_its_conditions_is_retired(ada: Staff) -> None:
    person = make_person()
    described = Described(name_zh="问过", name_en="Asked")
    asked = add_field(about="person", kind="yes_no", code="asked", described=described, by=ada, at=NINE)
    tag = make_tag("Asked")
    rule = ruled(tag, ada, reach="known", **{"cf.asked": "yes"})
    fill_in_person(person=person, values={asked: "yes"}, by=ada, at=NINE)
    tag_changed_people(at=NINE)
    assert carried(person) == {"Asked"}
    CustomField.objects.update(is_active=False)

    at_once(rule.pk)

    assert carried(person) == {"Asked"}  # else everybody known would carry it, or nobody
    page = signed_in(ada).get(f"/settings/tags/{tag.public_id}/rule/").content.decode()
    assert "does not exist any more" in page


def test_a_condition_that_tells_of_somebody_who_is_erased_goes_with_its_rule(ada: Staff) -> None:
    zhou = make_person("周思远")
    asked = Described(name_zh="对接人", name_en="Partner")
    add_field(about="person", kind="text", code="partner", described=asked, by=ada, at=NINE)
    rule = ruled(make_tag("Hers"), ada, reach="known", **{"cf.partner": "周思远"})
    subjects = list(zhou.identifiers.values_list("pk", flat=True))

    assert sweeps()["conditions in rules of tags"](Whom(people=[zhou.pk], subjects=subjects)) == 1

    rule.refresh_from_db()
    assert (rule.query, asked_of(rule)) == ("", None)


@pytest.mark.pages
def test_marketers_try_a_rule_before_they_set_it(company, north: Team) -> None:
    nora = make_staff("Nora", role="marketer", team=north, data_scope="all")
    cars, _others = make_account("Cars Ltd"), make_account("Others Ltd")
    Account.objects.filter(pk=cars.pk).update(industry=Industry.values[0])
    tag = make_tag("Cars", about="account")
    client = signed_in(nora)
    address = f"/settings/tags/{tag.public_id}/rule/"
    for nothing in ({}, {"industry": "nonsense"}):  # what is not understood would show many more
        assert client.post(address, {"preview": "1"} | nothing).status_code == 409
    assert 'value="customer" selected' in client.post(address, {"preview": "1", "state": "customer"}).content.decode()

    tried = client.post(address, {"preview": "1", "industry": Industry.values[0]})
    assert (tried.context["tried"]["total"].n, [name for name, _ in tried.context["tried"]["sample"]]) == (
        1,
        [cars.name],
    )
    assert not TagRule.objects.exists()
    seen = tried.context["seen"]
    client.post(address, {"industry": Industry.values[0], "seen": seen})
    at_once(TagRule.objects.get().pk)

    assert [one.account for one in AccountTag.objects.all()] == [cars]
    assert client.post(address, {"industry": Industry.values[1], "seen": seen}).status_code == 409
    for act in ("pause", "resume", "remove"):
        assert client.post(f"{address}{act}/").status_code == 302
    assert client.post(f"{address}pause/").status_code in (302, 409)
    at_once(TagRule.objects.get().pk)
    assert not AccountTag.objects.exists()
    lin = make_staff("Sally", role="sales", team=north)
    assert signed_in(lin).get(address).status_code == 403
