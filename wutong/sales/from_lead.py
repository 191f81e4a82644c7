"""What a deal can be made of when it comes from a lead: companies, open deals, a form with proposals."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import Lead
from wutong.people.accounts import name_key
from wutong.people.models import Account, Affiliation
from wutong.platform.models import Staff
from wutong.sales.deal_rules import may_change
from wutong.sales.models import Opportunity

CLOSES_IN = timedelta(days=90)
"""Proposed as the time a deal takes."""
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def accounts_of(lead: Lead) -> list[Account]:
    """The companies that the lead may be about: its own, then those its person works at."""
    works_at = Affiliation.objects.filter(person=lead.person_id).select_related("account").order_by("-created_at")[:20]
    found = {one.account_id: one.account for one in works_at}
    own = {lead.account.pk: lead.account} if lead.account is not None else {}
    return list((own | found).values())


def deals_of(lead: Lead, *, by: Staff) -> list[Opportunity]:
    """The open deals that the lead may feed: of its company and product line, as far as ``by`` works on them."""
    if lead.account_id is None:
        return []
    open_ones = Opportunity.objects.visible_to(by).open()
    fitting = open_ones.filter(account=lead.account_id, product_line=lead.product_line_id).select_related("owner")
    return [one for one in fitting.order_by("-changed_at")[:200] if may_change(one, by=by)][:20]


class OpenForm(forms.Form):
    """A deal in few words. Without ``deal`` a new one is opened."""

    deal_id = forms.ChoiceField(label=_("Opportunity"), required=False)
    name = forms.CharField(label=_("Name of the opportunity"), max_length=120, required=False)
    account_id = forms.ChoiceField(label=_("Company"), required=False)
    company = forms.CharField(label=_("New company"), max_length=200, required=False)
    amount = forms.DecimalField(
        label=_("Amount"), required=False, min_value=Decimal(0), max_digits=14, decimal_places=2
    )
    close_on = forms.DateField(
        label=_("Expected close"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))],
    )
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_at = forms.DateTimeField(
        label=pgettext_lazy("next step", "When"),
        required=False,
        input_formats=_MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    role = forms.ChoiceField(
        label=_("Role in buying"), required=False, choices=[("", _("role unknown")), *Affiliation.BuyingRole.choices]
    )

    def __init__(self, *args: Any, accounts: Sequence[Account], deals: Sequence[Opportunity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "deal-%s"
        self._accounts = {str(one.public_id): one for one in accounts}
        self._deals = {str(one.public_id): one for one in deals}
        named = [(key, one.name) for key, one in self._accounts.items()]
        running = [(key, f"{one.name} · {one.owner.full_name}") for key, one in self._deals.items()]
        self.fields["account_id"] = forms.ChoiceField(
            label=_("Company"), required=False, choices=[*named, ("", _("Another: name it"))]
        )
        self.fields["deal_id"] = forms.ChoiceField(
            label=_("Opportunity"), required=False, choices=[("", _("Open a new one")), *running]
        )
        if not running:
            del self.fields["deal_id"]
            self.fields["name"].required = self.fields["close_on"].required = True

    @classmethod
    def proposed(cls, lead: Lead, *, accounts: Sequence[Account], deals: Sequence[Opportunity]) -> "OpenForm":
        """The form with what can be guessed."""
        company = accounts[0].name if accounts else lead.person.company_name
        known = Affiliation.objects.filter(person=lead.person_id).exclude(buying_role="").first()
        return cls(
            accounts=accounts,
            deals=deals,
            initial={
                "name": gettext("%(company)s: %(line)s") % {"company": company or "—", "line": lead.product_line.name},
                "account_id": str(accounts[0].public_id) if accounts else "",
                "company": "" if accounts else lead.person.company_name,
                "close_on": timezone.localdate() + CLOSES_IN,
                "role": known.buying_role if known else "",
            },
        )

    @property
    def deal(self) -> Opportunity | None:
        """The open deal that was chosen."""
        return self._deals.get(self.cleaned_data.get("deal_id", ""))

    @property
    def account(self) -> Account | None:
        """The known company that was chosen."""
        return self._accounts.get(self.cleaned_data["account_id"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("next_step"):
            cleaned["next_step_at"] = None  # a time without a plan is no plan
        if cleaned.get("deal_id"):
            return cleaned
        for needed in ("name", "close_on"):
            if not cleaned.get(needed) and needed not in self.errors:
                self.add_error(needed, _("A new opportunity needs this."))
        is_chosen = "account_id" in self.errors or cleaned.get("account_id")
        if not is_chosen and not name_key(cleaned.get("company", "")):
            self.add_error("company", _("Choose the company, or name it."))
        return cleaned
