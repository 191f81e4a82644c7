"""The door for one question as a colleague sets it up: form fields in, a typed question out."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec.structs import replace

from wutong.content.hosted.design import (
    ANSWER_MAX,
    FREE_TEXT,
    OPTIONS_MAX,
    SEPARATOR,
    TESTS,
    WITH_OPTIONS,
    Condition,
    Question,
)

KINDS: dict[str, str | Promise] = {
    "text": pgettext_lazy("question", "Short text"),
    "textarea": pgettext_lazy("question", "Long text"),
    "phone": pgettext_lazy("question", "Phone"),
    "email": pgettext_lazy("question", "E-mail"),
    "company": pgettext_lazy("question", "Company"),
    "select": pgettext_lazy("question", "Drop-down"),
    "radio": pgettext_lazy("question", "One of several"),
    "checkboxes": pgettext_lazy("question", "Several ticks"),
    "consent": pgettext_lazy("question", "Consent"),
    "hidden": pgettext_lazy("question", "Hidden source"),
}
PATTERNS: dict[str, str | Promise] = {
    "": gettext_lazy("Anything"),
    "digits": gettext_lazy("Digits only"),
    "letters_digits": gettext_lazy("Letters and digits only"),
    "postcode": gettext_lazy("A postcode of six digits"),
    "credit_code": gettext_lazy("A unified social credit code"),
    "web_address": gettext_lazy("A web address"),
    "chinese": gettext_lazy("Chinese characters only"),
}
CONDITIONS: dict[str, str | Promise] = {
    "is": pgettext_lazy("condition", "is"),
    "contains": pgettext_lazy("condition", "contains"),
    "answered": pgettext_lazy("condition", "is answered at all"),
}
BETWEEN_LANGUAGES = "|"


class QuestionForm(forms.Form):
    """One question. Fields that its kind has no use for are left out."""

    label = forms.CharField(label=gettext_lazy("Label, Chinese"), max_length=200)
    label_en = forms.CharField(label=gettext_lazy("Label, English"), max_length=200, required=False)
    placeholder = forms.CharField(label=gettext_lazy("Example inside, Chinese"), max_length=120, required=False)
    placeholder_en = forms.CharField(label=gettext_lazy("Example inside, English"), max_length=120, required=False)
    help = forms.CharField(label=gettext_lazy("Help below, Chinese"), max_length=300, required=False)
    help_en = forms.CharField(label=gettext_lazy("Help below, English"), max_length=300, required=False)
    options = forms.CharField(
        label=gettext_lazy("Options"),
        help_text=gettext_lazy("One a line; English after a bar: 现场 | On site"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    min = forms.IntegerField(label=gettext_lazy("At least so many characters"), min_value=0, max_value=500)
    max = forms.IntegerField(label=gettext_lazy("At most so many characters"), min_value=1, max_value=ANSWER_MAX)
    pattern = forms.ChoiceField(label=gettext_lazy("What it must look like"), required=False)
    parameter = forms.RegexField(
        label=gettext_lazy("Parameter of the page's address"),
        regex=r"[A-Za-z][A-Za-z0-9_-]*",
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example utm_source or channel. Without one the fixed text below is kept."),
    )
    value = forms.CharField(label=gettext_lazy("Fixed text"), max_length=200, required=False)
    purpose = forms.SlugField(
        label=gettext_lazy("What is agreed to, as a short word"),
        max_length=40,
        help_text=gettext_lazy("Kept with the person's consents, for example newsletter."),
    )
    shown_by = forms.ChoiceField(label=gettext_lazy("Show only if the answer to"), required=False)
    test = forms.ChoiceField(label=gettext_lazy("Condition"), required=False)
    wanted = forms.CharField(label=gettext_lazy("Text"), max_length=200, required=False)

    def __init__(self, data: QueryDict | None, *, question: Question, above: Sequence[Question]) -> None:
        """``above`` are the questions whose answers may show this one."""
        super().__init__(data, initial=_initial(question), label_suffix="")
        self.question = question
        for name in _useless(question):
            del self.fields[name]
        self._offer("pattern", PATTERNS)
        self._offer("test", {test: CONDITIONS[test] for test in TESTS})
        if above:
            names = {one.name: one.label or one.name for one in above}
            self._offer("shown_by", {"": gettext_lazy("Always show it"), **names})
        else:
            for name in ("shown_by", "test", "wanted"):
                self.fields.pop(name, None)

    def clean_options(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        pairs = [_pair(line) for line in self.cleaned_data["options"].splitlines() if line.strip(" |")]
        said = [chinese for chinese, _english in pairs]
        if not 1 <= len(said) <= OPTIONS_MAX:
            raise forms.ValidationError(_("Write between 1 and %(most)d options.") % {"most": OPTIONS_MAX})
        if len(set(said)) < len(said):
            raise forms.ValidationError(_("Two options read the same."))
        if any(SEPARATOR in one or len(one) > 80 for one in said):
            raise forms.ValidationError(_("An option has at most 80 characters, and no comma with a blank after it."))
        english = [english for _chinese, english in pairs]
        return tuple(said), tuple(english) if any(english) else ()

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("min") and given.get("max") and given["min"] > given["max"]:
            self.add_error("min", _("More than the most that may be written."))
        if given.get("shown_by") and given.get("test") != "answered" and not given.get("wanted", "").strip():
            self.add_error("wanted", _("Write which answer shows this question."))
        return given

    def as_question(self) -> Question:
        """What was set up; only of a valid form."""
        given = dict(self.cleaned_data)
        by, test, wanted = given.pop("shown_by", ""), given.pop("test", "is"), given.pop("wanted", "")
        options = given.pop("options", None)
        if options is not None:
            given["options"], given["options_en"] = options
        condition = Condition(question=by, test=test or "is", value=wanted if test != "answered" else "")
        return replace(self.question, **given, shown_if=condition if by else None)

    def _offer(self, name: str, choices: dict[str, Any]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices.items())


def _initial(question: Question) -> dict[str, Any]:
    condition = question.shown_if
    english = [*question.options_en, *[""] * len(question.options)]
    lines = [
        f"{option} {BETWEEN_LANGUAGES} {other}" if other else option
        for option, other in zip(question.options, english, strict=False)
    ]
    given = {name: getattr(question, name) for name in question.__struct_fields__}
    return given | {
        "options": "\n".join(lines),
        "shown_by": condition.question if condition else "",
        "test": condition.test if condition else "is",
        "wanted": condition.value if condition else "",
    }


def _useless(question: Question) -> list[str]:
    kind = question.kind
    drawn = {"placeholder", "placeholder_en"}
    useless: set[str] = set()
    if kind not in WITH_OPTIONS:
        useless |= {"options"}
    if kind not in FREE_TEXT:
        useless |= {"min", "max", "pattern"}
    if kind in WITH_OPTIONS or kind == "consent":
        useless |= drawn
    if kind == "textarea":
        useless |= {"pattern"}
    if kind != "consent":
        useless |= {"purpose"}
    if kind == "hidden":
        useless |= drawn | {"help", "help_en", "required", "shown_by", "test", "wanted"}
    else:
        useless |= {"parameter", "value"}
    return sorted(useless)


def _pair(line: str) -> tuple[str, str]:
    chinese, _bar, english = line.partition(BETWEEN_LANGUAGES)
    return chinese.strip() or english.strip(), english.strip()
