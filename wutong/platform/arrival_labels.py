"""What doors, lanes and reasons of arrivals, and queues of jobs, are called on pages.

The codes are of the packages above; a test asks that each has its words here.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Label = str | Promise

LANES: dict[str, Label] = {"collector": pgettext_lazy("lane of the inbox", "Events and forms")}

QUEUES: dict[str, Label] = {
    "urgent": pgettext_lazy("queue of jobs", "Urgent"),
    "default": pgettext_lazy("queue of jobs", "Ordinary"),
    "lake": pgettext_lazy("queue of jobs", "Lake"),
    "upkeep": pgettext_lazy("queue of jobs", "Upkeep"),
    "imports": pgettext_lazy("queue of jobs", "Imports and exports"),
}

DOORS: dict[str, Label] = {
    "web": pgettext_lazy("door of arrivals", "Tracking script"),
    "server": pgettext_lazy("door of arrivals", "Other systems"),
    "pixel": pgettext_lazy("door of arrivals", "Pixel"),
    "redirect": pgettext_lazy("door of arrivals", "Tracked links"),
    "form": pgettext_lazy("door of arrivals", "Forms"),
    "stream": pgettext_lazy("door of arrivals", "While being worked through"),
}

REASONS: dict[str, Label] = {
    "malformed": pgettext_lazy("why an arrival was dropped", "Cannot be read"),
    "unknown_event": pgettext_lazy("why an arrival was dropped", "Kind of event unknown"),
    "bad_props": pgettext_lazy("why an arrival was dropped", "Properties do not fit the event"),
    "bad_id": pgettext_lazy("why an arrival was dropped", "Id of the event cannot be"),
    "bad_time": pgettext_lazy("why an arrival was dropped", "Time cannot be"),
    "bad_text": pgettext_lazy("why an arrival was dropped", "Text with broken characters"),
    "bad_number": pgettext_lazy("why an arrival was dropped", "Number cannot be"),
    "too_deep": pgettext_lazy("why an arrival was dropped", "Nested too deep"),
    "too_long": pgettext_lazy("why an arrival was dropped", "Text too long"),
    "clock_skew": pgettext_lazy("why an arrival was dropped", "Sender's clock is too far off"),
    "bad_identifier": pgettext_lazy("why an arrival was dropped", "Telephone number, e-mail or id cannot be"),
    "bad_request": pgettext_lazy("why an arrival was dropped", "Whole request cannot be read"),
    "too_large": pgettext_lazy("why an arrival was dropped", "Request too large"),
    "foreign_origin": pgettext_lazy("why an arrival was dropped", "From a website that is not allowed"),
    "unknown_site": pgettext_lazy("why an arrival was dropped", "Website or form unknown"),
    "too_many_requests": pgettext_lazy("why an arrival was dropped", "Too many from one address"),
    "bad_key": pgettext_lazy("why an arrival was dropped", "Server key is wrong"),
    "bad_token": pgettext_lazy("why an arrival was dropped", "Link or form page too old or altered"),
    "bad_answers": pgettext_lazy("why an arrival was dropped", "Answers do not fit the form"),
    "not_stored": pgettext_lazy("why an arrival was dropped", "Could not be stored"),
    "no_origin": pgettext_lazy("why an arrival was dropped", "Taken without saying from which website"),
    "suspected_spam": pgettext_lazy("why an arrival was dropped", "Looks like spam, set aside"),
    "time_clamped": pgettext_lazy("why an arrival was dropped", "Taken with its time put right"),
    "repeated": pgettext_lazy("why an arrival was dropped", "Sent again, known already"),
    "id_reused": pgettext_lazy("why an arrival was dropped", "Another event had this id before"),
    "unknown_form": pgettext_lazy("why an arrival was dropped", "Form no longer there"),
}

_KINDS: dict[str, Mapping[str, Label]] = {"lane": LANES, "queue": QUEUES, "door": DOORS, "reason": REASONS}


def in_words(code: str, kind: str) -> Label:
    """The words of the code of a lane, queue, door or reason; what an older version has left shows as it is."""
    return _KINDS[kind].get(code, code)
