"""Forms of the scoring page."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar, cast
from uuid import uuid4

import msgspec
from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wutong.events.taxonomy import TAXONOMY
from wutong.scoring.definition import DIGITS, LETTERS, ActRule, Attribute, Definition, FitRule
from wutong.scoring.sentences import FACTS, fact_of
from wutong.scoring.shipped import name_of

R = TypeVar("R", FitRule, ActRule)
_BETWEEN = re.compile(r"[\n,，、;；]+")
_CELLS = [(f"{letter}{digit}", f"{letter}{digit}") for letter in LETTERS for digit in DIGITS]


class WordsField(forms.CharField):
    """Words as people list them: a line each, or with commas between."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value)
        words = tuple(dict.fromkeys(word for part in _BETWEEN.split(text) if (word := part.strip())))
        if len(words) > 60 or any(len(word) > 60 for word in words):
            raise forms.ValidationError(_("At most 60 words of at most 60 characters each."))
        return words

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, tuple | list) else value


class RuleForm(forms.Form):
    """What fit rules and act rules have in common."""

    name = forms.CharField(label=_("Name"), max_length=60)
    points = forms.FloatField(
        label=_("Points"), min_value=-100, max_value=100, help_text=_("Negative points lower the score.")
    )
    is_on = forms.BooleanField(label=_("Counts"), required=False, initial=True)


class FitRuleForm(RuleForm):
    """A fact and its points."""

    fact = forms.ChoiceField(
        label=pgettext_lazy("scoring rule", "When"), choices=lambda: [(code, str(said)) for code, said in FACTS.items()]
    )
    words = WordsField(
        label=_("Words"), required=False, help_text=_("A line each. Needed where the sentence speaks of a list.")
    )
    field_order = ("name", "fact", "words", "points", "is_on")

    @staticmethod
    def initial_of(rule: FitRule) -> dict[str, Any]:
        shown = {"name": name_of(rule), "points": rule.points, "is_on": rule.is_on}
        return {**shown, "fact": fact_of(rule), "words": () if ":" in fact_of(rule) else rule.any_of}

    def rule(self, before: FitRule | None) -> FitRule:
        given = self.cleaned_data
        attribute, _sep, state = given["fact"].partition(":")
        return FitRule(
            code=before.code if before else _fresh_code(),
            attribute=cast("Attribute", attribute),
            any_of=(state,) if state else given["words"],
            points=given["points"],
            name=_own_name(given["name"], before),
            is_on=given["is_on"],
        )


class ActRuleForm(RuleForm):
    """An act, its points, how they fade and the most they count for."""

    event = forms.ChoiceField(label=_("When somebody"))
    paths = WordsField(
        label=_("The page's address contains one of"), required=False, help_text=_("A line each; empty: any page.")
    )
    about = WordsField(
        label=_("The form or the link is one of"), required=False, help_text=_("Parts of a form's key; “download”.")
    )
    half_life_days = forms.FloatField(
        label=_("Halves after (days)"),
        required=False,
        min_value=0.1,
        max_value=3_650,
        help_text=_("Empty: the points stay for good."),
    )
    cap = forms.FloatField(label=_("Counts at most"), required=False, min_value=0.1, max_value=100)
    day_cap = forms.FloatField(label=_("At most a day"), required=False, min_value=0.1, max_value=100)
    field_order = ("name", "event", "paths", "about", "points", "half_life_days", "cap", "day_cap", "is_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_chinese = (get_language() or "zh").startswith("zh")
        kinds = [kind for kind in TAXONOMY.values() if not kind.ours]
        choices = [(kind.name, kind.zh if is_chinese else kind.en) for kind in kinds]
        self.fields["event"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    @staticmethod
    def initial_of(rule: ActRule) -> dict[str, Any]:
        return {**msgspec.structs.asdict(rule), "name": name_of(rule)}

    def rule(self, before: ActRule | None) -> ActRule:
        given = dict(self.cleaned_data)
        given["name"] = _own_name(given["name"], before)
        return ActRule(code=before.code if before else _fresh_code(), **given)


class BoundsForm(forms.Form):
    """Thresholds, gate and hysteresis."""

    fit_a = forms.FloatField(label=_("Fit A from"), min_value=1, max_value=100)
    fit_b = forms.FloatField(label=_("Fit B from"), min_value=1, max_value=100)
    fit_c = forms.FloatField(label=_("Fit C from"), min_value=1, max_value=100)
    behaviour_1 = forms.FloatField(label=_("Behaviour 1 from"), min_value=1, max_value=100)
    behaviour_2 = forms.FloatField(label=_("Behaviour 2 from"), min_value=1, max_value=100)
    behaviour_3 = forms.FloatField(label=_("Behaviour 3 from"), min_value=1, max_value=100)
    gate = forms.MultipleChoiceField(
        label=_("Cells that make an MQL"), choices=_CELLS, required=False, widget=forms.CheckboxSelectMultiple
    )
    hysteresis_days = forms.IntegerField(label=_("Leaves it after (days below)"), min_value=0, max_value=365)

    @staticmethod
    def initial_of(definition: Definition) -> dict[str, Any]:
        bounds = dict(zip(("fit_a", "fit_b", "fit_c"), definition.fit_from, strict=True))
        bounds |= zip(("behaviour_1", "behaviour_2", "behaviour_3"), definition.behaviour_from, strict=True)
        return {**bounds, "gate": list(definition.gate), "hysteresis_days": definition.hysteresis_days}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for names in (("fit_a", "fit_b", "fit_c"), ("behaviour_1", "behaviour_2", "behaviour_3")):
            bounds = [cleaned[name] for name in names if name in cleaned]
            if bounds != sorted(set(bounds), reverse=True):
                self.add_error(names[-1], _("Each grade begins below the one before it."))
        return cleaned

    def definition(self, before: Definition) -> Definition:
        given = self.cleaned_data
        return msgspec.structs.replace(
            before,
            fit_from=(given["fit_a"], given["fit_b"], given["fit_c"]),
            behaviour_from=(given["behaviour_1"], given["behaviour_2"], given["behaviour_3"]),
            gate=tuple(sorted(given["gate"])),
            hysteresis_days=given["hysteresis_days"],
        )


def with_rule(rules: Sequence[R], rule: R) -> tuple[R, ...]:
    """``rules`` with ``rule`` in the place of the one of its code, else at the end."""
    changed = [rule if one.code == rule.code else one for one in rules]
    if rule not in changed:
        changed.append(rule)
    return tuple(changed)


def _own_name(given: str, before: FitRule | ActRule | None) -> str:
    """A shipped rule keeps its translated name until somebody gives it another."""
    return before.name if before is not None and given == name_of(before) else given


def _fresh_code() -> str:
    return f"own_{uuid4().hex[:10]}"
