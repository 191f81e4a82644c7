"""Periodic work of the lifecycle."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from wutong.lifecycle.contracts import advance_contracts
from wutong.lifecycle.escalation import escalate
from wutong.lifecycle.gate import enter_gate, lately_in_gate, leave_gate
from wutong.lifecycle.neglect import return_silent_sqls
from wutong.lifecycle.tag_rules_at_work import due_rules, look_at_everybody, tag_changed_people
from wutong.people.models import TagGroup
from wutong.platform.job_queue import is_at_work


@app.periodic(cron="17 * * * *")
@app.task(queue="default", queueing_lock="advance_contracts")
def advance_contracts_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Let contracts enter the stage that their dates have reached."""
    with transaction.atomic():
        advance_contracts(at=datetime.now(UTC))


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="escalate_late_leads")
def escalate_later(timestamp: int) -> None:
    """Tell colleagues of clocks that have run late."""
    escalate(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="23 1 * * *")
@app.task(queue="default", queueing_lock="return_silent_sqls")
def return_silent_sqls_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Give SQLs that nobody follows up back to the SDRs who sent them."""
    return_silent_sqls(at=datetime.now(UTC))


@app.periodic(cron="2-59/5 * * * *")
@app.task(queue="default", queueing_lock="pass_gate")
def pass_gate_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Let in whom no act of theirs brought to the gate (a new model, a fact learnt), and out who has been below."""
    at = datetime.now(UTC)  # the minute for which we were due has begun before leads that have come since
    for people in lately_in_gate(since=at - timedelta(minutes=15)):
        with transaction.atomic():
            enter_gate(people, at=at)
    left = 1
    while left:
        with transaction.atomic():
            left = leave_gate(at=at)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="tag_changed_people", lock="tag_rules")
def tag_changed_people_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Let the rules of tags look at whom something has changed about. Not while people are imported by the thousand."""
    is_more = True
    while is_more and not is_at_work("imports"):
        with transaction.atomic():
            is_more = tag_changed_people(at=datetime.now(UTC))


@app.periodic(cron="4-59/10 * * * *")
@app.task(queue="upkeep", queueing_lock="tag_companies", lock="tag_rules")
def tag_companies_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Let the rules of tags look at all companies."""
    for rule in due_rules(TagGroup.About.ACCOUNT):
        look_at_everybody(rule, at=datetime.now(UTC))


@app.periodic(cron="41 2 * * *")
@app.task(queue="upkeep", queueing_lock="tag_everybody", lock="tag_rules")
def tag_everybody_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    """Let the rules of tags look at all people: for what nothing told of."""
    for rule in due_rules(TagGroup.About.PERSON):
        look_at_everybody(rule, at=datetime.now(UTC))


@app.task(queue="upkeep", lock="tag_rules")
def look_at_everybody_later(rule: int) -> None:
    """Let a rule that was just set or removed look at everybody."""
    look_at_everybody(rule, at=datetime.now(UTC))
