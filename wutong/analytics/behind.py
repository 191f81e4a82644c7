"""The people behind a figure, as far as a reader may see them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from wutong.analytics.ask import ask
from wutong.analytics.questions import PeopleQuestion
from wutong.analytics.report import Wanted, channel_name
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Person
from wutong.platform.models import Staff

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A person and when they reached the step."""

    person: Person
    at: datetime
    channel: str | Promise


@dataclass(frozen=True, kw_only=True)
class Behind:
    """One page of the people of a figure, latest first."""

    page: list[Reached]
    total: int
    """As the figure says."""
    listed: int
    """The latest of them; the analyst hands out ten thousand at most."""
    visible: int
    """Of the listed ones, those that the reader may see."""
    before: str | None
    after: str | None

    @property
    def hidden(self) -> int:
        return self.listed - self.visible


def people_behind(wanted: Wanted, *, step: int, viewer: Staff, offset: int = 0) -> Behind:
    """A page of those whom the figure of ``wanted`` at ``step`` (1 is the first) counts.

    Raises:
        Refusal: the analyst gives no answer, see :func:`wutong.analytics.ask.ask`.
    """
    answer = ask(PeopleQuestion(funnel=wanted.question, step=step, channel=wanted.channel))
    in_sight = people_visible_to(viewer).filter(pk__in=[row.person_id for row in answer.people])
    visible = set(in_sight.values_list("pk", flat=True))
    rows = [row for row in answer.people if row.person_id in visible]
    shown = rows[offset : offset + PAGE]
    people = Person.objects.in_bulk([row.person_id for row in shown])
    return Behind(
        page=[
            Reached(person=people[row.person_id], at=row.at, channel=channel_name(row.channel))
            for row in shown
            if row.person_id in people
        ],
        total=answer.total,
        listed=len(answer.people),
        visible=len(rows),
        before=str(max(offset - PAGE, 0)) if offset else None,
        after=str(offset + PAGE) if offset + PAGE < len(rows) else None,
    )
