"""The events of what was done with a lead."""

from datetime import datetime

from wutong.events.hot import HotRow, digest_of, new_id
from wutong.lifecycle.models import Lead


def happening(name: str, lead: Lead, *, at: datetime, by_machine: bool = False, **props: str) -> HotRow:
    """The event ``name`` about ``lead``: a colleague's act, or the machine's."""
    return HotRow(
        id=new_id(at),
        name=name,
        occurred_at=at,
        received_at=at,
        source="system" if by_machine else "staff",
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        props={"lead": str(lead.public_id), **props},
        digest=digest_of(name, str(lead.public_id), at.isoformat()),
    )
