"""The leads of one person, as several parts of their page tell of them."""

from collections.abc import Collection

from django.db.models import QuerySet

from wutong.lifecycle.models import HandOver, Lead
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.people.models import Person
from wutong.platform.models import Staff
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import ready_made

MOST = 50
HAND_OVERS = 51
"""One more than a page of the timeline, so that it knows whether there are older ones."""


@once_a_page
def latest_leads_of(person: Person, viewer: Staff) -> list[Lead]:
    """Those that ``viewer`` may see with all that a page tells of them, the latest first; :data:`MOST` at most."""
    return _leads_of(viewer_of(viewer), person.pk)


@ready_made
def _leads_of(viewer: Viewer, person: int) -> QuerySet[Lead]:
    leads = Lead.objects.visible_to(viewer.staff).filter(person=person)
    joined = leads.select_related("owner", "product_line", "team", "account", "person__score")
    return joined.defer("account__search_keys", "person__search_keys").order_by("-last_touch_at")[:MOST]


def lead_ids_of(person: Person, viewer: Staff) -> Collection[int]:
    """The ids of all that ``viewer`` may see."""
    latest = latest_leads_of(person, viewer)
    if len(latest) < MOST:
        return [lead.pk for lead in latest]
    return list(Lead.objects.visible_to(viewer).filter(person=person).values_list("pk", flat=True))


@once_a_page
def latest_hand_overs(leads: frozenset[int]) -> list[HandOver]:
    """The hand-overs of these leads with who sent and got them, the latest first; :data:`HAND_OVERS` at most."""
    return _hand_overs_of(list(leads))


@ready_made
def _hand_overs_of(leads: list[int]) -> QuerySet[HandOver]:
    given = HandOver.objects.filter(lead__among=leads).select_related("sent_by", "sent_to")
    return given.order_by("-at", "-pk")[:HAND_OVERS]
