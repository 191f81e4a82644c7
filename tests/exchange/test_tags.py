"""Tags that an import gives: to everybody, by a column of the file, and taken back with it."""

from datetime import timedelta

import pytest

from tests.cast import NINE, make_person, person_of, phone
from tests.exchange.cast import HEADINGS, LATER, LI, ZHOU, as_csv, imported, policy, undone, uploaded
from wutong.events.models import Event
from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.exchange.starting import map_columns, start
from wutong.lifecycle.tagging import tag_many, tag_people
from wutong.people.models import Person, PersonTag, Tag, TagFamily, TagGroup, TagMirror, TagSource
from wutong.people.tags import add_group, add_tag
from wutong.people.tags_to_tell import Twin, waiting_for
from wutong.platform.models import Staff

pytestmark = pytest.mark.django_db
K = PeopleImport.Known


@pytest.fixture
def fair(ada: Staff) -> Tag:
    group = make_group("来源", ada)
    return add_tag(group=group, name="展会", by=ada, at=NINE)


def make_group(name: str, by: Staff, *, is_exclusive: bool = False) -> TagGroup:
    about = TagGroup.About.PERSON
    return add_group(name=name, family=TagFamily.FACTS, about=about, is_exclusive=is_exclusive, by=by, at=NINE)


def names_of(person: Person) -> list[str]:
    return sorted(PersonTag.objects.filter(person=person).values_list("tag__name", flat=True))


def test_everybody_in_a_file_is_given_its_tags_and_loses_them_when_it_is_undone(ada: Staff, fair: Tag) -> None:
    known = make_person("周思远", keys=[phone("+8613900010001")])
    hot = add_tag(group=fair.group, name="重点", by=ada, at=NINE)
    tag_people([known], tag=hot, by=ada, at=NINE)
    TagMirror.objects.create(tag=fair, system="wecom", place="corp", external_id="et1")

    run = imported(ZHOU, LI, by=ada, tags=[fair], at=NINE + timedelta(hours=1))
    assert names_of(known) == ["展会", "重点"]
    assert names_of(person_of(phone("+8613900010002"))) == ["展会"]
    assert set(PersonTag.objects.filter(tag=fair).values_list("source", "by__email")) == {("import", ada.email)}

    report = undone(run, ada).undo_report
    assert (report["removed"], report["kept"], report["restored"]) == (1, 0, 1)
    assert names_of(known) == ["重点"]
    told = [(change.person, change.is_carried) for change in waiting_for(Twin("wecom", "corp"))]
    assert told == [(known, True), (known, False)]  # else it would come back from there


def test_a_tag_that_somebody_has_given_since_keeps_a_person(ada: Staff, fair: Tag) -> None:
    run = imported(ZHOU, by=ada, tags=[fair])
    other = add_tag(group=fair.group, name="重点", by=ada, at=LATER)
    tag_people([person_of(phone("+8613900010001"))], tag=other, by=ada, at=LATER)
    assert undone(run, ada).undo_report["kept"] == 1


def test_a_column_names_tags_and_what_is_no_tag_is_told(ada: Staff, fair: Tag) -> None:
    doubtful = add_tag(group=make_group("兴趣", ada), name="展会", by=ada, at=NINE)
    price = add_tag(group=fair.group, name="Price", by=ada, at=NINE)
    rows = ((*ZHOU, "price; 来源：展会"), (*LI, "展会、新客户"))
    run = uploaded(as_csv((*HEADINGS, "标签"), *rows), ada)
    assert run.mapping[-1] == "tags"
    map_columns(run=run, mapping=run.mapping, by=ada, at=NINE)
    start(run=run, policy=policy(), by=ada, at=NINE)
    run_import(run.pk, now=lambda: NINE)

    run.refresh_from_db()
    assert (run.created, run.warned, run.faulty) == (2, 1, 0)  # "展会" stands for two tags, "新客户" for none
    assert names_of(person_of(phone("+8613900010001"))) == [price.name, fair.name]
    assert names_of(person_of(phone("+8613900010002"))) == []
    assert not PersonTag.objects.filter(tag=doubtful).exists()


@pytest.mark.parametrize(("known", "carried"), [(K.FILL, ["A"]), (K.OVERWRITE, ["B"])])
def test_where_one_tag_of_a_group_is_carried_the_policy_says_which(ada: Staff, known: K, carried: list[str]) -> None:
    grades = make_group("等级", ada, is_exclusive=True)
    first, second = (add_tag(group=grades, name=name, by=ada, at=NINE) for name in "AB")
    zhou = make_person("周思远", keys=[phone("+8613900010001")])
    tag_many([zhou.pk], tag=first, source=TagSource.HAND, by=ada, at=NINE)
    before = PersonTag.objects.values_list("tag", "source", "by", "at").get()
    run = imported(ZHOU, by=ada, tags=[second], known=known)
    assert names_of(zhou) == carried

    undone(run, ada)
    assert PersonTag.objects.values_list("tag", "source", "by", "at").get() == before
    assert not Event.objects.filter(name="tag_removed").exists()
