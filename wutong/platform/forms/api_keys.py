"""The form of a new API key."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.platform.forms.staff import TeamField
from wutong.platform.models import ApiRight, BusinessScope

PER_MINUTE = 600
MOST_PER_MINUTE = 60_000
_YEAR = timedelta(days=365)


class _DateInput(forms.DateInput):
    input_type = "date"


class ScopeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no parameter at run time
    """A part of the business, by its name."""

    def label_from_instance(self, obj: BusinessScope) -> str:
        return obj.name


class ApiKeyForm(forms.Form):
    """What another system is called, may do, for whom, how often and how long."""

    name = forms.CharField(
        label=pgettext_lazy("of a system", "Name"), max_length=80, help_text=_("The system that will use the key.")
    )
    rights = forms.MultipleChoiceField(
        label=_("The key may"), choices=ApiRight.choices, widget=forms.CheckboxSelectMultiple
    )
    team = TeamField(
        label=_("Team"),
        empty_label=None,
        help_text=_("Leads it sends go to this team. It sees the leads of this team and of the teams below."),
    )
    scope = ScopeField(label=_("Part of the business"), queryset=BusinessScope.objects.order_by("id"), empty_label=None)
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=MOST_PER_MINUTE, initial=PER_MINUTE
    )
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=_DateInput, help_text=_("Empty: until somebody revokes it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = (timezone.localdate() + _YEAR).isoformat()
        scopes = list(BusinessScope.objects.order_by("id")[:2])
        if len(scopes) == 1:
            del self.fields["scope"]  # nothing to choose in a company of one part
            self._only_scope = scopes[0]

    def clean_rights(self) -> list[ApiRight]:
        rights = [ApiRight(right) for right in self.cleaned_data["rights"]]
        if ApiRight.PEOPLE_REVEAL in rights and ApiRight.PEOPLE_READ not in rights:
            rights.append(ApiRight.PEOPLE_READ)  # the one is of no use without the other
        return rights

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if hasattr(self, "_only_scope"):
            cleaned["scope"] = self._only_scope
        expires_on = cleaned.pop("expires_on", None)
        cleaned["expires_at"] = None
        if expires_on is not None:
            cleaned["expires_at"] = timezone.make_aware(datetime.combine(expires_on + timedelta(days=1), time(0)))
            if cleaned["expires_at"] <= timezone.now():
                self.add_error("expires_on", ValidationError(_("This day is over. Choose a later one.")))
        return cleaned
