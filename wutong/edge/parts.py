"""What the doors share, made once when the process starts."""

from dataclasses import dataclass, field
from typing import Self

from wutong.config import Config
from wutong.edge.drops import Drop, Drops
from wutong.edge.exchange import Answer, Request, refused
from wutong.edge.inbox import Inbox
from wutong.edge.live import Live
from wutong.edge.rates import Rate
from wutong.edge.sites import Site, Sites
from wutong.platform.proxies import network_of


@dataclass(kw_only=True)
class Parts:
    """The edge's state."""

    config: Config
    sites: Sites
    inbox: Inbox
    live: Live
    drops: Drops = field(default_factory=Drops)
    hits_rate: Rate = field(default_factory=lambda: Rate(per_second=200, burst=400))
    forms_rate: Rate = field(default_factory=lambda: Rate(per_second=5 / 60, burst=20))
    one_form_rate: Rate = field(default_factory=lambda: Rate(per_second=20, burst=600))

    @classmethod
    def of(cls, config: Config) -> Self:
        return cls(
            config=config,
            sites=Sites(own_origins=[config.web_origin, config.edge_origin]),
            inbox=Inbox(events_max=config.inbox_max_events),
            live=Live(origin=config.web_origin),
        )

    def start(self) -> None:
        self.inbox.start()
        self.sites.start()
        self.drops.start()
        self.live.start()

    async def stop(self) -> None:
        """Let go in an order that loses nothing: no new streams, arrivals stored, counts written."""
        await self.live.stop()
        await self.inbox.stop()
        await self.sites.stop()
        await self.drops.stop()

    @property
    def is_ready(self) -> bool:
        return self.sites.is_known and self.inbox.is_reachable

    def refusal(self, door: str, reason: Drop, answer: Answer) -> Answer:
        """Count a refused request and hand back its answer."""
        self.drops.count(door, reason)
        return answer

    def limit(self, request: Request, rate: Rate, *, door: str) -> None:
        """Take one request of an address, in IPv6 of its network, from its allowance.

        Raises:
            Answer: 429.
        """
        try:
            rate.take(network_of(request.address))
        except Answer:
            self.drops.count(door, Drop.TOO_MANY)
            raise

    async def site_of(self, key: str, *, door: str) -> Site:
        """The active site of a key.

        Raises:
            Answer: 404, counted.
        """
        try:
            return await self.sites.site(key)
        except Answer as answer:
            if answer.status == 404:
                self.drops.count(door, Drop.UNKNOWN_SITE)
            raise

    def check_origin(self, request: Request, site: Site, *, door: str) -> None:
        """Take requests from the site's own pages only.

        Browsers name the page's origin on every POST across sites; senders that are no browser name none, which is let
        pass and counted.

        Raises:
            Answer: 403, the page does not belong to the site.
        """
        origin = request.header(b"origin")
        if not origin:
            self.drops.count(door, Drop.NO_ORIGIN)
        elif not self.sites.may_send(site, origin):
            detail = f"Pages of {origin[:200]} may not send for this site. Add the origin to the site's settings."
            raise self.refusal(door, Drop.FOREIGN_ORIGIN, refused(403, "foreign_origin", detail))
