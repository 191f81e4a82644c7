"""First steps: give odd ids their event ids, find out who acted."""

from contextlib import suppress
from functools import lru_cache

import msgspec

from wutong.content.models import Form
from wutong.events.arrivals import AnyArrival, Capture, FormPost, Hit
from wutong.events.hot import digest_of, stored_digests
from wutong.people import normal_form
from wutong.people.identity import IdentifierKey, Observed, observe_many
from wutong.people.models import Assurance, IdentifierKind
from wutong.people.normal_form import NotAnIdentifier
from wutong.platform.models import ApiKey, Staff
from wutong.platform.sender_keys import Keyed, first_ids
from wutong.stream.batch import Batch, Drop

_ASSURANCE = {assurance.value: assurance for assurance in Assurance}


def look_up_sender_keys(batch: Batch) -> None:
    """Replace the id of an arrival that came under the sender's own key by the one its key was given first."""
    keyed = [
        Keyed(f"{arrival.source}:{arrival.site_id}", arrival.sender_key, arrival.id)
        for arrival in batch.arrivals
        if arrival.sender_key is not None
    ]
    if not keyed:
        return
    given = first_ids(keyed, at=batch.at)
    batch.arrivals = [
        arrival
        if arrival.sender_key is None
        else msgspec.structs.replace(arrival, id=given[f"{arrival.source}:{arrival.site_id}", arrival.sender_key])
        for arrival in batch.arrivals
    ]


def drop_doubles(batch: Batch) -> None:
    """Of several arrivals of one id keep the first, so that no later one lends it an answer or a person.

    The first may have been stored long ago. One that is stored at this very moment by another processor is dropped by
    the table itself.
    """
    stored = stored_digests([arrival.id for arrival in batch.arrivals])
    digests = [_digest(arrival) for arrival in batch.arrivals]
    batch.digests = dict(zip((arrival.id for arrival in batch.arrivals), digests, strict=True))
    if not stored and len(batch.digests) == len(batch.arrivals):
        return  # as almost always
    batch.digests = {}
    kept = {}
    for arrival, digest in zip(batch.arrivals, digests, strict=True):
        if arrival.id in stored:
            batch.drops[Drop.REPEATED if stored[arrival.id] == digest else Drop.ID_REUSED] += 1
        elif arrival.id not in kept:
            kept[arrival.id] = arrival
            batch.digests[arrival.id] = digest
        else:
            batch.drops[Drop.REPEATED if batch.digests[arrival.id] == digest else Drop.ID_REUSED] += 1
    batch.arrivals = list(kept.values())


def _digest(arrival: AnyArrival) -> int:
    # The sender's clock is corrected on arrival, so a retry may carry another time: it is no part of what was said.
    match arrival:
        case Hit(name=name, props=props):
            return digest_of(arrival.site_id, name, props, arrival.url, arrival.visitor)
        case FormPost(answers=answers):
            return digest_of(arrival.site_id, "form_submitted", answers, arrival.url, arrival.visitor)
        case Capture(staff="", answers=answers, identifiers=identifiers):
            return digest_of(arrival.api_key, "lead_submitted", answers, arrival.url, identifiers)
        case Capture(staff=staff, answers=answers):
            return digest_of(staff, "lead_entered", answers)


def recognise(batch: Batch) -> None:
    """Find out whose acts these are. Acts without consent to a cookie and without any identifier stay nobody's."""
    posts = [arrival.form for arrival in batch.arrivals if isinstance(arrival, FormPost)]
    if posts:
        # Closed ones as well: what the door took in before it heard of the closing was promised to be kept.
        batch.forms = {
            form.key: form for form in Form.objects.filter(key__in=posts).select_related("site__team", "site__scope")
        }
        known = [one for one in batch.arrivals if not isinstance(one, FormPost) or one.form in batch.forms]
        batch.drops[Drop.UNKNOWN_FORM] += len(batch.arrivals) - len(known)
        batch.arrivals = known
    keys = [arrival.api_key for arrival in batch.arrivals if isinstance(arrival, Capture) and arrival.api_key]
    if keys:
        found = ApiKey.objects.filter(public_id__in=keys).select_related("team", "scope")
        batch.api_keys = {str(key.public_id): key for key in found}
    if entered_by := {arrival.staff for arrival in batch.arrivals if isinstance(arrival, Capture) and arrival.staff}:
        colleagues = Staff.objects.filter(public_id__in=entered_by).select_related("team")
        batch.staff = {str(one.public_id): one for one in colleagues}
    observed = [
        Observed(
            id=arrival.id,
            at=arrival.occurred_at,
            received_at=arrival.received_at,
            source=arrival.source,
            assurance=Assurance.TYPED if isinstance(arrival, FormPost) else _ASSURANCE[arrival.assurance],
            identifiers=identifiers,
        )
        for arrival in batch.arrivals
        if (identifiers := _identifiers(arrival))
    ]
    batch.recognised = observe_many(observed, at=batch.at)


def _identifiers(arrival: AnyArrival) -> tuple[IdentifierKey, ...]:
    if isinstance(arrival, Hit) and not arrival.identifiers:
        return _browser(arrival.visitor) if arrival.visitor is not None else ()
    found: list[IdentifierKey] = []
    if arrival.visitor is not None:
        found.append(IdentifierKey(IdentifierKind.COOKIE, arrival.visitor))
    match arrival:
        case FormPost(answers=answers):
            found += typed_identifiers(answers)
            if not found:
                # A form without a cookie and without an address is still a capture: it stands for itself.
                found.append(IdentifierKey(IdentifierKind.DEVICE, f"form-{arrival.id}"))
        case Capture(answers=answers, identifiers=given):
            found += typed_identifiers(answers)
            found += [key for text in given if (key := given_identifier(text)) is not None]
            if not found:
                found.append(IdentifierKey(IdentifierKind.DEVICE, f"api-{arrival.id}"))
        case Hit(identifiers=given):
            found += [key for text in given if (key := given_identifier(text)) is not None]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=50_000)
def _browser(visitor: str) -> tuple[IdentifierKey, ...]:
    return (IdentifierKey(IdentifierKind.COOKIE, visitor),)


def typed_identifiers(answers: dict[str, str]) -> list[IdentifierKey]:
    """The telephone number and e-mail address in a form's answers that can stand for a person."""
    found = []
    with suppress(NotAnIdentifier):  # kept as an answer; a colleague reads it
        number = normal_form.phone(answers.get("phone", ""))
        if number.is_personal:
            found.append(IdentifierKey(IdentifierKind.PHONE, number.e164))
    with suppress(NotAnIdentifier):
        found.append(IdentifierKey(IdentifierKind.EMAIL, normal_form.email(answers.get("email", ""))))
    return found


def given_identifier(text: str) -> IdentifierKey | None:
    """Read ``kind:value`` or ``openid@APP:value``; what is no identifier is left out."""
    kind, _, value = text.partition(":")
    kind, _, scope = kind.partition("@")
    try:
        match kind:
            case "phone":
                number = normal_form.phone(value)
                return IdentifierKey(IdentifierKind.PHONE, number.e164) if number.is_personal else None
            case "email":
                return IdentifierKey(IdentifierKind.EMAIL, normal_form.email(value))
            case _ if kind in IdentifierKind.values and value and (kind != "openid" or scope):
                return IdentifierKey(IdentifierKind(kind), value[:320], scope[:80])
    except NotAnIdentifier:
        return None
    return None
