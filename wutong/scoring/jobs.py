"""Periodic work of scoring, and the recount after a model was published."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.scoring.models import ScoreModel
from wutong.scoring.recount import recount
from wutong.scoring.score import sweep


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="sweep_grades")
def sweep_grades_later(timestamp: int) -> None:
    """Let the grades of quiet people fall when their time has come."""
    swept = 1
    while swept:
        with transaction.atomic():
            swept = sweep(at=datetime.fromtimestamp(timestamp, UTC))


@app.task(queue="default", lock="scoring_recount", retry=RetryStrategy(max_attempts=5, wait=60))
def recount_later(model: int) -> None:
    """Score everybody by a version just published, unless another one has taken its place."""
    published = ScoreModel.objects.filter(pk=model, state=ScoreModel.State.PUBLISHED).first()
    if published is not None:
        recount(published, at=datetime.now(UTC))
