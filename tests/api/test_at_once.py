"""Two requests at the very same moment."""

import pytest

from tests.cast import at_once
from wutong.lifecycle.models import Lead
from wutong.people.models import FieldValue
from wutong.platform.api_keys import spend

LEAD = {"person": {"name": "周思远", "phone": "199 0000 0001"}}


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_requests_one_is_worked_on_and_both_get_its_answer(crm, system_of, north) -> None:
    answers = at_once(*[lambda: crm.post("/leads", LEAD, Idempotency_Key="k1")] * 3)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sorted(answer.get("Idempotent-Replayed", "") for answer in answers) == ["", "true", "true"]
    assert FieldValue.objects.filter(field="full_name").count() == 1

    # Without a name two requests are two interests of one person, in one lead.
    answers = at_once(*[lambda: crm.post("/leads", {"person": {"phone": "199 0000 0002"}})] * 2)
    assert sorted(answer.json()["outcome"] for answer in answers) == ["created", "joined"]
    assert Lead.objects.count() == 2

    # Each request of a key is counted, whichever process takes it.
    busy = system_of(north, per_minute=3).key
    spent = at_once(*[lambda: spend(busy, at=busy.created_at)] * 5)
    assert sorted(one.is_within for one in spent) == [False, False, True, True, True]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_late_is_not_read_past(crm) -> None:
    """It keeps the time at which it was made; a reader who had gone on past it would never see it."""
    from django.db import connection, transaction

    from tests.cast import make_lead

    early, late = make_lead(), make_lead()

    def read_on(cursor: str) -> tuple[list[str], str]:
        try:
            told = crm.get("/leads", {"cursor": cursor} if cursor else {}).json()
            return [item["id"] for item in told["items"]], told["cursor"]
        finally:
            connection.close()

    with transaction.atomic():
        Lead.objects.filter(pk=early.pk).update(next_step="call")
        make_late_change = at_once(lambda: Lead.objects.filter(pk=late.pk).update(next_step="call"))
        (during,) = at_once(lambda: read_on(""))
    assert make_late_change == [1]
    assert during[0] == [str(early.public_id)]  # as it was; the change of the other waits for this one
    assert read_on(during[1])[0] == [str(early.public_id), str(late.public_id)]
