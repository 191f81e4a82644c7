"""Correcting what is known of a person, and adding a number or an address."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wutong.lifecycle.correcting import correct_person, facts_that_count
from wutong.lifecycle.fact_forms import FactsForm
from wutong.lifecycle.visibility import people_visible_to
from wutong.platform.answers import done, is_htmx, posted
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires("leads.enter")
def correct(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The form, or what came of it; on a refusal everything that was typed stays."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    form = FactsForm(posted(request), now=facts_that_count(person))
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        given = form.given()
        try:
            correct_person(person=person, by=request.user, at=timezone.now(), **given)
        except Refusal as no:
            refusal, status = no, 409
        else:
            counts = facts_that_count(person)
            is_outweighed = any(counts[field] != value for field, value in given["said"].items())
            said = _("Kept. What was verified goes on counting.") if is_outweighed else _("Saved.")
            return done(request, reverse("lifecycle:person", args=[public_id]), said)
    context = {"person": person, "form": form, "refusal": refusal}
    template = "lifecycle/_facts_form.html" if is_htmx(request) else "lifecycle/facts.html"
    return render(request, template, context, status=status)
