"""What single colleagues are let in to, beside what their role, their team and their companies show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from wutong.people.models import Person, PersonCollaborator


@dataclass(frozen=True, kw_only=True)
class LettingIn:
    """A kind of record to which colleagues are let in, and which shows them people."""

    rows: Callable[[Any], QuerySet[Any]]
    """The rows that let a colleague in, of the colleague's key."""
    people: str
    """The lookup from such a row to the people it shows."""
    who: Callable[[Person], Mapping[int, str]]
    """Colleagues, by id, whom such rows show a person, each with the reason in words."""


_kinds: list[LettingIn] = []


def register_letting_in(kind: LettingIn) -> None:
    """Let packages above show people to whom they let in to their own records."""
    _kinds.append(kind)


def rows_that_let_in(staff: Any) -> list[QuerySet[Any]]:
    """What lets a colleague, by key, in anywhere."""
    people: QuerySet[Any] = PersonCollaborator.objects.filter(staff=staff)
    return [people.order_by(), *(kind.rows(staff).order_by() for kind in _kinds)]


def people_let_in_to(staff: Any) -> list[QuerySet[Any, Any]]:
    """The ids of the people whom a colleague, by key, sees by that."""
    people = PersonCollaborator.objects.filter(staff=staff).order_by().values("person")
    return [people, *(kind.rows(staff).order_by().values(kind.people) for kind in _kinds)]


def why_let_in(person: Person) -> dict[int, list[str]]:
    """Why colleagues, by id, see ``person`` by what packages above let them in to."""
    found: dict[int, list[str]] = {}
    for kind in _kinds:
        for staff, reason in kind.who(person).items():
            found.setdefault(staff, []).append(reason)
    return found
