"""What people are reached by, as a file tells it."""

from collections.abc import Sequence
from typing import NamedTuple

from wutong.lifecycle.person_facts import masked
from wutong.people.models import Identifier


class Reached(NamedTuple):
    """All telephone numbers of a person, and all e-mail addresses."""

    phone: str
    email: str


def reached_by(people: Sequence[int], *, in_full: bool) -> dict[int, Reached]:
    """The same of each of ``people``, by id; masked unless ``in_full``."""
    found: dict[int, dict[str, list[str]]] = {person: {"phone": [], "email": []} for person in people}
    for one in Identifier.objects.filter(person__in=people, kind__in=["phone", "email"]).order_by("pk"):
        found[one.person_id][one.kind].append(one.value if in_full else masked(one))
    return {person: Reached("; ".join(kinds["phone"]), "; ".join(kinds["email"])) for person, kinds in found.items()}
