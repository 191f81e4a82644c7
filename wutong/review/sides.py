"""Two sides of a doubt, line by line: what is known of each, how far they agree, and what a merge would do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from wutong.lifecycle.models import CLOSED_STAGES, Lead
from wutong.lifecycle.person_facts import masked
from wutong.people.account_merge import what_would_move
from wutong.people.facts import standing
from wutong.people.matching.agreement import Agreement, Kind, agreement, prepared
from wutong.people.matching.proposals import ALMOST_CERTAIN_FROM
from wutong.people.models import (
    Account,
    AccountCandidate,
    Assurance,
    ConsentStanding,
    ConsentState,
    FieldValue,
    Identifier,
    IdentifierKind,
    Person,
    ProbableMatch,
    RefusedLink,
)
from wutong.people.sources import source_names
from wutong.platform import format as formats
from wutong.platform.models import Staff
from wutong.review.queue import Pair, Tab
from wutong.sales.accounts import Row, rows_of

_VALUES_SHOWN = 5
_MOST_SHOWN = 0.999  # rounded up it would read as certain, and nothing here is
_COMPARED: Mapping[str, Kind] = {"full_name": Kind.NAME, "title": Kind.TEXT, "company": Kind.COMPANY}
_LABELS: Mapping[str, str | Promise] = {
    "full_name": pgettext_lazy("field", "Name"),
    "title": pgettext_lazy("field", "Title"),
    "company": pgettext_lazy("field", "Company"),
}
AGREES: Mapping[Agreement, tuple[str | Promise, str, str]] = {
    Agreement.SAME: (pgettext_lazy("comparison", "The same"), "ok", "check"),
    Agreement.CLOSE: (pgettext_lazy("comparison", "Nearly the same"), "brand", "check"),
    Agreement.ALIKE: (pgettext_lazy("comparison", "Alike"), "warn", "help"),
    Agreement.DIFFERENT: (pgettext_lazy("comparison", "Different"), "bad", "x"),
}
"""What an agreement is called, and the tone and icon of its mark."""
_REASONS: Mapping[str, str | Promise] = {
    "equal but for the way of writing": gettext_lazy("equal but for the way of writing"),
    "equal but for punctuation": gettext_lazy("equal but for punctuation"),
    "equal, but too short to be sure": gettext_lazy("equal, but too short to be sure"),
    "another name of this company": gettext_lazy("another name of this company"),
    "a branch of this company": gettext_lazy("a branch of this company"),
    "a branch of a company of this name or one like it": gettext_lazy(
        "a branch of a company of this name or one like it"
    ),
    "the legal form is missing or another": gettext_lazy("the legal form is missing or another"),
    "the region or the legal form is moved, missing or another": gettext_lazy(
        "the region or the legal form is moved, missing or another"
    ),
    "the region is moved or missing": gettext_lazy("the region is moved or missing"),
    "only the brand is given": gettext_lazy("only the brand is given"),
    "brand and trade are alike": gettext_lazy("brand and trade are alike"),
    "begins so": gettext_lazy("one name begins as the other"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One value and where it comes from."""

    value: str
    source: str = ""
    is_verified: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One kind of thing, of both sides. ``mark``: word, tone and icon; None where it cannot be compared."""

    label: str | Promise
    mine: Sequence[Told]
    theirs: Sequence[Told]
    mark: tuple[str | Promise, str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A pair as it is shown."""

    tab: str
    one: Person | Account
    other: Person | Account
    heading: tuple[str, str]
    lines: Sequence[Line]
    why: str
    """In a few words, why this is asked."""
    share: float | None = None
    is_almost_certain: bool = False
    outcome: Sequence[str] = field(default_factory=list)
    """What a merge would do."""
    no_merge: str = ""
    """Why it cannot be done."""
    branch: Account | None = None
    """Which of two companies may be a branch of the other, to stand below it."""
    survivor: Person | Account | None = None
    """Who would remain, where that is no choice."""


@dataclass
class _Of:
    """What was loaded of the people on a page, by person."""

    said: dict[int, list[FieldValue]]
    held: dict[int, list[Identifier]]
    leads: dict[int, list[Lead]]
    denied: dict[int, list[ConsentStanding]]
    sources: Mapping[str, str]


def compared(tab: Tab, pairs: Sequence[Pair], *, viewer: Staff) -> list[Comparison]:
    """The pairs of a page; as many queries for ten as for one, but for the preview of companies."""
    if tab is Tab.COMPANIES:
        return _companies(pairs, viewer=viewer)
    people = sorted({side.pk for pair in pairs for side in (pair.one, pair.other)})
    known = _load(people, viewer=viewer)
    return [_people(tab, pair, known) for pair in pairs]


def _load(people: Sequence[int], *, viewer: Staff) -> _Of:
    values = FieldValue.objects.filter(person__in=people, field__in=_LABELS).order_by("-observed_at")[:2_000]
    identifiers = Identifier.objects.filter(person__in=people).order_by("first_seen_at", "pk")[:2_000]
    leads = Lead.objects.visible_to(viewer).filter(person__in=people).select_related("owner", "product_line")
    denied = ConsentStanding.objects.filter(person__in=people).exclude(state=ConsentState.GRANTED)
    said = list(values)
    return _Of(
        said=_by_person(said),
        held=_by_person(identifiers),
        leads=_by_person(leads.order_by("-last_touch_at")),
        denied=_by_person(denied),
        sources=source_names({value.source for value in said}),
    )


def _by_person(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row)
    return found


def _people(tab: Tab, pair: Pair, known: _Of) -> Comparison:
    one, other = pair.one, pair.other
    lines = [_field(known, one, other, code) for code in _LABELS if known.said[one.pk] or known.said[other.pk]]
    for kind in sorted(IdentifierKind, key=lambda kind: kind.rank):
        line = _identifiers(known, one, other, kind)
        if line is not None:
            lines.append(line)
    lines.append(_plain(gettext_lazy("Leads"), *(_leads(known.leads[side.pk]) for side in (one, other))))
    lines.append(
        _plain(gettext_lazy("First seen"), *([Told(value=_when(side.first_seen_at))] for side in (one, other)))
    )
    lines.append(_plain(gettext_lazy("Last seen"), *([Told(value=_when(side.last_seen_at))] for side in (one, other))))
    shown = [line for line in lines if line.mine or line.theirs]
    survivor, absorbed = sorted((one, other), key=lambda side: (side.first_seen_at, side.pk))
    crm = [any(held.kind == IdentifierKind.CRM_ID for held in known.held[side.pk]) for side in (one, other)]
    sure = pair.row.probability if isinstance(pair.row, ProbableMatch) else None
    return Comparison(
        tab=tab.value,
        one=one,
        other=other,
        heading=(_called(one), _called(other)),
        lines=shown,
        why=_why(pair.row),
        share=min(sure, _MOST_SHOWN) if sure is not None else None,
        is_almost_certain=sure is not None and sure >= ALMOST_CERTAIN_FROM,
        outcome=_outcome(survivor, absorbed, known),
        no_merge=_("Both have a CRM number, and a person has one. Merge them in the CRM first.") if all(crm) else "",
        survivor=survivor,
    )


def _field(known: _Of, one: Person, other: Person, code: str) -> Line:
    sides = [[value for value in known.said[side.pk] if value.field == code] for side in (one, other)]
    mine, theirs = ([_statement(value, known.sources) for value in _distinct(said)] for said in sides)
    return Line(label=_LABELS[code], mine=mine, theirs=theirs, mark=_mark(_COMPARED[code], sides, _text_of))


def _identifiers(known: _Of, one: Person, other: Person, kind: IdentifierKind) -> Line | None:
    sides = [[held for held in known.held[side.pk] if held.kind == kind] for side in (one, other)]
    if not any(sides):
        return None
    if kind.is_weak:
        counted = [[Told(value=formats.number(len(held)))] if held else [] for held in sides]
        return Line(label=kind.label, mine=counted[0], theirs=counted[1])
    shown = [
        [
            Told(
                value=masked(held),
                source=_("first seen %(when)s") % {"when": _when(held.first_seen_at)},
                is_verified=held.is_verified,
            )
            for held in side[:_VALUES_SHOWN]
        ]
        for side in sides
    ]
    compared_as = {IdentifierKind.PHONE: Kind.PHONE, IdentifierKind.EMAIL: Kind.EMAIL}.get(kind)
    mark = _mark(compared_as, sides, _text_of) if compared_as else None
    return Line(label=kind.label, mine=shown[0], theirs=shown[1], mark=mark)


def _plain(label: str | Promise, mine: Sequence[Told], theirs: Sequence[Told]) -> Line:
    return Line(label=label, mine=mine, theirs=theirs)


def _mark(
    kind: Kind, sides: Sequence[Sequence[Any]], text: Callable[[Any], str]
) -> tuple[str | Promise, str, str] | None:
    """How far the two sides agree at best."""
    mine, theirs = ([value for row in side if (value := prepared(kind, text(row)))] for side in sides)
    if not mine or not theirs:
        return None
    return AGREES[min(agreement(kind, one, other) for one in mine for other in theirs)]


def _text_of(row: FieldValue | Identifier) -> str:
    return row.value


def _distinct(said: Sequence[FieldValue]) -> list[FieldValue]:
    """The value that counts first, then the others, each once."""
    best = list(standing(said).values())
    shown: dict[str, FieldValue] = {}
    for value in [*best, *said]:
        shown.setdefault(value.value, value)
    return list(shown.values())[:_VALUES_SHOWN]


def _statement(value: FieldValue, sources: Mapping[str, str]) -> Told:
    where = sources.get(value.source, value.source)
    return Told(
        value=value.value,
        source=_("%(where)s, %(when)s") % {"where": where, "when": _when(value.observed_at)},
        is_verified=value.assurance == Assurance.VERIFIED,
    )


def _leads(leads: Sequence[Lead]) -> list[Told]:
    return [
        Told(
            value=_("%(product)s, %(stage)s") % {"product": lead.product_line.name, "stage": lead.get_stage_display()},
            source=lead.owner.full_name if lead.owner else _("nobody yet"),
        )
        for lead in leads[:_VALUES_SHOWN]
    ]


def _outcome(survivor: Person, absorbed: Person, known: _Of) -> list[str]:
    """What a merge of two people would do, in sentences."""
    held, leads = known.held[absorbed.pk], known.leads[absorbed.pk]
    moved = ngettext("%(n)s identifier", "%(n)s identifiers", len(held)) % {"n": formats.number(len(held))}
    if leads:
        more = ngettext("%(n)s lead in your sight", "%(n)s leads in your sight", len(leads)) % {"n": len(leads)}
        moved = _("%(one)s and %(other)s") % {"one": moved, "other": more}
    said = [
        _("%(who)s, known for longer, remains. What was known of the other moves there: %(moved)s, and all they did.")
        % {"who": _called(survivor), "moved": moved}
    ]
    shown = standing([*known.said[survivor.pk], *known.said[absorbed.pk]])
    read = [shown[code].value for code in _LABELS if code in shown]
    if read:
        said.append(
            _("Afterwards the page reads: %(values)s.") % {"values": pgettext("between values", " · ").join(read)}
        )
    owners = {
        lead.owner.full_name
        for side in (survivor, absorbed)
        for lead in known.leads[side.pk]
        if lead.owner and lead.stage not in CLOSED_STAGES
    }
    if len(owners) > 1:
        names = pgettext("between names", ", ").join(sorted(owners))
        said.append(_("Their leads keep their owners: %(names)s.") % {"names": names})
    if known.denied[survivor.pk] or known.denied[absorbed.pk]:
        said.append(_("What either of them has refused or withdrawn stays so."))
    return said


def _why(row: ProbableMatch | RefusedLink | AccountCandidate) -> str:
    if isinstance(row, ProbableMatch):
        return ""
    if isinstance(row, RefusedLink):
        ends = [f"{end.get_kind_display()} {masked(end)}" for end in (row.low, row.high)]
        said = _("%(one)s and %(other)s were seen together %(when)s.") % {
            "one": ends[0],
            "other": ends[1],
            "when": _when(row.first_at),
        }
        why = row.get_why_display()
        kind = dict(IdentifierKind.choices).get(row.kind, "")
        told = _("%(why)s: %(kind)s.") % {"why": why, "kind": kind} if kind else _("%(why)s.") % {"why": why}
        return _("%(seen)s Not linked by itself, because: %(why)s") % {"seen": said, "why": told}
    return str(_REASONS.get(row.reason, row.reason))


def _companies(pairs: Sequence[Pair], *, viewer: Staff) -> list[Comparison]:
    accounts = {side.pk: side for pair in pairs for side in (pair.one, pair.other)}
    figures = {row.account.pk: row for row in rows_of(list(accounts.values()), viewer)}
    # A pair may be kept twice, once from either side; the one from the branch's side says so.
    said = AccountCandidate.objects.filter(account__in=accounts, other__in=accounts)
    branches = set(said.filter(decision=AccountCandidate.Decision.BRANCH).values_list("account", "other"))
    found = []
    for pair in pairs:
        # Of whom more is known comes first: it is the one to keep.
        sides = sorted((figures[pair.one.pk], figures[pair.other.pk]), key=_known_better)
        kept, gone = (side.account for side in sides)
        preview = what_would_move(survivor=kept, absorbed=gone)
        lines = [
            _both(pgettext_lazy("company", "Name"), [side.account.name for side in sides]),
            _both(gettext_lazy("Credit code"), [side.account.credit_code or "" for side in sides], is_code=True),
            _both(gettext_lazy("E-mail domain"), [side.account.domain for side in sides], is_compared=True),
            _both(gettext_lazy("Industry"), [side.account.get_industry_display() for side in sides], is_compared=True),
            _both(gettext_lazy("Confirmed"), [_("yes") if side.account.is_confirmed else _("no") for side in sides]),
            _both(gettext_lazy("People in sight"), [formats.number(side.people) for side in sides]),
            _both(gettext_lazy("Open leads"), [formats.number(side.open_leads) for side in sides]),
            _both(gettext_lazy("Owner"), [pgettext("between names", ", ").join(side.owners[:5]) for side in sides]),
            _both(gettext_lazy("Known since"), [_when(side.account.created_at) for side in sides]),
        ]
        moving = [
            _("%(what)s: %(n)s") % {"what": one.called, "n": formats.number(one.moves)}
            for one in preview.moving
            if one.moves
        ]
        outcome = [_("All that refers to the company that goes moves to the one that remains, its name leads there.")]
        if moving:
            listed = pgettext("between values", " · ").join(moving)
            outcome.append(_("If %(who)s remains, there move: %(moving)s.") % {"who": kept.name, "moving": listed})
        found.append(
            Comparison(
                tab=Tab.COMPANIES.value,
                one=kept,
                other=gone,
                heading=(kept.name, gone.name),
                lines=[line for line in lines if line.mine or line.theirs],
                why=_why(pair.row),
                share=pair.row.score if isinstance(pair.row, AccountCandidate) else None,
                outcome=outcome,
                branch=next((one for one, of in ((kept, gone), (gone, kept)) if (one.pk, of.pk) in branches), None),
                no_merge=str(preview.refusal) if preview.refusal and preview.refusal.code == "two_credit_codes" else "",
            )
        )
    return found


def _known_better(side: Row) -> tuple[bool, bool, int, int, int]:
    account = side.account
    return (not account.credit_code, not account.is_confirmed, -side.people, -len(account.name), account.pk)


def _both(label: str | Promise, values: Sequence[str], *, is_compared: bool = False, is_code: bool = False) -> Line:
    """Two values; credit codes are compared in full and shown masked."""
    shown = [formats.credit_code_masked(value) if value and is_code else value for value in values]
    mine, theirs = ([Told(value=value)] if value else [] for value in shown)
    mark = None
    if (is_compared or is_code) and all(values):
        mark = AGREES[Agreement.SAME if values[0] == values[1] else Agreement.DIFFERENT]
    return Line(label=label, mine=mine, theirs=theirs, mark=mark)


def _called(person: Person) -> str:
    return person.full_name or _("Visitor")


def _when(at: datetime) -> str:
    return formats.ago(
        at, now=timezone.now(), zone=timezone.get_current_timezone(), language=get_language() or "zh-hans"
    )
