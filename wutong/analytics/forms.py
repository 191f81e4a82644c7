"""What a reader may ask a report, as the address says it."""

from datetime import datetime, tzinfo
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.period_form import PeriodForm
from wutong.analytics.questions import Method
from wutong.analytics.report import STEPS, Wanted, channel_name
from wutong.events.touch import CHANNELS

UNKNOWN = "unknown"
"""The empty channel's word in addresses."""


class FunnelForm(PeriodForm):
    """Period, method, channel and whose acts. Everything has a default, so an empty address is a question, too."""

    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("30d", pgettext_lazy("period", "30 days")),
            ("week", pgettext_lazy("period", "This week")),
            ("quarter", pgettext_lazy("period", "This quarter")),
            ("own", pgettext_lazy("period", "From … to …")),
        ],
    )
    method = forms.ChoiceField(
        label=_("Counted by"),
        required=False,
        choices=[
            ("cohort", pgettext_lazy("funnel method", "New visitors, followed for 30 days")),
            ("period", pgettext_lazy("funnel method", "Everything in the period")),
        ],
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    own = forms.BooleanField(label=_("Include our own people"), required=False)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"], widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: tzinfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, zone=zone, now=now, **kwargs)
        channels = [(code, str(name)) for code, name in CHANNELS.items()]
        choices = [("", channel_name(None)), *channels, (UNKNOWN, channel_name(""))]
        self.fields["channel"] = forms.ChoiceField(label=_("Channel"), required=False, choices=choices)

    def wanted(self) -> Wanted:
        """The question; only of a valid form."""
        given = self.cleaned_data
        channel = given["channel"]
        return Wanted(
            period=self.chosen_period(otherwise="30d"),
            method=cast("Method", given["method"] or "cohort"),
            as_of=min(given["at"] or self.now, self.now),
            channel=None if not channel else "" if channel == UNKNOWN else channel,
            with_own=given["own"],
        )


class PeopleForm(FunnelForm):
    """A figure of a funnel: the question, and the step whose people are meant."""

    step = forms.TypedChoiceField(coerce=int, choices=[(step, step) for step in range(1, len(STEPS) + 1)])
