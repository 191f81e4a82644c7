"""Keeping what people allowed and refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wutong.people.models import Assurance, Consent
from wutong.platform.rows import insert_objects


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Somebody allowed or refused one purpose on one channel."""

    subject_id: int
    person_id: int
    channel: str
    purpose: str
    is_granted: bool
    text_version: str
    source: str
    assurance: Assurance
    at: datetime
    event_id: UUID


def decide_many(decisions: Sequence[Decision]) -> None:
    """Keep every decision; a repeat of the same event changes nothing. Opens no transaction."""
    insert_objects(
        [
            Consent(
                subject_id=one.subject_id,
                person_id=one.person_id,
                channel=one.channel,
                purpose=one.purpose,
                state=Consent.State.GRANTED if one.is_granted else Consent.State.REFUSED,
                text_version=one.text_version[:40],
                source=one.source,
                assurance=one.assurance,
                at=one.at,
                event_id=one.event_id,
            )
            for one in decisions
        ],
        ignore_conflicts=True,
    )
