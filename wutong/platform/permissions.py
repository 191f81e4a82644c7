"""What each role may do. Roles are fixed in code, and so is this table; how far a colleague sees is ``data_scope``."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.platform.models import Role, Staff

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of a colleague who is signed in: what a view behind :func:`requires` or :func:`signed_in` gets."""

    user: Staff


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

LABELS: dict[str, str | Promise] = {
    "leads.work": _("Work leads: inbox, claim, first contact"),
    "leads.enter": _("Enter leads by hand"),
    "leads.set_up": _("Set up contact statuses"),
    "people.read": _("See people and their timeline"),
    "people.reveal": _("Reveal telephone numbers, e-mail addresses and credit codes"),
    "consents.record": _("Record what people allow and refuse"),
    "privacy.manage": _("Answer requests about personal information, export what is held of a person"),
    "privacy.erase": _("Erase people, set how long they are kept"),
    "people.tag": _("Give people and companies tags and take them off"),
    "people.share": _("Let colleagues work on a person together"),
    "people.merge": _("Merge people, or say of people and companies that they are not the same"),
    "imports.run": _("Import people and companies from files, and undo an import"),
    "lists.export": _("Export lists to files, telephone numbers, addresses and credit codes masked"),
    "lists.export_in_full": _("Export lists with telephone numbers, addresses and credit codes in full"),
    "accounts.manage": _("Rename, confirm and merge companies, enter their credit code"),
    "views.share": _("Share saved views of lists"),
    "deals.read": _("See opportunities"),
    "deals.work": _("Open, move and close opportunities"),
    "contracts.work": _("See, move and renew contracts"),
    "funnel.read": _("See the funnel and reports"),
    "forms.manage": _("Edit forms and landing pages"),
    "submissions.read": _("Read, release and export what visitors sent by forms"),
    "sites.manage": _("Set up websites and tracking"),
    "tags.manage": _("Say which tags there are"),
    "fields.manage": _("Say which custom fields there are, and who sees them"),
    "identity.manage": _("Say by what people are recognised"),
    "own.manage": _("Say who is one of our own and no part of the market"),
    "scoring.manage": _("Change how people are scored"),
    "routing.manage": _("Change who gets which lead, and the time limits"),
    "staff.manage": _("Manage staff, teams and rights"),
    "organisation.manage": _("Change the organisation and its working hours"),
    "mail.manage": _("Set up how the system sends mail"),
    "api_keys.manage": _("Make and revoke API keys"),
    "access.review": _("See who can see a record, and why"),
    "audit.read": _("Read the audit trail"),
    "jobs.manage": _("See and retry background jobs"),
    "health.read": _("See the health of the system"),
}

_SELLING = frozenset(
    {
        "leads.work",
        "leads.enter",
        "people.read",
        "people.reveal",
        "people.share",
        "people.tag",
        "consents.record",
        "accounts.manage",
    }
)
_DEALS = frozenset({"deals.read", "deals.work", "contracts.work"})

GRANTS: dict[str, frozenset[str]] = {
    Role.MARKETER: frozenset(
        {
            "views.share",
            "people.tag",
            "tags.manage",
            "own.manage",
            "leads.enter",
            "imports.run",
            "lists.export",
            "people.read",
            "consents.record",
            "people.merge",
            "accounts.manage",
            "funnel.read",
            "forms.manage",
            "submissions.read",
            "sites.manage",
            "scoring.manage",
        }
    ),
    Role.CONTENT: frozenset({"funnel.read", "forms.manage"}),
    Role.SDR: _SELLING | {"people.merge"},
    Role.SALES: _SELLING | _DEALS | {"lists.export"},
    Role.SUCCESS: frozenset(
        {
            "leads.enter",
            "lists.export",
            "people.read",
            "people.reveal",
            "people.share",
            "people.tag",
            "consents.record",
            "accounts.manage",
            "deals.read",
            "contracts.work",
        }
    ),
    Role.MANAGER: _SELLING
    | _DEALS
    | {"imports.run", "lists.export", "lists.export_in_full"}
    | {
        "views.share",
        "people.merge",
        "privacy.manage",
        "tags.manage",
        "own.manage",
        "leads.set_up",
        "funnel.read",
        "scoring.manage",
        "routing.manage",
    },
    Role.PARTNER_MANAGER: frozenset({"leads.enter", "people.read"}),
    Role.ADMIN: frozenset(LABELS),
}


class NotPermitted(PermissionDenied):
    """A colleague asked for a function that the role does not hold. Its text says which, and whom to ask."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        names = administrators_to_ask()
        sentence = gettext("This needs the right “%(right)s”.") % {"right": LABELS[self.code]}
        if not names:
            return sentence
        ask = ngettext("Ask %(names)s when you need it.", "Ask one of %(names)s when you need it.", len(names))
        comma = pgettext("between names", ", ")
        return f"{sentence} {ask % {'names': comma.join(names)}}"


def granted(staff: Staff) -> frozenset[str]:
    """The codes of all that ``staff`` may do."""
    return GRANTS[staff.role] if staff.is_active else frozenset()


def may(staff: object, code: str) -> bool:
    """Whether ``staff`` (anonymous visitors included) may do what ``code`` names."""
    return isinstance(staff, Staff) and code in granted(staff)


def administrators_to_ask() -> list[str]:
    """Names of up to three administrators, in the order in which they joined."""
    admins = Staff.objects.active().filter(role=Role.ADMIN).order_by("pk")
    return list(admins.values_list("full_name", flat=True)[:3])


def signed_in(view: View[P]) -> GuardedView[P]:
    """Let only colleagues in; others are sent to sign in and come back to where they were."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # its user was just checked

    return guarded


def requires(code: str) -> Callable[[View[P]], GuardedView[P]]:
    """Let only colleagues in who may do what ``code`` names: others get 403 with the right's name and whom to ask."""
    if code not in LABELS:
        raise KeyError(code)

    def decorate(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def checked(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.user, code):
                raise NotPermitted(code)
            return view(request, *args, **kwargs)

        guarded = signed_in(checked)
        guarded.needs = code  # type: ignore[attr-defined]  # read by the test that tries each role on each view
        return guarded

    return decorate


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a visitor to the sign-in page, and back afterwards to the page he was on.

    A request from a page's script gets 401, so that the page can say so and keep what was typed.
    """
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["X-Sign-In"] = reverse("platform:sign_in")
        return response
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path(), reverse("platform:sign_in"))
    referer = request.headers.get("Referer", "")
    back = local_address(request, referer.removeprefix(config().web_origin)) if referer else "/"
    return redirect_to_login(back, reverse("platform:sign_in") + "?ended=1")


def local_address(request: HttpRequest, address: str, *, otherwise: str = "/") -> str:
    """``address`` if it leads to a page of ours, else ``otherwise``: a sign-in must not send people elsewhere."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and is_ours else otherwise
