"""The conditions of the audit page."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit_labels import ACTIONS, SUBJECTS
from wutong.platform.audit_trail import Conditions
from wutong.platform.models import Staff


class _DateInput(forms.DateInput):
    input_type = "date"


class AuditFilterForm(forms.Form):
    """As they stand in the address. A condition that makes no sense is left out."""

    actor = forms.UUIDField(label=_("Who"), required=False)
    action = forms.ChoiceField(label=_("Act"), required=False)
    subject_kind = forms.ChoiceField(label=_("Object"), required=False)
    subject_id = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    since = forms.DateField(label=_("From"), required=False, widget=_DateInput)
    until = forms.DateField(label=_("Until"), required=False, widget=_DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_label = lambda item: str(item[1])  # noqa: E731  # used twice below
        self.fields["action"].choices = [("", _("All acts")), *sorted(ACTIONS.items(), key=by_label)]  # type: ignore[attr-defined]  # a choice field
        self.fields["subject_kind"].choices = [("", _("All objects")), *sorted(SUBJECTS.items(), key=by_label)]  # type: ignore[attr-defined]  # a choice field
        colleagues = Staff.objects.order_by("sort_key", "pk").values_list("public_id", "full_name")
        self.fields["actor"].widget = forms.Select(choices=[("", _("Everybody")), *colleagues])

    def conditions(self) -> Conditions:
        self.is_valid()
        given = self.cleaned_data
        return Conditions(
            actor=given.get("actor"),
            action=given.get("action") or "",
            subject_kind=given.get("subject_kind") or "",
            subject_id=given.get("subject_id") or "",
            since=_midnight(given["since"]) if given.get("since") else None,
            until=_midnight(given["until"] + timedelta(days=1)) if given.get("until") else None,
        )


def _midnight(on: Any) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(0)))
