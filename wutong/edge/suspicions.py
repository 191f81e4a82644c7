"""Why a filled-in form looks like spam. It is kept nevertheless: a colleague can release it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from wutong.content.hosted.design import HONEYPOT, Design
from wutong.edge.form_tokens import Ticket

TOO_QUICK = timedelta(seconds=2)
"""Nobody reads, fills in and sends a page in less."""
LINKS_MAX = 2
"""As many web addresses a message may hold: somebody's own, and that of what is asked about."""

_LINK = re.compile(r"https?://|www\.[a-z0-9-]+\.", re.IGNORECASE)
_MARKUP = re.compile(r"<a\s[^>]*href|\[(?:url|link)[=\]]", re.IGNORECASE)
_NO_PLACE_FOR_LINKS = frozenset({"name", "title", "phone", "email"})


class Suspicion(StrEnum):
    """A reason to set a submission aside."""

    HONEYPOT = "honeypot"
    TOO_QUICK = "too_quick"
    LINKS = "links"


def suspicions(
    design: Design, answers: Mapping[str, str], *, trap: str, ticket: Ticket | None, at: datetime
) -> list[str]:
    """What is suspicious about ``answers``; ``trap`` is what stood in the field that people do not see."""
    found = []
    if trap and design.question(HONEYPOT) is None:
        found.append(Suspicion.HONEYPOT)
    if ticket is not None and at - ticket.opened_at < TOO_QUICK:
        found.append(Suspicion.TOO_QUICK)
    if _is_stuffed(design, answers):
        found.append(Suspicion.LINKS)
    return [reason.value for reason in found]


def _is_stuffed(design: Design, answers: Mapping[str, str]) -> bool:
    links = 0
    for question in design.questions:
        if question.kind == "hidden" or question.pattern == "web_address":
            continue
        text = answers.get(question.name, "")
        here = len(_LINK.findall(text))
        if _MARKUP.search(text) or (here and question.name in _NO_PLACE_FOR_LINKS):
            return True
        links += here
    return links > LINKS_MAX
