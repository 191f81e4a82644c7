"""One person's history: newest first, folded, complete over its pages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from uuid_utils.compat import uuid7

from tests.cast import NINE, arrive, cookie, hit, make_lead, make_person, person_of, phone, post_form, signed_in
from wutong.lifecycle import timeline as timeline_module
from wutong.lifecycle.acts import Act, Cursor
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Stage
from wutong.lifecycle.stages import step_many
from wutong.lifecycle.timeline import timeline_of
from wutong.people.models import Person

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(person: Person, viewer, **given: object):
    with translation.override("en"):
        return timeline_of(person, viewer=viewer, language="en", zone=SHANGHAI, **given)


def acts(person: Person, viewer, **given: object) -> list[Act]:
    return [act for day in read(person, viewer, **given).days for act in day.acts]


@pytest.fixture
def her(site) -> Person:
    return make_person("Her", keys=[phone("+8613911110001"), cookie("c1")])


def call(lead, by, *, at=NINE) -> FollowUp:
    return record_follow_up(
        lead=lead, by=by, at=at, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED, note="Wants a demo"
    )


def test_a_stage_says_why_and_that_the_system_took_it(her, mei) -> None:
    lead = make_lead(person=her, owner=mei)
    step_many([lead], to=Stage.MQL, by=None, at=NINE + MINUTE, reason="score_gate")
    told = {act.title: (act.body, act.who) for act in acts(her, mei)}
    assert told["Lead stage: MQL"] == ("The score met the gate", "The system")


def test_neighbouring_views_of_one_page_are_one_line(her, site, mei) -> None:
    pages = ["Prices | Wutong", "Prices | Wutong", "Cases | Wutong", "Prices | Wutong"]
    for n, title in enumerate(pages):
        arrive(hit(site=site, visitor="c1", at=NINE + n * MINUTE, props={"title": title}))
    assert [(act.title, act.count) for act in acts(her, mei)] == [
        ("Viewed “Prices”", 1),
        ("Viewed “Cases”", 1),
        ("Viewed “Prices”", 2),
    ]


def test_a_view_tells_how_long_it_was_read(her, site, mei) -> None:
    view = uuid7()
    arrive(
        hit(site=site, visitor="c1", at=NINE, view=view, ref="https://www.baidu.com/"),
        hit("page_beat", site=site, visitor="c1", at=NINE + MINUTE, view=view, props={"visible_s": 25, "depth": 0.4}),
        hit("page_left", site=site, visitor="c1", at=NINE + MINUTE, view=view, props={"visible_s": 42, "depth": 0.8}),
    )
    (act,) = acts(her, mei)
    assert act.body.startswith("Read for 42 s, 80% of the page")
    assert "Search" in act.body
    assert act.is_anonymous


def test_days_are_cut_in_the_readers_zone(her, site, mei) -> None:
    late = NINE.replace(hour=15, minute=59)  # one minute before midnight in Shanghai
    for at in (late, late + 2 * MINUTE):
        arrive(hit(site=site, visitor="c1", at=at))
    assert [(day.on.day, len(day.acts)) for day in read(her, mei).days] == [(17, 1), (16, 1)]


def test_what_we_did_stands_among_what_they_did_and_can_be_chosen(form, mei) -> None:
    arrive(post_form(form, visitor="c1", at=NINE))
    person = person_of(cookie("c1"))
    call(person.leads.get(), mei, at=NINE + MINUTE)

    titles = [act.title for act in acts(person, mei)]
    assert titles == ["First contact: Call, Reached", "Lead stage: New", "Submitted a form"]
    assert {act.is_ours for act in acts(person, mei, which="ours")} == {True}
    assert [act.title for act in acts(person, mei, which="theirs")][-1] == "Submitted a form"


def test_contacts_on_leads_out_of_sight_stay_out_of_sight(her, mei, zhou, south) -> None:
    theirs = make_lead(person=her, team=south)
    call(theirs, zhou)
    assert "Wants a demo" in [act.body for act in acts(her, zhou)]

    assert all("Wants a demo" not in act.body and act.who != "Zhou" for act in acts(her, mei))


@pytest.mark.parametrize("page", [1, 3, 7])
@pytest.mark.parametrize("which", ["all", "theirs", "ours"])
def test_the_pages_of_a_timeline_hold_every_act_once_and_in_order(
    form, mei, monkeypatch, page: int, which: str
) -> None:
    """Many acts share an instant: a form and its lead do, and so does what was imported by day."""
    arrive(post_form(form, visitor="c1", at=NINE))
    person = person_of(cookie("c1"))
    lead = person.leads.get()
    arrive(*[hit(site=form.site, visitor="c1", at=NINE, props={"title": f"P{n}"}) for n in range(6)])
    for n in range(4):
        call(lead, mei, at=NINE + (n // 2) * MINUTE)
    whole = [act.key for act in acts(person, mei, which=which)]
    monkeypatch.setattr(timeline_module, "PAGE", page)

    seen, cursor = [], None
    for _page in range(40):
        shown = read(person, mei, which=which, after=cursor)
        seen += [act.key for day in shown.days for act in day.acts]
        if not shown.older:
            break
        cursor = Cursor.read(shown.older)

    assert seen == whole
    assert len(set(seen)) == len(whole) > 4


def test_the_page_of_a_person_leads_on_to_older_acts(her, site, mei) -> None:
    make_lead(person=her)
    arrive(*[hit(site=site, visitor="c1", at=NINE + n * MINUTE, props={"title": f"P{n}"}) for n in range(60)])
    client = signed_in(mei)

    first = client.get(f"/people/{her.public_id}/")
    older = client.get(f"/people/{her.public_id}/timeline/", {"before": first.context["timeline"].older})

    assert "Viewed “P59”" in first.content.decode()
    assert "Viewed “P0”" not in first.content.decode()
    assert "Viewed “P0”" in older.content.decode()


def test_an_id_that_was_merged_away_leads_to_the_person_it_belongs_to_now(form, ada) -> None:
    arrive(hit(site=form.site, visitor="c1", at=NINE))
    old = person_of(cookie("c1"))
    make_person("Her", keys=[phone("+8613911110001")], at=NINE - MINUTE)

    arrive(post_form(form, visitor="c1", answers={"phone": "13911110001"}))

    client = signed_in(ada)
    answer = client.get(f"/people/{old.public_id}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{person_of(cookie('c1')).public_id}/")
    assert client.get(f"/people/{old.public_id}/timeline/").status_code == 200
