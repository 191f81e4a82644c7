"""What this capability holds about people. The lake is cleared by ``events.lake.erasing``."""

from django.db import connection
from django.utils.translation import pgettext_lazy

from wutong.events.models import Event
from wutong.people.holdings import Whom, hold, sweep


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(
        Event,
        pgettext_lazy("held about a person", "What they did"),
        subjects="subject",
        hidden={"is_own", "is_machine"},
    )
    sweep("answers kept for repeated requests", _kept_answers)


def _kept_answers(whom: Whom) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_senderkey WHERE event_id IN"
            " (SELECT id FROM event WHERE person_id = ANY(%s) OR subject_id = ANY(%s))",
            [whom.people, whom.subjects],
        )
        return int(cursor.rowcount)
