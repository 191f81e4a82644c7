"""Forms of the settings: organisation, working hours, mail."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise
from typing import Any, Self

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from wutong.platform.calendar import Stretch
from wutong.platform.forms.accounts import zone_choices
from wutong.platform.models import CalendarDay, MailSettings, Organisation, Role, RoleLimits, WorkingHours
from wutong.platform.organisation import CurrencyInUse, has_amounts
from wutong.platform.role_limits import LIMITS, roles_limited

CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "GBP", "JPY", "KRW", "SGD")
_STRETCH = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})")
_WHAT = {
    "reveals_a_day": _("Looked at a day"),
    "exported_in_full_a_day": _("Rows exported in full a day"),
    "read_in_full_a_day": _("Read by a key a day"),
}
_BETWEEN = re.compile(r"[,，;；、\s]*")


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language of the company"), choices=settings.LANGUAGES)
    region = forms.ChoiceField(
        label=_("Region"), help_text=_("For telephone numbers without a country code, and for public holidays.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    audit_kept_days = forms.IntegerField(label=_("Keep the audit trail for (days)"), min_value=180, max_value=36_500)

    class Meta:
        model = Organisation
        fields = ("name", "zone", "language", "region", "currency", "audit_kept_days")
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]  # a choice field
        regions = ["CN", *sorted(phonenumbers.SUPPORTED_REGIONS - {"CN"})]
        self.fields["region"].choices = [(code, code) for code in regions]  # type: ignore[attr-defined]  # a choice field
        if has_amounts():
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = CurrencyInUse.message


class SecurityForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    second_factor_roles = forms.MultipleChoiceField(
        label=_("Roles that sign in with a second factor"),
        choices=Role.choices,
        required=False,
        help_text=_("Whoever has none yet sets it up with the next page they open."),
        widget=forms.CheckboxSelectMultiple,
    )

    reveals_a_day = forms.IntegerField(
        label=_("Contact details that one colleague may look at in full a day"),
        min_value=1,
        max_value=100_000,
        help_text=_("Administrators are told when somebody wants more."),
    )

    exported_in_full_a_day = forms.IntegerField(
        label=_("Rows that one colleague may export in full a day"),
        min_value=1,
        max_value=10_000_000,
        help_text=_("Of people, leads and companies; masked exports have no limit."),
    )

    read_in_full_a_day = forms.IntegerField(
        label=_("Contact details that one key of the API may read in full a day"),
        min_value=1,
        max_value=10_000_000,
        help_text=_("Beyond it the API says no, and answers what is asked for masked."),
    )

    class Meta:
        model = Organisation
        fields = ("second_factor_roles", "reveals_a_day", "exported_in_full_a_day", "read_in_full_a_day")


class RoleLimitsForm(forms.Form):
    """A row a role, of the limits that concern it; an empty field leaves the company's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role, names in roles_limited():
            for name in names:
                label = _("%(limit)s: %(role)s") % {"limit": _WHAT[name], "role": role.label}
                self.fields[f"{role}-{name}"] = forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=10_000_000
                )

    @classmethod
    def of(cls, stored: Mapping[str, RoleLimits]) -> Self:
        """The form with what is set now."""
        set_ones = {f"{role}-{name}": getattr(one, name) for role, one in stored.items() for name in LIMITS}
        return cls(initial=set_ones)

    def headings(self) -> list[Any]:
        return list(_WHAT.values())

    def rows(self) -> list[tuple[str, list[tuple[forms.BoundField | None, int]]]]:
        """Each role with a field for each limit, or None where it has none, and what it is for the company."""
        company = Organisation.objects.get()
        return [
            (
                str(role.label),
                [(self[f"{role}-{name}"] if name in names else None, getattr(company, name)) for name in LIMITS],
            )
            for role, names in roles_limited()
        ]

    def wanted(self) -> dict[str, dict[str, int | None]]:
        return {role: {name: self.cleaned_data[f"{role}-{name}"] for name in names} for role, names in roles_limited()}


class StretchesField(forms.CharField):
    """One day's working time as people write it: ``9:00-12:00, 13:30-18:00``; nothing for a day of rest."""

    def clean(self, value: Any) -> tuple[Stretch, ...]:
        text = self.to_python(value) or ""
        self.run_validators(text)
        stretches = [_stretch(match) for match in _STRETCH.finditer(text)]
        if _BETWEEN.fullmatch(_STRETCH.sub("", text)) is None:
            raise ValidationError(_("Write times like 9:00-12:00, 13:30-18:00; leave it empty for a day of rest."))
        stretches.sort()
        for (_opens, closes), (opens, _closes) in pairwise(stretches):
            if opens <= closes:
                raise ValidationError(_("Two stretches of this day overlap or touch. Write them as one."))
        return tuple(stretches)


class HoursForm(forms.Form):
    """The week, a field a day."""

    use_required_attribute = False  # an empty day is a day of rest, which is an answer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in WEEKDAYS.items():
            self.fields[f"day_{weekday}"] = StretchesField(label=name, max_length=100)

    @staticmethod
    def initial_of(rows: list[WorkingHours]) -> dict[str, str]:
        week: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: row.opens_at):
            week.setdefault(f"day_{row.weekday}", []).append(f"{row.opens_at:%H:%M}-{row.closes_at:%H:%M}")
        return {name: ", ".join(stretches) for name, stretches in week.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(self.week()):
            raise ValidationError(_("The company must work on one day at least."))
        return cleaned

    def week(self) -> list[tuple[Stretch, ...]]:
        return [self.cleaned_data[f"day_{weekday}"] for weekday in range(7)]


class CalendarDayForm(forms.Form):
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    is_working = forms.TypedChoiceField(
        label=_("The company"),
        choices=[("no", _("rests")), ("yes", _("works"))],
        coerce=lambda value: value == "yes",
    )
    note = forms.CharField(label=_("Reason"), required=False, max_length=CalendarDay._meta.get_field("note").max_length)


class MailForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            ("starttls", _("STARTTLS (usually port 587)")),
            ("tls", _("TLS from the start (usually port 465)")),
            ("none", _("None: only for a server on this machine")),
        ],
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65_535)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=200,
        help_text=_("Stored encrypted. Leave it empty to keep the one that is stored."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("host", "port", "security", "username", "password", "sender", "sender_name")

    class Meta:
        model = MailSettings
        fields = ("host", "port", "security", "username", "sender", "sender_name")
        labels = {
            "host": _("Server"),
            "username": _("User name"),
            "sender": _("Sender's address"),
            "sender_name": _("Sender's name"),
        }

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip()
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
            raise ValidationError(_("Write the server's name, such as smtp.example.com."))
        return host

    def given_password(self) -> str | None:
        """None keeps the stored one; without a user name there is none."""
        if not self.cleaned_data["username"]:
            return ""
        return self.cleaned_data["password"] or None


class TestMailForm(forms.Form):
    recipient = forms.EmailField(label=_("Send a test mail to"))


def _stretch(match: re.Match[str]) -> Stretch:
    hours = [int(part) for part in match.groups()]
    if hours[2:] == [24, 0]:
        hours[2:] = [23, 59]  # which the calendar reads as midnight
    try:
        opens, closes = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError as error:
        raise ValidationError(_("%(text)s is no time of day.") % {"text": match.group()}) from error
    if closes <= opens:
        raise ValidationError(_("%(text)s ends before it begins.") % {"text": match.group()})
    return opens, closes
