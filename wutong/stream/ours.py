"""The step that recognises our own: by a rule, or by the link with which a colleague marks the own browser."""

from urllib.parse import parse_qs, urlsplit

from wutong.events.arrivals import Hit
from wutong.people.own import LINK_PARAMETER, claim_own, mark_browsers
from wutong.stream.batch import Batch


def know_our_own(batch: Batch) -> None:
    """Mark browsers that came by a colleague's link, and people whom a rule names, before their acts are stored."""
    opened = []
    named = set()
    for arrival in batch.arrivals:
        whose = batch.recognised.whose.get(arrival.id)
        if whose is None:
            continue
        if not isinstance(arrival, Hit) or arrival.identifiers:
            named.add(whose.person_id)
        elif f"{LINK_PARAMETER}=" in arrival.url:
            value = parse_qs(urlsplit(arrival.url).query).get(LINK_PARAMETER, [""])[0]
            opened.append((value, whose.subject_id, whose.person_id))
    if opened:
        mark_browsers(opened, at=batch.at)
    claim_own(sorted(named))
