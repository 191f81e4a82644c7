"""Which of a person's identifiers stands for the person where a colleague says something of them."""

from collections.abc import Collection

from wutong.people.models import Identifier, IdentifierKind


def strongest_subjects(people: Collection[int]) -> dict[int, int]:
    """Of each of ``people`` (ids) the strongest identifier, the oldest of equals; whoever has none is left out."""
    found = Identifier.objects.filter(person__in=people).values_list("person_id", "kind", "pk")
    best: dict[int, tuple[int, int]] = {}
    for person, kind, pk in found:
        rank = (IdentifierKind(kind).rank, pk)
        best[person] = min(best.get(person, rank), rank)
    return {person: pk for person, (_rank, pk) in best.items()}
