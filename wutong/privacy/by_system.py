"""Another system of the company tells what somebody allowed, refused or withdrew: a shop, a tool for mailings."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from wutong.lifecycle.reach import Arrived, arrive_many, settle_reach
from wutong.people.consents import Decision, decide_many
from wutong.people.facts import refresh_people
from wutong.people.identifiers import IdentifierKey
from wutong.people.identity import Observed, observe_many
from wutong.people.models import Assurance, ConsentKind, ConsentStanding, ConsentState
from wutong.platform.audit import record
from wutong.platform.models import ApiKey


@dataclass(frozen=True, kw_only=True)
class Word:
    """What somebody said about one address, channel and purpose, as another system tells it."""

    address: IdentifierKey
    kind: ConsentKind
    channel: str
    purpose: str
    state: ConsentState
    decided_at: datetime
    assurance: Assurance
    text: str = ""
    text_version: str = ""
    proof: dict[str, str | int] = field(default_factory=dict)
    expires_at: datetime | None = None


def take_word(word: Word, *, id: UUID, key: ApiKey, at: datetime) -> ConsentStanding:
    """Keep what a system tells; what stands for that address, channel and purpose from now on. Opens no transaction.

    An address that nobody had is somebody's from now on: a withdrawal has to be remembered before its owner comes. The
    same ``id`` again changes nothing. A withdrawal is as firm as one by the person's own link, whoever passes it on.
    """
    source = f"api:{key.public_id}"
    seen = Observed(
        id=id, at=word.decided_at, received_at=at, source="api", assurance=word.assurance, identifiers=(word.address,)
    )
    recognised = observe_many([seen], at=at)
    whose = recognised.whose[id]
    if recognised.new_people:
        arrived = Arrived(person_id=whose.person_id, subject_id=whose.subject_id, at=word.decided_at, channel="direct")
        arrive_many([arrived])
        refresh_people([whose.person_id])
        settle_reach({whose.person_id: at})
    is_withdrawal = word.state == ConsentState.WITHDRAWN
    decide_many(
        [
            Decision(
                subject_id=whose.subject_id,
                person_id=whose.person_id,
                kind=word.kind,
                channel=word.channel,
                purpose=word.purpose,
                state=word.state,
                text_version=word.text_version,
                text=word.text,
                source=source,
                proof=word.proof,
                assurance=Assurance.VERIFIED if is_withdrawal else word.assurance,
                at=word.decided_at,
                expires_at=word.expires_at,
                event_id=id,
            )
        ]
    )
    stands = ConsentStanding.objects.select_related("person", "subject").get(
        subject=whose.subject_id, kind=word.kind, channel=word.channel, purpose=word.purpose
    )
    about = {"kind": word.kind.value, "channel": word.channel, "purpose": word.purpose, "state": word.state.value}
    record("api.consent_recorded", actor=key, subject=stands.person, at=at, **about)
    return stands
