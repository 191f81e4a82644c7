"""What becomes of arrivals, from the packed block to what colleagues see."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from tests.cast import (
    LATELY,
    arrive,
    cookie,
    email,
    hit,
    identifier,
    make_account,
    make_form,
    make_lead,
    make_person,
    make_site,
    make_staff,
    person_of,
    phone,
    post_form,
    put_in_inbox,
)
from wutong.content.models import Form, FormSubmission
from wutong.events.models import Event
from wutong.lifecycle.models import Clock, Lead, Stage, StageVisit
from wutong.lifecycle.stages import move_lead
from wutong.people.models import Account, Affiliation, Consent, FieldValue, Identifier, Observation, Person
from wutong.platform.models import DropCount, InboxBlock, Notification, ParkedItem, Role, SenderKey
from wutong.scoring.models import PersonScore, ScoreTerm
from wutong.scoring.shipped import SHIPPED
from wutong.stream.processor import drain

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def dropped() -> dict[str, int]:
    return dict(DropCount.objects.filter(door="stream").values_list("reason", "n"))


def counted() -> dict[str, int]:
    """How many acts each rule counts."""
    codes = {rule.measure.key: rule.code for rule in SHIPPED.acts}
    return {codes[term.measure]: term.n for term in ScoreTerm.objects.all()}


def notices_of(staff) -> list[tuple[str, int]]:
    return list(Notification.objects.filter(staff=staff).order_by("pk").values_list("kind", "count"))


def test_a_page_view_without_consent_stays_nobodys(site) -> None:
    arrive(hit(site=site), hit("consent_refused", site=site, props={"version": "1"}))

    assert Event.objects.count() == 2
    assert not Event.objects.exclude(subject=None, person=None).exists()
    assert not Person.objects.exists()
    assert not Consent.objects.exists()
    assert not InboxBlock.objects.exists()


def test_a_page_view_with_consent_is_a_visitors_and_warms_them(site) -> None:
    arrive(hit("consent_given", site=site, visitor="c1", props={"version": "2"}), hit(site=site, visitor="c1"))

    visitor = Person.objects.get()
    assert visitor.reach == "visitor"
    assert set(Event.objects.values_list("name", "person")) == {
        ("consent_given", visitor.pk),
        ("page_viewed", visitor.pk),
    }
    assert StageVisit.objects.get().stage == "visitor"
    assert counted() == {"pricing": 1, "view": 1}
    assert PersonScore.objects.get().value == pytest.approx(9, abs=0.1)
    consent = Consent.objects.get()
    assert (consent.channel, consent.purpose, consent.state, consent.text_version) == (
        "web",
        "tracking",
        "granted",
        "2",
    )


def test_a_form_with_a_credit_code_is_of_the_company_that_has_it(form) -> None:
    known = make_account("南山精机有限公司")
    Account.objects.filter(pk=known.pk).update(credit_code="91320623703753420J")
    answers = {"name": "周思远", "phone": "13900000000", "company": "南山精机", "licence": "9132 0623 7037 5342 0j"}

    arrive(post_form(form, visitor="c1", answers=answers))

    assert Lead.objects.get().account == known
    assert Account.objects.get() == known


def test_a_view_from_elsewhere_is_a_touch_and_one_from_the_same_site_is_none(site) -> None:
    outside = hit(site=site, visitor="c1", ref="https://www.baidu.com/s")
    inside = hit(site=site, visitor="c1", ref="https://www.example.com/")
    arrive(outside, inside)
    assert [Event.objects.get(pk=each.id).channel for each in (outside, inside)] == ["search", ""]


def test_a_form_becomes_a_lead_with_all_that_was_said(form, mei, lin, zhou) -> None:
    arrive(hit(site=form.site, visitor="c1", ref="https://www.baidu.com/s", at=LATELY - 60 * SECOND))
    post = post_form(form, visitor="c1")

    arrive(post)

    person = person_of(phone("+8613900000000"))
    assert (person.full_name, person.company_name, person.title) == ("周思远", "北辰科技", "总监")
    assert (person.reach, person.last_seen_at) == ("known", LATELY)
    assert person_of(cookie("c1")) == person

    submission = FormSubmission.objects.get()
    assert (submission.pk, submission.channel, submission.answers) == (post.id, "search", post.answers)
    assert submission.subject == identifier(phone("+8613900000000"))

    facts = {value.field: (value.value, value.assurance) for value in FieldValue.objects.all()}
    assert facts["phone"] == ("+8613900000000", "typed")
    assert facts["full_name"] == ("周思远", "typed")

    consent = Consent.objects.get()
    assert (consent.channel, consent.purpose, consent.state) == ("any", "contact", "granted")
    assert consent.subject == submission.subject

    lead = Lead.objects.get()
    assert (lead.person, lead.team, lead.scope, lead.channel) == (person, form.site.team, form.site.scope, "search")
    assert (lead.stage, lead.owner, lead.is_incomplete) == ("new", None, False)
    assert (lead.created_at, lead.created_by_event_id) == (LATELY, post.id)
    assert lead.account == Account.objects.get()
    assert Affiliation.objects.get().title == "总监"

    clock = Clock.objects.get()
    assert (clock.started_at, clock.stopped_at) == (LATELY, None)
    assert clock.due_at >= clock.counts_from + timedelta(minutes=5)

    assert set(StageVisit.objects.values_list("machine", "stage")) == {
        ("reach", "visitor"),
        ("reach", "known"),
        ("lead", "new"),
    }
    assert StageVisit.objects.get(left_at__isnull=False).stage == "visitor"

    created = Event.objects.get(name="lead_created")
    assert (created.props["lead"], created.person, created.source) == (str(lead.public_id), person, "system")
    submitted = Event.objects.get(name="form_submitted")
    assert (submitted.pk, submitted.props) == (post.id, {"form": "contact"})

    assert notices_of(mei) == notices_of(lin) == [("lead_arrived", 1)]
    assert notices_of(zhou) == []
    notice = Notification.objects.get(staff=mei)
    assert notice.params == {"name": "周思远", "company": "北辰科技", "form": "Contact us"}
    assert notice.url == f"/inbox/?lead={lead.public_id}"
    assert "form" in counted()


def test_a_form_without_a_browser_stands_for_itself(form) -> None:
    arrive(post_form(form, answers={"name": "周思远", "company": "北辰科技"}))

    assert Person.objects.get().full_name == "周思远"
    assert FormSubmission.objects.exists()
    assert not Lead.objects.exists()  # there is no way to reach them


def test_a_form_that_lacks_one_of_the_four_facts_makes_an_incomplete_lead(form) -> None:
    arrive(post_form(form, answers={"name": "周思远", "email": "siyuan@example.com", "title": " "}))
    assert Lead.objects.get().is_incomplete


def test_an_office_number_reaches_somebody_but_names_nobody(form) -> None:
    arrive(
        post_form(form, answers={"name": "一", "phone": "010-62345678"}),
        post_form(form, answers={"name": "二", "phone": "010-62345678"}),
    )
    assert Lead.objects.count() == 2
    assert not Identifier.objects.filter(kind="phone").exists()
    assert set(FieldValue.objects.filter(field="phone").values_list("value", flat=True)) == {"+861062345678"}


def test_a_second_form_of_a_person_touches_the_open_lead(form, mei) -> None:
    arrive(post_form(form, answers={"name": "周思远", "phone": "13900000000"}))
    lead = Lead.objects.get()
    assert lead.is_incomplete
    again = LATELY + 300 * SECOND

    arrive(post_form(form, at=again))

    lead.refresh_from_db()
    assert (lead.last_touch_at, lead.is_incomplete, lead.account.name) == (again, False, "北辰科技")
    assert FormSubmission.objects.count() == 2
    assert Clock.objects.count() == 1
    assert notices_of(mei) == [("lead_returned", 2)]  # two unread notices of one lead are one


def test_a_form_after_the_lead_was_closed_opens_another(form, mei) -> None:
    arrive(post_form(form))
    move_lead(lead=Lead.objects.get(), to=Stage.DISQUALIFIED, by=mei, at=LATELY, reason="student")

    arrive(post_form(form, at=LATELY + SECOND))

    assert (Lead.objects.open().count(), Lead.objects.filter(stage=Stage.DISQUALIFIED).count()) == (1, 1)


def test_two_forms_of_one_person_in_one_batch_make_one_lead(form) -> None:
    arrive(post_form(form), post_form(form, at=LATELY + SECOND))
    assert Lead.objects.count() == 1
    assert Event.objects.filter(name="lead_created").count() == 1
    assert FormSubmission.objects.count() == 2


def test_the_owner_of_an_open_lead_alone_hears_that_its_person_is_back(form, mei, lin) -> None:
    arrive(post_form(form, visitor="c1"))
    Lead.objects.update(owner=mei)
    Notification.objects.all().delete()

    arrive(hit(site=form.site, visitor="c1", props={"title": "Prices | Wutong", "path": "/pricing"}))
    arrive(post_form(form, visitor="c1", at=LATELY + SECOND))

    assert notices_of(mei) == [("lead_active", 1), ("lead_returned", 1)]
    assert notices_of(lin) == []


def test_where_a_team_has_no_sdr_its_managers_hear_of_the_lead_else_the_administrators(company, south, ada) -> None:
    form = make_form(site=make_site(team=south))
    arrive(post_form(form))
    assert ("lead_arrived", 1) in notices_of(ada)

    boss = make_staff("Boss", role=Role.MANAGER, team=south, data_scope="tree")
    arrive(post_form(form, answers={"phone": "13900000001"}))
    assert notices_of(boss) == [("lead_arrived", 1)]


def test_a_retry_changes_nothing_and_is_counted(form) -> None:
    view, post = hit(site=form.site, visitor="c1"), post_form(form, visitor="c1")
    arrive(view, post)
    before = [
        model.objects.count() for model in (Event, Person, Lead, FormSubmission, FieldValue, Consent, Observation)
    ]
    terms = set(ScoreTerm.objects.values_list("measure", "n", "value"))

    arrive(view, post)
    arrive(post, post)

    assert before == [
        model.objects.count() for model in (Event, Person, Lead, FormSubmission, FieldValue, Consent, Observation)
    ]
    assert set(ScoreTerm.objects.values_list("measure", "n", "value")) == terms
    assert dropped() == {"repeated": 4}


def test_a_retry_whose_clock_was_corrected_anew_is_still_a_retry(site) -> None:
    id = uuid7()
    arrive(hit(site=site, id=id))
    arrive(hit(site=site, id=id, at=LATELY + SECOND))
    assert dropped() == {"repeated": 1}


def test_another_event_of_the_same_id_is_dropped_and_counted(form) -> None:
    post = post_form(form, answers={"name": "First", "phone": "13900000000"})
    arrive(post)
    arrive(post_form(form, id=post.id, answers={"name": "Second", "phone": "13900000001"}, at=LATELY + SECOND))

    assert dropped() == {"id_reused": 1}
    assert set(FieldValue.objects.filter(field="full_name").values_list("value", flat=True)) == {"First"}
    assert FormSubmission.objects.get().answers["name"] == "First"


def test_of_two_different_arrivals_of_one_id_in_one_batch_the_first_stays(form) -> None:
    first = post_form(form, answers={"name": "First", "phone": "13900000000"})
    second = post_form(form, id=first.id, answers={"name": "Second", "phone": "13900000001"}, at=LATELY + SECOND)
    view = hit(site=form.site, visitor="c1")
    disguised = post_form(form, id=view.id, visitor="c2", at=LATELY + SECOND)

    arrive(second, disguised, view, first)

    assert dropped() == {"id_reused": 2}
    assert FormSubmission.objects.get().answers["name"] == "First"
    assert set(FieldValue.objects.values_list("value", flat=True)) == {"First", "+8613900000000"}
    assert Event.objects.get(pk=first.id).person == person_of(phone("+8613900000000"))
    assert Event.objects.get(pk=view.id).person == person_of(cookie("c1"))


def test_a_senders_own_key_gets_one_id_however_often_it_comes(site) -> None:
    def keyed(**given: object):
        return hit(site=site, visitor="c1", sender_key="order-17", **given)

    first = keyed()
    arrive(first, keyed())
    arrive(keyed())

    assert Event.objects.get().pk == first.id
    assert SenderKey.objects.get().event_id == first.id
    assert dropped() == {"repeated": 2}


def test_one_key_of_two_sites_names_two_events(site, south) -> None:
    other = make_site(team=south, name="Other")
    arrive(hit(site=site, sender_key="17"), hit(site=other, sender_key="17"))
    assert Event.objects.count() == 2


def test_a_form_that_does_not_exist_is_counted(form) -> None:
    gone = make_form(site=form.site, key="gone")
    arrivals = [post_form(gone), post_form(form)]
    gone.delete()

    arrive(*arrivals)

    assert dropped() == {"unknown_form": 1}
    assert FormSubmission.objects.get().form == form


def test_what_waits_when_its_form_is_closed_is_kept(form) -> None:
    put_in_inbox([post_form(form)])
    Form.objects.update(is_active=False)

    drain("test:0")

    assert FormSubmission.objects.get().form == form
    assert Lead.objects.count() == 1
    assert not dropped()


def test_acts_of_our_own_people_are_marked_and_count_for_nothing(form, mei) -> None:
    arrive(hit(site=form.site, visitor="c1"))
    Person.objects.update(is_own=True)
    PersonScore.objects.all().delete()

    own = hit(site=form.site, visitor="c1")
    arrive(own)

    assert Event.objects.get(pk=own.id).is_own
    assert not PersonScore.objects.exists()


def test_acts_of_machines_are_kept_and_count_for_nothing(site) -> None:
    arrive(hit(site=site, visitor="c1", is_machine=True))
    assert Event.objects.get().is_machine
    assert not ScoreTerm.objects.exists()


def test_what_a_server_knows_links_and_what_is_no_identifier_is_left_out(site) -> None:
    given = [
        "email:Mei@Example.com",
        "openid@wx1:o1",
        "openid:without-app",
        "phone:nonsense",
        "shoe_size:42",
        "crm_id:",
    ]
    arrive(hit(site=site, visitor="c1", source="server", identifiers=given, assurance="verified"))

    assert set(Identifier.objects.values_list("kind", "scope", "value")) == {
        ("cookie", "", "c1"),
        ("email", "", "mei@example.com"),
        ("openid", "wx1", "o1"),
    }
    assert Person.objects.count() == 1
    assert Observation.objects.get().assurance == "verified"


def test_a_stranger_who_types_somebodys_address_changes_nothing_verified_and_takes_no_lead(form, mei) -> None:
    her = make_person("周思远", keys=[email("her@example.com"), cookie("hers")], company="北辰科技")
    FieldValue.objects.update(assurance="verified")
    lead = make_lead(person=her, owner=mei)

    arrive(post_form(form, visitor="strangers", answers={"name": "Stranger", "email": "HER@example.com"}))

    her.refresh_from_db()
    assert her.full_name == "周思远"
    assert Lead.objects.get() == lead
    stated = FieldValue.objects.get(value="Stranger")
    assert (stated.person, stated.assurance) == (her, "typed")
    assert not Identifier.objects.filter(is_verified=True).exists()


def test_the_longest_key_of_a_form_is_not_too_long_for_its_answers(site) -> None:
    arrive(post_form(make_form(site=site, key="k" * 40)))
    assert Lead.objects.exists()
    assert not ParkedItem.objects.exists()


def test_odd_but_harmless_arrivals_are_kept(form) -> None:
    odd = [
        hit(site=form.site, visitor="c1", url="http://[", ref="http://]"),
        hit(site=form.site, visitor="x" * 320, url="", ref="javascript:alert(1)"),
        hit(site=form.site, visitor="c2", at=LATELY.replace(year=1970)),
        hit(site=form.site, visitor="c2", at=LATELY.replace(year=2099)),
        hit(site=form.site, visitor="c2", at=LATELY),
        post_form(form, answers={"name": "𠮷" * 5000, "company": "：。", "title": "\u202e" * 300, "phone": "9" * 5000}),
        post_form(form, answers={"name": "x" * 5000, "company": "上海" * 2500, "email": f"{'a' * 64}@example.com"}),
        post_form(form, answers={str(n): "x" * 5000 for n in range(50)}),
        post_form(form, answers={}, visitor="c3", consent_version="v" * 80),
    ]
    arrive(*odd)
    assert not ParkedItem.objects.exists()
    assert not InboxBlock.objects.exists()
    assert Event.objects.exclude(name="lead_created").count() == len(odd)


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
questions = st.sampled_from(["name", "company", "title", "phone", "email", "note"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.dictionaries(questions, texts, max_size=5), visitor=st.none() | texts.filter(bool))
def test_whatever_is_typed_into_a_form_is_kept(form, answers: dict[str, str], visitor: str | None) -> None:
    post = post_form(form, answers=answers, visitor=visitor, id=uuid7())
    arrive(post)
    assert not ParkedItem.objects.exists()
    assert FormSubmission.objects.get(pk=post.id).answers == answers


def test_the_step_that_tells_is_part_of_the_transaction(form, mei) -> None:
    """Rows and notices come together: whoever is told finds the lead."""
    put_in_inbox([post_form(form)])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE platform_notification ADD CONSTRAINT silence CHECK (kind <> 'lead_arrived')")
    drain("test:0")
    assert not Lead.objects.exists()
    assert not Event.objects.exists()
    assert InboxBlock.objects.exists()


def test_ids_of_hits_are_kept(site) -> None:
    id = UUID(str(uuid7()))
    arrive(hit(site=site, id=id))
    assert Event.objects.get().pk == id
