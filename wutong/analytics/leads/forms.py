"""What a manager may ask about leads, as the address says it."""

from datetime import date, datetime, tzinfo
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics import periods
from wutong.analytics.leads.counted import COUNTED
from wutong.analytics.leads.question import PARTS, STEPS, LeadQuestion, Method
from wutong.platform.models import Staff

_LONGEST_DAYS = 800
NOTHING = "-"
"""The empty key of a split, in addresses."""


class LeadsForm(forms.Form):
    """Period, method, split and whose leads. Everything has a default, so an empty address is a question, too."""

    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("quarter", pgettext_lazy("period", "This quarter")),
            ("30d", pgettext_lazy("period", "30 days")),
            ("week", pgettext_lazy("period", "This week")),
            ("half", pgettext_lazy("period", "180 days")),
            ("own", pgettext_lazy("period", "From … to …")),
        ],
    )
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    method = forms.ChoiceField(
        label=_("Counted by"),
        required=False,
        choices=[
            ("cohort", pgettext_lazy("funnel method", "Leads of the period, followed for 180 days")),
            ("period", pgettext_lazy("funnel method", "Entries in the period")),
        ],
    )
    by = forms.ChoiceField(
        label=_("Split by"), required=False, choices=[(code, part.name) for code, part in PARTS.items()]
    )
    own = forms.BooleanField(label=_("Include our own people"), required=False)

    def __init__(self, *args: Any, zone: tzinfo, now: datetime, viewer: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now, self.viewer = zone, now, viewer

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("period") == "own":
            first, last = given.get("first"), given.get("last")
            if first is None and "first" not in self.errors:
                self.add_error("first", _("Say on which day the period begins."))
            if last is None and "last" not in self.errors:
                self.add_error("last", _("Say on which day the period ends."))
            if first and last and last < first:
                self.add_error("last", _("The last day lies before the first."))
            if first and last and (last - first).days > _LONGEST_DAYS:
                self.add_error("last", _("A period has at most 800 days."))
        return given

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def question(self) -> LeadQuestion:
        """The question; only of a valid form."""
        given = self.cleaned_data
        code = given["period"] or "quarter"
        if code == "own":
            period = periods.Period(first=given["first"], last=given["last"], zone=self.zone)
        else:
            period = periods.named(code, today=self.today, zone=self.zone)
        part = given.get("part") or None
        return LeadQuestion(
            viewer=self.viewer,
            period=period,
            as_of=self.now,
            method=cast("Method", given["method"] or "cohort"),
            by=given["by"] or "channel",
            part="" if part == NOTHING else part,
            with_own=given["own"],
        )


class BehindForm(LeadsForm):
    """One figure: a step of the funnel (of one part), or a counted figure (of one colleague)."""

    step = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[(step, step) for step in range(1, len(STEPS) + 1)]
    )
    part = forms.CharField(required=False, max_length=80)
    figure = forms.ChoiceField(required=False, choices=[(code, one.name) for code, one in COUNTED.items()])
    colleague = forms.IntegerField(required=False, min_value=0)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if bool(given.get("step")) == bool(given.get("figure")):
            raise forms.ValidationError(_("Open a figure from the report."))
        return given
