"""The review queue, what is said there, and the history on a person's page."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.account_merge import unmerge_accounts
from wutong.people.decisions import undo, unmerge
from wutong.people.models import Account, Person
from wutong.platform.answers import done, go, is_htmx, refused
from wutong.platform.models import Staff
from wutong.platform.named import id_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.review.deciding import (
    NothingToTakeBack,
    Said,
    act_of,
    keep_two_companies_apart,
    keep_two_people_apart,
    merge_of,
    merge_two_companies,
    merge_two_people,
    put_off,
    take_act_back,
    take_aside_back,
)
from wutong.review.history import change_in_sight
from wutong.review.queue import Tab, companies_in_sight, counts_for, pair_in_sight, recount, waiting_for
from wutong.review.sides import compared
from wutong.sales.account_words import parent_in_sight
from wutong.sales.accounts import accounts_visible_to, put_into_group


@require_safe
@requires("people.merge")
def review(request: StaffRequest) -> HttpResponse:
    """Who may be whom: one of three lists, a few pairs at a time."""
    tab = Tab(given) if (given := request.GET.get("tab", "")) in list(Tab) else Tab.PEOPLE
    now = timezone.now()
    prefetch_related_objects([request.user], "scopes")  # asked for by every list of the page
    waiting = waiting_for(request.user, tab, after=request.GET.get("after", ""), at=now)
    context = {
        "tab": tab.value,
        "tabs": _tabs(request, tab),
        "waiting": waiting,
        "pairs": compared(tab, waiting.pairs, viewer=request.user),
    }
    return render(request, "review/review.html", context)


@require_POST
@requires("people.merge")
def merge_people(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """They are one."""
    return _of_people(request, one, other, merge_two_people, _merged)


@require_POST
@requires("people.merge")
def people_apart(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """They are not, and nobody is asked again."""
    sentence = _("Not the same person. You will not be asked again.")
    return _of_people(request, one, other, keep_two_people_apart, lambda _said: sentence)


@require_POST
@requires("people.merge")
def people_later(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """Ask again in a week."""
    return _of_people(request, one, other, put_off, lambda _said: _("Put off for a week."))


@require_POST
@requires("people.merge")
def merge_companies(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """They are one; the form says which remains."""
    is_turned = request.POST.get("survivor") == str(other)

    def merge(*, one: Account, other: Account, by: Staff, at: datetime) -> Said:
        survivor, absorbed = (other, one) if is_turned else (one, other)
        return merge_two_companies(survivor=survivor, absorbed=absorbed, by=by, at=at)

    return _of_companies(request, one, other, merge, _merged)


@require_POST
@requires("people.merge")
def companies_apart(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """They are two companies, and nobody is asked again."""
    sentence = _("Not the same company. You will not be asked again.")
    return _of_companies(request, one, other, keep_two_companies_apart, lambda _said: sentence)


@require_POST
@requires("people.merge")
def companies_later(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """Ask again in a week."""
    return _of_companies(request, one, other, put_off, lambda _said: _("Put off for a week."))


@require_POST
@requires("accounts.manage")
def branch(request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
    """One, which the form names, is a branch of the other and stands below it."""
    prefetch_related_objects([request.user], "scopes")
    pair = companies_in_sight(request.user, one, other)
    if pair is None:
        raise Http404
    below, above = pair if request.POST.get("branch") == str(pair[0].public_id) else pair[::-1]
    if not parent_in_sight(below, request.user):
        raise Http404
    try:
        put_into_group(account=below, parent=above, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("review:review"))
    text = _("%(branch)s belongs to %(company)s now.") % {"branch": below.name, "company": above.name}
    page = reverse("sales:account", args=[below.public_id])
    return _in_its_place(request, f"{one}-{other}", text, survivor_url=page)


@require_POST
@requires("people.merge")
def undo_act(request: StaffRequest, key: UUID) -> HttpResponse:
    """Take back what was said of two people."""
    now = timezone.now()

    def take_back() -> None:
        decision = act_of(key, by=request.user, at=now)
        sides = {decision.low.person_id, decision.high.person_id}
        if people_visible_to(request.user).filter(pk__in=sides).count() != len(sides):
            raise NothingToTakeBack
        take_act_back(decision, by=request.user, at=now)

    return _taken_back(request, take_back)


@require_POST
@requires("people.merge")
def undo_merge(request: StaffRequest, key: int) -> HttpResponse:
    """Take a merge of companies back."""
    now = timezone.now()

    def take_back() -> None:
        merge = merge_of(key, by=request.user, at=now)
        if not accounts_visible_to(request.user).filter(pk=merge.survivor_id).exists():
            raise NothingToTakeBack
        unmerge_accounts(merge=merge, by=request.user, at=now)

    return _taken_back(request, take_back)


@require_POST
@requires("people.merge")
def undo_aside(request: StaffRequest, key: int) -> HttpResponse:
    """Let what was put aside wait again."""
    return _taken_back(request, lambda: take_aside_back(key=key, by=request.user, at=timezone.now()))


@require_POST
@requires("people.merge")
def undo_change(request: StaffRequest, public_id: UUID, key: int) -> HttpResponse:
    """Undo a merge or a split of a person's history."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    change = change_in_sight(person, key, viewer=request.user)
    if change is None:
        raise Http404
    page = reverse("lifecycle:person", args=[person.public_id])
    try:
        undo(change=change, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=page)
    return done(request, page, _("Undone."))


@require_POST
@requires("people.merge")
def take_out(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say that some of a person's identifiers are somebody else's."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    chosen = [pk for text in request.POST.getlist("identifier")[:60] if (pk := id_or_none(text)) is not None]
    try:
        somebody = unmerge(person=person, identifiers=chosen, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("lifecycle:person", args=[person.public_id]))
    page = reverse("lifecycle:person", args=[person.public_id])
    if people_visible_to(request.user).filter(pk=somebody.pk).exists():
        page = reverse("lifecycle:person", args=[somebody.public_id])
    return done(request, page, _("Taken out. These identifiers are another person now."))


def _of_people(
    request: StaffRequest, one: UUID, other: UUID, say: Callable[..., Said], sentence: Callable[[Said], str]
) -> HttpResponse:
    """Say something of two people, both of whom the colleague sees."""
    prefetch_related_objects([request.user], "scopes")
    pair = pair_in_sight(request.user, one, other)
    if pair is None:
        raise Http404
    return _said(request, f"{one}-{other}", partial(say, one=pair[0], other=pair[1]), sentence)


def _of_companies(
    request: StaffRequest, one: UUID, other: UUID, say: Callable[..., Said], sentence: Callable[[Said], str]
) -> HttpResponse:
    """The same of two companies."""
    prefetch_related_objects([request.user], "scopes")
    pair = companies_in_sight(request.user, one, other)
    if pair is None:
        raise Http404
    return _said(request, f"{one}-{other}", partial(say, one=pair[0], other=pair[1]), sentence)


def _said(request: StaffRequest, pair: str, say: Callable[..., Said], sentence: Callable[[Said], str]) -> HttpResponse:
    """Do it, and tell it: in the place of the pair, or on the list with a toast."""
    try:
        said = say(by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("review:review"))
    undo_url = reverse(f"review:undo_{said.kind}", args=[said.key])
    return _in_its_place(request, pair, sentence(said), undo=undo_url, survivor_url=_page_of(said))


def _in_its_place(
    request: StaffRequest, pair: str, text: str, *, undo: str = "", survivor_url: str = ""
) -> HttpResponse:
    recount(request.user)
    if is_htmx(request):
        context = {"id": f"pair-{pair}", "text": text, "undo": undo, "survivor_url": survivor_url}
        answer = render(request, "review/_said.html", context)
        return retarget(reswap(answer, "outerHTML"), f"#pair-{pair}")
    messages.success(request, text, extra_tags=undo)
    return go(request, _back(request))


def _taken_back(request: StaffRequest, take_back: Callable[[], None]) -> HttpResponse:
    try:
        take_back()
    except Refusal as no:
        return refused(request, no, back=reverse("review:review"))
    recount(request.user)
    return done(request, _back(request), _("Undone."))


def _back(request: StaffRequest) -> str:
    """The list that the colleague came from."""
    tab = request.GET.get("tab", "")
    return reverse("review:review") + (f"?tab={tab}" if tab in list(Tab) else "")


def _page_of(said: Said) -> str:
    if isinstance(said.survivor, Person):
        return reverse("lifecycle:person", args=[said.survivor.public_id])
    if isinstance(said.survivor, Account):
        return reverse("sales:account", args=[said.survivor.public_id])
    return ""


def _merged(said: Said) -> str:
    return _("Merged: %(name)s.") % {"name": _name(said.survivor)}


def _name(survivor: Person | Account | None) -> str:
    if isinstance(survivor, Person):
        return survivor.full_name or _("Visitor")
    return survivor.name if survivor else ""


def _tabs(request: StaffRequest, current: Tab) -> list[dict[str, Any]]:
    names = {
        Tab.PEOPLE: _("Probable doubles"),
        Tab.LINKS: _("Refused links"),
        Tab.COMPANIES: _("Companies"),
    }
    counts = counts_for(request.user, at=timezone.now())
    return [
        {"label": name, "url": f"?tab={tab}", "is_current": tab is current, "count": counts[tab].n}
        for tab, name in names.items()
    ]
