"""Leads in a file: one row each, by the conditions of the list of people."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from wutong.events.touch import CHANNELS
from wutong.exchange.lists.contact_details import Reached, reached_by
from wutong.exchange.lists.layout import NAME, Column, Conditions, List
from wutong.exchange.lists.people import people_found
from wutong.exchange.lists.tags import tags_of_people
from wutong.lifecycle.models import Lead, Stage
from wutong.people.custom_filters import SIGN
from wutong.people.models import CustomField
from wutong.platform.models import Staff

_OF_PEOPLE = ("q", "reach", "tag")
"""Conditions on a lead's person."""


class _Told(NamedTuple):
    lead: Lead
    reached: Reached


_C = Column[_Told]


def _found(staff: Staff, wanted: Conditions) -> QuerySet[Lead]:
    of_people = {name: value for name, value in wanted.items() if name in _OF_PEOPLE or name.startswith(SIGN)}
    people = people_found(staff, of_people)
    leads = Lead.objects.visible_to(staff)
    if any(value.strip() for value in of_people.values()):
        leads = leads.filter(person__in=people.order_by().values("pk"))
    if wanted.get("stage") in Stage.values:
        leads = leads.filter(stage=wanted["stage"])
    if wanted.get("owner") == "me":
        leads = leads.filter(owner=staff)
    return leads


def _loaded(keys: Sequence[int]) -> QuerySet[Lead]:
    joined = Lead.objects.filter(pk__in=keys).select_related("person", "account", "owner", "team", "product_line")
    return joined.defer("person__search_keys", "account__search_keys", "account__name_grams")


def _told(leads: Sequence[Lead], _reader: Staff, in_full: bool) -> list[_Told]:
    reached = reached_by([lead.person_id for lead in leads], in_full=in_full)
    return [_Told(lead, reached[lead.person_id]) for lead in leads]


def _company(lead: Lead) -> str:
    return lead.account.name if lead.account else lead.person.company_name


LEADS = List(
    name=pgettext_lazy("list", "Leads"),
    right="people.read",
    columns=(
        _C(NAME, pgettext_lazy("column", "Name"), lambda one: one.lead.person.full_name),
        _C("title", pgettext_lazy("column", "Title"), lambda one: one.lead.person.title),
        _C("company", pgettext_lazy("column", "Company"), lambda one: _company(one.lead)),
        _C("phone", pgettext_lazy("column", "Phone"), lambda one: one.reached.phone, is_masked=True),
        _C("email", pgettext_lazy("column", "E-mail"), lambda one: one.reached.email, is_masked=True),
        _C("stage", pgettext_lazy("column", "Stage"), lambda one: str(one.lead.get_stage_display())),
        _C("line", pgettext_lazy("column", "Product line"), lambda one: one.lead.product_line.name),
        _C("owner", pgettext_lazy("column", "Owner"), lambda one: one.lead.owner.full_name if one.lead.owner else ""),
        _C("team", pgettext_lazy("column", "Team"), lambda one: one.lead.team.name),
        _C(
            "channel",
            pgettext_lazy("column", "Channel"),
            lambda one: str(CHANNELS.get(one.lead.channel, one.lead.channel)),
        ),
        _C("campaign", pgettext_lazy("column", "Campaign"), lambda one: one.lead.campaign),
        _C("created", pgettext_lazy("column", "Created"), lambda one: one.lead.created_at),
        _C("seen", pgettext_lazy("column", "Last touch"), lambda one: one.lead.last_touch_at),
        _C("next", pgettext_lazy("column", "Next step"), lambda one: one.lead.next_step),
    ),
    found=_found,
    loaded=_loaded,
    told=_told,
    tags=lambda leads: tags_of_people([one.person_id for one in leads]),
    narrowed_by=CustomField.About.PERSON.value,
)
