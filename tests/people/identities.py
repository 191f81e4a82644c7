"""Telling what was seen together, and who people are then."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from tests.cast import NINE, cookie, email, phone
from wutong.people.graph import Level
from wutong.people.identity import IdentifierKey, Observed, Recognised, observe_many
from wutong.people.models import Identifier, IdentifierKind, Person, RefusedLink

MINUTE = timedelta(minutes=1)
HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
HER_MAIL, HIS_MAIL = email("her@example.com"), email("his@example.com")
OFFICE = cookie("office-computer")


def feed(observations: Sequence[Observed], *, size: int = 50, level: Level = Level.PRODUCT) -> None:
    for start in range(0, len(observations), size):
        with transaction.atomic():
            observe_many(observations[start : start + size], at=NINE, level=level)


def groups() -> set[frozenset[str]]:
    """The people there are, each as the set of their identifiers."""
    members: dict[int, set[str]] = {}
    for person, *key in Identifier.objects.values_list("person", "kind", "scope", "value"):
        members.setdefault(person, set()).add(written(key))
    return {frozenset(each) for each in members.values()}


def shared() -> set[str]:
    return set(map(written, Identifier.objects.filter(is_shared=True).values_list("kind", "scope", "value")))


def refused() -> list[list[str]]:
    """The refused links, as pairs of texts."""
    text = {id: written(key) for id, *key in Identifier.objects.values_list("pk", "kind", "scope", "value")}
    return sorted(sorted([text[low], text[high]]) for low, high in RefusedLink.objects.values_list("low", "high"))


def written(key: Sequence[str]) -> str:
    kind, scope, value = key
    return IdentifierKey(IdentifierKind(kind), value, scope).text


def assert_sound() -> None:
    """Nobody is lost: whoever has no identifier left is an alias, and aliases end at somebody who has some."""
    holders = set(Identifier.objects.values_list("person", flat=True))
    targets = dict(Person.objects.values_list("pk", "merged_into"))
    for person, target in targets.items():
        assert (person in holders) == (target is None), f"person {person} has neither identifiers nor a successor"
        steps = 0
        while targets[person] is not None:
            person, steps = targets[person], steps + 1
            assert steps <= len(targets), "aliases go round in a circle"


def tell(*observations: Observed) -> Recognised:
    with transaction.atomic():
        return observe_many(observations, at=NINE)
