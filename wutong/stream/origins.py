"""How people came: the first time ever, and the last time before they filled in a form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection

from wutong.config import config
from wutong.content.models import FormSubmission
from wutong.events.arrivals import FormPost
from wutong.events.hot import HotRow
from wutong.events.touch import Origin, classify, host_of, origin
from wutong.stream.batch import Batch


@dataclass(frozen=True)
class Came:
    """The two touches that a submission keeps."""

    first: Origin
    registration: Origin


def came_by(posts: Sequence[tuple[FormPost, HotRow]], batch: Batch) -> dict[UUID, Came]:
    """The touches of each form. What its own page was opened by counts where it says more than a direct visit."""
    people = [row.person_id for _, row in posts if row.person_id is not None]
    if not people:
        return {}
    first, last, told = _touches(_FIRST, people), _touches(_LAST, people, batch.at - _LATELY), _told_before(people)
    came = {}
    for post, row in posts:
        person = row.person_id or 0
        own = _own(post, batch)
        registration = own if own.channel not in ("", "direct") else last.get(person, own)
        if not registration.channel:
            registration = msgspec.structs.replace(registration, channel="direct")
        known = [one for one in (first.get(person), told.get(person)) if one is not None and one.at is not None]
        came[post.id] = Came(min(known, key=lambda one: str(one.at), default=registration), registration)
    return came


def hosts_of(origins: Iterable[str]) -> set[str]:
    """The hosts that are the company's own: its website's, and the one that shows its forms."""
    return {host_of(one) for one in origins} | {host_of(config().edge_origin)}


def _own(post: FormPost, batch: Batch) -> Origin:
    """How the form's own page was reached; no channel when from a page of ours."""
    ours = hosts_of(batch.forms[post.form].site.origins)
    ref = "" if host_of(post.ref) in ours else post.ref
    touch = classify(post.url, ref)
    is_from_us = ref != post.ref and touch.channel == "direct"
    return origin(
        at=post.occurred_at,
        channel="" if is_from_us else touch.channel,
        campaign=touch.campaign,
        url=post.url,
        referrer=host_of(ref),
    )


_FIRST = """
SELECT DISTINCT ON (person_id) person_id, occurred_at, channel, campaign, url, coalesce(props->>'referrer', '')
FROM event WHERE person_id = ANY(%s) AND channel <> '' AND name IN ('page_viewed', 'consent_given')
ORDER BY person_id, occurred_at
"""
_LATELY = timedelta(days=90)
# The last one that was not direct, else the last; an older visit did not bring today's form.
_LAST = """
SELECT DISTINCT ON (person_id) person_id, occurred_at, channel, campaign, url, coalesce(props->>'referrer', '')
FROM event WHERE person_id = ANY(%s) AND channel <> '' AND name IN ('page_viewed', 'consent_given')
  AND occurred_at > %s
ORDER BY person_id, channel = 'direct', occurred_at DESC
"""


def _told_before(people: Sequence[int]) -> dict[int, Origin]:
    """The first touch that an earlier form has kept: the visit itself may have left the hot store since."""
    kept = (
        FormSubmission.objects.filter(person__in=people)
        .exclude(first_touch={})
        .order_by("person_id", "at")
        .distinct("person_id")
        .values_list("person_id", "first_touch")
    )
    return {person: msgspec.convert(touch, Origin) for person, touch in kept}


def _touches(statement: str, people: Sequence[int], *since: datetime) -> dict[int, Origin]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(people), *since])
        return {
            person: origin(at=at, channel=channel, campaign=campaign, url=url, referrer=referrer)
            for person, at, channel, campaign, url, referrer in cursor.fetchall()
        }
