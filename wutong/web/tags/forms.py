"""Fields and the buttons that ask before they act."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.forms import BoundField, CheckboxInput
from django.template import Context, Library
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, *, label: str = "", hint: str = "") -> dict[str, Any]:
    """A form field with its label, its help and, after a 422, its error beside it."""
    is_check = isinstance(bound.field.widget, CheckboxInput)
    return {"field": bound, "label": label or bound.label, "hint": hint or bound.help_text, "is_check": is_check}


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """The ``<option>`` of each pair of value and label."""
    taken = str(chosen)
    drawn = [
        f'<option value="{escape(value)}"{" selected" if value == taken else ""}>{escape(label)}</option>'
        for value, label in ((str(value), str(label)) for value, label in choices)
    ]
    return mark_safe("".join(drawn))  # noqa: S308  # escaped just now


@register.inclusion_tag("web/components/confirm.html", takes_context=True)
def confirm(
    context: Context,
    label: str,
    *,
    sentence: str,
    action: str,
    verb: str,
    tone: str = "bad",
    icon: str = "",
    side: str = "",
    target: str = "",
) -> dict[str, Any]:
    """A button that first says what will happen. ``verb`` names the act and the count: "Send to 1,842 people".

    ``side`` "start" opens the question from the button's left edge. With ``target`` (a selector) htmx posts and swaps
    the answer in there; without it the form is sent plainly and the view redirects.
    """
    given = {"label": label, "sentence": sentence, "action": action, "verb": verb, "tone": tone, "icon": icon}
    return {**given, "side": side, "target": target, "csrf_token": context.get("csrf_token")}
