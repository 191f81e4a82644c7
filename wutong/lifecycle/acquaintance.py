"""Who of us knows a person, and who handed their leads to whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from wutong.lifecycle.models import FollowUp, HandOver, Stage
from wutong.lifecycle.person_leads import latest_hand_overs, lead_ids_of
from wutong.lifecycle.stages import REASONS
from wutong.people.models import Person
from wutong.platform.models import Staff

_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Acquaintance:
    """A colleague who has been in contact with a person."""

    who: Staff
    contacts: int
    last_at: datetime


def acquaintances_of(person: Person, *, viewer: Staff) -> list[Acquaintance]:
    """The colleagues who recorded contacts on leads that ``viewer`` sees, the latest first; notes are no contact."""
    done = FollowUp.objects.filter(lead__in=lead_ids_of(person, viewer)).exclude(kind=FollowUp.Kind.NOTE)
    by = done.order_by().values("by").annotate(n=Count("pk"), last_at=Max("at")).order_by("-last_at")[:_SHOWN]
    counted = {row["by"]: row for row in by}
    staff = Staff.objects.in_bulk(list(counted))
    return [Acquaintance(who=staff[pk], contacts=row["n"], last_at=row["last_at"]) for pk, row in counted.items()]


def hand_overs_of(person: Person, *, viewer: Staff) -> list[tuple[HandOver, object]]:
    """The hand-overs of leads that ``viewer`` sees, latest first, each with the reason of its return, if any."""
    given = latest_hand_overs(frozenset(lead_ids_of(person, viewer)))
    return [(one, REASONS[Stage.RETURNED].get(one.reason, "")) for one in given[:_SHOWN]]
