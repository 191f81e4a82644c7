"""The sites and forms that may send, kept in memory and read again every few seconds."""

import asyncio
from collections.abc import Iterable
from time import monotonic
from typing import Any

import psycopg
from msgspec import Struct

from wutong.content.hosted.design import Design, questions_in, wording_in
from wutong.edge.database import connect
from wutong.edge.exchange import Answer, refused

REREAD_EVERY_S = 5.0
MISS_REREADS_AFTER_S = 0.2

_SITES = "SELECT id, key, origins, server_key_digest FROM events_site WHERE is_active"
_FORMS = """
SELECT key, name, site_id, version, consent_version, takes_own_markup,
       fields, wording, consent_text, is_consent_required, thanks_url, company_names
FROM content_form WHERE is_active
"""


class Site(Struct, frozen=True):
    """A website that may send events."""

    id: int
    key: str
    origins: frozenset[str]
    server_key_digest: bytes | None


class Form(Struct, frozen=True):
    """A form that is open: what it asks and says, and of which site it is."""

    key: str
    name: str
    site: Site
    version: int
    consent_version: str
    takes_own_markup: bool
    design: Design


class Sites:
    """What is known of sites and forms. Keeps the last known state while the database is away."""

    def __init__(self, *, own_origins: Iterable[str] = ()) -> None:
        self._own_origins = frozenset(own_origins)
        self._sites: dict[str, Site] = {}
        self._by_id: dict[int, Site] = {}
        self._forms: dict[str, Form] = {}
        self._all_origins: frozenset[str] = self._own_origins
        self._read_at: float | None = None
        self._reading = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_reading())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def is_known(self) -> bool:
        return self._read_at is not None

    async def site(self, key: str) -> Site:
        """The active site of a key.

        Raises:
            Answer: 404, there is none; 503, it is not known yet.
        """
        found = self._sites.get(key)
        if found is None and await self._reread_after_miss():
            found = self._sites.get(key)
        if found is None:
            raise refused(404, "unknown_site", "No active site has this key.")
        return found

    async def site_by_id(self, site_id: int) -> Site | None:
        if site_id not in self._by_id:
            await self._reread_after_miss()
        return self._by_id.get(site_id)

    async def form(self, key: str) -> Form:
        """The active form of a key.

        Raises:
            Answer: 404, there is none; 503, it is not known yet.
        """
        found = self._forms.get(key)
        if found is None and await self._reread_after_miss():
            found = self._forms.get(key)
        if found is None:
            raise refused(404, "unknown_form", "No active form has this key.")
        return found

    def may_send(self, site: Site, origin: str) -> bool:
        return origin.lower() in site.origins or origin.lower() in self._own_origins

    def is_somebodys(self, origin: str) -> bool:
        """Whether any site of ours has this origin; a preflight does not say yet for which site it asks."""
        return origin.lower() in self._all_origins

    async def read(self) -> None:
        """Read sites and forms anew."""
        async with await connect("sites") as connection:
            await self._read_by(connection)

    async def _reread_after_miss(self) -> bool:
        """Read anew, so that a new site or form works at once; once a moment, however many miss something."""
        missed_at = monotonic()
        async with self._reading:
            if self._read_at is not None:
                if self._read_at >= missed_at:
                    return True  # while we waited for our turn
                await asyncio.sleep(max(0.0, self._read_at + MISS_REREADS_AFTER_S - missed_at))
            try:
                await self.read()
            except psycopg.Error as error:
                if self._read_at is None:
                    raise _not_yet() from error
                return False
            return True

    async def _keep_reading(self) -> None:
        while True:
            try:
                async with await connect("sites") as connection:
                    while True:
                        await self._read_by(connection)
                        await asyncio.sleep(REREAD_EVERY_S)
            except psycopg.Error:
                await asyncio.sleep(1)

    async def _read_by(self, connection: psycopg.AsyncConnection[Any]) -> None:
        began = monotonic()
        sites = [
            Site(site_id, key, frozenset(origin.rstrip("/").lower() for origin in origins), digest)
            for site_id, key, origins, digest in await (await connection.execute(_SITES)).fetchall()
        ]
        by_id = {site.id: site for site in sites}
        self._forms = {
            key: Form(key, name, by_id[site_id], version, consent, takes_own_markup, _design(*rest))
            for key, name, site_id, version, consent, takes_own_markup, *rest in await (
                await connection.execute(_FORMS)
            ).fetchall()
            if site_id in by_id
        }
        self._by_id = by_id
        self._sites = {site.key: site for site in sites}
        self._all_origins = self._own_origins.union(*(site.origins for site in sites))
        self._read_at = began


def _design(
    fields: list[object], wording: object, consent: str, is_required: bool, thanks_url: str, companies: list[str]
) -> Design:
    return Design(
        questions=questions_in(fields),
        wording=wording_in(wording),
        consent_text=consent,
        is_consent_required=is_required,
        thanks_url=thanks_url,
        company_names=tuple(companies),
    )


def _not_yet() -> Answer:
    return refused(
        503, "database_away", "Nothing can be stored right now. Send it again in a moment.", {b"retry-after": b"3"}
    )
