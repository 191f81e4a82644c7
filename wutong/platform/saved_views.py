"""Saved views of lists: a named address, private or shared, and with which of them a list opens.

A view holds parameters of its list and nothing else. They are looked through when it is saved and again for whoever
opens it, so that a condition on what the reader may not see is neither applied nor told.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from wutong.platform.audit import record
from wutong.platform.models import DefaultView, SavedView, Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.once_a_page import once_a_page
from wutong.platform.permissions import may
from wutong.platform.ready_made import Asked, ready_made
from wutong.platform.refusal import Refusal

MOST = 50
"""So many views one colleague keeps of a list."""
LONGEST = 1_000
OPENED = "saved"
"""The parameter that names the view which an address came from; ``all``: none, whatever the list opens with."""
_ALL = "all"
FIELD = "cf."
"""How an address names a field of the company's own."""
_NAME_FIELDS = ("sort", "col")
"""The parameters that do so by their value; others are such a field's themselves."""
_FIELDS = 100
Names = Callable[[Staff], Collection[str]]


class ViewNameTaken(Refusal):
    code = "view_name_taken"
    message = _("You have a view “%(name)s” of this list already. Choose another name.")


class TooManyViews(Refusal):
    code = "too_many_views"
    message = _("You keep %(most)d views of this list already. Remove one that you do not use.")


class TooLongForAView(Refusal):
    code = "too_long_for_a_view"
    message = _("These are more conditions than a view can hold. Drop some and save again.")


class NotYoursToShare(Refusal):
    code = "not_yours_to_share"
    message = _("Sharing views needs the right “Share saved views of lists”. Save it for yourself.")


class NoTeamToShareWith(Refusal):
    code = "no_team_to_share_with"
    message = _("%(name)s is in no team. Share the view with everybody, or keep it for one person.")


class ViewGone(Refusal):
    code = "view_gone"
    message = _("Somebody has removed this view meanwhile. Save it as a new one.")


class NotYourView(Refusal):
    code = "not_your_view"
    message = _("Only %(name)s or an administrator changes this view. Save one of your own.")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list that can be saved views of."""

    code: str
    url_name: str
    right: str
    names: Names
    """The parameters that a view of it may hold, for a reader."""

    @property
    def address(self) -> str:
        return reverse(self.url_name)

    def query(self, staff: Staff, query: str, *, names: Collection[str] | None = None) -> str:
        """Of ``query`` what a view may hold for ``staff``, in one order, so that two can be compared."""
        known = self.names(staff) if names is None else names
        pairs = parse_qsl(query[: 4 * LONGEST], max_num_fields=_FIELDS) if query.count("&") < _FIELDS else []
        kept = [(name, value.replace("\x00", "")) for name, value in pairs if name in known and value]
        kept = [(name, value) for name, value in kept if name not in _NAME_FIELDS or _is_known(value, known)]
        return urlencode(sorted(kept, key=lambda pair: pair[0]))

    def opened(self, query: str, view: SavedView) -> str:
        """The address that opens ``view``, whose query for the reader is ``query``."""
        return f"{self.address}?{query}{'&' if query else ''}{OPENED}={view.public_id}"


def _is_known(value: str, known: Collection[str]) -> bool:
    """Whether a column or an order is one that the reader may see. That of a field out of their sight (``cf.budget``)
    would give away that there is such a field, and what it is called.
    """
    field = value.removeprefix("-")
    return not field.startswith(FIELD) or field in known


_listings: dict[str, Listing] = {}


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A view above its list."""

    label: str | Promise
    url: str
    is_current: bool
    view: SavedView | None = None
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What stands above a list: the views there are, the one that is open, and what can be done with it."""

    listing: Listing
    tabs: list[Tab]
    query: str
    """What a view saved now would hold."""
    current: Tab | None
    is_changed: bool
    """Whether the address says something else than the open view."""
    may_share: bool
    may_change: bool

    @property
    def sharing(self) -> list[tuple[str, str | Promise]]:
        """With whom a view may be shared."""
        return list(SavedView.Shared.choices)

    @property
    def restore_url(self) -> str:
        return self.current.url if self.current else self.listing.address


def register_list(*, code: str, url_name: str, right: str, names: Names) -> None:
    """Let views be saved of the list at ``url_name``, which asks for ``right``."""
    _listings[code] = Listing(code=code, url_name=url_name, right=right, names=names)


def listing_of(code: str, staff: Staff) -> Listing | None:
    """The list, if there is one and ``staff`` may open it."""
    one = _listings.get(code)
    return one if one is not None and may(staff, one.right) else None


def opening_address(staff: Staff, code: str, given: QueryDict) -> str | None:
    """Where the list goes on to when its bare address is opened: its default view; None for as it is."""
    listing = listing_of(code, staff)
    if given or listing is None:
        return None
    default = next((view for view, is_default in _views_of(staff, code) if is_default), None)
    return None if default is None else listing.opened(listing.query(staff, default.query), default)


def bar_of(staff: Staff, code: str, given: QueryDict, *, names: Collection[str] | None = None) -> Bar:
    """What stands above the list ``code`` for ``staff``; ``names`` where its page knows them already."""
    listing = _listings[code]
    known = listing.names(staff) if names is None else names
    query = listing.query(staff, given.urlencode(), names=known)
    views = _views_of(staff, code)
    opened = uuid_or_none(given.get(OPENED))
    queries = {view.pk: listing.query(staff, view.query, names=known) for view, _is_default in views}
    tabs = [
        Tab(
            label=view.name,
            url=listing.opened(queries[view.pk], view),
            is_current=view.public_id == opened,
            view=view,
            is_default=is_default,
        )
        for view, is_default in views
    ]
    current = next((tab for tab in tabs if tab.is_current), None)
    everything = Tab(
        label=pgettext("saved view", "All"),
        url=f"{listing.address}?{OPENED}={_ALL}",
        is_current=not query and current is None,
    )
    return Bar(
        listing=listing,
        tabs=[everything, *tabs] if tabs else [],
        query=query,
        current=current,
        is_changed=current is not None and current.view is not None and query != queries[current.view.pk],
        may_share=may(staff, "views.share"),
        may_change=current is not None and current.view is not None and may_change(staff, current.view),
    )


def save_view(
    *, listing: Listing, name: str, query: str, shared_with: SavedView.Shared, by: Staff, at: datetime
) -> SavedView:
    """Keep an address of a list under a name.

    Raises:
        ViewNameTaken, TooManyViews, TooLongForAView, NotYoursToShare, NoTeamToShareWith: nothing is kept then.
    """
    held = _fitting(listing, by, query)
    _refuse_sharing(shared_with, by, owner=by)
    try:
        with transaction.atomic(durable=True):
            # Who saves twice at once waits here, so that the limit holds.
            Staff.objects.select_for_update(no_key=True).get(pk=by.pk)
            if SavedView.objects.filter(owner=by, list=listing.code).count() >= MOST:
                raise TooManyViews(most=MOST)
            view = SavedView.objects.create(
                list=listing.code,
                name=name,
                query=held,
                owner=by,
                shared_with=shared_with,
                team=by.team if shared_with == SavedView.Shared.TEAM else None,
                changed_at=at,
            )
            record("views.saved", actor=by, subject=view, at=at, list=listing.code, shared_with=shared_with.value)
    except IntegrityError as error:
        raise ViewNameTaken(name=name) from error
    return view


def change_view(*, view: SavedView, name: str, shared_with: SavedView.Shared, by: Staff, at: datetime) -> None:
    """Call a view something else, or share it with others.

    Raises:
        ViewGone, NotYourView, ViewNameTaken, NotYoursToShare, NoTeamToShareWith: nothing is changed then.
    """
    try:
        with transaction.atomic(durable=True):
            now = _locked(view, by)
            before = now.shared_with
            if shared_with != before:
                _refuse_sharing(shared_with, by, owner=now.owner)
                now.team = now.owner.team if shared_with == SavedView.Shared.TEAM else None
            now.name, now.shared_with, now.changed_at = name, shared_with, at
            now.save()
            record("views.changed", actor=by, subject=now, at=at, list=now.list, shared=[before, shared_with.value])
    except IntegrityError as error:
        raise ViewNameTaken(name=name) from error


def keep_changes(*, view: SavedView, listing: Listing, query: str, by: Staff, at: datetime) -> None:
    """Let a view hold what the address says now.

    Raises:
        ViewGone, NotYourView, TooLongForAView: nothing is changed then.
    """
    held = _fitting(listing, by, query)
    with transaction.atomic(durable=True):
        now = _locked(view, by)
        now.query, now.changed_at = held, at
        now.save(update_fields=["query", "changed_at"])
        record("views.changed", actor=by, subject=now, at=at, list=now.list)


def remove_view(*, view: SavedView, by: Staff, at: datetime) -> None:
    """Let a view be gone, for everybody it was shared with.

    Raises:
        ViewGone, NotYourView: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(view, by)
        record("views.removed", actor=by, subject=now, at=at, list=now.list)
        now.delete()


def open_with(*, listing: Listing, view: SavedView | None, by: Staff, at: datetime) -> None:
    """Let a list open with ``view`` for ``by``, or with all there is."""
    with transaction.atomic(durable=True):
        if view is None:
            DefaultView.objects.filter(staff=by, list=listing.code).delete()
        else:
            DefaultView.objects.update_or_create(staff=by, list=listing.code, defaults={"view": view})
        record("views.default_set", actor=by, subject=view, at=at, list=listing.code, is_default=view is not None)


def may_change(staff: Staff, view: SavedView) -> bool:
    """Its owner; administrators, where others see it too."""
    is_shared = view.shared_with != SavedView.Shared.NOBODY
    return view.owner_id == staff.pk or (is_shared and may(staff, "staff.manage"))


def forget_searches(tells: Callable[[str], bool]) -> int:
    """Drop conditions that tell of somebody from all views, and names that do; returns how many views had one."""
    changed = []
    for view in SavedView.objects.select_for_update():
        pairs = parse_qsl(view.query)
        kept = [pair for pair in pairs if not tells(pair[1])]
        name = str(view.public_id)[:8] if tells(view.name) else view.name
        if (kept, name) != (pairs, view.name):
            view.query, view.name = urlencode(kept), name
            changed.append(view)
    SavedView.objects.bulk_update(changed, ["query", "name"])
    return len(changed)


def views_ahead(staff: Staff, code: str) -> Asked:
    """What a list asks for its views."""
    return _shown.about(code, staff.pk, staff.team_id)


@once_a_page
def _views_of(staff: Staff, code: str) -> list[tuple[SavedView, bool]]:
    """The views of a list that ``staff`` sees, those for everybody first, and whether it opens with one of them."""
    views: list[SavedView] = views_ahead(staff, code).answer()
    return [(view, view.is_default) for view in views]  # type: ignore[attr-defined]  # annotated there


@ready_made
def _shown(code: str, staff: int, team: int | None) -> QuerySet[SavedView]:
    chosen = DefaultView.objects.filter(staff=staff, view=OuterRef("pk"), list=OuterRef("list"))
    seen = SavedView.objects.filter(list=code).seen_by(staff, team=team).select_related("owner")
    shown = seen.only("public_id", "name", "query", "shared_with", "owner__full_name").in_order()
    return shown.annotate(is_default=Exists(chosen))[: 4 * MOST]


def _fitting(listing: Listing, by: Staff, query: str) -> str:
    held = listing.query(by, query)
    if len(held) > LONGEST:
        raise TooLongForAView
    return held


def _refuse_sharing(shared_with: SavedView.Shared, by: Staff, *, owner: Staff) -> None:
    if shared_with != SavedView.Shared.NOBODY and not may(by, "views.share"):
        raise NotYoursToShare
    if shared_with == SavedView.Shared.TEAM and owner.team is None:
        raise NoTeamToShareWith(name=owner.full_name)


def _locked(view: SavedView, by: Staff) -> SavedView:
    """The view as it is now, for ``by`` to change."""
    # Of the view alone: its owner's row is locked by whoever saves one.
    now = SavedView.objects.select_for_update(of=("self",)).select_related("owner__team").filter(pk=view.pk).first()
    if now is None:
        raise ViewGone
    if not may_change(by, now):
        raise NotYourView(name=now.owner.full_name)
    return now
