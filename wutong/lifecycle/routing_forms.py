"""Forms of the routing page."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.models import Site
from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import AssignmentRule, Duty, ProductLine, TimeLimits
from wutong.lifecycle.product_lines import line_label
from wutong.lifecycle.routing_rules import Conditions, RuleDraft, Target, conditions_of
from wutong.people.regions import CITIES
from wutong.platform.models import Role, Staff, Team
from wutong.scoring.definition import DIGITS, LETTERS

_BETWEEN = re.compile(r"[\n,，、;；]+")
_CELLS = [(f"{letter}{digit}", f"{letter}{digit}") for letter in LETTERS for digit in DIGITS]
_KNOWN = [("", _("does not matter")), ("yes", _("is known")), ("no", _("is not known"))]


class _Colleagues(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: Staff) -> str:
        return obj.full_name


class _Lines(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: ProductLine) -> str:
        return line_label(obj)


class RuleForm(forms.Form):
    """A rule: what a lead must be like, and who gets it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    channels = forms.MultipleChoiceField(
        label=_("Channel"),
        choices=lambda: [(code, str(name)) for code, name in CHANNELS.items()],
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    campaigns = forms.CharField(
        label=_("Campaign contains"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2_000
    )
    sites = forms.ModelMultipleChoiceField(label=_("Website"), queryset=Site.objects.order_by("name"), required=False)
    forms_ = forms.CharField(
        label=_("Form"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2_000,
        help_text=_("Keys of forms, a line each."),
    )
    product_lines = _Lines(label=_("Product line"), queryset=ProductLine.objects.none(), required=False)
    regions = forms.MultipleChoiceField(
        label=_("Province"),
        choices=[(name, name) for name in CITIES],
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    company = forms.ChoiceField(label=pgettext_lazy("condition", "The company"), choices=_KNOWN, required=False)
    grades = forms.MultipleChoiceField(
        label=pgettext_lazy("condition", "Score"),
        choices=_CELLS,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    target = forms.ChoiceField(label=_("Goes to"), choices=Target.choices)
    colleague = _Colleagues(
        label=_("Colleague"),
        queryset=Staff.objects.active().filter(role__in=[Role.SDR, Role.SALES, Role.MANAGER]).order_by("sort_key"),
        required=False,
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.order_by("path"),
        required=False,
        empty_label=_("the lead's own team"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.fields["product_lines"]
        if isinstance(lines, _Lines):
            chosen = [line.pk for line in self.initial.get("product_lines", ())]
            lines.queryset = ProductLine.objects.to_choose(besides=chosen)

    @staticmethod
    def initial_of(rule: AssignmentRule) -> dict[str, Any]:
        one = conditions_of(rule)
        known = {None: "", True: "yes", False: "no"}[one.is_account_known]
        return {
            "name": rule.name,
            "channels": list(one.channels),
            "campaigns": "\n".join(one.campaigns),
            "sites": list(one.sites),
            "forms_": "\n".join(one.forms),
            "product_lines": list(ProductLine.objects.filter(code__in=one.product_lines)),
            "regions": list(one.regions),
            "company": known,
            "grades": list(one.grades),
            "target": rule.target,
            "colleague": rule.colleague_id,
            "team": rule.team_id,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("target") == Target.COLLEAGUE
            and not cleaned.get("colleague")
            and "colleague" not in self.errors
        ):
            self.add_error("colleague", _("Choose the colleague who gets these leads."))
        for name in ("campaigns", "forms_"):
            words = _words(cleaned.get(name, ""))
            if len(words) > 60 or any(len(word) > 80 for word in words):
                self.add_error(name, _("At most 60 entries of at most 80 characters each."))
        return cleaned

    def draft(self) -> RuleDraft:
        given = self.cleaned_data
        conditions = Conditions(
            channels=tuple(given["channels"]),
            campaigns=_words(given["campaigns"]),
            sites=tuple(sorted(site.pk for site in given["sites"])),
            forms=_words(given["forms_"]),
            product_lines=tuple(sorted(line.code for line in given["product_lines"])),
            regions=tuple(given["regions"]),
            is_account_known={"yes": True, "no": False}.get(given["company"]),
            grades=tuple(sorted(given["grades"])),
        )
        return RuleDraft(
            name=given["name"],
            conditions=conditions,
            target=Target(given["target"]),
            colleague=given["colleague"],
            team=given["team"],
        )


class TimeLimitsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """The limits and the chain, each number a part of a sentence."""

    class Meta:
        model = TimeLimits
        fields = (
            "first_contact_minutes",
            "owner_after_minutes",
            "team_managers_after_minutes",
            "managers_after_minutes",
            "latest_hours",
            "acceptance_hours",
            "acceptance_warning_hours",
            "event_hours",
            "sql_silent_days",
        )
        labels = {
            "first_contact_minutes": _("A new lead is to be contacted within … working minutes"),
            "owner_after_minutes": _("After … minutes its owner is told, or the team on duty"),
            "team_managers_after_minutes": _("After … minutes the team's managers are told"),
            "managers_after_minutes": _("After … minutes all managers are told"),
            "latest_hours": _(
                "At the latest it is contacted within … working hours; then owner and managers hear again"
            ),
            "acceptance_hours": _("Sales accept or return a lead within … working hours"),
            "acceptance_warning_hours": _("They are warned … hours before; after it their managers are told"),
            "event_hours": _("Leads of an event are to be contacted within … working hours (16 are two days)"),
            "sql_silent_days": _("An SQL without a follow-up goes back to the SDR after … days (0: never)"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = (cleaned.get(f"{who}_after_minutes") for who in ("owner", "team_managers", "managers"))
        steps = [minutes for minutes in given if minutes is not None]
        if steps != sorted(set(steps)):
            self.add_error("managers_after_minutes", _("Each step comes later than the one before it."))
        latest = cleaned.get("latest_hours")
        if latest is not None and steps and latest * 60 <= steps[-1]:
            self.add_error("latest_hours", _("The latest time comes after all managers were told."))
        hours, warning = cleaned.get("acceptance_hours"), cleaned.get("acceptance_warning_hours")
        if hours is not None and warning is not None and not 1 <= warning < hours:
            self.add_error("acceptance_warning_hours", _("The warning comes at least an hour before the time is up."))
        for name in ("first_contact_minutes", "owner_after_minutes"):
            if cleaned.get(name) == 0:
                self.add_error(name, _("At least one minute."))
        if cleaned.get("event_hours") == 0:
            self.add_error("event_hours", _("At least one hour."))
        return cleaned


class DutyForm(forms.Form):
    """On or off duty, until when, and how many may wait."""

    is_on = forms.ChoiceField(label=_("Duty"), choices=[("on", _("on duty")), ("off", _("off duty"))])
    until = forms.DateTimeField(
        label=_("until"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    capacity = forms.IntegerField(label=_("At most waiting"), required=False, min_value=1, max_value=1_000)

    @staticmethod
    def initial_of(duty: Duty | None) -> dict[str, Any]:
        if duty is None:
            return {"is_on": "on", "capacity": Duty.CAPACITY}
        return {"is_on": "on" if duty.is_on else "off", "until": duty.off_until, "capacity": duty.capacity}


class AssignForm(forms.Form):
    """Who gets leads, and where they are named: ids in ``leads``, or rows of a list under ``chosen``."""

    leads = forms.CharField(max_length=10_000, required=False)
    to = _Colleagues(queryset=Staff.objects.active().filter(role__in=[Role.SDR, Role.SALES, Role.MANAGER]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in _BETWEEN.split(text) if (word := part.strip())))
