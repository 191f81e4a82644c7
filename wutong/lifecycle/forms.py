"""What colleagues type about leads."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import FollowUp, Stage


class FollowUpForm(forms.Form):
    """A recorded contact. ``id`` is minted with the form, so that sending it twice records it once."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("How"), choices=FollowUp.Kind.choices, initial=FollowUp.Kind.CALL)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=FollowUp.Outcome.choices, initial=FollowUp.Outcome.REACHED)
    note = forms.CharField(
        label=_("What was said"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    @classmethod
    def blank(cls) -> "FollowUpForm":
        """A new form, its next step proposed for tomorrow morning."""
        tomorrow = timezone.localtime() + timedelta(days=1)
        return cls(
            initial={"id": uuid.uuid4(), "next_step_at": tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("next_step"):
            cleaned["next_step_at"] = None  # a proposed time without a plan is no plan
        if cleaned.get("kind") == FollowUp.Kind.NOTE:
            if not cleaned.get("note", "").strip():
                self.add_error("note", _("A note needs some text."))
            cleaned["outcome"] = FollowUp.Outcome.NOTED
        return cleaned

    def given(self) -> dict[str, Any]:
        """The arguments of ``record_follow_up``."""
        data = dict(self.cleaned_data)
        return {
            "public_id": data.pop("id"),
            "kind": FollowUp.Kind(data.pop("kind")),
            "outcome": FollowUp.Outcome(data.pop("outcome")),
            **data,
        }


class MoveForm(forms.Form):
    """Moving a lead to another stage. ``was`` is the stage that the page showed."""

    was = forms.ChoiceField(choices=Stage.choices)
    to = forms.ChoiceField(choices=Stage.choices)
    reason = forms.CharField(required=False, max_length=40)
