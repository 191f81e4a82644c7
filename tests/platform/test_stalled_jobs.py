"""A job outlives the worker that was killed over it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from wutong.platform.models import JobFailure
from wutong.platform.stalled_jobs import SILENT_FOR, TRIES, release_stalled

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def make_worker(*, heard_at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [heard_at])
        return cursor.fetchone()[0]


def make_job(*, status: str = "doing", worker: int | None = None, attempts: int = 0) -> ProcrastinateJob:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, worker_id, attempts)"
            " VALUES ('lake', 'export', 'lake.export', 'lake.export', %s, %s, %s) RETURNING id",
            [status, worker, attempts],
        )
        return ProcrastinateJob.objects.get(pk=cursor.fetchone()[0])


def test_a_job_of_a_silent_worker_runs_again() -> None:
    job = make_job(worker=make_worker(heard_at=NOW - SILENT_FOR - timedelta(seconds=1)))
    assert release_stalled(at=NOW) == [job.pk]
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("todo", 1)


def test_a_job_of_a_worker_that_is_heard_of_stays_with_it() -> None:
    job = make_job(worker=make_worker(heard_at=NOW - SILENT_FOR + timedelta(seconds=1)))
    assert release_stalled(at=NOW) == []
    job.refresh_from_db()
    assert job.status == "doing"


def test_a_job_whose_worker_was_struck_off_the_list_runs_again() -> None:
    job = make_job(worker=None)
    assert release_stalled(at=NOW) == [job.pk]


def test_a_job_whose_successor_waits_makes_room_for_it() -> None:
    job, successor = make_job(), make_job(status="todo")
    release_stalled(at=NOW)
    assert list(ProcrastinateJob.objects.values_list("pk", "status")) == [(successor.pk, "todo")]
    assert job.pk != successor.pk


def test_a_job_that_outlives_too_many_workers_fails_and_says_why() -> None:
    job = make_job(attempts=TRIES)
    release_stalled(at=NOW)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "died" in JobFailure.objects.get(pk=job.pk).error
