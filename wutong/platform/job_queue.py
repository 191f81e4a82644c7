"""The background jobs as an administrator sees them: what waits, what runs, what failed and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from wutong.platform.audit import record
from wutong.platform.logs import without_detail
from wutong.platform.models import JobFailure, Staff
from wutong.platform.refusal import Refusal

FAILED_KEPT_FOR = timedelta(days=30)
SHOWN = 50
_ERROR_CHARACTERS = 2_000


class JobMovedOn(Refusal):
    code = "job_moved_on"
    message = _("This job has moved on meanwhile. Load the page again to see where it stands.")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """How one queue stands."""

    name: str
    waiting: int
    later: int
    running: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class ShownJob:
    """One job. ``changed_at`` is when the latest thing happened to it."""

    id: int
    task: str
    queue: str
    attempts: int
    args: dict[str, Any]
    changed_at: datetime | None
    error: str = ""


def is_at_work(queue: str) -> bool:
    """Whether any job of a queue runs at this moment."""
    return ProcrastinateJob.objects.filter(queue_name=queue, status="doing").exists()


def queues(*, at: datetime) -> list[Queue]:
    """All queues with something in them, by name."""
    due = Q(scheduled_at=None) | Q(scheduled_at__lte=at)
    rows = (
        ProcrastinateJob.objects.values("queue_name")
        .annotate(
            waiting=Count("id", filter=Q(status="todo") & due),
            later=Count("id", filter=Q(status="todo") & ~due),
            running=Count("id", filter=Q(status="doing")),
            failed=Count("id", filter=Q(status="failed")),
        )
        .order_by("queue_name")
    )
    return [Queue(name=row.pop("queue_name"), **row) for row in rows]


def failed_jobs() -> list[ShownJob]:
    """The latest failures with their errors."""
    jobs = _shown("failed")
    errors = dict(JobFailure.objects.filter(pk__in=[job.id for job in jobs]).values_list("pk", "error"))
    return [ShownJob(**(vars(job) | {"error": errors.get(job.id, "")})) for job in jobs]


def running_jobs() -> list[ShownJob]:
    return _shown("doing")


def waiting_jobs() -> list[ShownJob]:
    return _shown("todo")


def retry_job(*, job_id: int, by: Staff, at: datetime) -> None:
    """Let a failed job run again now.

    Raises:
        JobMovedOn: it is not failed any more.
    """
    with transaction.atomic(durable=True):
        job = _locked(job_id, "failed")
        app.job_manager.retry_job_by_id(job_id, retry_at=at)
        JobFailure.objects.filter(pk=job_id).delete()
        record("job.retried", actor=by, at=at, job=job_id, task=job.task_name)


def cancel_job(*, job_id: int, by: Staff, at: datetime) -> None:
    """Take a waiting job out of its queue, or discard a failed one.

    Raises:
        JobMovedOn: it runs, or is done.
    """
    with transaction.atomic(durable=True):
        job = _locked(job_id, "todo", "failed")
        if job.status == "failed":
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        else:
            app.job_manager.cancel_job_by_id(job_id, delete_job=True)
        JobFailure.objects.filter(pk=job_id).delete()
        record("job.cancelled", actor=by, at=at, job=job_id, task=job.task_name)


def remember_failure(job_id: int, error: BaseException, *, at: datetime) -> None:
    """Keep why a job failed: the queue does not."""
    text = without_detail(f"{type(error).__name__}: {error}").replace("\x00", "")[:_ERROR_CHARACTERS]
    JobFailure.objects.update_or_create(pk=job_id, defaults={"error": text, "failed_at": at})


def remove_finished_jobs(*, at: datetime) -> None:
    """Remove jobs that ended long ago. Successful ones the worker removes itself."""
    before = at - FAILED_KEPT_FOR
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')"
            " AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= %s)",
            [before],
        )


def _shown(status: str) -> list[ShownJob]:
    jobs = (
        ProcrastinateJob.objects.filter(status=status)
        .annotate(changed_at=Max("procrastinateevent__at"))
        .order_by("-changed_at", "-id")[:SHOWN]
    )
    return [
        ShownJob(
            id=job.id,
            task=job.task_name,
            queue=job.queue_name,
            attempts=job.attempts,
            args=job.args,
            changed_at=job.changed_at,
        )
        for job in jobs
    ]


def _locked(job_id: int, *statuses: str) -> ProcrastinateJob:
    job: ProcrastinateJob | None = (
        ProcrastinateJob.objects.select_for_update().filter(pk=job_id, status__in=statuses).first()
    )
    if job is None:
        raise JobMovedOn
    return job
