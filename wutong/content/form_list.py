"""The list of forms, each with how it is used."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from wutong.content.models import Form, FormSubmission, FormUse, QuarantinedSubmission
from wutong.platform.models import Staff

LATELY = timedelta(days=30)
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A form with its figures: all submissions, and of the last thirty days how many began and how many sent."""

    form: Form
    submissions: int
    suspected: int
    begun: int
    sent: int
    hosts: list[str]
    """Where it was used in the last thirty days, most used first."""

    @property
    def conversion(self) -> float | None:
        """The share of those who began that sent; None when more sent than were seen to begin, without a script."""
        return self.sent / self.begun if self.begun and self.sent <= self.begun else None


def forms_for(staff: Staff, *, today: date, search: str = "", state: str = "") -> list[Listed]:
    """The forms in sight, the open ones first. ``state``: ``open``, ``draft``, ``closed`` or any."""
    forms = Form.objects.visible_to(staff).select_related("site")
    if search.strip():
        forms = forms.filter(name__icontains=search.strip())
    match state:
        case "open":
            forms = forms.filter(is_active=True)
        case "draft":
            forms = forms.filter(is_active=False, version=0)
        case "closed":
            forms = forms.filter(is_active=False, version__gt=0)
    rows = list(forms.order_by("-is_active", "name", "pk")[:MOST])
    submitted = _count(FormSubmission.objects.filter(form__in=rows))
    suspected = _count(QuarantinedSubmission.objects.waiting().filter(form__in=rows))
    uses = defaultdict(list)
    since = today - LATELY
    for use in (
        FormUse.objects.filter(form__in=rows, on__gt=since)
        .values("form_id", "host")
        .annotate(began=Sum("begun"), sent=Sum("sent"))
        .order_by("-sent", "-began", "host")
    ):
        uses[use["form_id"]].append(use)
    return [
        Listed(
            form=form,
            submissions=submitted.get(form.pk, 0),
            suspected=suspected.get(form.pk, 0),
            begun=sum(use["began"] for use in uses[form.pk]),
            sent=sum(use["sent"] for use in uses[form.pk]),
            hosts=[use["host"] for use in uses[form.pk] if use["host"]],
        )
        for form in rows
    ]


def _count(rows: "QuerySet[FormSubmission] | QuerySet[QuarantinedSubmission]") -> dict[int, int]:
    """How many of ``rows`` each form has."""
    return dict(rows.order_by().values_list("form").annotate(n=Count("pk")))
