"""The register of what people ask about their personal information."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.cast import email, identifier, make_lead, make_person, make_staff, signed_in
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import AuditEntry, Notification, WorkingHours
from wutong.privacy.deadlines import due_on
from wutong.privacy.models import PrivacySettings, RequestKind, RequestState, SubjectRequest
from wutong.privacy.requests import (
    AlreadyClosed,
    AnswerNeeded,
    close,
    take_in,
    take_over,
    visible_to,
    warn_of_deadlines,
)

MAIL = email("zhou.siyuan@example.com")
NINE_TO_FIVE = ((time(9), time(17)),)


def made(kind: RequestKind = RequestKind.ACCESS, *, by, **given) -> SubjectRequest:
    values = {"address": None, "from_whom": "Li Lei", "said": "", "received_at": timezone.now(), "at": timezone.now()}
    return take_in(kind=kind, by=by, **(values | given))


def test_fifteen_working_days_pass_over_weekends_and_the_national_holiday() -> None:
    calendar = WorkingCalendar(zone=ZoneInfo("Asia/Shanghai"), hours=(NINE_TO_FIVE,) * 5 + ((), ()))
    # 25 September 2025 is a Thursday; 1 to 8 October are holidays, the 28th and the 11th are made up for them.
    received = datetime(2025, 9, 25, 8, tzinfo=UTC)
    assert due_on(received, days=1, calendar=calendar) == date(2025, 9, 26)
    assert due_on(received, days=5, calendar=calendar) == date(2025, 10, 9)
    assert due_on(received, days=15, calendar=calendar) == date(2025, 10, 22)
    # In Shanghai it was the 26th already.
    assert due_on(datetime(2025, 9, 25, 17, tzinfo=UTC), days=1, calendar=calendar) == date(2025, 9, 28)


@pytest.mark.django_db
def test_a_request_is_taken_in_owned_and_answered_and_all_of_it_is_audited(ada) -> None:
    client = signed_in(ada)
    person = make_person(keys=[MAIL])
    given = {"kind": "erasure", "address": f" {MAIL.value.upper()} ", "said": "By letter."}
    assert client.post("/privacy/requests/new/", given).status_code == 302
    one = SubjectRequest.objects.get()
    assert (one.person, one.subject) == (person, identifier(MAIL))
    assert client.post(f"/privacy/requests/{one.public_id}/take/").status_code == 302
    assert client.post(f"/privacy/requests/{one.public_id}/close/", {"as": "done", "answer": " "}).status_code == 409
    done = {"as": "done", "answer": "Erased, certificate sent."}
    assert client.post(f"/privacy/requests/{one.public_id}/close/", done).status_code == 302
    assert client.post(f"/privacy/requests/{one.public_id}/close/", done).status_code == 409
    one.refresh_from_db()
    assert (one.state, one.owner, one.closed_by) == (RequestState.DONE, ada, ada)
    actions = set(AuditEntry.objects.filter(subject_kind="subjectrequest").values_list("action", flat=True))
    assert actions == {"privacy.request_taken_in", "privacy.request_taken_over", "privacy.request_closed"}


@pytest.mark.django_db
def test_somebody_we_do_not_know_is_registered_by_what_they_say_they_are(ada) -> None:
    client = signed_in(ada)
    assert client.post("/privacy/requests/new/", {"kind": "access"}).status_code == 422
    assert client.post("/privacy/requests/new/", {"kind": "access", "address": "nobody@example.com"}).status_code == 302
    one = SubjectRequest.objects.get()
    assert (one.person, one.from_whom) == (None, "nobody@example.com")
    assert "nobody@example.com" in client.get("/privacy/requests/").content.decode()


@pytest.mark.django_db
def test_late_requests_stand_first_and_are_marked_and_their_owner_is_told(ada) -> None:
    PrivacySettings.objects.create(answer_days=1)
    WorkingHours.objects.all().delete()
    late = made(by=ada, received_at=timezone.now() - timedelta(days=20), from_whom="Late")
    made(by=ada, from_whom="Fresh")
    text = signed_in(ada).get("/privacy/requests/").content.decode()
    assert text.index("Late") < text.index("Fresh")
    assert text.count('class="is-late"') == 1
    warn_of_deadlines(at=timezone.now())
    assert Notification.objects.get(kind="subject_request_late").group.endswith(str(late.public_id))


@pytest.mark.django_db
def test_an_answer_is_given_once_and_in_words(ada) -> None:
    one = made(by=ada)
    with pytest.raises(AnswerNeeded):
        close(request=one, is_done=False, answer="  ", by=ada, at=timezone.now())
    close(request=one, is_done=False, answer="It is not about them.", by=ada, at=timezone.now())
    with pytest.raises(AlreadyClosed):
        take_over(request=one, by=ada, at=timezone.now())


@pytest.mark.django_db
def test_a_manager_of_a_team_sees_requests_about_her_people_only(ada, north, south) -> None:
    hers, others = make_person(keys=[MAIL]), make_person(keys=[email("other@example.com")])
    make_lead(person=hers, team=north)
    make_lead(person=others, team=south)
    made(by=ada, address=identifier(MAIL))
    made(by=ada, address=identifier(email("other@example.com")))
    manager = make_staff("Ma", role="manager", team=north, data_scope="team")
    assert [one.person for one in visible_to(manager)] == [hers]
