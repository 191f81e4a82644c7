"""Forms about one's own account: signing in, passwords, taking over, the profile."""

import zoneinfo
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.platform.models import Staff
from wutong.platform.preferences import Preferences

LONGEST_PASSWORD = 200  # hashing is slow on purpose: nobody may feed it megabytes


def zone_choices(empty: str | Promise | None = None) -> list[tuple[str, Any]]:
    """IANA's zones; the ones most used here first."""
    first = ["Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "UTC"]
    rest = sorted(
        name for name in zoneinfo.available_timezones() - set(first) if "/" in name and not name.startswith("Etc/")
    )
    blank = [("", empty)] if empty is not None else []
    return [*blank, *((name, name) for name in [*first, *rest])]


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def refuse(self) -> None:
        """Say that address and password do not fit, and not which of them."""
        self.add_error("password", _("E-mail and password do not fit together. Check both, or set a new password."))


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=40,
        help_text=_("Six digits of your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "off"}),
    )


class FirstCodeForm(forms.Form):
    """The code that shows that the app has taken the secret."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class NewPasswordForm(forms.Form):
    """A new password for ``staff``, typed once: it can be shown, and pasted from a password manager."""

    password = forms.CharField(
        label=_("New password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=_("At least 10 characters; not only digits, and nothing easy to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        password = self.cleaned_data.get("password")
        if password is not None:
            try:
                validate_password(password, self._as_it_will_be())
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def _as_it_will_be(self) -> Staff:
        """The colleague with what else the form says, so that a password like the new name is refused."""
        return Staff(
            email=self.cleaned_data.get("email", self.staff.email),
            full_name=self.cleaned_data.get("full_name", self.staff.full_name),
        )


class ChangePasswordForm(NewPasswordForm):
    present = forms.CharField(
        label=_("Present password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["present", "password"]


class InvitationForm(NewPasswordForm):
    full_name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["full_name", "password"]


class WelcomeForm(InvitationForm):
    organisation_name = forms.CharField(
        label=_("Name of your company"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    email = forms.EmailField(
        label=_("Your e-mail, with which you will sign in"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    field_order = ["organisation_name", "full_name", "email", "password"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        email = email.lower()
        if Staff.objects.filter(email__iexact=email).exclude(pk=self.staff.pk).exists():
            raise ValidationError(_("A colleague signs in with this address already."))
        return email


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    zone = forms.ChoiceField(label=_("Time zone"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Staff
        fields = ("full_name", "language", "zone", "theme", "density", "has_shortcuts")
        labels = {
            "full_name": pgettext_lazy("person", "Name"),
            "theme": _("Theme"),
            "density": _("Density of lists"),
            "has_shortcuts": _("Single keys act: J, K, E, C …"),
        }
        help_texts = {
            "has_shortcuts": _("Switch them off when you work by voice or a key pressed by mistake disturbs you.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zone_choices(_("As the organisation"))  # type: ignore[attr-defined]  # a choice field, which the stubs cannot know


class PreferencesForm(forms.Form):
    """The switches in the frame: whichever one was pressed."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=Staff.Theme.choices, required=False)
    density = forms.ChoiceField(choices=Staff.Density.choices, required=False)

    def chosen(self) -> Preferences:
        return cast("Preferences", {name: value for name, value in self.cleaned_data.items() if value})
