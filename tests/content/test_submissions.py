"""What was sent by a form: who sees it, how it came, what is held back, what leaves as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import LATELY, arrive, cookie, hit, make_form, make_staff, person_of, post_form, signed_in
from wutong.content.cards import touches_of_lead
from wutong.content.models import Form, FormSubmission, QuarantinedSubmission
from wutong.content.submissions import AlreadyReleased, FormClosed, Wanted, export_csv, release
from wutong.lifecycle.models import Clock, Lead
from wutong.people.models import Consent, Person
from wutong.platform.models import AuditEntry, Staff
from wutong.stream.processor import drain

pytestmark = pytest.mark.django_db

FIELDS = [
    {"name": "name", "label": "姓名"},
    {"name": "phone", "label": "手机", "kind": "phone"},
    {"name": "email", "label": "邮箱", "kind": "email"},
    {"name": "company", "label": "公司", "kind": "company"},
    {"name": "news", "label": "订阅", "kind": "consent", "purpose": "newsletter"},
]
PHONE, MAIL = "13987650001", "wang@example.com"
ANSWERS = {"name": "王小二", "phone": PHONE, "email": MAIL, "company": "北辰科技"}


@pytest.fixture
def form(site) -> Form:
    return make_form(site=site, fields=FIELDS)


@pytest.fixture
def nora(north) -> Staff:
    """A marketer of Mei's team, who may not reveal telephone numbers."""
    return make_staff("Nora", role="marketer", team=north, data_scope="team")


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def suspected(form: Form, **given: object) -> QuarantinedSubmission:
    arrive(post_form(form, answers=ANSWERS, suspicions=["links"], **given))
    return QuarantinedSubmission.objects.get()


def test_suspected_spam_is_kept_is_nobodys_and_opens_no_lead(form: Form, nora) -> None:
    held = suspected(form)
    assert (Person.objects.count(), Lead.objects.count(), FormSubmission.objects.count()) == (0, 0, 0)

    arrive(post_form(form, id=held.pk, answers=ANSWERS, suspicions=["links"]))
    assert QuarantinedSubmission.objects.count() == 1
    page = signed_in(nora).get(f"/forms/{form.key}/submissions/?view=spam").content.decode()
    assert "王小二" in page
    assert "stuffed with links" in page
    assert PHONE not in page.replace(" ", "")


def test_what_is_released_becomes_a_lead_whose_clock_starts_then(form: Form, nora) -> None:
    held = suspected(form, at=LATELY - timedelta(days=2), received_at=LATELY - timedelta(days=2))
    at = datetime.now(UTC)
    client = signed_in(nora)
    assert client.post(f"/forms/{form.key}/submissions/{held.pk}/release/").status_code == 302
    drain("test:0")

    submission = FormSubmission.objects.get()
    assert (submission.pk, submission.answers) == (held.pk, ANSWERS)
    assert Clock.objects.get(lead=Lead.objects.get()).started_at >= at
    assert AuditEntry.objects.filter(action="content.submission_released", actor=nora).count() == 1
    held.refresh_from_db()
    with pytest.raises(AlreadyReleased):
        release(submission=held, by=nora, at=at)


def test_nothing_is_released_into_a_closed_form(form: Form, nora) -> None:
    held = suspected(form)
    Form.objects.update(is_active=False)
    with pytest.raises(FormClosed):
        release(submission=held, by=nora, at=LATELY)


def test_first_and_registration_touch_are_kept_and_shown(form: Form, site, mei) -> None:
    first = "https://www.example.com/blog?utm_source=wechat&utm_medium=wechat&utm_campaign=article&utm_content=a1"
    arrive(hit(site=site, visitor="c1", url=first, at=LATELY - timedelta(days=3)))
    second = "https://www.example.com/mes?utm_source=baidu&utm_medium=cpc&utm_campaign=q4&utm_term=MES"
    ref = "https://www.baidu.com/link"
    arrive(hit(site=site, visitor="c1", url=second, ref=ref, at=LATELY - timedelta(minutes=3)))
    arrive(hit(site=site, visitor="c1", url="https://www.example.com/contact", at=LATELY - timedelta(minutes=1)))
    arrive(post_form(form, visitor="c1", answers=ANSWERS))

    shown = touches_of_lead(mei, Lead.objects.get())
    assert shown is not None
    (came,) = shown["came"]
    first, registration = came.first.touch, came.registration.touch
    assert (first.channel, first.campaign, first.content) == ("wechat", "article", "a1")
    assert came.first.said == "article · wechat · a1"
    assert (registration.channel, registration.source, registration.term) == ("paid_search", "baidu", "MES")
    assert (registration.referrer, registration.landing) == ("www.baidu.com", "https://www.example.com/mes")
    assert person_of(cookie("c1")).leads.get().campaign == "q4"


def test_a_page_of_its_own_is_its_own_touch(form: Form) -> None:
    hosted = "http://127.0.0.1:8001/c/f/contact"
    arrive(post_form(form, url=f"{hosted}?utm_source=expo&utm_medium=event&utm_campaign=hannover", answers=ANSWERS))
    submission = FormSubmission.objects.get()
    assert submission.channel == "event"
    assert submission.first_touch == submission.registration_touch
    assert Lead.objects.get().campaign == "hannover"

    from_our_site = {**ANSWERS, "phone": "13987650002", "email": "li@example.com"}
    arrive(post_form(form, url=hosted, ref="https://www.example.com/mes", answers=from_our_site))
    assert FormSubmission.objects.order_by("-pk").first().channel == "direct"


def test_a_later_form_keeps_the_first_touch_of_the_earlier(form: Form) -> None:
    url = "http://127.0.0.1:8001/c/f/contact"
    arrive(post_form(form, url=f"{url}?utm_medium=event", answers=ANSWERS, at=LATELY - timedelta(days=1)))
    arrive(post_form(form, url=f"{url}?utm_medium=email", answers=ANSWERS))
    kept = FormSubmission.objects.order_by("at").last()
    assert kept is not None
    assert (kept.first_touch["channel"], kept.registration_touch["channel"]) == ("event", "email")


def test_a_further_consent_is_kept_under_its_purpose(form: Form) -> None:
    arrive(post_form(form, answers={**ANSWERS, "news": "yes"}))
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"contact", "newsletter"}


def test_submissions_are_found_by_text_state_and_day(form: Form, nora) -> None:
    arrive(post_form(form, answers=ANSWERS))
    arrive(post_form(form, answers={**ANSWERS, "name": "再来"}))
    client = signed_in(nora)

    def found(query: str) -> list[str]:
        return [row.name for row in client.get(f"/forms/{form.key}/submissions/?{query}").context["found"].rows]

    today = LATELY.date()
    assert sorted(found("")) == sorted(["再来", "王小二"])
    assert found("q=再来") == ["再来"]
    assert (found("state=lead"), found("state=known")) == (["王小二"], ["再来"])
    assert len(found(f"from={today - timedelta(days=1)}&until={today + timedelta(days=1)}")) == 2
    assert found(f"from={today + timedelta(days=2)}") == []
    assert len(found("from=nonsense&after=nonsense")) == 2


def test_pages_follow_one_another_without_gap_or_repeat(form: Form, nora, monkeypatch) -> None:
    monkeypatch.setattr("wutong.content.submissions.PAGE", 2)
    arrive(
        *[
            post_form(form, answers={**ANSWERS, "name": f"N{n}"}, at=LATELY + timedelta(seconds=n // 2))
            for n in range(5)
        ]
    )
    client, seen, after = signed_in(nora), [], ""
    while after is not None:
        found = client.get(f"/forms/{form.key}/submissions/", {"after": after}).context["found"]
        seen += [row.name for row in found.rows]
        after = found.next
    assert sorted(seen) == [f"N{n}" for n in range(5)]


def test_each_opens_the_person_only_for_those_who_may_see_the_person(form: Form, nora, mei) -> None:
    arrive(post_form(form, answers=ANSWERS))
    path = f"/forms/{form.key}/submissions/"
    person = Person.objects.get()
    assert f"/people/{person.public_id}/" in signed_in(nora).get(path).content.decode()
    assert signed_in(mei).get(path).status_code == 403
    Lead.objects.update(team=Staff.objects.get(pk=nora.pk).team.parent)
    assert "/people/" not in signed_in(nora).get(path).context["found"].rows[0].name
    assert signed_in(nora).get(path).context["found"].rows[0].person is None


def test_no_cell_of_the_file_is_a_formula_and_numbers_are_masked(form: Form, nora, ada) -> None:
    attacks = ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]
    arrive(*[post_form(form, answers={**ANSWERS, "company": text}) for text in attacks])

    text = export_csv(form, Wanted(), by=nora, zone=UTC, at=LATELY)
    cells = [cell for row in rows_of(text) for cell in row.values()]
    assert all(f"'{attack}" in cells for attack in attacks[:4])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert PHONE not in text
    assert MAIL not in text
    assert MAIL not in export_csv(form, Wanted(search="=1"), by=ada, zone=UTC, at=LATELY)
    assert MAIL not in export_csv(form, Wanted(search="=1"), by=nora, zone=UTC, at=LATELY, in_full=True)
    assert MAIL in export_csv(form, Wanted(search="=1"), by=ada, zone=UTC, at=LATELY, in_full=True)
    rows = AuditEntry.objects.filter(action="content.submissions_exported").order_by("pk").values_list("detail")
    assert [(detail["rows"], detail["in_full"]) for (detail,) in rows] == [
        (6, False),
        (1, False),
        (1, False),
        (1, True),
    ]


def test_the_file_comes_by_a_post_with_the_filters_of_the_page(form: Form, nora) -> None:
    arrive(post_form(form, answers=ANSWERS), post_form(form, answers={**ANSWERS, "name": "再来"}))
    answer = signed_in(nora).post(f"/forms/{form.key}/submissions/export/", {"q": "再来"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["姓名"] for row in rows_of(answer.content.decode())] == ["再来"]
    states = {
        state: signed_in(nora).post(f"/forms/{form.key}/submissions/export/", {"state": state}).content.decode()
        for state in ("lead", "known")
    }
    assert [len(rows_of(text)) for text in states.values()] == [1, 1]
