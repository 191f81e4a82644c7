"""People: reading one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.custom import Custom, custom_of_people
from wutong.api.in_full import InFullQuery, may_read_in_full, read_in_full
from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Problem
from wutong.lifecycle.models import Lead
from wutong.lifecycle.person_facts import consents_of, masked
from wutong.lifecycle.visibility import people_visible_to_key
from wutong.people.contactability import contactability_of
from wutong.people.models import Identifier, Person, PersonTag
from wutong.platform.models import ApiRight

IDENTIFIERS_MAX = 50
LEADS_MAX = 100


class ContactOut(Struct, frozen=True, kw_only=True):
    """Whether an address may be contacted by a channel for a purpose, and why."""

    channel: str
    purpose: str
    is_allowed: bool
    why: Annotated[str, Meta(description=gettext_noop("granted, no_consent, refused, withdrawn, expired or blocked."))]


class IdentifierOut(Struct, frozen=True, kw_only=True):
    """Something that points at a person."""

    kind: str
    scope: str
    value: Annotated[
        str, Meta(description=gettext_noop("Masked unless the key holds people:reveal; such a read is recorded."))
    ]
    is_verified: bool
    may_contact: Annotated[
        list[ContactOut],
        Meta(description=gettext_noop("Ask this before you write or call: without consent the answer is no.")),
    ]


class ConsentOut(Struct, frozen=True, kw_only=True):
    """What the person allowed or refused last."""

    channel: str
    purpose: str
    state: str
    at: datetime


class PersonOut(Struct, frozen=True, kw_only=True):
    """A person."""

    id: Annotated[
        UUID, Meta(description=gettext_noop("Of somebody who was merged with another: the one that remains."))
    ]
    name: str
    title: str
    company: str
    reach: str
    first_seen_at: datetime
    last_seen_at: datetime
    identifiers: list[IdentifierOut]
    consents: list[ConsentOut]
    tags: Annotated[list[str], Meta(description=gettext_noop("Names of the tags that the person carries."))]
    custom: Annotated[Custom, Meta(description=gettext_noop("The company's own fields that keys may read, by code."))]
    leads: Annotated[list[UUID], Meta(description=gettext_noop("Those that the key sees, the latest first."))]


def read_person(call: Call) -> Answer:
    """One person, with what points at them."""
    asked = Person.objects.filter(public_id=call.id_of_object).first()
    while asked is not None and asked.merged_into is not None:
        asked = asked.merged_into
    person = people_visible_to_key(call.key).filter(pk=asked.pk).first() if asked else None
    if person is None:
        raise Problem("not_found", "There is no such person, or the key does not see them.")
    is_revealed = may_read_in_full(call)
    identifiers = Identifier.objects.filter(person=person).exclude(kind__in=["cookie", "device"]).order_by("pk")
    found = list(identifiers[:IDENTIFIERS_MAX])
    answers = contactability_of(person, found, at=call.at)
    leads = Lead.objects.visible_to_key(call.key).filter(person=person).order_by("-created_at", "-pk")
    if is_revealed:
        read_in_full(call, "api.person_revealed", n=len(found), subject=person)
    content = PersonOut(
        id=person.public_id,
        name=person.full_name,
        title=person.title,
        company=person.company_name,
        reach=person.reach,
        first_seen_at=person.first_seen_at,
        last_seen_at=person.last_seen_at,
        identifiers=[
            IdentifierOut(
                kind=one.kind,
                scope=one.scope,
                value=one.value if is_revealed else masked(one),
                is_verified=one.is_verified,
                may_contact=[
                    ContactOut(channel=channel, purpose=purpose, is_allowed=answer.is_allowed, why=answer.why.code)
                    for channel, purpose, answer in answers[one.pk]
                ],
            )
            for one in found
        ],
        consents=[
            ConsentOut(channel=one.channel, purpose=one.purpose, state=one.state, at=one.at)
            for one in consents_of(person)
        ],
        tags=sorted(set(PersonTag.objects.filter(person=person).values_list("tag__name", flat=True))),
        custom=custom_of_people([person.pk])[person.pk],
        leads=list(leads.values_list("public_id", flat=True)[:LEADS_MAX]),
    )
    return Answer(status=200, content=content)


READ = Operation(
    id="readPerson",
    method="GET",
    path="/people/{id}",
    right=ApiRight.PEOPLE_READ,
    summary=_("Read a person"),
    text=_("Somebody with a lead that the key sees: who they are, what points at them, what they allowed."),
    query=InFullQuery,
    answers={200: PersonOut},
    problems=("enough_read",),
    handle=read_person,
)
