"""Colleagues work on a draft; visitors get what is published."""

import re

import pytest

from tests.cast import NINE, arrive, at_once, hit, make_form, make_site, make_staff, post_form, signed_in
from wutong.content.editing import (
    AskedLaterThanNeeded,
    FormChanged,
    NothingToAsk,
    NotPublished,
    StillNeeded,
    TooManyQuestions,
    add_question,
    begin_form,
    change_question,
    discard_draft,
    draft_of,
    duplicate,
    move_question,
    publish,
    remove_question,
    switch,
)
from wutong.content.hosted.design import QUESTIONS_MAX, Condition, Design, Question
from wutong.content.models import Form, FormSubmission
from wutong.content.starters import NAME, PHONE, STARTERS
from wutong.platform.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(north) -> Staff:
    """A marketer of Mei's team."""
    return make_staff("Nora", role="marketer", team=north, data_scope="team")


@pytest.fixture
def draft(site, nora) -> Form:
    return begin_form(name="Contact", site=site, design=STARTERS[0].design, code="demo", by=nora, at=NINE)


def names(form: Form) -> list[str]:
    form.refresh_from_db()
    return [question.name for question in draft_of(form).questions]


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.code)
def test_every_ready_form_can_be_published_as_it_is(site, nora, starter) -> None:
    form = begin_form(name="X", site=site, design=starter.design, code=starter.code, by=nora, at=NINE)
    assert publish(form=form, revision=form.revision, by=nora, at=NINE) == 1
    form.refresh_from_db()
    assert form.public_design == starter.design


def test_visitors_get_nothing_of_a_draft_before_it_is_published(draft: Form, nora) -> None:
    publish(form=draft, revision=None, by=nora, at=NINE)
    add_question(form=draft, question=NAME, by=nora, at=NINE)
    assert names(draft)[-1] == "name_2"
    assert [question.name for question in draft.public_design.questions] == names(draft)[:-1]

    discard_draft(form=draft, by=nora, at=NINE)
    assert "name_2" not in names(draft)


def test_a_submission_keeps_the_version_that_it_answered(draft: Form, nora) -> None:
    publish(form=draft, revision=None, by=nora, at=NINE)
    draft.refresh_from_db()
    arrive(post_form(draft, form_version=1))
    remove_question(form=draft, name="company", by=nora, at=NINE)
    publish(form=draft, revision=None, by=nora, at=NINE)
    arrive(post_form(draft, form_version=2, answers={"name": "Li", "phone": "13900000009"}))

    kept = FormSubmission.objects.order_by("version__number").values_list("version__number", flat=True)
    assert list(kept) == [1, 2]


def test_a_new_text_of_consent_is_a_new_version_of_it(draft: Form, nora) -> None:
    publish(form=draft, revision=None, by=nora, at=NINE)
    draft.refresh_from_db()
    first = draft.consent_version
    add_question(form=draft, question=NAME, by=nora, at=NINE)
    publish(form=draft, revision=None, by=nora, at=NINE)
    draft.refresh_from_db()
    assert draft.consent_version == first

    draft.draft = {"questions": draft.fields, "consent_text": "Other words."}
    draft.save()
    publish(form=draft, revision=None, by=nora, at=NINE)
    draft.refresh_from_db()
    assert draft.consent_version != first


def test_a_question_stands_below_the_one_that_shows_it(draft: Form, nora) -> None:
    with pytest.raises(AskedLaterThanNeeded):
        move_question(form=draft, name="message", to=0, by=nora, at=NINE)
    with pytest.raises(StillNeeded):
        remove_question(form=draft, name="wish", by=nora, at=NINE)

    loose = Question(name="message", kind="textarea", label="Why")
    draft.refresh_from_db()
    change_question(form=draft, question=loose, revision=draft.revision, by=nora, at=NINE)
    move_question(form=draft, name="message", to=0, by=nora, at=NINE)
    assert names(draft) == ["message", "name", "phone", "company", "wish"]


def test_a_form_asks_at_most_thirty_questions(site, nora) -> None:
    full = Design(questions=tuple(Question(name=f"q{number}") for number in range(QUESTIONS_MAX)))
    form = begin_form(name="Long", site=site, design=full, code="long", by=nora, at=NINE)
    with pytest.raises(TooManyQuestions):
        add_question(form=form, question=PHONE, by=nora, at=NINE)


def test_what_changed_since_it_was_looked_at_is_neither_overwritten_nor_published(draft: Form, nora, mei) -> None:
    seen = draft.revision
    add_question(form=draft, question=NAME, by=mei, at=NINE)
    with pytest.raises(FormChanged):
        change_question(form=draft, question=NAME, revision=seen, by=nora, at=NINE)
    with pytest.raises(FormChanged):
        publish(form=draft, revision=seen, by=nora, at=NINE)


def test_what_cannot_be(site, nora) -> None:
    empty = begin_form(name="Empty", site=site, design=Design(), code="x", by=nora, at=NINE)
    with pytest.raises(NothingToAsk):
        publish(form=empty, revision=None, by=nora, at=NINE)
    with pytest.raises(NotPublished):
        switch(form=empty, is_active=True, by=nora, at=NINE)
    with pytest.raises(NotPublished):
        discard_draft(form=empty, by=nora, at=NINE)


def test_a_copy_is_a_draft_with_an_address_of_its_own(draft: Form, nora) -> None:
    copy = duplicate(form=draft, name="Copy", by=nora, at=NINE)
    assert (copy.key != draft.key, copy.is_active, draft_of(copy)) == (True, False, draft_of(draft))


def test_every_change_is_in_the_audit_trail(draft: Form, nora) -> None:
    add_question(form=draft, question=NAME, by=nora, at=NINE)
    move_question(form=draft, name="name_2", to=0, by=nora, at=NINE)
    remove_question(form=draft, name="name_2", by=nora, at=NINE)
    publish(form=draft, revision=None, by=nora, at=NINE)
    switch(form=draft, is_active=False, by=nora, at=NINE)

    acts = AuditEntry.objects.filter(subject_kind="form", actor=nora).order_by("pk").values_list("action", flat=True)
    assert [act.removeprefix("content.") for act in acts] == [
        "form_begun",
        "question_added",
        "question_moved",
        "question_removed",
        "form_published",
        "form_closed",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_add_questions_at_once_lose_neither(company, north, quiet_log) -> None:
    nora = make_staff("Nora", role="marketer", team=north, data_scope="team")
    form = begin_form(name="X", site=make_site(team=north), design=Design(), code="x", by=nora, at=NINE)
    at_once(*[lambda: add_question(form=form, question=NAME, by=nora, at=NINE)] * 2)
    assert sorted(names(form)) == ["name", "name_2"]


class TestPages:
    """The same, as a marketer's browser does it, without a script."""

    def test_a_form_is_built_published_and_closed_by_plain_posts(self, site, nora) -> None:
        client = signed_in(nora)
        made = client.post("/forms/new/", {"starter": "event", "name": "Spring summit", "site": site.pk})
        edit = made["Location"]
        form = Form.objects.get()
        assert edit == f"/forms/{form.key}/"

        added = client.post(f"{edit}questions/", {"kind": "select"})["Location"]
        page = client.get(added)
        assert page.status_code == 200
        revision = re.search(r'name="revision" value="(\d+)"', page.content.decode())
        assert revision is not None
        given = {"label": "行业", "options": "制造 | Industry\n零售", "shown_by": "attendance", "wanted": "线上"}
        given |= {"test": "is", "revision": revision[1]}
        assert client.post(added, given | {"wanted": ""}).status_code == 422
        assert client.post(added, given)["Location"] == edit
        assert client.post(added, given).status_code == 409

        client.post(f"{edit}questions/choice/move/", {"to": "up"})
        assert names(form)[-2:] == ["choice", "campaign"]
        assert client.post(f"{edit}questions/attendance/remove/").status_code == 409
        client.post(f"{edit}publish/", {"revision": form.revision})
        form.refresh_from_db()
        assert (form.is_active, form.version) == (True, 1)
        question = form.public_design.question("choice")
        assert question is not None
        assert (question.options, question.options_en) == (("制造", "零售"), ("Industry", ""))
        assert question.shown_if == Condition(question="attendance", test="is", value="线上")

        client.post(f"{edit}switch/", {"open": "no"})
        form.refresh_from_db()
        assert not form.is_active

    def test_after_a_change_in_place_the_form_can_be_published_as_it_is_now(self, draft: Form, nora) -> None:
        client = signed_in(nora)
        move = f"/forms/{draft.key}/questions/phone/move/"
        changed = client.post(move, {"to": "up"}, headers={"HX-Request": "true"}).content.decode()
        revision = re.search(r'name="revision" value="(\d+)"', changed)
        assert revision is not None
        assert client.post(f"/forms/{draft.key}/publish/", {"revision": revision[1]}).status_code == 302

    def test_texts_go_into_the_draft_and_settings_hold_at_once(self, draft: Form, nora) -> None:
        client = signed_in(nora)
        page = client.get(f"/forms/{draft.key}/texts/")
        given = {name: value for name, value in page.context["edited"].initial.items() if value not in (None, False)}
        given |= {"name": "Renamed", "title": "新标题", "company_names": "甲\n乙\n甲", "revision": draft.revision}
        assert client.post(f"/forms/{draft.key}/texts/", given).status_code == 302
        draft.refresh_from_db()
        design = draft_of(draft)
        assert (draft.name, design.wording.title, design.company_names) == ("Renamed", "新标题", ("甲", "乙"))
        assert draft.public_design.wording.title == ""

    def test_the_preview_shows_the_draft_and_sends_nothing(self, draft: Form, nora) -> None:
        answer = signed_in(nora).get(f"/forms/{draft.key}/preview/?lang=en")
        text = answer.content.decode()
        assert "Book a demo" in text
        assert 'button type="button"' in text
        assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "SAMEORIGIN"

    def test_a_colleague_of_another_team_cannot_even_see_that_it_exists(self, draft: Form, south) -> None:
        other = signed_in(make_staff("Omar", role="marketer", team=south, data_scope="team"))
        for path in ("", "texts/", "share/", "preview/", "submissions/", "questions/name/"):
            assert other.get(f"/forms/{draft.key}/{path}").status_code == 404
        assert draft.name not in other.get("/forms/").content.decode()
        assert other.post("/forms/new/", {"starter": "demo", "name": "x", "site": draft.site_id}).status_code == 422

    def test_how_forms_are_used_is_counted_by_place(self, site, nora) -> None:
        form = make_form(site=site)
        url = "https://www.example.com/contact"
        begun = [
            hit("form_started", site=site, visitor="c1", url=where, props={"form": form.key})
            for where in (url, url, "https://elsewhere.example/")
        ]
        arrive(*begun, post_form(form, visitor="c1", url=url))
        arrive(hit("form_started", site=site, url=url, props={"form": "no-such-form"}))

        listed = signed_in(nora).get("/forms/").context["rows"][0]
        assert (listed.submissions, listed.begun, listed.sent) == (1, 3, 1)
        assert listed.hosts == ["www.example.com"]
        assert listed.conversion == pytest.approx(1 / 3)
