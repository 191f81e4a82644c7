"""What colleagues type about deals, contracts and companies."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.account_facts import organisation_of
from wutong.people.companies.places import division_name, division_named
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent
from wutong.people.models import Account, AccountFact, Affiliation, Industry, SizeBand
from wutong.platform.format import credit_code_masked
from wutong.sales.deal_rules import REASONS
from wutong.sales.models import AccountWish, Opportunity, OpportunityStage
from wutong.sales.opportunities import Term

_DATE = {"type": "date"}
_MOMENT = {"type": "datetime-local"}
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)
LARGEST_AMOUNT = Decimal("999999999999.99")


def _amount_field(**given: Any) -> forms.DecimalField:
    return forms.DecimalField(
        min_value=Decimal(0), max_value=LARGEST_AMOUNT, max_digits=14, decimal_places=2, localize=False, **given
    )


def _date_field(**given: Any) -> forms.DateField:
    widget = forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    within = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
    return forms.DateField(input_formats=["%Y-%m-%d"], widget=widget, validators=within, **given)


class DealForm(forms.Form):
    """What is known of an open deal."""

    name = forms.CharField(label=pgettext_lazy("opportunity", "Name"), max_length=120)
    amount = _amount_field(label=pgettext_lazy("opportunity", "Amount"), required=False)
    close_on = _date_field(label=_("Expected close"))
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_at = forms.DateTimeField(
        label=pgettext_lazy("next step", "When"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
    )
    competitor = forms.CharField(label=_("Competitor"), required=False, max_length=120)

    @classmethod
    def of(cls, deal: Opportunity) -> "DealForm":
        known = {name: getattr(deal, name) for name in cls.base_fields}
        if deal.next_step_at is not None:
            known["next_step_at"] = timezone.localtime(deal.next_step_at)
        return cls(initial=known, auto_id="deal-%s")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("next_step"):
            cleaned["next_step_at"] = None  # a time without a plan is no plan
        return cleaned


class CloseForm(forms.Form):
    """What ends a deal: a reason; an amount and a term when it is won; who won it otherwise."""

    reason = forms.ChoiceField(label=_("Reason"))
    amount = _amount_field(label=_("Amount agreed"))
    starts_on = _date_field(label=_("Contract starts"))
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=120)
    competitor = forms.CharField(label=_("Competitor"), required=False, max_length=120)

    def __init__(self, data: QueryDict | None = None, *, to: OpportunityStage, deal: Opportunity) -> None:
        known = {
            "amount": deal.amount,
            "starts_on": timezone.localdate() + timedelta(days=1),
            "months": 12,
            "competitor": deal.competitor,
        }
        super().__init__(data, initial=known, auto_id=f"{to.value}-{deal.public_id}-%s")
        self.to = to
        unasked = {
            OpportunityStage.WON: ["competitor"],
            OpportunityStage.LOST: ["amount", "starts_on", "months"],
            OpportunityStage.INVALID: ["amount", "starts_on", "months", "competitor"],
        }
        for name in unasked[to]:
            del self.fields[name]
        reasons = [("", _("Choose a reason")), *REASONS[to].items()]
        self.fields["reason"] = forms.ChoiceField(label=_("Reason"), choices=reasons)

    def given(self) -> dict[str, Any]:
        """The arguments of ``close_opportunity``."""
        data = dict(self.cleaned_data)
        if self.to == OpportunityStage.WON:
            data["term"] = Term(starts_on=data.pop("starts_on"), months=data.pop("months"))
        return data


class PartForm(forms.Form):
    """Somebody's part in a deal."""

    person = forms.UUIDField()
    role = forms.ChoiceField(choices=[("", _("role unknown")), *Affiliation.BuyingRole.choices], required=False)
    is_main = forms.BooleanField(required=False)


class ContractMoveForm(forms.Form):
    """Moving a contract by hand. ``was`` is the stage that the page showed."""

    was = forms.CharField(max_length=12)
    to = forms.CharField(max_length=12)
    reason = forms.CharField(required=False, max_length=40)


class RenewForm(forms.Form):
    """The contract that follows."""

    amount = _amount_field(label=pgettext_lazy("contract", "Amount"))
    ends_on = _date_field(label=_("Ends on"))

    @classmethod
    def proposed(cls, *, amount: Decimal, ends_on: date) -> "RenewForm":
        return cls(initial={"amount": amount, "ends_on": ends_on}, auto_id="renew-%s")


class CompanyForm(forms.Form):
    """What a company is known by. ``is_sure`` is asked for when the check digit of a code does not fit."""

    name = forms.CharField(label=_("Company name"), max_length=200)
    credit_code = forms.CharField(label=_("Unified social credit code"), required=False, max_length=40)
    is_sure = forms.BooleanField(label=_("The licence reads exactly so"), required=False)
    region = forms.CharField(
        label=pgettext_lazy("company", "Region"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, held: str | None = None, **kwargs: Any) -> None:
        """``held`` is the code that the company has already, whatever its check digit."""
        super().__init__(*args, **kwargs)
        self.held = held

    def clean_region(self) -> str:
        """The code of the division that was named."""
        return _region_code(self.cleaned_data["region"])

    def clean(self) -> dict[str, Any]:
        """The code in its normal form, or None."""
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned.get("credit_code", "")
        if self.held and typed == credit_code_masked(self.held):
            typed = self.held  # the field shows it masked, and nobody has written another
        try:
            cleaned["credit_code"] = credit_code(typed) if typed else None
        except NotACreditCode:
            sentence = _(
                "A credit code has 18 characters: digits and capital letters without I, O, S, V and Z. This has %(n)d."
            )
            self.add_error("credit_code", sentence % {"n": len(typed)})
            return cleaned
        code = cleaned["credit_code"]
        if code and code != self.held and not is_consistent(code) and not cleaned.get("is_sure"):
            self.add_error("credit_code", _("The check digit does not fit. Compare it with the licence."))
            self.add_error("is_sure", _("If the licence reads exactly so, tick this and save again."))
        return cleaned


class AccountForm(CompanyForm):
    """All that colleagues say of a company."""

    aliases = forms.CharField(
        label=_("Other names"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    domain = forms.CharField(label=_("E-mail domain"), required=False, max_length=120)
    further_domains = forms.CharField(
        label=_("Further domains"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    industry = forms.ChoiceField(
        label=pgettext_lazy("company", "Industry"), required=False, choices=[("", "—"), *Industry.choices]
    )
    size_band = forms.ChoiceField(
        label=pgettext_lazy("company", "Size"), required=False, choices=[("", "—"), *SizeBand.choices]
    )
    source = forms.ChoiceField(
        label=_("Where you know it from"),
        required=False,
        choices=[(one.value, one.label) for one in AccountFact.Source if one not in ("credit_code", "import")],
    )

    @classmethod
    def of(cls, account: Account) -> "AccountForm":
        known = {
            "name": account.name,
            "credit_code": credit_code_masked(account.credit_code) if account.credit_code else "",
            "domain": account.domain,
            "industry": account.industry,
            "size_band": account.size_band,
            "region": division_name(account.region),
            "aliases": "\n".join(account.aliases.order_by("pk").values_list("name", flat=True)),
            "further_domains": "\n".join(account.further_domains.order_by("pk").values_list("domain", flat=True)),
        }
        return cls(initial=known, auto_id="company-%s")

    def clean_further_domains(self) -> list[str]:
        """Each domain as it is registered."""
        given: list[str] = self.cleaned_data["further_domains"].split()
        for text in given:
            if not organisation_of(text):
                raise forms.ValidationError(_("%(domain)s is no company's own domain."), params={"domain": text})
        return given

    def clean_aliases(self) -> list[str]:
        return [name for line in self.cleaned_data["aliases"].splitlines() if (name := line.strip())]


class MemberForm(forms.Form):
    """Somebody's place in a company."""

    person = forms.UUIDField()
    title = forms.CharField(label=_("Title"), required=False, max_length=120)
    department = forms.CharField(label=_("Department"), required=False, max_length=120)
    buying_role = forms.ChoiceField(
        label=_("Part in buying"), choices=[("", _("role unknown")), *Affiliation.BuyingRole.choices], required=False
    )
    valid_from = _date_field(label=pgettext_lazy("place in a company", "From"), required=False)
    valid_to = _date_field(label=pgettext_lazy("place in a company", "Until"), required=False)

    @classmethod
    def of(cls, place: Affiliation) -> "MemberForm":
        known = {name: getattr(place, name) for name in cls.base_fields if name != "person"}
        return cls(initial=known, auto_id=f"place-{place.pk}-%s")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("This lies before the beginning."))
        return cleaned


class OwnerForm(forms.Form):
    """Who is to look after companies, for which product line, and whether open work goes along."""

    to = forms.UUIDField()
    line = forms.CharField(required=False, max_length=40)
    with_work = forms.BooleanField(required=False)


class WishForm(forms.Form):
    """What somebody asks of a company that is looked after by others, and why."""

    what = forms.ChoiceField(choices=AccountWish.What.choices)
    line = forms.CharField(max_length=40)
    reason = forms.CharField(max_length=300)


class FactForm(forms.Form):
    """What many companies are said to be: one of the three."""

    industry = forms.ChoiceField(label=pgettext_lazy("company", "Industry"), choices=[("", "—"), *Industry.choices])
    size_band = forms.ChoiceField(label=pgettext_lazy("company", "Size"), choices=[("", "—"), *SizeBand.choices])
    region = forms.CharField(label=pgettext_lazy("company", "Region"), max_length=60)

    def clean_region(self) -> str:
        return _region_code(self.cleaned_data["region"])


def _region_code(named: str) -> str:
    """The code of the division of that name; empty for none."""
    code = division_named(named.strip()) if named.strip() else ""
    if code is None:
        raise forms.ValidationError(_("There is no such place, or there are several. Write its province and city."))
    return code
