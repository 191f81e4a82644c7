"""What a deal tells the timelines of the people in it."""

from collections.abc import Mapping
from datetime import datetime

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.sales.models import Opportunity, OpportunityPerson


def happened(name: str, deal: Opportunity, *, at: datetime, reason: str = "") -> None:
    """One event for each person who feeds the deal or has a part in it, so that each timeline tells of it."""
    parts = dict(OpportunityPerson.objects.filter(opportunity=deal).values_list("subject_id", "person_id"))
    insert_many(happening(name, deal, parts, at=at, reason=reason))


def happening(
    name: str, deal: Opportunity, parts: Mapping[int, int], *, at: datetime, reason: str = ""
) -> list[HotRow]:
    """The events of a deal as it is now, one for each of ``parts`` (subject: person), not yet stored."""
    return [
        HotRow(
            id=new_id(at),
            name=name,
            occurred_at=at,
            received_at=at,
            source="staff",
            subject_id=subject_id,
            person_id=person_id,
            props={"opportunity": str(deal.public_id), "stage": deal.stage, "reason": reason},
            digest=digest_of(name, str(deal.public_id), deal.stage, subject_id, at.isoformat()),
        )
        for subject_id, person_id in sorted(parts.items())
    ]
