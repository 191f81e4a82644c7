"""One person's consents: what stands, every decision with its proof, and recording one by hand."""

from datetime import date, datetime, time
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wutong.lifecycle.person_facts import masked
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Consent, ConsentKind, ConsentState, Identifier, Person
from wutong.people.sources import source_names
from wutong.platform.answers import done, posted, refused
from wutong.platform.named import id_or_none
from wutong.platform.permissions import NotPermitted, StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.privacy.by_hand import record_decision
from wutong.privacy.cards import consents_of_person
from wutong.privacy.forms import HOW, DecisionForm
from wutong.privacy.preferences import make_link

_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.read")
def consents(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What a person allowed and refused, with its history; a POST records a decision."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    addresses = _addresses(person)
    form = DecisionForm(posted(request), addresses=addresses)
    if request.method == "POST":
        if not may(request.user, "consents.record"):
            raise NotPermitted("consents.record")
        if form.is_valid():
            try:
                _record(request, person, form)
            except Refusal as no:
                form.add_error(None, str(no))
            else:
                return done(request, reverse("privacy:consents", args=[public_id]), _("The decision is recorded."))
    return _draw(request, person, form, status=422 if form.is_bound else 200)


@never_cache
@require_POST
@requires("consents.record")
def link(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Show the link to the page of preferences of one of a person's addresses, to pass it to them."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    named = id_or_none(request.POST.get("address"))
    address = get_object_or_404(Identifier.objects.select_related("person"), person=person, pk=named)
    try:
        made = make_link(address=address, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("privacy:consents", args=[public_id]))
    return _draw(request, person, DecisionForm(None, addresses=_addresses(person)), link=made)


def _record(request: StaffRequest, person: Person, form: DecisionForm) -> None:
    given = form.cleaned_data
    record_decision(
        person=person,
        address=form.addresses[given["address"]],
        kind=ConsentKind(given["kind"]),
        channel=given["channel"],
        purpose=given["purpose"],
        state=ConsentState(given["state"]),
        how=given["how"],
        reason=given["reason"],
        decided_at=_noon(given["decided_on"]) or timezone.now(),
        expires_at=_noon(given["expires_on"]),
        by=request.user,
        at=timezone.now(),
    )


def _noon(on: date | None) -> datetime | None:
    """Of today the present moment, of another day its noon, in the reader's zone."""
    if on is None:
        return None
    return timezone.now() if on == timezone.localdate() else timezone.make_aware(datetime.combine(on, time(12)))


def _addresses(person: Person) -> list[Identifier]:
    known = Identifier.objects.filter(person=person).exclude(kind__in=["cookie", "device"])[:100]
    return sorted(known, key=lambda one: (one.rank, one.pk))


def _draw(
    request: StaffRequest, person: Person, form: DecisionForm, *, link: str = "", status: int = 200
) -> HttpResponse:
    history = list(
        Consent.objects.filter(person=person).select_related("subject", "text", "by").order_by("-at", "-pk")[:_SHOWN]
    )
    sources = source_names({one.source for one in history})
    context = {
        "person": person,
        "panel": consents_of_person(request.user, person),
        "history": [
            {
                "consent": one,
                "address": masked(one.subject),
                "source": _source(one.source) or sources[one.source],
                "how": HOW.get(one.proof.get("how", ""), ""),
            }
            for one in history
        ],
        "form": form,
        "addresses": [(one.pk, one.get_kind_display(), masked(one)) for one in _addresses(person)],
        "may_record": may(request.user, "consents.record"),
        "link": link,
    }
    return render(request, "privacy/consents.html", context, status=status)


def _source(code: str) -> str:
    words = {
        "by_hand": _("recorded by a colleague"),
        "banner": _("the website's banner"),
        "preferences": _("their own page of preferences"),
        "one_click": _("one click to unsubscribe"),
        "request": _("their request"),
    }
    return words.get(code, "")
