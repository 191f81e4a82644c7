"""Why background jobs failed: the queue itself keeps no errors."""

from django.db import models


class JobFailure(models.Model):
    """The latest error of a job. It goes with the job."""

    job_id = models.BigIntegerField(primary_key=True)
    error = models.CharField(max_length=2_000)
    failed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"job {self.job_id}: {self.error[:60]}"
