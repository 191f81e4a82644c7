"""Drafts, publishing, going back, the recount, and the page on which it is done."""

from datetime import timedelta

import msgspec
import pytest

from tests.cast import LATELY, NINE, arrive, hit, make_person, make_staff, post_form, signed_in, state
from tests.scoring.test_score import publish as put_in_force
from wutong.people.facts import refresh_people
from wutong.platform.models import AuditEntry, Staff
from wutong.scoring import versions
from wutong.scoring.definition import ActRule, BadDefinition, Definition, as_json, has_word, parsed
from wutong.scoring.fit import fit, fit_lines, profiles_of
from wutong.scoring.jobs import recount_later
from wutong.scoring.models import PersonScore, ScoreModel, ScoreTerm
from wutong.scoring.preview import compare
from wutong.scoring.shipped import SHIPPED

pytestmark = pytest.mark.django_db

NOW = LATELY + timedelta(hours=1)


@pytest.fixture
def marketer(company) -> Staff:
    return make_staff("Su", role="marketer", data_scope="all")


def in_force(line: str = "") -> ScoreModel:
    return ScoreModel.objects.get(product_line=line, state="published")


def published_with(definition: Definition, *, by: Staff) -> ScoreModel:
    draft = versions.open_draft(product_line="", like=None, by=by, at=NOW)
    versions.change_draft(draft=draft, revision=1, definition=definition, what="all", by=by, at=NOW)
    versions.publish(draft=draft, revision=2, by=by, at=NOW)
    return in_force()


def test_a_company_gets_the_shipped_model_once(company) -> None:
    versions.ensure_model(at=NINE)
    versions.ensure_model(at=NOW)
    assert parsed(in_force().definition) == SHIPPED
    assert (in_force().version, in_force().published_at) == (1, NINE)


def test_the_shipped_model_has_some_twenty_rules_of_behaviour_and_survives_json() -> None:
    assert len(SHIPPED.acts) >= 20
    assert parsed(as_json(SHIPPED)) == SHIPPED
    assert {rule.measure.key for rule in parsed(as_json(SHIPPED)).acts} == {rule.measure.key for rule in SHIPPED.acts}


@pytest.mark.parametrize(
    "broken",
    [
        {"fit_from": [50, 75, 25]},
        {"gate": ["E1"]},
        {"acts": [{"code": "a", "event": "page_viewed", "points": 1, "colour": "red"}]},
        {"acts": [{"code": "a", "event": "page_viewed", "points": 1000}]},
        {"acts": [{"code": "a", "event": "x", "points": 1}, {"code": "a", "event": "y", "points": 1}]},
        {"fit": [{"code": "a", "attribute": "email", "any_of": ["gmail"], "points": 1}]},
    ],
)
def test_a_definition_of_the_wrong_form_is_refused_at_the_door(broken: dict[str, object]) -> None:
    with pytest.raises(BadDefinition):
        parsed(as_json(SHIPPED) | broken)


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (("intern",), "International Sales", False),
        (("intern",), "Marketing Intern", True),
        (("总监",), "生产总监", True),
        (("CEO",), "ceo", True),
        ((), "anything", False),
    ],
)
def test_latin_words_stand_alone_and_chinese_ones_anywhere(words: tuple[str, ...], text: str, found: bool) -> None:
    assert has_word(words, text) is found


def test_of_each_fact_the_best_rule_counts_and_negative_ones_always(company) -> None:
    her = make_person("何若曦", title="总经理 (经理)", company="杭州云帆科技")
    profile = profiles_of([her])[her.pk]
    assert {line.code for line in fit_lines(SHIPPED, profile)} == {
        "title_decides",
        "company_known",
        "contact_complete",
    }
    assert fit(SHIPPED, profile) == 35 + 15 + 15
    assert profile.values["region"] == ("浙江",)

    him = make_person("学生", title="实习 经理")
    lines = fit_lines(SHIPPED, profiles_of([him])[him.pk])
    assert [line.points for line in lines] == [20, -40, 20]  # the last one brings it back to nothing
    assert fit(SHIPPED, profiles_of([him])[him.pk]) == 0


def test_a_fact_learnt_changes_the_letter_at_once(company) -> None:
    her = make_person("Her", title="总监")
    before = PersonScore.objects.get(person=her)
    state(her.pk, her.identifiers.get().pk, company="北辰科技", at=NINE)
    refresh_people([her.pk])
    after = PersonScore.objects.get(person=her)
    assert (before.fit_letter, before.fit_value) == ("C", 28)
    assert (after.fit_letter, after.fit_value) == ("B", 58)


def test_what_is_published_counts_the_past_and_going_back_brings_the_old_scores_back(site, marketer) -> None:
    versions.ensure_model(at=NINE)
    arrive(hit(site=site, visitor="c1", url="https://www.example.com/pricing"), hit(site=site, visitor="c1", url="/x"))
    recount_later.func(model=in_force().pk)
    before = PersonScore.objects.get().value
    views = ActRule(code="any_view", event="page_viewed", points=40, half_life_days=None)
    new = published_with(msgspec.structs.replace(SHIPPED, acts=(views,)), by=marketer)

    recount_later.func(model=new.pk)

    new.refresh_from_db()
    assert (PersonScore.objects.get().value, PersonScore.objects.get().model_version) == (80, 2)
    assert list(ScoreTerm.objects.values_list("measure", "n")) == [(views.measure.key, 2)]
    assert new.recounted_at is not None

    again = versions.roll_back(to=ScoreModel.objects.get(version=1), by=marketer, at=NOW)
    recount_later.func(model=again.pk)

    assert PersonScore.objects.get().value == pytest.approx(before, abs=0.1)
    assert [row.state for row in ScoreModel.objects.order_by("version")] == ["retired", "retired", "published"]
    told = AuditEntry.objects.filter(action__startswith="scoring.").order_by("pk").values_list("action", flat=True)
    assert [action.removeprefix("scoring.") for action in told] == [
        "draft_opened",
        "draft_changed",
        "model_published",
        "model_rolled_back",
    ]


def test_counting_anew_twice_changes_nothing(site, form, marketer) -> None:
    put_in_force()
    arrive(*[hit(site=site, visitor=f"c{n}", url="https://www.example.com/blog") for n in (1, 1, 2)])
    arrive(post_form(form, visitor="c1"))
    before = set(ScoreTerm.objects.values_list("measure", "n", "day"))
    for _time in range(2):
        recount_later.func(model=in_force().pk)
        assert set(ScoreTerm.objects.values_list("measure", "n", "day")) == before


def test_two_who_change_one_draft_do_not_overwrite_each_other(marketer) -> None:
    draft = versions.open_draft(product_line="", like=None, by=marketer, at=NOW)
    versions.change_draft(draft=draft, revision=1, definition=SHIPPED, what="bounds", by=marketer, at=NOW)
    with pytest.raises(versions.DraftChangedMeanwhile):
        versions.change_draft(draft=draft, revision=1, definition=SHIPPED, what="bounds", by=marketer, at=NOW)
    with pytest.raises(versions.DraftOpen):
        versions.open_draft(product_line="", like=None, by=marketer, at=NOW)
    versions.discard_draft(draft=draft, by=marketer, at=NOW)
    with pytest.raises(versions.NotADraft):
        versions.publish(draft=draft, revision=2, by=marketer, at=NOW)


def test_a_preview_names_whose_grade_would_change_and_writes_nothing(site, company) -> None:
    her = make_person("Her", at=LATELY, title="总监", company="北辰科技")
    make_person("Him", at=LATELY)
    stricter = msgspec.structs.replace(SHIPPED, fit_from=(90.0, 80.0, 70.0), gate=("D4",))
    before = list(PersonScore.objects.order_by("pk").values())

    found = compare(stricter, product_line="", at=NOW)

    assert [(move.person_id, move.before, move.after) for move in found.moves] == [(her.pk, "B4", "D4")]
    assert (found.compared, len(found.entering), found.leaving) == (2, 2, [])
    assert list(PersonScore.objects.order_by("pk").values()) == before


def test_a_preview_counts_from_the_events_what_only_the_draft_counts(site) -> None:
    arrive(hit(site=site, visitor="c1", url="https://www.example.com/%E6%8A%A5%E4%BB%B7"))
    PersonScore.objects.get().person.__class__.objects.update(reach="known")
    own = ActRule(code="own", event="page_viewed", paths=("报价",), points=60, half_life_days=90)
    found = compare(msgspec.structs.replace(SHIPPED, acts=(own,)), product_line="", at=NOW)
    assert [(move.before, move.after) for move in found.moves] == [("D4", "D2")]


def test_a_marketer_changes_a_model_on_the_page(marketer, north) -> None:
    versions.ensure_model(at=NINE)
    client = signed_in(marketer)
    assert client.post("/settings/scoring/draft/", {"like": str(in_force().public_id)}).status_code == 302
    draft = ScoreModel.objects.get(state="draft")
    at = f"/settings/scoring/{draft.public_id}/"
    page = client.get(f"{at}behaviour/pricing/").context["form"]
    given = {name: "\n".join(value) if isinstance(value, tuple) else value for name, value in page.initial.items()}
    given = {name: value for name, value in given.items() if value not in (None, "")} | {"points": "9", "revision": "1"}

    assert client.post(f"{at}behaviour/pricing/", given).status_code == 302
    rule = {
        "name": "招标网站来的",
        "fact": "title",
        "words": "招标、采购",
        "points": "12",
        "is_on": "on",
        "revision": "2",
    }
    assert client.post(f"{at}fit/new/", rule).status_code == 302
    assert client.post(f"{at}fit/new/", rule | {"points": "a lot", "revision": "3"}).status_code == 422
    bounds = client.get(f"{at}bounds/").context["form"].initial | {"hysteresis_days": 3, "revision": "3"}
    assert client.post(f"{at}bounds/", bounds).status_code == 302
    assert client.post(f"{at}rules/view/drop/", {"revision": "4"}).status_code == 302
    assert client.post(f"{at}rules/cases/drop/", {"revision": "4"}).status_code == 409  # somebody was quicker
    preview = client.get(f"{at}preview/")
    assert preview.status_code == 200
    assert client.post(f"{at}publish/", {"revision": "5"}).status_code == 302

    now = parsed(in_force().definition)
    assert next(rule for rule in now.acts if rule.code == "pricing") == msgspec.structs.replace(
        next(rule for rule in SHIPPED.acts if rule.code == "pricing"), points=9.0
    )
    assert now.fit[-1].any_of == ("招标", "采购")
    assert (now.hysteresis_days, "view" in {rule.code for rule in now.acts}) == (3, False)
    page = client.get("/settings/scoring/")
    assert (page.context["shown"].version, len(page.context["history"])) == (2, 2)
    assert client.post(f"/settings/scoring/{page.context['history'][1].public_id}/roll-back/").status_code == 302
    assert parsed(in_force().definition) == SHIPPED
