"""The part of every report's question that says when."""

from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wutong.analytics import periods

_LONGEST_DAYS = 800


class PeriodForm(forms.Form):
    """A named period, or two days of one's own. Children say which by the choices of ``period``."""

    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, zone: tzinfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["period", "first", "last"])
        self.zone, self.now = zone, now

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

    def chosen_period(self, *, otherwise: str) -> periods.Period:
        """The period that the address names, or the one called ``otherwise``; only of a valid form."""
        given = self.cleaned_data
        code = given["period"] or otherwise
        if code == "own":
            return periods.Period(first=given["first"], last=given["last"], zone=self.zone)
        return periods.named(code, today=self.today, zone=self.zone)
