"""The list of people: searched, filtered and paged so that a million of them cost what fifty do."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import Condition, conditions_in, parameters_of, people_that_fit
from wutong.people.models import CustomField, Person, PersonTag, Reach, Tag
from wutong.platform.chinese import query_keys
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.totals import Total, keys_in_order, total_of

PAGE = 50
PARAMETERS = frozenset({"q", "reach", "stage", "owner", "tag", "sort", "col"})
"""What the address may say, beside conditions on the company's own fields: what a saved view holds."""
SORTS = ("-seen", "name")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for."""

    search: str = ""
    reach: str = ""
    stage: str = ""
    owner: str = ""
    tag: UUID | None = None
    own: tuple[Condition, ...] = ()
    """Conditions on the company's own fields, of those that the reader may see."""
    sort: str = "-seen"
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.reach or self.stage or self.owner or self.tag or self.own)

    @classmethod
    def read(cls, given: Mapping[str, Any], fields: Sequence[CustomField] = ()) -> Self:
        """What an address's query asks for: of the page, and of whatever else shows the same people.

        Args:
            fields: the company's own that the reader may see; others are no condition.
        """
        return cls(
            search=given.get("q", "")[:80],
            reach=given.get("reach", ""),
            stage=given.get("stage", ""),
            owner=given.get("owner", ""),
            tag=uuid_or_none(given.get("tag")),
            own=conditions_in(given, fields),
            sort=given.get("sort", "-seen"),
            after=given.get("after", ""),
        )


@dataclass(frozen=True)
class People:
    """A page of people with their visible leads in ``shown_leads``."""

    people: list[Person]
    total: int
    is_estimate: bool
    next: str | None


def parameters_for(staff: Staff) -> frozenset[str]:
    """What an address of the list may say to ``staff``."""
    return PARAMETERS | parameters_of(readable_by(staff, CustomField.About.PERSON))


def people_for(staff: Staff, wanted: Wanted) -> People:
    """The people ``staff`` may see that fit ``wanted``. A broken cursor or unknown filter value is treated as none."""
    found = people_wanted(staff, wanted)
    keys = (
        keys_in_order(found, "sort_key")
        if wanted.sort == "name"
        else keys_in_order(found, "last_seen_at", is_down=True)
    )
    if keys is None:
        total = total_of(found)
        shown = _page(found, wanted).select_related("score")
    else:
        total = Total(len(keys))
        shown = _page_of(keys, wanted).prefetch_related("score")
    page = list(shown.defer("search_keys").prefetch_related(_shown_leads(staff))[: PAGE + 1])
    following = _cursor(page[PAGE - 1], wanted) if len(page) > PAGE else None
    return People(page[:PAGE], total.n, total.is_estimate, following)


def people_wanted(staff: Staff, wanted: Wanted) -> QuerySet[Person]:
    """The same, in no order and on no page."""
    people = people_visible_to(staff)
    keys = query_keys(wanted.search)
    if wanted.search.strip():
        people = people.filter(search_keys__contains=keys) if keys else people.none()
    if wanted.reach in Reach.values:
        people = people.filter(reach=wanted.reach)
    elif not wanted.search.strip() and wanted.reach != "everybody":
        people = people.exclude(reach=Reach.VISITOR)
    if wanted.stage in Stage.values or wanted.owner == "me":
        leads = Lead.objects.visible_to(staff).filter(person=OuterRef("pk"))
        if wanted.stage in Stage.values:
            leads = leads.filter(stage=wanted.stage)
        if wanted.owner == "me":
            leads = leads.filter(owner=staff)
        people = people.filter(Exists(leads))
    if wanted.tag is not None:
        # By its id and not by a join: so the planner knows how many carry it, and walks the list or the tag's index.
        tag = Tag.objects.filter(public_id=wanted.tag).values_list("pk", flat=True).first()
        carried = PersonTag.objects.filter(tag=tag or 0, person=OuterRef("pk"))
        people = people.filter(Exists(carried))
    return people_that_fit(people, wanted.own)


def _page_of(keys: list[int], wanted: Wanted) -> QuerySet[Person]:
    """The people of a page of a list that is known whole, by its keys in order."""
    cursor = _read(wanted.after)
    if cursor and cursor[1] not in keys:  # who ended the page before is not in the list any more
        return _page(Person.objects.filter(pk__in=keys), wanted)
    start = keys.index(cursor[1]) + 1 if cursor else 0
    return _page(Person.objects.filter(pk__in=keys[start : start + PAGE + 1]), replace(wanted, after=""))


def _page(people: QuerySet[Person], wanted: Wanted) -> QuerySet[Person]:
    cursor = _read(wanted.after)
    if wanted.sort == "name":
        people = people.order_by("sort_key", "pk")
        if cursor and isinstance(cursor[0], str):
            people = people.filter(Q(sort_key__gt=cursor[0]) | Q(sort_key=cursor[0], pk__gt=cursor[1]))
        return people
    people = people.order_by("-last_seen_at", "-pk")
    if cursor and isinstance(cursor[0], datetime):
        people = people.filter(Q(last_seen_at__lt=cursor[0]) | Q(last_seen_at=cursor[0], pk__lt=cursor[1]))
    return people


def _shown_leads(staff: Staff) -> "Prefetch[str]":
    leads = Lead.objects.visible_to(staff).select_related("owner").order_by("-last_touch_at")
    return Prefetch("leads", leads, to_attr="shown_leads")


def _cursor(person: Person, wanted: Wanted) -> str:
    value = person.sort_key if wanted.sort == "name" else person.last_seen_at
    kind = "n" if wanted.sort == "name" else "t"
    return base64.urlsafe_b64encode(msgspec.json.encode((kind, value, person.pk))).decode()


def _read(cursor: str) -> tuple[datetime | str, int] | None:
    if not cursor:
        return None
    try:
        kind, value, pk = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[str, str, int])
        at = datetime.fromisoformat(value) if kind == "t" else None
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
    if at is None:
        return value.replace("\x00", ""), pk
    return (at, pk) if at.tzinfo is not None else None
