"""What a colleague types of a new lead, and of a new company."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wutong.entry.leads import KEEPERS, NewLead
from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import ProductLine
from wutong.people import normal_form
from wutong.people.account_facts import organisation_of
from wutong.people.normal_form import NotAnIdentifier
from wutong.platform.models import BusinessScope, Role, Staff
from wutong.sales.forms import CompanyForm

_NOT_BY_HAND = {"import"}
_CHECKED = {"hx-trigger": "input changed delay:400ms", "hx-target": "#doubles", "hx-swap": "outerHTML"}
_MOBILE_DIGITS = 11


class _Lines(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: ProductLine) -> str:
        return obj.name


class _Scopes(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: BusinessScope) -> str:
        return obj.name


class NewLeadForm(forms.Form):
    """A name, a way to reach the person, and what is known besides. Number and address are looked up while typing."""

    name = forms.CharField(label=pgettext_lazy("field", "Name"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    company = forms.CharField(label=pgettext_lazy("field", "Company"), required=False, max_length=200)
    title = forms.CharField(label=pgettext_lazy("field", "Title"), required=False, max_length=120)
    product_line = _Lines(label=gettext_lazy("Product line"), queryset=ProductLine.objects.none(), empty_label=None)
    channel = forms.ChoiceField(label=gettext_lazy("How they came to us"))
    campaign = forms.CharField(label=gettext_lazy("Campaign or occasion"), required=False, max_length=80)
    keeper = forms.ChoiceField(
        label=gettext_lazy("Who takes it"),
        choices=[("me", gettext_lazy("I do")), ("rules", gettext_lazy("whom the rules find"))],
    )
    scope = _Scopes(label=gettext_lazy("Part of the business"), queryset=BusinessScope.objects.none(), empty_label=None)
    note = forms.CharField(
        label=gettext_lazy("What they want"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    has_agreed = forms.BooleanField(label=gettext_lazy("They agree that we contact them"), required=False)

    def __init__(self, data: QueryDict | None = None, *, by: Staff, company: str = "") -> None:
        keeper = "me" if by.role in (Role.SDR, Role.SALES) else "rules"
        super().__init__(data, initial={"keeper": keeper, "company": company}, auto_id="new-%s")
        look_up, suggest = reverse("entry:doubles"), reverse("entry:companies")
        for name in ("phone", "email", "name"):
            self.fields[name].widget.attrs |= {"hx-post": look_up, "autocomplete": "off", **_CHECKED}
        self.fields["company"].widget.attrs |= {
            "hx-post": suggest,
            "autocomplete": "off",
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#companies",
            "hx-swap": "outerHTML",
        }
        channels = [(code, label) for code, label in CHANNELS.items() if code not in _NOT_BY_HAND]
        self.fields["channel"] = forms.ChoiceField(
            label=gettext_lazy("How they came to us"), choices=[("", _("Choose")), *channels]
        )
        lines, scopes = self.fields["product_line"], self.fields["scope"]
        if isinstance(lines, _Lines) and isinstance(scopes, _Scopes):
            lines.queryset = ProductLine.objects.on_offer().in_order()
            own = by.scopes.order_by("pk")
            scopes.queryset = own or BusinessScope.objects.order_by("pk")
            if len(scopes.queryset) == 1:
                self._only_scope = scopes.queryset[0]
                del self.fields["scope"]
        if by.role not in KEEPERS:
            del self.fields["keeper"]

    def clean_phone(self) -> str:
        """Any number that rings somewhere; its form is checked, because a digit too few is lost for good."""
        text: str = self.cleaned_data["phone"].strip()
        if not text:
            return text
        try:
            normal_form.phone(text)
        except NotAnIdentifier:
            digits = sum(character.isdecimal() for character in text)
            if text.lstrip().startswith("1") and digits != _MOBILE_DIGITS:
                sentence = _("A mobile number has 11 digits, this one has %(n)d.") % {"n": digits}
            else:
                sentence = _("This is no telephone number that exists. Write +49 … for one from abroad.")
            raise forms.ValidationError(sentence) from None
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned["phone"] or cleaned["email"]):
            self.add_error("phone", _("Enter a telephone number or an e-mail address: without one nobody can answer."))
        return cleaned

    def given(self) -> NewLead:
        data = dict(self.cleaned_data)
        return NewLead(
            is_kept=data.pop("keeper", "rules") == "me", scope=data.pop("scope", None) or self._only_scope, **data
        )


class NewCompanyForm(CompanyForm):
    """A company as its licence and its website have it; looked up while typing."""

    website = forms.CharField(label=gettext_lazy("Website or e-mail domain"), required=False, max_length=200)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="company-%s")
        look_up = {
            "hx-post": reverse("entry:company_doubles"),
            "autocomplete": "off",
            **_CHECKED,
            "hx-target": "#alike",
        }
        for name in ("name", "credit_code", "website"):
            self.fields[name].widget.attrs |= look_up

    def clean_website(self) -> str:
        """The domain that somebody has registered; one of a mail provider is nobody's company."""
        text: str = self.cleaned_data["website"].strip()
        domain = organisation_of(text)
        if text and not domain:
            raise forms.ValidationError(_("This is no company's own domain. Write it as in example.com."))
        return domain
