"""Who of us knows a person, and who handed their leads to whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from wutong.lifecycle.models import FollowUp, HandOver, Stage
from wutong.lifecycle.person_leads import latest_hand_overs, lead_ids_of
from wutong.lifecycle.stages import REASONS
from wutong.people.models import Person
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made

_SHOWN = 12


@dataclass(frozen=True)
class Acquaintance:
    """A colleague who has been in contact with a person."""

    name: str
    public_id: UUID
    contacts: int
    last_at: datetime


def acquaintances_of(person: Person, *, viewer: Staff) -> list[Acquaintance]:
    """The colleagues who recorded contacts on leads that ``viewer`` sees, the latest first; notes are no contact."""
    return [Acquaintance(*counted) for counted in _contacts_by(list(lead_ids_of(person, viewer)))]


@ready_made
def _contacts_by(leads: list[int]) -> QuerySet[FollowUp, tuple[str, UUID, int, datetime]]:
    done = FollowUp.objects.filter(lead__among=leads).exclude(kind=FollowUp.Kind.NOTE).order_by()
    counted = done.values("by").annotate(n=Count("pk"), last_at=Max("at")).order_by("-last_at")[:_SHOWN]
    return counted.values_list("by__full_name", "by__public_id", "n", "last_at")


def hand_overs_of(person: Person, *, viewer: Staff) -> list[tuple[HandOver, object]]:
    """The hand-overs of leads that ``viewer`` sees, latest first, each with the reason of its return, if any."""
    given = latest_hand_overs(frozenset(lead_ids_of(person, viewer)))
    return [(one, REASONS[Stage.RETURNED].get(one.reason, "")) for one in given[:_SHOWN]]
