"""The radio buttons with which a contact is recorded: their keys, their icons, the next step after each outcome."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wutong.lifecycle.advice import Proposed
from wutong.lifecycle.forms import FollowUpForm
from wutong.lifecycle.models import FollowUp

_KINDS = ("call", "chat", "mail", "visit", "note")
_KEYS = dict(zip(_KINDS, "cwmvn", strict=True))
_ICONS = {"call": "phone", "chat": "message", "mail": "mail", "visit": "map-pin", "note": "note"}


def choices_of(form: FollowUpForm, proposed: Mapping[FollowUp.Outcome, Proposed]) -> dict[str, Any]:
    """The radio buttons of the form with what they carry besides: keys, icons, the next step after an outcome."""
    steps = dict(enumerate(proposed.values(), start=1))
    return {
        "kinds": [
            {"option": option, "key": _KEYS[option.data["value"]], "icon": _ICONS[option.data["value"]]}
            for option in form["kind"]
        ],
        "outcomes": [
            {"option": option, "key": number, "step": steps[number].text, "at": _as_input(steps[number].at)}
            for number, option in enumerate(form["outcome"], start=1)
        ],
    }


def _as_input(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M") if at else ""
