"""People in a file: one row each, with the lead in sight that was touched last."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.utils.translation import pgettext_lazy

from wutong.exchange.lists.contact_details import Reached, reached_by
from wutong.exchange.lists.layout import NAME, Column, Conditions, List
from wutong.exchange.lists.tags import tags_of_people
from wutong.lifecycle import people_list
from wutong.lifecycle.models import Lead
from wutong.people.custom_fields import readable_by
from wutong.people.models import CustomField, Person
from wutong.platform.models import Staff


class _Told(NamedTuple):
    person: Person
    score: float | None
    reached: Reached
    lead: Lead | None


_C = Column[_Told]


def people_found(staff: Staff, wanted: Conditions) -> QuerySet[Person]:
    """The people that the list's page shows ``staff`` by these conditions."""
    asked = people_list.Wanted.read(wanted, readable_by(staff, CustomField.About.PERSON))
    return people_list.people_wanted(staff, asked)


def _loaded(keys: Sequence[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=keys).defer("search_keys").annotate(score_value=F("score__value"))


def _told(people: Sequence[Any], staff: Staff, in_full: bool) -> list[_Told]:
    reached = reached_by([person.pk for person in people], in_full=in_full)
    seen = Lead.objects.visible_to(staff).filter(person__in=people).select_related("owner").order_by("last_touch_at")
    latest = {lead.person_id: lead for lead in seen}
    return [_Told(one, one.score_value, reached[one.pk], latest.get(one.pk)) for one in people]


def _as_the_list_shows(score: float | None) -> int | None:
    return None if score is None else math.floor(score + 0.5)


PEOPLE = List(
    name=pgettext_lazy("list", "People"),
    right="people.read",
    columns=(
        _C(NAME, pgettext_lazy("column", "Name"), lambda one: one.person.full_name),
        _C("title", pgettext_lazy("column", "Title"), lambda one: one.person.title),
        _C("company", pgettext_lazy("column", "Company"), lambda one: one.person.company_name),
        _C("phone", pgettext_lazy("column", "Phone"), lambda one: one.reached.phone, is_masked=True),
        _C("email", pgettext_lazy("column", "E-mail"), lambda one: one.reached.email, is_masked=True),
        _C("stage", pgettext_lazy("column", "Reach"), lambda one: str(one.person.get_reach_display())),
        _C(
            "stage", pgettext_lazy("column", "Stage"), lambda one: str(one.lead.get_stage_display()) if one.lead else ""
        ),
        _C(
            "owner",
            pgettext_lazy("column", "Owner"),
            lambda one: one.lead.owner.full_name if one.lead and one.lead.owner else "",
        ),
        _C("first", pgettext_lazy("column", "First seen"), lambda one: one.person.first_seen_at),
        _C("seen", pgettext_lazy("column", "Last seen"), lambda one: one.person.last_seen_at),
        _C("score", pgettext_lazy("column", "Score"), lambda one: _as_the_list_shows(one.score)),
        _C("next", pgettext_lazy("column", "Next step"), lambda one: one.lead.next_step if one.lead else ""),
    ),
    found=people_found,
    loaded=_loaded,
    told=_told,
    tags=lambda people: tags_of_people([one.pk for one in people]),
    about=CustomField.About.PERSON.value,
)
