"""What forms show on pages that know nothing of forms: how somebody came."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from wutong.content.touches import Touches, touches_of_events
from wutong.events.touch import CHANNELS, Origin
from wutong.lifecycle.models import Lead
from wutong.lifecycle.person_leads import latest_leads_of
from wutong.people.models import Person
from wutong.platform.models import Staff

_SHOWN = 5


@dataclass(frozen=True)
class Came:
    """One touch as it is shown."""

    touch: Origin
    channel: str | Promise

    @property
    def said(self) -> str:
        """What the link said of itself, from its campaign to its wording."""
        touch = self.touch
        words = (touch.campaign, touch.source, touch.medium, touch.term, touch.content)
        return " · ".join(dict.fromkeys(word for word in words if word))


@dataclass(frozen=True)
class LeadCame:
    """How somebody came to one of their leads: the first time ever, and the last time before its form."""

    lead: Lead
    first: Came
    registration: Came


def touches_of_person(staff: Staff, person: Person) -> dict[str, Any] | None:
    """The touches of a person's newest leads, as far as these are seen; None where no form opened one."""
    leads = [lead for lead in latest_leads_of(person, staff) if lead.created_by_event_id is not None]
    return _shown(sorted(leads, key=lambda lead: (lead.created_at, lead.pk), reverse=True)[:_SHOWN])


def touches_of_lead(_staff: Staff, lead: Lead) -> dict[str, Any] | None:
    """The touches of one lead; None where no form opened it."""
    return _shown([lead])


def _shown(leads: list[Lead]) -> dict[str, Any] | None:
    touches = touches_of_events([lead.created_by_event_id for lead in leads if lead.created_by_event_id])
    came = [_came(lead, touches[lead.created_by_event_id]) for lead in leads if lead.created_by_event_id in touches]
    return {"came": came, "several": len(came) > 1} if came else None


def _came(lead: Lead, touches: Touches) -> LeadCame:
    return LeadCame(lead=lead, first=_named(touches.first), registration=_named(touches.registration))


def _named(touch: Origin) -> Came:
    return Came(touch=touch, channel=CHANNELS.get(touch.channel, touch.channel))
