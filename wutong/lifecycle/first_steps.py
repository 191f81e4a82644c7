"""The first run of a company: five steps, each with the proof that it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from wutong.events.models import Event
from wutong.lifecycle.models import ProductLine
from wutong.platform.audit import record
from wutong.platform.first_run import ORGANISATION_NAME
from wutong.platform.models import Organisation, Staff
from wutong.platform.organisation import our_organisation


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """One step: what to do, where, and the proof; an empty proof means that it is still to be done."""

    code: str
    label: Promise
    missing: Promise
    url_name: str
    proof: Callable[[], str | datetime]


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """A step as the page shows it."""

    step: FirstStep
    proof: str | datetime
    """In words, or when the latest event or form arrived; empty while there is none."""
    is_skipped: bool

    @property
    def has_arrived(self) -> bool:
        return isinstance(self.proof, datetime)

    @property
    def is_settled(self) -> bool:
        return bool(self.proof) or self.is_skipped


def _organisation() -> str:
    organisation = our_organisation()
    if organisation is None or organisation.name == ORGANISATION_NAME:
        return ""
    return f"{organisation.name} · {organisation.zone}"


def _lines() -> str:
    own = ProductLine.objects.on_offer().in_order().exclude(code="general")
    return " · ".join(line.name for line in own[:3])


def _team() -> str:
    n = Staff.objects.active().count()
    return ngettext("%(n)s colleague", "%(n)s colleagues", n) % {"n": n} if n > 1 else ""


def _website() -> str | datetime:
    hits = Event.objects.filter(source="web", site__isnull=False).exclude(name="form_submitted")
    return hits.order_by("-id").values_list("received_at", flat=True).first() or ""


def _form() -> str | datetime:
    forms = Event.objects.filter(name="form_submitted").order_by("-id")
    return forms.values_list("received_at", flat=True).first() or ""


STEPS: Mapping[str, FirstStep] = {
    step.code: step
    for step in (
        FirstStep(
            code="organisation",
            label=gettext_lazy("Name your company and its time zone"),
            missing=gettext_lazy("Days, weeks and working hours are cut in this zone."),
            url_name="platform:organisation",
            proof=_organisation,
        ),
        FirstStep(
            code="product_lines",
            label=gettext_lazy("Say what you sell"),
            missing=gettext_lazy("A person has one open lead for each product line."),
            url_name="lifecycle:product_lines",
            proof=_lines,
        ),
        FirstStep(
            code="team",
            label=gettext_lazy("Invite a colleague"),
            missing=gettext_lazy("Somebody has to answer the leads."),
            url_name="platform:staff",
            proof=_team,
        ),
        FirstStep(
            code="website",
            label=gettext_lazy("Track your website"),
            missing=gettext_lazy("Put the snippet on a page, open that page, agree to being recorded."),
            url_name="content:sites",
            proof=_website,
        ),
        FirstStep(
            code="form",
            label=gettext_lazy("Publish the first form and send it once yourself"),
            missing=gettext_lazy("Use your sign-in address: what you send counts as a test."),
            url_name="content:forms",
            proof=_form,
        ),
    )
}


def first_steps() -> list[ShownStep]:
    """The steps; none once all are done or skipped, or in a demo."""
    organisation = our_organisation()
    if organisation is None or organisation.is_demo:
        return []
    skipped = set(organisation.skipped_steps)
    if skipped >= STEPS.keys():
        return []
    shown = [ShownStep(step=step, proof=step.proof(), is_skipped=code in skipped) for code, step in STEPS.items()]
    return [] if all(one.is_settled for one in shown) else shown


def skip_step(*, code: str, by: Staff, at: datetime) -> None:
    """Leave a step out; the list goes away once the others are done."""
    with transaction.atomic(durable=True):
        organisation = Organisation.objects.select_for_update().get()
        organisation.skipped_steps = sorted({*organisation.skipped_steps, code})
        organisation.save(update_fields=["skipped_steps"])
        record("organisation.step_skipped", actor=by, subject=organisation, at=at, step=code)
