"""The list of people: searched, filtered and paged so that a million of them cost what fifty do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.viewer import Viewer
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import Condition, conditions_in, parameters_of, people_that_fit
from wutong.people.custom_order import Order, order_in, page_of
from wutong.people.models import CustomField, Person, PersonTag, Reach, Tag
from wutong.platform.chinese import query_keys
from wutong.platform.keyset import cut, slice_of
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.ready_made import ready_made
from wutong.platform.totals import Total, keys_in_order

PAGE = 50
_SHOWN = ("public_id", "full_name", "title", "company_name", "reach", "last_seen_at", "sort_key")
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
    order: Order | None = None
    """By which of the company's own fields, where ``sort`` names one that the reader may see."""
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.reach or self.stage or self.owner or self.tag or self.own)

    @property
    def is_of_leads_alone(self) -> bool:
        """Whether leads alone decide: there are about as many people as there are leads that are wanted."""
        return not (self.search or self.reach or self.tag or self.own)

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
            order=order_in(given.get("sort", ""), fields),
            after=given.get("after", ""),
        )


@dataclass(frozen=True)
class People:
    """A page of people, each with ``score_value`` and their latest visible ``lead``, or None."""

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
    if wanted.order is not None:
        return _in_order(found, wanted.order, staff, after=wanted.after)
    by, is_down = ("sort_key", False) if wanted.sort == "name" else ("last_seen_at", True)
    gathered = partial(people_wanted, staff, wanted, is_gathered=True) if wanted.is_of_leads_alone else None
    listed = keys_in_order(found, by, is_down=is_down, gathered=gathered)
    keys, total = (None, listed) if isinstance(listed, Total) else (listed, Total(len(listed)))
    viewer = Viewer(staff)
    if keys is None and not (wanted.is_narrow or wanted.after):
        page = cut(_first(viewer, by_name=not is_down), by=by, size=PAGE)
    else:
        shown = _with_lead(found if keys is None else Person.objects.all(), staff)
        look_up = partial(_told, viewer)
        page = slice_of(shown, by=by, after=wanted.after, is_down=is_down, size=PAGE, keys=keys, look_up=look_up)
    if page.next is None and not wanted.after:
        total = Total(len(page.rows))  # the planner may have expected many where there are few
    return People(page.rows, total.n, total.is_estimate, page.next)


def _in_order(found: QuerySet[Person], order: Order, staff: Staff, *, after: str) -> People:
    """A page by one of the company's own fields; last those who have nothing in it, by when they were seen."""
    page = page_of(found, order, after=after, size=PAGE, otherwise="-last_seen_at")
    told = {one.pk: one for one in _told(Viewer(staff), page.keys)} if page.keys else {}
    shown = [told[pk] for pk in page.keys if pk in told]
    return People(shown, page.total.n, page.total.is_estimate, page.next)


def people_wanted(staff: Staff, wanted: Wanted, *, is_gathered: bool = False) -> QuerySet[Person]:
    """The same, in no order and on no page.

    Args:
        is_gathered: whether all leads are gathered first, where they are few; see :func:`people_visible_to`.
    """
    leads = _leads_wanted(Lead.objects.visible_to(staff), wanted, staff)
    if leads is None:
        people = people_visible_to(staff, is_gathered=is_gathered)
    elif is_gathered:
        people = Person.objects.current().filter(pk__among=leads.order_by().values("person"))
    else:
        people = _who_have(leads)
    return _that_fit(people, wanted)


def everybody_wanted(wanted: Wanted) -> QuerySet[Person]:
    """The same for the machine, which sees everybody and is nobody."""
    leads = _leads_wanted(Lead.objects.all(), wanted)
    return _that_fit(Person.objects.current() if leads is None else _who_have(leads), wanted)


def _that_fit(people: QuerySet[Person], wanted: Wanted) -> QuerySet[Person]:
    keys = query_keys(wanted.search)
    if wanted.search.strip():
        people = people.filter(search_keys__contains=keys) if keys else people.none()
    if wanted.reach in Reach.values:
        people = people.filter(reach=wanted.reach)
    elif not wanted.search.strip() and wanted.reach != "everybody":
        people = people.exclude(reach=Reach.VISITOR)
    if wanted.tag is not None:
        # By its id and not by a join: so the planner knows how many carry it, and walks the list or the tag's index.
        tag = Tag.objects.filter(public_id=wanted.tag).values_list("pk", flat=True).first()
        carried = PersonTag.objects.filter(tag=tag or 0, person=OuterRef("pk"))
        people = people.filter(Exists(carried))
    return people_that_fit(people, wanted.own)


def _leads_wanted(leads: QuerySet[Lead], wanted: Wanted, staff: Staff | None = None) -> QuerySet[Lead] | None:
    """Those of ``leads`` of which whoever is wanted has one; None where it does not matter which, or whether any."""
    if wanted.stage in Stage.values:
        leads = leads.filter(stage=wanted.stage)
    elif wanted.owner != "me":
        return None
    if wanted.owner == "me":
        leads = leads.filter(owner=staff)
    return leads


def _who_have(leads: QuerySet[Lead]) -> QuerySet[Person]:
    return Person.objects.current().filter(Exists(leads.filter(person=OuterRef("pk"))))


def _with_lead(people: QuerySet[Person], staff: Staff) -> QuerySet[Person]:
    """``people`` with ``score_value`` and what the list tells of the ``lead`` in sight that was touched last."""
    leads = Lead.objects.visible_to(staff).filter(person=OuterRef("pk")).order_by("-last_touch_at")
    told = JSONObject(
        id="public_id",
        stage="stage",
        owner="owner__full_name",
        is_contacted=Q(first_contact_at__isnull=False),
        next_step="next_step",
    )
    told_of = people.annotate(score_value=F("score__value"), lead=Subquery(leads.values(told=told)[:1]))
    return told_of.only(*_SHOWN)


@ready_made
def _first(viewer: Viewer, *, by_name: bool) -> QuerySet[Person]:
    """The first page of all in sight, and the row behind it: what a list opens with."""
    order = ("sort_key", "pk") if by_name else ("-last_seen_at", "-pk")
    return _with_lead(people_wanted(viewer.staff, Wanted()), viewer.staff).order_by(*order)[: PAGE + 1]


@ready_made
def _told(viewer: Viewer, people: list[int]) -> QuerySet[Person]:
    return _with_lead(Person.objects.filter(pk__among=people), viewer.staff)
