"""Work on people that is too long for the act that caused it."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.people import search_index
from wutong.people.account_merge import gather_strays
from wutong.people.doubles import AT_ONCE, compare_changed
from wutong.people.own import redo_colleagues
from wutong.people.reassign import reassign_piece
from wutong.people.similar_accounts import compare_new
from wutong.platform.job_queue import is_at_work

_BATCHES_A_MINUTE = 20


@app.task(queue="default", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def reassign_later(subjects: list[int], people: list[int]) -> None:
    """Move the rows of ``subjects`` a thousand at a time; a killed job goes on where it was."""
    finished = False
    while not finished:
        with transaction.atomic():
            finished = reassign_piece(subjects, people, at=datetime.now(UTC))


@app.periodic(cron="27 * * * *")
@app.task(queue="default", queueing_lock="redo_colleagues")
def redo_colleagues_later(timestamp: int) -> None:
    """Recognise people whose address a colleague has got since."""
    with transaction.atomic():
        redo_colleagues(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="search_index")
def work_in_later(timestamp: int) -> None:
    """Work new people into the index of searches before its list is full."""
    del timestamp
    search_index.work_in()


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="compare_accounts")
def compare_accounts_later(timestamp: int) -> None:
    """Look for companies like those that have come in since, a batch a minute."""
    with transaction.atomic():
        compare_new(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="gather_strays")
def gather_strays_later(timestamp: int) -> None:
    """Let what was written of companies during their merge follow it."""
    gather_strays(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="compare_people", lock="compare_people")
def compare_people_later(timestamp: int) -> None:
    """Look for probable doubles of those of whom more is known, as far as a minute goes.

    Not while people are imported by the thousand: it took as much of the processor as the import itself.
    """
    for _ in range(_BATCHES_A_MINUTE):
        if is_at_work("imports"):
            break
        with transaction.atomic():
            n = compare_changed(at=datetime.fromtimestamp(timestamp, UTC))
        if n < AT_ONCE:
            break
