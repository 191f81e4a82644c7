"""What colleagues enter about a company's own fields: the fields themselves, and what is in them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wutong.people.custom_fields import LONGEST_CODE, MOST_OPTIONS, Described
from wutong.people.custom_values import NotAValue, plain_number, read_text
from wutong.people.models import CustomField
from wutong.platform.models import Role

_K = CustomField.Kind


class FieldForm(forms.Form):
    """What of a field may be changed at any time."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=40)
    group = forms.CharField(
        label=pgettext_lazy("custom fields", "Group"),
        max_length=40,
        required=False,
        help_text=_("Fields of one group stand together under its name."),
    )
    is_required = forms.BooleanField(label=_("Must be filled in when somebody edits the fields"), required=False)
    lowest = forms.DecimalField(label=_("At least"), required=False, max_digits=17, decimal_places=4)
    highest = forms.DecimalField(label=_("At most"), required=False, max_digits=17, decimal_places=4)
    readers = forms.MultipleChoiceField(
        label=_("Who may see it"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    editors = forms.MultipleChoiceField(
        label=_("Who may fill it in"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Whoever may fill it in sees it. Administrators may do both."),
    )
    for_keys = forms.ChoiceField(label=_("Other systems may, by their keys"), choices=CustomField.ForKeys.choices)

    @classmethod
    def of(cls, field: CustomField) -> "FieldForm":
        known = {name: getattr(field, name) for name in FieldForm.base_fields}
        known |= {name: plain_number(known[name]) for name in ("lowest", "highest") if known[name] is not None}
        return cls(initial=known, kind=field.kind)

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind and kind not in (_K.NUMBER, _K.MONEY):
            del self.fields["lowest"], self.fields["highest"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        least, most = cleaned.get("lowest"), cleaned.get("highest")
        if least is not None and most is not None and least > most:
            self.add_error("highest", _("This lies below the least."))
        return cleaned

    def described(self) -> Described:
        given = {name: self.cleaned_data[name] for name in FieldForm.base_fields if name in self.cleaned_data}
        return Described(**given)


class NewFieldForm(FieldForm):
    """A field that is added, with what never changes of it."""

    about = forms.ChoiceField(label=pgettext_lazy("custom field", "For"), choices=CustomField.About.choices)
    kind = forms.ChoiceField(label=pgettext_lazy("custom field", "Kind"), choices=_K.choices)
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=LONGEST_CODE,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Small letters, digits and _, a letter first."))],
        help_text=_("What programs and files call it. It never changes; empty: made of the English name."),
    )
    options = forms.CharField(
        label=_("Answers to choose from"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the two kinds with several answers: one a line."),
    )
    field_order = ("about", "kind", "name_zh", "name_en", "group", "options", "code")

    def __init__(self, data: Any = None) -> None:
        everybody = [role.value for role in Role]
        first = {"readers": everybody, "editors": everybody, "for_keys": CustomField.ForKeys.READ.value}
        super().__init__(data, initial=first)

    def clean_options(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        if any(len(line) > 40 for line in lines) or len(lines) > MOST_OPTIONS:
            raise forms.ValidationError(
                _("At most %(most)d answers of at most 40 characters."), params={"most": MOST_OPTIONS}
            )
        return lines

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") in (_K.ONE, _K.MANY) and cleaned.get("options") == []:
            self.add_error("options", _("Write at least one answer to choose from."))
        return cleaned


class OptionForm(forms.Form):
    """What an answer is called."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=40)


class ValuesForm(forms.Form):
    """What is in the fields of a person or a company. Its cleaned data holds each value in its one text."""

    def __init__(
        self, data: Any = None, *, fields: Iterable[CustomField], held: Mapping[str, str], auto_id: str = "own-%s"
    ) -> None:
        self.asked = {f"cf-{field.code}": field for field in fields}
        self.held = {name: held.get(field.code, "") for name, field in self.asked.items()}
        initial: dict[str, Any] = {
            name: value.split(",") if self.asked[name].kind == _K.MANY and value else value
            for name, value in self.held.items()
        }
        super().__init__(data, initial=initial, auto_id=auto_id)
        for name, field in self.asked.items():
            self.fields[name] = _form_field(field, self.held[name])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, field in self.asked.items():
            if name not in cleaned:
                continue
            given = cleaned[name]
            try:
                text = ",".join(given) if isinstance(given, list) else given
                cleaned[name] = read_text(field, text, held=self.held[name])
            except NotAValue as no:
                self.add_error(name, str(no))
        return cleaned

    def values(self) -> dict[CustomField, str]:
        return {field: self.cleaned_data[name] for name, field in self.asked.items()}


def _form_field(field: CustomField, held: str) -> forms.Field:
    given: dict[str, Any] = {"label": field.name, "required": field.is_required}
    offered = [
        (one.code, one.name) for one in field.options.all() if one.is_active or one.code in held.split(",")
    ] if field.has_options else []  # fmt: skip
    match field.kind:
        case _K.YES_NO:
            return forms.ChoiceField(choices=[("", "—"), ("yes", gettext("yes")), ("no", gettext("no"))], **given)
        case _K.ONE:
            return forms.ChoiceField(choices=[("", "—"), *offered], **given)
        case _K.MANY:
            return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **given)
        case _K.DATE:
            widget = forms.DateInput(attrs={"type": "date"})
            return forms.CharField(max_length=40, widget=widget, **given)
        case _K.NUMBER | _K.MONEY:
            return forms.CharField(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **given)
        case _K.LINK:
            return forms.CharField(max_length=500, widget=forms.TextInput(attrs={"inputmode": "url"}), **given)
    return forms.CharField(max_length=300, **given)
