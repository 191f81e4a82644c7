"""The form in which a colleague corrects what is known of a person, and adds a number or an address."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wutong.lifecycle.correcting import FIELDS, mark_of_facts
from wutong.people import normal_form
from wutong.people.accounts import name_key
from wutong.people.company_facts import NamelessCompany
from wutong.people.identifiers import IdentifierKey
from wutong.people.models import IdentifierKind
from wutong.people.normal_form import NotAnIdentifier


def with_letters(company: str) -> str:
    """A company's name, or nothing; for the ``clean`` of a field."""
    if company and not name_key(company):
        raise forms.ValidationError(str(NamelessCompany()))
    return company


class FactsForm(forms.Form):
    """What counts now; to empty a field says that it was wrong. A number or an address comes to those there are."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    full_name = forms.CharField(label=pgettext_lazy("field", "Name"), required=False, max_length=120)
    title = forms.CharField(label=pgettext_lazy("field", "Title"), required=False, max_length=120)
    company = forms.CharField(label=pgettext_lazy("field", "Company"), required=False, max_length=200)
    phone = forms.CharField(
        label=gettext_lazy("Another mobile number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Another e-mail address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, *, now: Mapping[str, str]) -> None:
        super().__init__(data, initial={**now, "seen": mark_of_facts(now)}, auto_id="facts-%s")
        self._now = now

    def clean_full_name(self) -> str:
        name: str = self.cleaned_data["full_name"]
        if self._now["full_name"] and not name:
            raise forms.ValidationError(_("Write the name that is right."))
        return name

    def clean_company(self) -> str:
        return with_letters(self.cleaned_data["company"])

    def clean_phone(self) -> str:
        """In its normal form."""
        text: str = self.cleaned_data["phone"].strip()
        if not text:
            return text
        try:
            number = normal_form.phone(text)
        except NotAnIdentifier:
            raise forms.ValidationError(
                _("This is no telephone number that exists. Write +49 … for one from abroad.")
            ) from None
        if not number.is_personal:
            raise forms.ValidationError(_("This is a company's number or an extension, and points at nobody alone."))
        return number.e164

    def clean_email(self) -> str:
        """In its normal form."""
        text: str = self.cleaned_data["email"].strip()
        if not text:
            return text
        try:
            return normal_form.email(text)
        except NotAnIdentifier:
            raise forms.ValidationError(_("This is no e-mail address. Write it like name@company.com.")) from None

    def given(self) -> dict[str, Any]:
        """The arguments of ``correct_person``."""
        given = self.cleaned_data
        kinds = ((IdentifierKind.PHONE, given["phone"]), (IdentifierKind.EMAIL, given["email"]))
        return {
            "said": {field: given[field] for field in FIELDS},
            "added": [IdentifierKey(kind, value) for kind, value in kinds if value],
            "seen": given["seen"],
        }
