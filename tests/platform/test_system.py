"""Jobs, parked items, retention, health, settings, the command line."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.platform.cast import NINE, make_staff, signed_in
from wutong.operations.staff import main as staff_command
from wutong.platform import health, retention
from wutong.platform.arrival_labels import DOORS, QUEUES, REASONS
from wutong.platform.first_run import PLACEHOLDER_ADDRESS, ensure_company
from wutong.platform.job_queue import JobMovedOn, cancel_job, queues, remember_failure, retry_job
from wutong.platform.models import (
    AuditEntry,
    BusinessScope,
    CalendarDay,
    DropCount,
    InboxBlock,
    JobFailure,
    Notification,
    Organisation,
    ParkedItem,
    SenderKey,
    Staff,
    WorkingHours,
)
from wutong.platform.worker import work

pytestmark = pytest.mark.django_db

SLY = "<img src=x onerror=alert(1)>"


# Jobs


@pytest.fixture
def no_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # Django does not empty what it does not manage


def a_job(status: str = "todo", **given: object) -> int:
    job_id = app.configure_task("platform.send_mail", queue="urgent", **given).defer(mail_id=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job_id])
    return job_id


def test_queues_tell_what_waits_runs_and_failed(company, no_jobs) -> None:
    a_job()
    a_job(schedule_at=NINE + timedelta(days=1))
    a_job("failed")
    [queue] = queues(at=NINE)
    assert (queue.name, queue.waiting, queue.later, queue.running, queue.failed) == ("urgent", 1, 1, 0, 1)


def test_a_failed_job_is_shown_with_its_error_and_can_run_again(ada: Staff, no_jobs) -> None:
    job_id = a_job("failed")
    remember_failure(job_id, ValueError(f"{SLY}\nDETAIL:  Key (note)=(Mei\nlikes oolong) exists."), at=NINE)
    client = signed_in(ada)

    page = client.get("/system/jobs/").content.decode()
    assert "ValueError" in page
    assert SLY not in page
    assert "oolong" not in page

    assert client.post(f"/system/jobs/{job_id}/retry/").status_code == 302
    assert ProcrastinateJob.objects.get(pk=job_id).status == "todo"
    assert not JobFailure.objects.exists()
    assert AuditEntry.objects.get(action="job.retried").detail["task"] == "platform.send_mail"


def test_a_job_that_moved_on_is_left_alone(ada: Staff, no_jobs) -> None:
    running = a_job("doing")
    with pytest.raises(JobMovedOn):
        retry_job(job_id=running, by=ada, at=NINE)
    with pytest.raises(JobMovedOn):
        cancel_job(job_id=running, by=ada, at=NINE)
    assert signed_in(ada).post("/system/jobs/999999999/retry/").status_code == 409


@pytest.mark.parametrize("status", ["todo", "failed"])
def test_a_waiting_or_failed_job_can_be_discarded(ada: Staff, no_jobs, status: str) -> None:
    job_id = a_job(status)
    signed_in(ada).post(f"/system/jobs/{job_id}/cancel/")
    assert not ProcrastinateJob.objects.filter(pk=job_id).exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_jobs_and_keeps_why_one_failed(company, no_jobs) -> None:
    app.perform_import_paths()
    good = app.configure_task("platform.remove_finished_jobs", queue="urgent").defer(timestamp=0)
    bad = app.configure_task("platform.remove_what_is_past", queue="urgent").defer(timestamp="x")

    asyncio.run(work(app, queues={"urgent"}, until_empty=True))

    assert not ProcrastinateJob.objects.filter(pk=good).exists()
    assert ProcrastinateJob.objects.get(pk=bad).status == "failed"
    assert "TypeError" in JobFailure.objects.get(pk=bad).error


# Parked items


def a_parked_item() -> ParkedItem:
    return ParkedItem.objects.create(
        lane="collector", received_at=NINE, parked_at=NINE, body=b"\x91\x81\xa1k\xa1h", error=SLY
    )


def test_a_parked_item_goes_back_into_its_lane_as_a_block_of_one(ada: Staff) -> None:
    import msgspec

    item = a_parked_item()
    client = signed_in(ada)
    assert SLY not in client.get("/system/jobs/").content.decode()

    assert client.post(f"/system/jobs/parked/{item.pk}/retry/").status_code == 302

    block = InboxBlock.objects.get()
    assert (block.lane, block.count, block.received_at) == ("collector", 1, NINE)
    assert msgspec.msgpack.decode(bytes(block.body)) == [{"k": "h"}]
    assert not ParkedItem.objects.exists()
    assert AuditEntry.objects.filter(action="inbox.item_retried", actor=ada).exists()
    assert client.post(f"/system/jobs/parked/{item.pk}/retry/").status_code == 409


def test_a_parked_item_can_be_discarded(ada: Staff) -> None:
    item = a_parked_item()
    signed_in(ada).post(f"/system/jobs/parked/{item.pk}/discard/")
    assert not ParkedItem.objects.exists()
    assert not InboxBlock.objects.exists()
    assert AuditEntry.objects.filter(action="inbox.item_discarded", actor=ada).exists()


def test_a_refusal_without_a_script_is_a_page_and_with_one_a_line(ada: Staff) -> None:
    client = signed_in(ada)
    assert "<html" in client.post("/system/jobs/parked/1/discard/").content.decode()
    part = client.post("/system/jobs/parked/1/discard/", headers={"hx-request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.content.decode()


def test_doors_lanes_queues_and_reasons_are_told_in_words(ada: Staff, no_jobs) -> None:
    from wutong.edge.drops import Drop as AtADoor
    from wutong.stream.batch import Drop as InTheStream

    assert set(REASONS) == {one.value for one in (*AtADoor, *InTheStream)}
    app.perform_import_paths()
    assert {task.queue for task in app.tasks.values() if not task.name.startswith("builtin")} <= set(QUEUES)
    ada.language = "zh-hans"
    ada.save()
    a_job("failed")
    a_parked_item()
    InboxBlock.objects.create(received_at=NINE, count=7, body=b"")
    for door in DOORS:
        DropCount.objects.create(on=timezone.now().date(), door=door, reason="unknown_form", n=1)

    client = signed_in(ada)
    pages = client.get("/system/jobs/").content.decode() + client.get("/system/health/").content.decode()

    for code in ("unknown_form", "collector", ">urgent<", *(f">{door}<" for door in DOORS)):
        assert code not in pages, code
    for words in ("表单已不存在", "事件和表单", "紧急", "跟踪代码"):
        assert words in pages, words


# Retention


def test_every_table_that_grows_says_how_long_it_keeps() -> None:
    grows = (models.DateField, models.DateTimeField)
    tables = {
        model._meta.db_table
        for app_config in apps.get_app_configs()
        if app_config.name.startswith("wutong.") or app_config.label in ("sessions", "axes")
        for model in app_config.get_models()
        if any(isinstance(field, grows) for field in model._meta.get_fields())
    }
    tables.discard("axes_accessattemptexpiration")  # goes with its attempt; not in use
    assert tables <= retention.registered_tables()


def test_what_is_past_is_removed_and_the_rest_kept(ada: Staff) -> None:
    for n, (age, read) in enumerate([(91, True), (91, False), (400, False), (1, True)]):
        at = NINE - timedelta(days=age)
        Notification.objects.create(
            staff=ada, kind="lead_arrived", group=f"{n}", created_at=at, changed_at=at, read_at=at if read else None
        )
    SenderKey.objects.create(source="s", key="old", event_id="0" * 32, created_at=NINE - timedelta(days=31))
    DropCount.objects.create(on=date(2024, 1, 1), door="web", reason="x", n=1)
    Organisation.objects.update(audit_kept_days=200)
    AuditEntry.objects.update(at=NINE - timedelta(days=201))

    removed = retention.remove_what_is_past(at=NINE)

    assert removed["platform_notification"] == 2
    assert removed["platform_senderkey"] == removed["platform_dropcount"] == 1
    assert set(Notification.objects.values_list("group", flat=True)) == {"1", "3"}
    assert not AuditEntry.objects.exists()


def test_a_long_pile_is_removed_in_batches(company, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    SenderKey.objects.bulk_create(
        SenderKey(source="s", key=str(n), event_id=f"{n:032}", created_at=NINE - timedelta(days=31)) for n in range(10)
    )
    assert retention.remove_what_is_past(at=NINE)["platform_senderkey"] == 10


# Health


def test_the_health_page_shows_what_is_wrong_first(ada: Staff, monkeypatch) -> None:
    from django.db import DatabaseError

    def fine(at: datetime) -> health.CannotTell:
        return health.CannotTell(check="fine", found="all well", state="right")

    def broken(at: datetime) -> health.CannotTell:
        raise DatabaseError("no such table")

    monkeypatch.setattr(health, "_checks", {})
    health.register_checks([fine, broken])
    InboxBlock.objects.create(received_at=NINE, count=7, body=b"")

    page = signed_in(ada).get("/system/health/")

    assert [finding["it"].check for finding in page.context["findings"]] == ["broken", "fine"]
    assert "no such table" in page.content.decode()
    assert "7 events wait" in page.content.decode()


# Settings


def test_hours_are_written_as_people_write_them(ada: Staff) -> None:
    client = signed_in(ada)
    form = {"day_0": "9:00-12:00，13:30至18:00", "day_5": "10:00–24:00"}
    assert client.post("/system/hours/", form).status_code == 302
    stored = list(WorkingHours.objects.order_by("weekday", "opens_at").values_list("weekday", "opens_at", "closes_at"))
    assert [(day, f"{opens:%H:%M}", f"{closes:%H:%M}") for day, opens, closes in stored] == [
        (0, "09:00", "12:00"),
        (0, "13:30", "18:00"),
        (5, "10:00", "23:59"),
    ]
    assert 'value="09:00-12:00, 13:30-18:00"' in client.get("/system/hours/").content.decode()
    assert AuditEntry.objects.filter(action="calendar.hours_changed", actor=ada).exists()


@pytest.mark.parametrize(
    "day", ["nine to five", "9:00-12:00 and more", "18:00-9:00", "25:00-26:00", "9:00-12:00, 11:00-13:00", SLY]
)
def test_hours_that_cannot_be_are_refused_and_stay_typed(ada: Staff, day: str) -> None:
    page = signed_in(ada).post("/system/hours/", {"day_0": day})
    assert page.status_code == 422
    assert WorkingHours.objects.count() == 5
    assert SLY not in page.content.decode()


def test_a_company_works_on_one_day_at_least(ada: Staff) -> None:
    assert signed_in(ada).post("/system/hours/", {}).status_code == 422


def test_days_of_the_companys_own(ada: Staff) -> None:
    client = signed_in(ada)
    added = client.post("/system/hours/days/", {"on": "2026-12-31", "is_working": "no", "note": SLY})
    assert added.status_code == 302
    assert not CalendarDay.objects.get(on=date(2026, 12, 31)).is_working
    assert SLY not in client.get("/system/hours/").content.decode()

    client.post("/system/hours/days/2026-12-31/drop/")
    assert not CalendarDay.objects.exists()
    assert client.post("/system/hours/days/2026-12-31/drop/").status_code == 404
    assert client.post("/system/hours/days/2026-13-45/drop/").status_code == 404
    assert client.post("/system/hours/days/", {"on": "x"}).status_code == 422


def test_the_organisation_is_changed_and_the_trail_names_the_fields(ada: Staff) -> None:
    form = {
        "name": SLY,
        "zone": "Europe/Berlin",
        "language": "en",
        "region": "DE",
        "currency": "EUR",
        "audit_kept_days": 365,
    }
    client = signed_in(ada)
    assert client.post("/system/organisation/", form).status_code == 302
    page = client.get("/system/organisation/").content.decode()
    assert SLY not in page
    assert set(AuditEntry.objects.get(action="organisation.changed").detail["fields"]) == set(form)

    assert client.post("/system/organisation/", form | {"zone": "Mars/Base"}).status_code == 422
    assert client.post("/system/organisation/", form | {"audit_kept_days": 1}).status_code == 422


def test_preferences_are_kept_with_and_without_a_script(mei: Staff) -> None:
    client = signed_in(mei)
    assert client.post("/me/preferences/", {"theme": "dark"}, headers={"hx-request": "true"}).status_code == 204
    back = client.post("/me/preferences/", {"language": "zh-hans", "next": "/me/"})
    assert back["Location"] == "/me/"
    assert client.post("/me/preferences/", {"theme": "neon"}).status_code == 422
    mei.refresh_from_db()
    assert (mei.theme, mei.language) == ("dark", "zh-hans")
    assert set(AuditEntry.objects.filter(actor=mei, subject_id=str(mei.public_id)).values_list("subject_kind")) == {
        ("staff",)
    }
    assert 'data-theme="dark"' in client.get("/me/").content.decode()


def test_the_profile_changes_name_and_zone(mei: Staff) -> None:
    form = {"full_name": "周梅", "language": "en", "zone": "Asia/Tokyo", "theme": "light", "density": "compact"}
    client = signed_in(mei)
    assert client.post("/me/", form).status_code == 302
    mei.refresh_from_db()
    assert (mei.full_name, mei.sort_key, mei.zone) == ("周梅", "zhou mei", "Asia/Tokyo")
    assert client.post("/me/", form | {"zone": "Mars/Base"}).status_code == 422


# First run and command line


@pytest.mark.django_db
def test_an_empty_database_becomes_a_company_once() -> None:
    first, second = ensure_company(at=NINE), ensure_company(at=NINE)
    assert first != second  # the newer link counts
    assert Staff.objects.get().email == PLACEHOLDER_ADDRESS
    assert BusinessScope.objects.get().code == "company"
    assert WorkingHours.objects.count() == 5
    assert ensure_company(at=NINE).startswith("/welcome/")


def test_the_first_administrator_takes_over_once(db, client) -> None:
    link = ensure_company(at=datetime.now().astimezone())
    form = {
        "organisation_name": "华东精密",
        "full_name": "周思远",
        "email": "Zhou@Example.com",
        "password": "a-long-enough-passphrase",
    }
    assert client.get(link).status_code == 200
    assert client.post(link, form | {"password": "华东精密"}).status_code == 422
    assert client.post(link, form).status_code == 302

    admin = Staff.objects.get()
    assert (admin.email, admin.role, admin.team.name) == ("zhou@example.com", "admin", "华东精密")
    assert client.get("/me/").status_code == 200
    assert ensure_company(at=NINE) is None
    client.logout()
    assert client.get(link).status_code == 409
    assert client.post(link, form).status_code == 409


def test_a_reset_link_from_the_command_line_works(mei: Staff, client, capsys) -> None:
    assert staff_command(["reset-password", "MEI@example.com"]) == 0
    link = capsys.readouterr().out.strip()
    path = "/" + link.split("/", 3)[3]
    assert client.post(path, {"password": "another-long-passphrase"}).status_code == 302
    assert AuditEntry.objects.filter(action="staff.reset_link_made").exists()


def test_who_has_no_password_yet_gets_an_invitation_instead(company, client, capsys) -> None:
    staff_command(["invite", "new@example.com", "--name", "New", "--role", "sales"])
    staff_command(["reset-password", "new@example.com"])
    first, second = capsys.readouterr().out.split()
    assert client.get("/" + first.split("/", 3)[3]).status_code == 409
    assert client.get("/" + second.split("/", 3)[3]).status_code == 200


def test_the_command_line_says_what_is_wrong(mei: Staff, capsys) -> None:
    assert staff_command(["reset-password", "nobody@example.com"]) == 1
    assert staff_command(["invite", "mei@example.com", "--name", "Mei"]) == 1
    assert staff_command(["invite", "no address", "--name", "Mei"]) == 1
    assert staff_command(["invite", "x@example.com", "--name", "X", "--role", "king"]) == 1
    assert "king" in capsys.readouterr().err


def test_the_list_of_accounts(mei: Staff, capsys) -> None:
    make_staff("Gone", is_active=False)
    staff_command(["list"])
    assert capsys.readouterr().out.splitlines() == [
        "gone@example.com\tGone\tsdr\tdeactivated",
        f"{PLACEHOLDER_ADDRESS}\t管理员\tadmin\tinvited",
        "mei@example.com\tMei\tsdr\tactive",
    ]
