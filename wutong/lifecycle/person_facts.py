"""What is known about a person, with where it comes from, as one colleague may see it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from wutong.people.consents import standings_of
from wutong.people.facts import standing, statements_of
from wutong.people.identifiers import BROWSERS, browsers_of, shown_identifiers
from wutong.people.models import (
    Assurance,
    ConsentKind,
    ConsentStanding,
    ConsentState,
    FieldValue,
    Identifier,
    IdentifierKind,
    Person,
)
from wutong.people.sources import source_names
from wutong.platform import format as formats
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.reveals import count_reveals
from wutong.platform.secrets import sign

REVEAL = "reveal identifier"
"""Purpose of the token that names an identifier in an address."""

_LABELS: dict[str, str | Promise] = {
    "full_name": pgettext_lazy("field", "Name"),
    "title": pgettext_lazy("field", "Title"),
    "company": pgettext_lazy("field", "Company"),
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """One thing known: a statement or an identifier. ``reveal_token`` names what is masked and may be unmasked."""

    label: str | Promise
    value: str
    source: str
    is_verified: bool = False
    reveal_token: str = ""
    others: list[str] = field(default_factory=list)
    """Values that somebody else said."""


def facts_of(person: Person, *, viewer: Staff) -> list[Known]:
    """Statements first, then the identifiers, strongest first; telephone and e-mail masked."""
    values = [one for one in statements_of(person) if one.field in _LABELS][:200]
    best = standing(values)
    sources = source_names({value.source for value in best.values()})
    known = []
    for code, label in _LABELS.items():
        if code not in best:
            continue
        value = best[code]
        others = sorted({other.value for other in values if other.field == code} - {value.value})
        known.append(Known(label=label, value=value.value, source=_source(value, sources), others=others))
    held = shown_identifiers(person)
    known += [
        Known(
            label=one.get_kind_display(),
            value=masked(one),
            source=_("first seen %(when)s") % {"when": _when(one.first_seen_at)},
            is_verified=one.is_verified,
            reveal_token=sign(REVEAL, one.pk, at=timezone.now()) if may(viewer, "people.reveal") else "",
        )
        for one in sorted(held, key=lambda identifier: (IdentifierKind(identifier.kind).rank, identifier.pk))
        if one.kind not in BROWSERS
    ]
    browsers = browsers_of(person)
    if browsers:
        known.append(
            Known(label=IdentifierKind.COOKIE.label, value=formats.number(browsers), source=_("recognised by consent"))
        )
    return known


def consents_of(person: Person) -> list[ConsentStanding]:
    """What counts for each channel and purpose: of what stands for each address the most restrictive."""
    counting: dict[tuple[str, str], ConsentStanding] = {}
    for one in (one for one in standings_of(person) if one.kind == ConsentKind.GENERAL):
        held = counting.setdefault((one.channel, one.purpose), one)
        if held.state == ConsentState.GRANTED and one.state != ConsentState.GRANTED:
            counting[one.channel, one.purpose] = one
    return [counting[key] for key in sorted(counting)]


def reveal_identifier(identifier: Identifier, *, person: Person, by: Staff, at: datetime) -> None:
    """Count and record that ``by`` is about to see an identifier in full.

    Raises:
        EnoughRevealed: the day's limit is reached; administrators have been told.
    """
    with transaction.atomic(durable=True):
        refusal = count_reveals(staff=by, at=at)
        if refusal is None:
            record("people.identifier_revealed", actor=by, subject=person, at=at, kind=identifier.kind)
    if refusal is not None:
        raise refusal


def masked(identifier: Identifier) -> str:
    """An identifier as it is shown to everybody."""
    match identifier.kind:
        case IdentifierKind.PHONE:
            return formats.phone_masked(identifier.value)
        case IdentifierKind.EMAIL:
            return formats.email_masked(identifier.value)
        case _:
            return f"{identifier.value[:4]}…"


def _source(value: FieldValue, sources: dict[str, str]) -> str:
    said = {
        Assurance.TYPED: _("typed"),
        Assurance.STAFF: _("entered by a colleague"),
        Assurance.VERIFIED: _("verified"),
    }
    how = said.get(Assurance(value.assurance), _("seen in the browser"))
    return _("%(how)s, %(where)s, %(when)s") % {
        "how": how,
        "where": sources.get(value.source, value.source),
        "when": _when(value.observed_at),
    }


def _when(at: datetime) -> str:
    return formats.ago(
        at, now=timezone.now(), zone=timezone.get_current_timezone(), language=get_language() or "zh-hans"
    )
