"""Tags: defined, given by hand and by machines, filtered by, told on the timeline, kept alike with another system."""

import pytest

from tests.cast import NINE, make_account, make_lead, make_person, make_staff, signed_in
from wutong.lifecycle.tag_mirrors import take_over_from
from wutong.lifecycle.tagging import (
    AT_ONCE,
    TagNotOffered,
    TooManyToTag,
    tag_accounts,
    tag_many,
    tag_people,
    untag_account,
    untag_person,
)
from wutong.people.account_merge import merge_accounts
from wutong.people.decisions import merge_people
from wutong.people.models import AccountTag, Person, PersonTag, Tag, TagFamily, TagGroup, TagMirror, TagSource
from wutong.people.tags import TagNameTaken, add_tag, rename_tag, retire_tag, twins_of_person
from wutong.people.tags_to_tell import Twin, told, waiting_for
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db


def make_tag(name: str, *, group: str = "Interest", about: str = "person", exclusive: bool = False) -> Tag:
    given = {"family": TagFamily.FACTS, "is_exclusive": exclusive}
    kept, _is_new = TagGroup.objects.get_or_create(name=group, about=about, defaults=given)
    return Tag.objects.create(group=kept, name=name)


def carried(person: Person) -> set[str]:
    return set(PersonTag.objects.filter(person=person).values_list("tag__name", flat=True))


def test_a_tag_is_given_once_told_on_the_timeline_and_taken_off(mei: Staff, north: Team) -> None:
    person = make_person()
    make_lead(person=person, team=north)
    tag = make_tag("Traceability")
    client = signed_in(mei)

    assert tag_people([person], tag=tag, by=mei, at=NINE) == 1
    assert tag_people([person], tag=tag, by=mei, at=NINE) == 0
    page = client.get(f"/people/{person.public_id}/").content.decode()
    assert page.count("Traceability") >= 2  # on the card and on the timeline
    untag_person(person=person, tag=tag, by=mei, at=NINE)

    assert carried(person) == set()
    told = AuditEntry.objects.filter(action__startswith="people.tag").values_list("action", flat=True)
    assert sorted(told) == ["people.tag_added", "people.tag_removed"]


def test_in_an_exclusive_group_one_tag_replaces_another(mei: Staff) -> None:
    person = make_person()
    high, low = (make_tag(name, group="Intent", exclusive=True) for name in ("high", "low"))
    tag_people([person], tag=high, by=mei, at=NINE)

    tag_many([person.pk], tag=low, source=TagSource.CODE, by=None, at=NINE)

    assert carried(person) == {"low"}
    assert PersonTag.objects.get().is_automatic

    tag_people([person], tag=high, by=mei, at=NINE)
    account = make_account()
    for name in ("hot", "cold"):
        tag = make_tag(name, group="Warmth", about="account", exclusive=True)
        tag_accounts([account], tag=tag, by=mei, at=NINE)
    told = AuditEntry.objects.filter(action__endswith="tag_removed").values_list("action", "detail__tag")
    assert sorted(told) == [("people.account_tag_removed", "hot"), ("people.tag_removed", "low")]


def test_a_retired_tag_stays_and_is_not_given_any_more(mei: Staff, ada: Staff) -> None:
    person = make_person()
    tag = make_tag("Old")
    tag_people([person], tag=tag, by=mei, at=NINE)
    retire_tag(tag=tag, by=ada, at=NINE)
    tag.refresh_from_db()

    with pytest.raises(TagNotOffered):
        tag_people([make_person()], tag=tag, by=mei, at=NINE)
    with pytest.raises(TagNotOffered):
        tag_people([person], tag=make_tag("Industry", about="account"), by=mei, at=NINE)
    with pytest.raises(TooManyToTag):
        tag_people([person] * (AT_ONCE + 1), tag=make_tag("New"), by=mei, at=NINE)
    assert carried(person) == {"Old"}


def test_two_tags_of_a_group_differ_in_name(ada: Staff) -> None:
    tag = make_tag("MES")
    with pytest.raises(TagNameTaken):
        add_tag(group=tag.group, name="mes", by=ada, at=NINE)
    with pytest.raises(TagNameTaken):
        rename_tag(tag=make_tag("ERP"), name="MES", by=ada, at=NINE)


def test_the_list_is_filtered_by_a_tag_and_tags_those_who_are_ticked(mei: Staff, north: Team, south: Team) -> None:
    inside, other, outside = (make_person(name) for name in ("Inside", "Other", "Outside"))
    for person, team in ((inside, north), (other, north), (outside, south)):
        make_lead(person=person, team=team)
    tag = make_tag("Fair")
    client = signed_in(mei)

    chosen = [str(inside.public_id), str(outside.public_id), "nonsense"]
    client.post("/people/tags/", {"tag": tag.public_id, "chosen": chosen})

    assert carried(outside) == set()
    page = client.get("/people/", {"tag": tag.public_id}).content.decode()
    assert "Inside" in page
    assert "Other" not in page.split("<tbody", 1)[1]
    assert client.get("/people/", {"tag": "nonsense"}).status_code == 200


def test_companies_that_are_ticked_in_the_list_get_a_tag(mei: Staff, north: Team, south: Team) -> None:
    inside, other, outside = (make_account(name) for name in ("Inside", "Other", "Outside"))
    for account, team in ((inside, north), (other, north), (outside, south)):
        make_lead(account=account, team=team)
    tag, of_people = make_tag("Cars", about="account"), make_tag("Fair")
    client = signed_in(mei)
    page = client.get("/accounts/").content.decode()
    assert f'value="{tag.public_id}"' in page.partition('id="transfer"')[2]

    chosen = [str(inside.public_id), str(outside.public_id), "nonsense"]
    assert client.post("/accounts/tags/", {"tag": tag.public_id, "chosen": chosen}).status_code == 302
    assert client.post("/accounts/tags/", {"tag": of_people.public_id, "chosen": chosen}).status_code == 404

    assert [one.account for one in AccountTag.objects.all()] == [inside]
    assert [row.account for row in client.get("/accounts/", {"tag": tag.public_id}).context["found"].rows] == [inside]
    assert AuditEntry.objects.get(action="people.account_tag_added").actor == mei


def test_tags_follow_merges_of_people_and_of_companies(mei: Staff, ada: Staff) -> None:
    one, other = make_person("One"), make_person("The same")
    tag = make_tag("Both")
    tag_people([one, other], tag=tag, by=mei, at=NINE)
    here, there = make_account("Here Ltd"), make_account("There Ltd")
    industry = make_tag("Cars", about="account")
    tag_accounts([here, there], tag=industry, by=mei, at=NINE)

    kept = merge_people(one=one, other=other, by=ada, at=NINE)
    merge_accounts(survivor=here, absorbed=there, by=ada, at=NINE)

    page = signed_in(ada).get(f"/people/{kept.public_id}/")
    assert [len(ones) for _family, ones in page.context["panels"]["facts"][-1].context["families"]] == [1]
    assert AccountTag.objects.get(account=here).tag == industry
    untag_account(account=here, tag=industry, by=mei, at=NINE)
    assert not AccountTag.objects.filter(account=here).exists()


def test_what_another_system_shows_is_taken_over_and_the_rest_stays(mei: Staff) -> None:
    person = make_person()
    here, gone, ours = make_tag("Here"), make_tag("Gone"), make_tag("Ours")
    for tag, external_id in ((here, "et1"), (gone, "et2")):
        TagMirror.objects.create(tag=tag, system="wecom", place="corp", external_id=external_id)
    for tag in (gone, ours):
        tag_people([person], tag=tag, by=mei, at=NINE)

    told(waiting_for(Twin("wecom", "corp")))

    take_over_from(person=person.pk, system="wecom", place="corp", external_ids=["et1", "unknown"], at=NINE)

    assert carried(person) == {"Here", "Ours"}
    assert twins_of_person(person.pk, system="wecom", place="corp") == {"et1"}


def test_another_system_is_told_of_our_changes_in_order_and_not_of_its_own(mei: Staff) -> None:
    person, corp, other = make_person(), Twin("wecom", "corp"), Twin("wecom", "other")
    high, low = (make_tag(name, group="Intent", exclusive=True) for name in ("high", "low"))
    for tag in (high, low):
        for twin in (corp, other):
            TagMirror.objects.create(tag=tag, system=twin.system, place=twin.place, external_id=tag.name)
    tag_people([person], tag=high, by=mei, at=NINE)
    tag_people([person], tag=low, by=mei, at=NINE)
    waiting = waiting_for(corp)
    assert [(one.external_id, one.is_carried) for one in waiting] == [("high", True), ("high", False), ("low", True)]

    # It shows what was before we told it: our word stands.
    take_over_from(person=person.pk, system="wecom", place="corp", external_ids=["high"], at=NINE)
    assert carried(person) == {"low"}
    told(waiting)
    told(waiting_for(other))

    take_over_from(person=person.pk, system="wecom", place="corp", external_ids=["low"], at=NINE)  # told, it agrees
    assert (carried(person), waiting_for(corp), waiting_for(other)) == ({"low"}, [], [])
    take_over_from(person=person.pk, system="wecom", place="corp", external_ids=[], at=NINE)
    assert waiting_for(corp) == []  # it told us
    assert [(one.external_id, one.is_carried) for one in waiting_for(other)] == [("low", False)]

    # Two of a group of which we carry one: the same one stays, look after look.
    for _look in range(2):
        take_over_from(person=person.pk, system="wecom", place="corp", external_ids=["low", "high"], at=NINE)
        assert carried(person) == {"high"}
    assert waiting_for(corp) == []


def test_marketers_say_which_tags_there_are(company, north: Team) -> None:
    nora = make_staff("Nora", role="marketer", team=north)
    client = signed_in(nora)
    assert client.post("/settings/tags/groups/", {"name": "", "about": "person", "family": "basic"}).status_code == 422

    client.post("/settings/tags/groups/", {"name": "Interest", "about": "person", "family": "facts"})
    group = TagGroup.objects.get()
    client.post(f"/settings/tags/groups/{group.public_id}/tags/", {"name": "MES"})
    assert client.post(f"/settings/tags/groups/{group.public_id}/tags/", {"name": "mes"}).status_code == 409
    tag = Tag.objects.get()
    address = f"/settings/tags/{tag.public_id}/"
    client.post(address, {"name": "MES and quality", "seen": "MES"})
    assert client.post(address, {"name": "Other", "seen": "MES"}).status_code == 409  # called otherwise meanwhile
    client.post(f"{address}retire/")
    assert client.post(f"{address}retire/").status_code == 409  # pressed on a page that is out of date
    tag.refresh_from_db()
    assert (tag.name, tag.is_active) == ("MES and quality", False)
    assert "MES and quality" in client.get("/settings/tags/").content.decode()

    client.post(f"{address}restore/")
    assert Tag.objects.get().is_active
