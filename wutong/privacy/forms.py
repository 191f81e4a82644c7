"""Forms about consents, requests and the settings of personal information."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wutong.lifecycle.person_facts import masked
from wutong.people.models import ANY, CHANNELS, PURPOSES, ConsentKind, ConsentState, Identifier
from wutong.people.models.consent import channel_name, purpose_name
from wutong.privacy.models import PrivacySettings, RequestKind

HOW = {
    "phone": pgettext_lazy("how a consent was given", "On the telephone"),
    "chat": pgettext_lazy("how a consent was given", "In a chat"),
    "email": pgettext_lazy("how a consent was given", "By e-mail"),
    "paper": pgettext_lazy("how a consent was given", "On paper"),
    "meeting": pgettext_lazy("how a consent was given", "In a meeting"),
}


class DecisionForm(forms.Form):
    """What somebody told a colleague about being contacted."""

    address = forms.ChoiceField(label=gettext_lazy("Address"))
    state = forms.ChoiceField(label=gettext_lazy("Decision"), choices=[(one.value, one.label) for one in ConsentState])
    kind = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=ConsentKind.choices)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    how = forms.ChoiceField(label=gettext_lazy("How they said it"), choices=list(HOW.items()))
    reason = forms.CharField(
        label=gettext_lazy("What they said, or where the proof lies"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    decided_on = forms.DateField(
        label=gettext_lazy("Said on"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Good until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
        help_text=gettext_lazy("Empty: until they withdraw it."),
    )

    def __init__(self, data: Any, *, addresses: list[Identifier]) -> None:
        super().__init__(data)
        self.addresses = {str(one.pk): one for one in addresses}
        fields: dict[str, Any] = self.fields
        fields["address"].choices = [(str(one.pk), f"{one.get_kind_display()} {masked(one)}") for one in addresses]
        fields["channel"].choices = [(code, channel_name(code)) for code in (ANY, *CHANNELS)]
        fields["purpose"].choices = [(code, purpose_name(code)) for code in (*PURPOSES, ANY)]

    def clean_expires_on(self) -> Any:
        on = self.cleaned_data["expires_on"]
        if on is not None and on <= timezone.localdate():
            raise forms.ValidationError(_("Enter a day to come, or leave it empty."))
        return on


class IntakeForm(forms.Form):
    """A request that reached a colleague."""

    kind = forms.ChoiceField(label=gettext_lazy("What they ask for"), choices=RequestKind.choices)
    address = forms.CharField(
        label=gettext_lazy("Their telephone number or e-mail address"),
        max_length=320,
        required=False,
        help_text=gettext_lazy("By it the request finds the person. Check first that it is really them who asks."),
    )
    from_whom = forms.CharField(
        label=gettext_lazy("Who asks"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For somebody whom we do not know, or who asks for another."),
    )
    said = forms.CharField(
        label=gettext_lazy("What they wrote or said"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )

    def clean_received_on(self) -> Any:
        on = self.cleaned_data["received_on"]
        if on is not None and on > timezone.localdate():
            raise forms.ValidationError(_("Enter today or an earlier day."))
        return on

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("address") and not given.get("from_whom"):
            self.add_error("address", _("Enter an address, or who asks."))
        return given


class AskForm(forms.Form):
    """A request by somebody's own link."""

    kind = forms.ChoiceField(label=gettext_lazy("What we should do"), choices=RequestKind.choices)
    said = forms.CharField(
        label=gettext_lazy("Anything we should know"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """What an administrator chooses."""

    answer_days = forms.IntegerField(
        label=gettext_lazy("Answer requests within (working days)"),
        min_value=1,
        max_value=60,
        help_text=gettext_lazy("In China 15 working days are the practice; the GDPR gives a month."),
    )
    contact = forms.CharField(
        label=gettext_lazy("Who answers for personal information"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Name and address; shown on the page of preferences."),
    )
    inactive_days = forms.IntegerField(
        label=gettext_lazy("Erase people who allowed nothing and did nothing for (days)"),
        min_value=90,
        max_value=3_650,
        required=False,
        help_text=gettext_lazy("Empty: nobody is erased by age. People with deals or contracts always stay."),
    )

    class Meta:
        model = PrivacySettings
        fields = ("answer_days", "contact", "inactive_days")
