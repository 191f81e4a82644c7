"""Doubts about who is who: what waits in the review queue, and deciding it from another system."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Flawed, Problem
from wutong.api.shapes import Named
from wutong.lifecycle.visibility import accounts_visible_to_key, people_visible_to_key
from wutong.people.models import Account, AccountCandidate, Person, ProbableMatch, RefusedLink
from wutong.platform.audit import record
from wutong.platform.models import ApiRight
from wutong.platform.refusal import Refusal
from wutong.review.deciding import (
    Said,
    keep_two_companies_apart,
    keep_two_people_apart,
    merge_two_companies,
    merge_two_people,
    put_off,
)
from wutong.review.queue import Pair, Tab, doubts_between, page_of

Side = TypeVar("Side", Person, Account)


class Decision(StrEnum):
    """What is said of a pair."""

    SAME = "same"
    APART = "apart"
    LATER = "later"


class DoubtOut(Struct, frozen=True, kw_only=True):
    """Two people, or two companies, that may be one."""

    kind: Tab
    one: Named
    other: Named
    likelihood: Annotated[
        float | None, Meta(description=gettext_noop("Of people; of companies how alike the names are; 0 to 1."))
    ]
    reason: Annotated[str, Meta(description=gettext_noop("Why a link was refused, or what the names have in common."))]
    found_at: datetime


class DoubtPage(Struct, frozen=True, kw_only=True):
    """Doubts, the likeliest first; of refused links the latest."""

    items: list[DoubtOut]
    cursor: Annotated[str | None, Meta(description=gettext_noop("Send it as cursor for the next page."))]


class DoubtQuery(Struct, frozen=True, kw_only=True):
    """Which doubts are wanted."""

    kind: Annotated[Tab, Meta(description=gettext_noop("Probable doubles, refused links, or companies."))] = Tab.PEOPLE
    cursor: Annotated[str, Meta(max_length=200, description=gettext_noop("Where an earlier page ended."))] = ""
    limit: Annotated[int, Meta(ge=1, le=100, description=gettext_noop("At most so many doubts."))] = 50


class DecisionIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is said of a pair that the key sees, whether it waits in the queue or not."""

    kind: Tab
    one: UUID
    other: UUID
    decision: Decision
    survivor: Annotated[
        UUID | None, Meta(description=gettext_noop("Of two companies the one that remains; without it the first."))
    ] = None


class Decided(Struct, frozen=True, kw_only=True):
    """What became of the pair."""

    decision: Decision
    survivor: Annotated[UUID | None, Meta(description=gettext_noop("Of two that became one, the one that remains."))]


def list_doubts(call: Call) -> Answer:
    """A page of one of the three lists."""
    wanted: DoubtQuery = call.query
    people, accounts = people_visible_to_key(call.key), accounts_visible_to_key(call.key)
    page = page_of(
        wanted.kind,
        doubts_between(wanted.kind, people, accounts, at=call.at),
        after=wanted.cursor,
        size=wanted.limit,
    )
    items = [_shown(wanted.kind, pair) for pair in page.pairs]
    return Answer(status=200, content=DoubtPage(items=items, cursor=page.next))


def decide_doubt(call: Call) -> Answer:
    """Merge, tell apart or put off, in the name of the colleague who answers for the key."""
    wanted: DecisionIn = call.body
    try:
        said = _companies(call, wanted) if wanted.kind is Tab.COMPANIES else _people(call, wanted)
    except Refusal as no:
        raise Problem("refused", str(no)) from no
    with transaction.atomic():
        about = {"one": str(wanted.one), "other": str(wanted.other), "decision": wanted.decision.value}
        record("api.doubt_decided", actor=call.key, at=call.at, subject=said.survivor, **about)
    survivor = said.survivor.public_id if said.survivor is not None else None
    return Answer(status=200, content=Decided(decision=wanted.decision, survivor=survivor))


def _people(call: Call, wanted: DecisionIn) -> Said:
    found = {one.public_id: one for one in people_visible_to_key(call.key).filter(public_id__in=_ids(wanted))}
    one, other = _both(found, wanted)
    by = call.key.created_by
    match wanted.decision:
        case Decision.SAME:
            return merge_two_people(one=one, other=other, by=by, at=call.at)
        case Decision.APART:
            return keep_two_people_apart(one=one, other=other, by=by, at=call.at)
        case Decision.LATER:
            return put_off(one=one, other=other, by=by, at=call.at)


def _companies(call: Call, wanted: DecisionIn) -> Said:
    found = {one.public_id: one for one in accounts_visible_to_key(call.key).filter(public_id__in=_ids(wanted))}
    one, other = _both(found, wanted)
    by = call.key.created_by
    match wanted.decision:
        case Decision.SAME:
            if wanted.survivor not in (None, wanted.one, wanted.other):
                flaw = Flawed(pointer="#/survivor", code="neither_of_both", detail="Is neither of the two.")
                raise Problem("invalid", errors=[flaw])
            survivor, absorbed = (other, one) if wanted.survivor == wanted.other else (one, other)
            return merge_two_companies(survivor=survivor, absorbed=absorbed, by=by, at=call.at)
        case Decision.APART:
            return keep_two_companies_apart(one=one, other=other, by=by, at=call.at)
        case Decision.LATER:
            return put_off(one=one, other=other, by=by, at=call.at)


def _ids(wanted: DecisionIn) -> list[UUID]:
    return [wanted.one, wanted.other]


def _both(found: dict[UUID, Side], wanted: DecisionIn) -> tuple[Side, Side]:
    if wanted.one == wanted.other or len(found) < 2:
        raise Problem("not_found", "There are no such two, or the key does not see both.")
    return found[wanted.one], found[wanted.other]


def _shown(kind: Tab, pair: Pair) -> DoubtOut:
    row = pair.row
    likelihood: float | None
    match row:
        case ProbableMatch():
            likelihood, reason, found_at = row.probability, "", row.found_at
        case RefusedLink():
            likelihood, reason, found_at = None, row.why, row.opened_at
        case AccountCandidate():
            likelihood, reason, found_at = row.score, row.reason, row.found_at
    names = [side.name if isinstance(side, Account) else side.full_name for side in (pair.one, pair.other)]
    return DoubtOut(
        kind=kind,
        one=Named(id=pair.one.public_id, name=names[0]),
        other=Named(id=pair.other.public_id, name=names[1]),
        likelihood=likelihood,
        reason=reason,
        found_at=found_at,
    )


LIST = Operation(
    id="listDoubts",
    method="GET",
    path="/doubts",
    right=ApiRight.PEOPLE_MERGE,
    summary=_("List doubts about who is who"),
    text=_(
        "People who are probably one, links between people that were refused, and companies that may be entered twice:"
        " those both of whose sides have a lead that the key sees, without what was put off."
    ),
    query=DoubtQuery,
    answers={200: DoubtPage},
    handle=list_doubts,
)
DECIDE = Operation(
    id="decideDoubt",
    method="POST",
    path="/doubts",
    right=ApiRight.PEOPLE_MERGE,
    summary=_("Decide a doubt"),
    text=_(
        "same merges the two, apart says that they are not and will never be proposed again, later asks again in a"
        " week. It is done in the name of the colleague who answers for the key; the page Review and the"
        " history of a person can undo it."
    ),
    body=DecisionIn,
    answers={200: Decided},
    handle=decide_doubt,
    problems=("not_found", "refused"),
)
