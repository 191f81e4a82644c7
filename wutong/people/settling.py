"""What is left to do when people have changed by a decision or a rebuild rather than by an act of their own."""

from datetime import datetime

from wutong.people.facts import refresh_people
from wutong.people.identity import bring_along
from wutong.people.jobs import reassign_later
from wutong.people.observations import Recognised
from wutong.people.reassign import redo_sums


def settle(recognised: Recognised, *, at: datetime) -> None:
    """Let everything follow the subjects that moved, and bring their people up to date. Opens no transaction."""
    bring_along(recognised, at=at)
    people = sorted(recognised.changed_people - recognised.absorbed.keys())
    if people:
        refresh_people(people)
        redo_sums(people, at=at)  # again: how far somebody is known may have changed with the name
    if recognised.unfinished_moves:
        reassign_later.defer(subjects=sorted(recognised.unfinished_moves), people=sorted(recognised.changed_people))
