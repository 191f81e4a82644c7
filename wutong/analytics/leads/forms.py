"""What a manager may ask about leads, as the address says it."""

from datetime import datetime, tzinfo
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.leads.counted import COUNTED, PEOPLE, SPLITS
from wutong.analytics.leads.question import PARTS, STEPS, LeadQuestion, Method
from wutong.analytics.leads.tables import TABLES
from wutong.analytics.period_form import PeriodForm
from wutong.platform.models import Staff

NOTHING = "-"
"""The empty key of a split, in addresses."""


class LeadsForm(PeriodForm):
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
        super().__init__(*args, zone=zone, now=now, **kwargs)
        self.viewer = viewer

    def question(self) -> LeadQuestion:
        """The question; only of a valid form."""
        given = self.cleaned_data
        part = given.get("part") or None
        return LeadQuestion(
            viewer=self.viewer,
            period=self.chosen_period(otherwise="quarter"),
            as_of=self.now,
            method=cast("Method", given["method"] or "cohort"),
            by=given["by"] or "channel",
            part="" if part == NOTHING else part,
            with_own=given["own"],
        )


class BehindForm(LeadsForm):
    """One figure: a step of the funnel (of one part, or of the period before), or a counted figure (of one part)."""

    step = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[(step, step) for step in range(1, len(STEPS) + 1)]
    )
    part = forms.CharField(required=False, max_length=80)
    earlier = forms.BooleanField(required=False)
    figure = forms.ChoiceField(required=False, choices=[(code, one.name) for code, one in COUNTED.items()])
    split = forms.ChoiceField(required=False, choices=[(code, code) for code in SPLITS])
    key = forms.CharField(required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        figure, split, key = given.get("figure"), given.get("split"), given.get("key")
        is_known = not split or (figure and split in COUNTED[figure].base.splits)
        # Eighteen digits are more than any colleague's number and fit into the database's.
        is_key = split not in PEOPLE or not key or (key.isdecimal() and key.isascii() and len(key) <= 18)
        if bool(given.get("step")) == bool(figure) or not is_known or not is_key:
            raise forms.ValidationError(_("Open a figure from the report."))
        return given

    def question(self) -> LeadQuestion:
        question = super().question()
        return question.before if self.cleaned_data["earlier"] else question


class ExportForm(LeadsForm):
    """What goes into the file: the funnel, or one of the tables."""

    table = forms.ChoiceField(required=False, choices=[("funnel", "funnel"), *((code, code) for code in TABLES)])
