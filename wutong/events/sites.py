"""Setting up the company's websites."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from wutong.events.models import Event, Site
from wutong.platform.audit import record
from wutong.platform.models import BusinessScope, Staff, Team
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import digest

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


class NotAnOrigin(Refusal):
    """A text is not the beginning of a website's address."""

    code = "not_an_origin"
    message = _("%(text)s is not the beginning of an address. Write it like https://www.example.com, without a path.")


def origins_in(text: str) -> list[str]:
    """The origins in ``text``, one a line or separated by spaces, in the form browsers send them.

    Raises:
        NotAnOrigin: a piece of the text is none.
    """
    found = []
    for piece in text.split():
        parts = urlsplit(piece if "//" in piece else f"https://{piece}")
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if not _ORIGIN.fullmatch(origin) or parts.path not in ("", "/") or parts.query:
            raise NotAnOrigin(text=piece)
        found.append(origin)
    return list(dict.fromkeys(found))


def add_site(*, name: str, origins: Sequence[str], team: Team, scope: BusinessScope, by: Staff, at: datetime) -> Site:
    """Let the pages of ``origins`` send events; their leads go to ``team``."""
    with transaction.atomic(durable=True):
        site = Site.objects.create(name=name, origins=list(origins), team=team, scope=scope)
        record("events.site_added", actor=by, subject=site, at=at, origins=list(origins))
    return site


def change_site(
    *,
    site: Site,
    name: str,
    origins: Sequence[str],
    team: Team,
    scope: BusinessScope,
    is_active: bool,
    by: Staff,
    at: datetime,
) -> None:
    """Change a website; the collector follows within seconds."""
    with transaction.atomic(durable=True):
        now = Site.objects.select_for_update().get(pk=site.pk)
        now.name, now.origins, now.team, now.scope, now.is_active = name, list(origins), team, scope, is_active
        now.save(update_fields=["name", "origins", "team", "scope", "is_active"])
        record("events.site_changed", actor=by, subject=now, at=at, origins=list(origins), is_active=is_active)


def issue_server_key(*, site: Site, by: Staff, at: datetime) -> str:
    """A new key with which the site's own servers may send events. It is shown once; the old one ends."""
    key = f"wtk_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        Site.objects.filter(pk=site.pk).update(server_key_digest=digest(key))
        record("events.server_key_issued", actor=by, subject=site, at=at)
    return key


def latest_event(site: Site) -> Event | None:
    """The last event that the site sent, for "events are arriving". Looks at the newest ones only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, site_id FROM event ORDER BY id DESC LIMIT 20000) e WHERE site_id = %s LIMIT 1",
            [site.pk],
        )
        row = cursor.fetchone()
    return Event.objects.get(pk=row[0]) if row else None
