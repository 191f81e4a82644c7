"""What the events of the hot store are to scoring."""

from collections.abc import Mapping
from typing import Any

_ABOUT = {"form_started": "form", "form_submitted": "form", "link_clicked": "kind"}
"""The property that says what an event is about."""


def about(event: str, props: Mapping[str, Any]) -> str:
    """What an act is about: the form's key, the kind of link; nothing for other acts."""
    name = _ABOUT.get(event)
    return str(props.get(name, "")) if name else ""
