"""Where a person's identifiers come from, and who was put together or taken apart when: a card on the person's page."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.person_facts import masked
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.identifiers import shown_identifiers
from wutong.people.models import Identifier, IdentifierKind, IdentityChange, Observation, Person
from wutong.people.sources import source_names
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.platform.rows import execute, id_array

_SHOWN = 10
_IDENTIFIERS_SHOWN = 60
_CAUSES: dict[str, str | Promise] = {
    "observed": _("seen together"),
    "decided": _("a colleague said so"),
    "withdrawn": _("a colleague took a word back"),
    "blocked": _("a value was blocked"),
    "unblocked": _("a value was let link again"),
    "rebuilt": _("worked out anew"),
}
_DOORS: dict[str, str | Promise] = {
    "web": _("the website"),
    "server": pgettext_lazy("where something comes from", "another system"),
    "api": pgettext_lazy("where something comes from", "another system"),
    "staff": pgettext_lazy("where something comes from", "a colleague"),
    "import": pgettext_lazy("where something comes from", "an imported list"),
}
"""Where observations come from, which name no form and no key."""
_ASSURANCES: dict[str, str | Promise] = {
    "verified": _("verified"),
    "staff": _("entered by a colleague"),
    "typed": pgettext_lazy("assurance", "typed"),
    "browser": _("seen in the browser"),
}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """An identifier, and how it came: ``where`` and ``how`` are empty where it was always seen alone."""

    identifier: Identifier
    shown: str
    where: str | Promise
    how: str | Promise


@dataclass(frozen=True, kw_only=True)
class Change:
    """A merge or a split as one person's page tells it. ``names``: the other, empty where out of sight."""

    change: IdentityChange
    cause: str | Promise
    names: str
    n: int
    may_undo: bool


def history_of(staff: Staff, person: Person) -> dict[str, Any] | None:
    """Identifiers with their provenance, and what was merged and split; None for who is only a browser."""
    origins = origins_of(person)
    held = {one.identifier.pk for one in origins}
    changes = changes_of(person, held, viewer=staff)
    if not changes and all(one.identifier.is_weak for one in origins):
        return None
    return {"person": person, "origins": origins, "changes": changes, "may_merge": may(staff, "people.merge")}


def origins_of(person: Person) -> list[Origin]:
    """A person's identifiers, strongest first, each with the first observation that showed it with others."""
    shown = shown_identifiers(person)[:_IDENTIFIERS_SHOWN]
    held = sorted(shown, key=lambda one: (IdentifierKind(one.kind).rank, one.pk))
    first = dict(
        execute(
            """
            SELECT i.id, (
                SELECT l.first_observation_id FROM (
                    SELECT first_observation_id, first_at FROM people_identitylink WHERE low_id = i.id
                    UNION ALL SELECT first_observation_id, first_at FROM people_identitylink WHERE high_id = i.id
                ) l ORDER BY l.first_at, l.first_observation_id LIMIT 1
            ) FROM unnest(%(ids)s::bigint[]) AS i(id)
            """,
            ids=id_array([one.pk for one in held]),
        )
    )
    seen: dict[object, Observation] = {
        one.pk: one for one in _observations([id for id in first.values() if id is not None])
    }
    names = source_names({one.source for one in seen.values()})
    origins = []
    for one in held:
        observation = seen.get(first.get(one.pk))
        origins.append(
            Origin(
                identifier=one,
                shown=masked(one),
                where=_where(observation, names) if observation else "",
                how=_ASSURANCES.get(observation.assurance, "") if observation else "",
            )
        )
    return origins


@ready_made
def _observations(ids: list[int]) -> QuerySet[Observation]:
    return Observation.objects.filter(pk__among=ids)


def _where(observation: Observation, names: Mapping[str, str]) -> str | Promise:
    source = observation.source
    return _DOORS.get(source) or names.get(source, source)


def changes_of(person: Person, held: Set[int], *, viewer: Staff) -> Sequence[Change]:
    """The latest merges into a person and splits off it."""
    shown = _latest_changes_of(person.pk)
    others = [_other(person, one) for one in shown]
    seen = _in_sight(others, person, viewer)
    may_undo = may(viewer, "people.merge")
    return [
        Change(
            change=one,
            cause=_CAUSES.get(one.cause, one.cause),
            names=other.full_name if other.pk in seen else "",
            n=len(one.identifiers),
            may_undo=may_undo and other.pk in seen and _can_be_undone(one, held),
        )
        for one, other in zip(shown, others, strict=True)
    ]


@ready_made
def _latest_changes_of(person: int) -> QuerySet[IdentityChange]:
    found = IdentityChange.objects.filter(Q(target_person=person) | Q(source_person=person, kind="split"))
    joined = found.select_related("source_person", "target_person", "actor")
    return joined.defer("source_person__search_keys", "target_person__search_keys").order_by("-at", "-pk")[:_SHOWN]


def _other(person: Person, change: IdentityChange) -> Person:
    """Whom ``person`` was merged with or split from."""
    return change.target_person if change.source_person_id == person.pk else change.source_person


def _in_sight(others: Sequence[Person], person: Person, viewer: Staff) -> set[int]:
    """The ids of those of ``others`` who are this person today, or somebody else whom the reader sees, too."""
    today = {one.pk: one.merged_into_id or one.pk for one in others}
    while further := _merged_into({*today.values()} - {person.pk}):
        today = {pk: further.get(now, now) for pk, now in today.items()}
    elsewhere = {*today.values()} - {person.pk}
    seen = {person.pk}
    if elsewhere:
        seen |= set(people_visible_to(viewer).filter(pk__in=elsewhere).values_list("pk", flat=True))
    return {pk for pk, now in today.items() if now in seen}


def _can_be_undone(change: IdentityChange, held: Set[int]) -> bool:
    """A merge while what it brought is here; a split while both are people of their own."""
    if change.kind == IdentityChange.Kind.MERGE:
        return not held.isdisjoint(change.identifiers)
    return change.source_person.merged_into_id is None and change.target_person.merged_into_id is None


def _merged_into(people: Set[int]) -> dict[int, int]:
    found = Person.objects.filter(pk__in=people).values_list("pk", "merged_into")
    return {pk: into for pk, into in found if into is not None}


def change_in_sight(person: Person, pk: int, *, viewer: Staff) -> IdentityChange | None:
    """A change of this person's history, where ``viewer`` sees the other of the two as well: undoing changes both."""
    mine = Q(target_person=person) | Q(source_person=person)
    found = IdentityChange.objects.filter(mine, pk=pk).select_related("source_person", "target_person").first()
    return found if found is not None and _in_sight([_other(person, found)], person, viewer) else None
