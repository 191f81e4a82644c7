"""What colleagues type about leads."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.advice import Proposed
from wutong.lifecycle.hand_over import Bant, HandOverFacts
from wutong.lifecycle.models import FollowUp, HandOver, OwnContactStatus, Stage
from wutong.lifecycle.sellers import Proposal
from wutong.lifecycle.stages import REASONS
from wutong.platform.models import Staff

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
Outcome = FollowUp.Outcome


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class WorkForm(forms.Form):
    """A form of the work area, where several stand side by side: ``name`` tells its fields' ids from the others'."""

    name: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{self.name}-%s"


class SeenForm(WorkForm):
    """A form that sends back the mark of what it showed; see :mod:`wutong.lifecycle.seen`."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class FollowUpForm(WorkForm):
    """A recorded contact. ``id`` is minted with the form, so that sending it twice records it once."""

    name = "follow-up"
    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("How"), choices=FollowUp.Kind.choices, initial=FollowUp.Kind.CALL, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Outcome.choices[:4], initial=Outcome.REACHED, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What was said"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_at = forms.DateTimeField(
        label=pgettext_lazy("next step", "When"), required=False, input_formats=MOMENT_FORMATS, widget=moment_input()
    )

    @classmethod
    def blank(cls, proposed: Mapping[Outcome, Proposed]) -> "FollowUpForm":
        """A new form, its next step proposed as after somebody was reached."""
        reached = proposed[Outcome.REACHED]
        return cls(initial={"id": uuid.uuid4(), "next_step": reached.text, "next_step_at": reached.at})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("next_step"):
            cleaned["next_step_at"] = None  # a proposed time without a plan is no plan
        if cleaned.get("kind") == FollowUp.Kind.NOTE:
            if not cleaned.get("note", "").strip():
                self.add_error("note", _("A note needs some text."))
            cleaned["outcome"] = Outcome.NOTED
        return cleaned

    def given(self) -> dict[str, Any]:
        """The arguments of ``record_follow_up``."""
        data = dict(self.cleaned_data)
        return {
            "public_id": data.pop("id"),
            "kind": FollowUp.Kind(data.pop("kind")),
            "outcome": Outcome(data.pop("outcome")),
            **data,
        }


class MoveForm(forms.Form):
    """Moving a lead to another stage. ``was`` is the stage that the page showed."""

    was = forms.ChoiceField(choices=Stage.choices)
    to = forms.ChoiceField(choices=Stage.choices)
    reason = forms.CharField(required=False, max_length=40)


class WasForm(WorkForm):
    """An act on a lead as the page showed it."""

    name = "was"
    was = forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)


class ReturnForm(WasForm):
    """Giving a lead back to the SDR."""

    name = "return"
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *REASONS[Stage.RETURNED].items()]
    )
    note = forms.CharField(
        label=_("What the SDR should know"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BantForm(SeenForm):
    """Budget, authority, need, timing: four short answers."""

    name = "bant"
    budget = forms.CharField(label=_("Budget"), required=False, max_length=200)
    authority = forms.CharField(label=_("Who decides"), required=False, max_length=200)
    need = forms.CharField(label=_("Need"), required=False, max_length=200)
    timing = forms.CharField(label=_("When needed"), required=False, max_length=200)

    def given(self) -> Bant:
        return Bant(**{name: self.cleaned_data[name] for name in Bant.__struct_fields__})


class HandOverForm(WasForm):
    """What the SDR tells sales, and whom."""

    name = "hand-over"
    to = forms.ChoiceField(label=_("To whom"))
    need = forms.CharField(label=_("Need"), max_length=300)
    pain = forms.CharField(label=_("Pain"), max_length=300)
    intent = forms.ChoiceField(label=_("Intent"), choices=HandOver.Intent.choices, initial=HandOver.Intent.MEDIUM)
    level = forms.ChoiceField(label=_("Size of the customer"), choices=HandOver.Level.choices, initial="unknown")
    budget = forms.CharField(label=_("Budget"), max_length=120)
    project_period = forms.ChoiceField(
        label=_("Project period"), choices=HandOver.Period.choices, initial=HandOver.Period.UNKNOWN
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}))

    _FACTS: ClassVar[tuple[str, ...]] = ("need", "pain", "budget", "note")

    def __init__(self, *args: Any, sellers: Sequence[Staff], proposal: Proposal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sellers = {str(one.public_id): one for one in sellers}
        to = self.fields["to"]
        to.choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", pgettext_lazy("person", "Choose")),
            *(
                (key, f"{one.full_name} · {one.team}" if one.team else one.full_name)
                for key, one in self._sellers.items()
            ),
        ]
        if proposal is not None:
            to.initial = str(proposal.seller.public_id)
            to.help_text = _("Proposed: %(name)s %(why)s.") % {"name": proposal.seller.full_name, "why": proposal.why}

    @property
    def seller(self) -> Staff:
        return self._sellers[self.cleaned_data["to"]]

    def given(self) -> HandOverFacts:
        data = self.cleaned_data
        return HandOverFacts(
            **{name: data[name] for name in self._FACTS},
            intent=HandOver.Intent(data["intent"]),
            level=HandOver.Level(data["level"]),
            project_period=HandOver.Period(data["project_period"]),
        )


class AssignForm(SeenForm):
    """Giving a lead to a colleague."""

    name = "assign"
    to = forms.ChoiceField(label=_("To whom"))

    def __init__(self, *args: Any, colleagues: Sequence[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._colleagues = {str(one.public_id): one for one in colleagues}
        named = [
            (key, f"{one.full_name} · {one.team}" if one.team else one.full_name)
            for key, one in self._colleagues.items()
        ]
        self.fields["to"] = forms.ChoiceField(
            label=_("To whom"), choices=[("", pgettext_lazy("person", "Choose")), *named]
        )

    @property
    def colleague(self) -> Staff:
        return self._colleagues[self.cleaned_data["to"]]


class NextStepForm(SeenForm):
    """Putting a lead off until a moment."""

    name = "snooze"
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_at = forms.DateTimeField(
        label=pgettext_lazy("next step", "When"), input_formats=MOMENT_FORMATS, widget=moment_input()
    )

    @classmethod
    def proposed(cls, *, step: str, at: datetime | None) -> "NextStepForm":
        return cls(initial={"next_step": step, "next_step_at": at})


class ContactStatusForm(SeenForm):
    """Saying by hand how far contacts have come; the use case knows which there are."""

    name = "contact-status"
    status = forms.CharField(max_length=41)


class OwnStatusForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """A contact status of the company's own."""

    class Meta:
        model = OwnContactStatus
        fields = ("name", "is_active")
        labels = {"name": _("Name"), "is_active": _("Can be chosen")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"status-{self.instance.pk or 'new'}-%s"

    def validate_unique(self) -> None:
        """The use case says so itself, by a refusal."""
