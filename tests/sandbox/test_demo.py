"""The demo company, in little: founded once for all that is asked of it."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar

import pytest
from django.db import connection
from django.db.models import F
from django.test import TestCase, override_settings

from tests.cast import make_lead, signed_in
from wutong.content.models import FormSubmission
from wutong.events.models import Event, Site
from wutong.exchange.models import PeopleImport
from wutong.lifecycle.gate import enter_gate, lately_in_gate
from wutong.lifecycle.models import UNCONTACTED, Clock, Contract, FollowUp, HandOver, Lead, StageVisit
from wutong.people.models import (
    Account,
    AccountCandidate,
    AccountMerge,
    AccountTag,
    Consent,
    Person,
    PersonTag,
    ProbableMatch,
    RefusedLink,
)
from wutong.people.rebuild import follow_new_rules_later
from wutong.platform.models import AuditEntry, Notification, Organisation, Role, Staff, Team
from wutong.privacy import tombstones
from wutong.privacy.erasure import complete
from wutong.privacy.models import Erasure, SubjectRequest
from wutong.sales.models import Collision, Opportunity
from wutong.sandbox import company, imported, rights
from wutong.sandbox.colleagues import LEFT_TO_YOU, answer_a_lead, do_something
from wutong.sandbox.demo import ensure_demo, reset_demo
from wutong.sandbox.ending import CompanyIsReal, delete_demo
from wutong.sandbox.history import SMALL, Scale
from wutong.sandbox.staffing import EAST

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class TheDemoCompany(TestCase):
    logins: ClassVar[list[tuple[str, str, str]]]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.logins = ensure_demo(at=NOW, scale=SMALL)

    def test_everybody_who_asked_is_a_lead_with_a_life(self) -> None:
        everybody = SMALL.asking + SMALL.known + imported.PEOPLE - rights.ERASED
        assert Person.objects.current().filter(reach="known").count() == everybody
        assert Lead.objects.count() == SMALL.asking
        assert FormSubmission.objects.count() >= SMALL.asking
        assert FollowUp.objects.count() > SMALL.asking
        assert Account.objects.count() > 20
        assert Event.objects.filter(occurred_at__lt=NOW - timedelta(days=30)).exists()

    def test_there_are_doubts_about_people_and_companies(self) -> None:
        assert ProbableMatch.objects.exists()
        assert RefusedLink.objects.exists()
        assert AccountCandidate.objects.exists()

    def test_there_is_something_to_try_of_everything_about_people_and_companies(self) -> None:
        assert PersonTag.objects.exists()
        assert AccountTag.objects.exists()
        assert PeopleImport.objects.filter(faulty__gt=0).exists()
        assert Account.objects.filter(parent__isnull=False).exists()
        assert Collision.objects.exists()
        assert AccountMerge.objects.get(undone_at=None).survivor.absorbed.exists()
        assert {one.source for one in Consent.objects.all()} >= {"by_hand", "preferences", "one_click"}
        assert Consent.objects.exclude(kind="general").exists()

    def test_requests_wait_and_were_answered_and_somebody_was_erased(self) -> None:
        soon = SubjectRequest.objects.open().order_by("due_on")[0]
        assert NOW.date() <= soon.due_on <= NOW.date() + timedelta(days=2)
        answered = SubjectRequest.objects.get(kind="copy")
        assert answered.state == "done"
        assert answered.closed_at is not None
        assert answered.closed_at.date() <= answered.due_on
        erasure = Erasure.objects.get()
        assert erasure.counts["people_identifier"] >= 1
        complete(erasure, {}, at=NOW)  # as the worker does when it has cleared the archive
        page = signed_in(Staff.objects.get(role=Role.ADMIN)).get(f"/privacy/erasures/{erasure.public_id}/")
        assert page.status_code == 200

    def test_nobody_waits_before_the_gate(self) -> None:
        for people in lately_in_gate(since=NOW - timedelta(days=1_000)):
            assert enter_gate(people, at=NOW) == []

    def test_nothing_lies_in_the_future(self) -> None:
        assert not FollowUp.objects.filter(at__gt=NOW).exists()
        assert not StageVisit.objects.filter(entered_at__gt=NOW).exists()
        assert not Event.objects.filter(occurred_at__gt=NOW).exists()
        assert not Consent.objects.filter(at__gt=NOW).exists()
        assert not AuditEntry.objects.filter(at__gt=NOW).exists()

    def test_each_stay_ends_where_the_next_begins(self) -> None:
        stays = StageVisit.objects.filter(machine="lead").order_by("lead", "entered_at", "pk")
        by_lead: dict[int | None, list[StageVisit]] = {}
        for stay in stays:
            by_lead.setdefault(stay.lead_id, []).append(stay)
        for of_lead in by_lead.values():
            assert [stay.left_at for stay in of_lead[:-1]] == [stay.entered_at for stay in of_lead[1:]]
            assert of_lead[-1].left_at is None

    def test_people_are_known_before_anything_becomes_of_their_leads(self) -> None:
        known = {stay.person_id: stay.entered_at for stay in StageVisit.objects.filter(machine="reach", stage="known")}
        asked = dict(FormSubmission.objects.order_by("-at").values_list("person", "at"))
        for lead in Lead.objects.all():
            assert known[lead.person_id] == lead.created_at == asked[lead.person_id]

    def test_whoever_contacted_a_lead_was_given_it_by_a_rule(self) -> None:
        contacted = Lead.objects.filter(first_contact_at__isnull=False)
        given = contacted.filter(assignments__reason="rule", assignments__at__lte=F("first_contact_at"))
        assert given.count() == contacted.count()

    def test_there_is_open_work_for_each_role(self) -> None:
        waiting = HandOver.objects.filter(decided_at=None)

        assert waiting.count() >= 3
        assert waiting.filter(lead__clocks__kind="acceptance", lead__clocks__stopped_at=None).count() == waiting.count()
        assert Lead.objects.open().filter(next_step_at__lt=NOW + timedelta(hours=12)).exists()
        assert Contract.objects.running().count() >= 3

    def test_the_freshest_leads_wait_for_whoever_tries_it(self) -> None:
        waiting = Lead.objects.awaiting_first_contact().filter(clocks__stopped_at=None)

        assert waiting.filter(created_at__gt=NOW - timedelta(minutes=30)).count() == 3
        assert waiting.filter(clocks__due_at__gt=NOW).count() >= 2
        assert Notification.objects.filter(read_at=None).exists()

    def test_a_clock_that_ran_was_stopped_by_who_made_the_contact(self) -> None:
        contacted = Clock.objects.filter(kind="first_contact", lead__follow_ups__is_first_contact=True)

        assert contacted.filter(stopped_at=F("lead__follow_ups__at")).count() == contacted.count()

    def test_deals_have_people_and_the_stage_of_their_leads(self) -> None:
        assert not Opportunity.objects.filter(people=None).exists()
        for deal in Opportunity.objects.prefetch_related("leads__lead"):
            ends = {"won": "won", "lost": "lost", "invalid": "lost"}
            assert {fed.lead.stage for fed in deal.leads.all()} == {ends.get(deal.stage, "opportunity")}

    def test_every_role_can_sign_in_with_the_password_told(self) -> None:
        assert {role for role, _, _ in self.logins} == set(Role.values)
        assert len(self.logins) == 12
        _, email, password = self.logins[0]
        assert Staff.objects.get(email=email).check_password(password)

    def test_a_second_start_changes_nothing_and_tells_no_password(self) -> None:
        before = (Person.objects.count(), Lead.objects.count(), Staff.objects.count())

        assert ensure_demo(at=NOW + timedelta(hours=1), scale=SMALL) == []
        assert (Person.objects.count(), Lead.objects.count(), Staff.objects.count()) == before

    def test_each_sdr_sees_only_the_leads_of_the_own_team(self) -> None:
        east, south = Staff.objects.get(full_name="林晓"), Staff.objects.get(full_name="周宁")

        assert Lead.objects.visible_to(east).exists()
        assert Lead.objects.visible_to(south).exists()
        assert not Lead.objects.visible_to(east).filter(pk__in=Lead.objects.visible_to(south)).exists()

    def test_colleagues_answer_but_leave_the_freshest(self) -> None:
        later = NOW + timedelta(minutes=9)
        extra = [make_lead(at=NOW - timedelta(minutes=number), team=Team.objects.get(name=EAST)) for number in range(3)]

        done = [answer_a_lead(Random(number), later) for number in range(9)]

        left = Lead.objects.awaiting_first_contact().filter(UNCONTACTED)
        assert "first_contact" in done
        assert done[-1] is None
        assert left.count() == LEFT_TO_YOU
        assert left.filter(pk__in=[lead.pk for lead in extra]).exists()

    def test_colleagues_do_all_their_duties_while_the_demo_runs(self) -> None:
        rng, at, done = Random(7), NOW + timedelta(days=2), set()
        for number in range(120):
            done.add(do_something(rng, at=at + timedelta(minutes=30 * number)))

        assert {"handed_over", "put_aside", "accepted", "returned", "qualified", "opened", "moved"} <= done

    def test_a_demo_that_begins_anew_has_the_same_people_colleagues_and_site_key(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # all is one transaction
        before = (Staff.objects.count(), Site.objects.get(name=company.SITE_NAME).key)
        scale = Scale(days=14, asking=20, known=8, contracts=2, readers=4)
        tombstones.path().write_bytes(b"")

        logins = reset_demo(at=NOW, scale=scale)

        assert len(logins) == 12
        assert (Staff.objects.count(), Site.objects.get(name=company.SITE_NAME).key) == before
        assert Lead.objects.count() == scale.asking
        assert {one.id for one in tombstones.tombstones()} == {Erasure.objects.get().public_id}
        assert Staff.objects.get(email=logins[0][1]).check_password(logins[0][2])
        follow_new_rules_later(0)  # nothing to rebuild

    def test_a_deleted_demo_leaves_an_empty_company_with_a_link_to_take_over(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # all of this test is one transaction

        link = delete_demo(at=NOW)

        assert link.startswith("/welcome/")
        assert not Organisation.objects.get().is_demo
        assert not Person.objects.exists()
        assert not Event.objects.exists()
        assert Staff.objects.count() == 1
        assert self.client.get(link).status_code == 200
        with pytest.raises(CompanyIsReal):
            delete_demo(at=NOW)

    def test_the_demo_is_deleted_by_whoever_types_its_name(self) -> None:
        self.client.force_login(Staff.objects.get(role=Role.ADMIN), "django.contrib.auth.backends.ModelBackend")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        wrong = self.client.post("/system/demo/end/", {"name": "梧桐"})
        assert wrong.status_code == 422
        assert Person.objects.exists()
        right = self.client.post("/system/demo/end/", {"name": Organisation.objects.get().name})

        assert right.status_code == 302
        assert right["Location"].startswith("/welcome/")
        assert self.client.get(right["Location"]).status_code == 200


@pytest.mark.django_db
def test_a_real_company_is_left_alone() -> None:
    Organisation.objects.create(name="真公司", created_at=NOW)

    with pytest.raises(CompanyIsReal):
        ensure_demo(at=NOW)
