"""The one client for requests to addresses that users give: it never reaches into the company's own network."""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from wutong.platform.lean_imports import hidden

with hidden("click", "rich"):
    import httpx

MOST_REDIRECTS = 3
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class OutgoingError(Exception):
    """A request to a user's address came to nothing; subclasses say why."""


class ForbiddenAddress(OutgoingError):
    """It is no web address, or it leads to a private network, this machine or a cloud's metadata."""


class Unreachable(OutgoingError):
    """Nobody answers there, or the answer is broken."""


class TooSlow(OutgoingError):
    """The answer was not complete in time."""


class TooLarge(OutgoingError):
    """The answer is larger than was asked for."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; ``url`` is where it came from after redirects."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def fetch(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = 1024 * 1024,
    within: timedelta = timedelta(seconds=10),
    allowed: frozenset[tuple[str, int]] = frozenset(),
) -> Answer:
    """Ask a user's address.

    Args:
        max_bytes: the largest answer that is read, after decompression.
        within: for the whole of it, redirects included; a single slow look-up of the name may exceed it.
        allowed: hosts and ports that may lie in a private network: the operator's choice, never a user's.

    Raises:
        ForbiddenAddress: it must not be asked, or redirects to one that must not.
        Unreachable: no answer came about.
        TooSlow: ``within`` has passed.
        TooLarge: the answer has more than ``max_bytes``.
    """
    deadline = time.monotonic() + within.total_seconds()
    transport = _PinnedTransport(allowed)
    try:
        with (
            httpx.Client(
                transport=transport,
                timeout=within.total_seconds(),
                trust_env=False,
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
            ) as client,
            client.stream(method, url, content=content, headers=headers) as response,
        ):
            body = _read(response, max_bytes=max_bytes, deadline=deadline)
            return Answer(status=response.status_code, url=str(response.url), headers=dict(response.headers), body=body)
    except httpx.TimeoutException as error:
        raise TooSlow(url) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ForbiddenAddress(f"{url} is no http or https address") from error
    except httpx.HTTPError as error:
        raise Unreachable(f"{url}: {error}") from error


def check_address(url: str, *, allowed: frozenset[tuple[str, int]] = frozenset()) -> None:
    """Look an address up without asking it, as a form does when a user enters it.

    Raises:
        ForbiddenAddress: it must not be asked.
        Unreachable: its name is unknown.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ForbiddenAddress(f"{url} is no http or https address") from error
    _vetted(parsed, allowed)


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, seen through the ways of writing IPv4 inside IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None:
            inner = address.teredo[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if int(address) >> 32 == 0:  # "IPv4-compatible", abandoned by RFC 4291 and still understood
            return False
    return address.is_global and not address.is_multicast


class _PinnedTransport(httpx.HTTPTransport):
    """Looks a name up once and connects to what was found: a name cannot change between check and use.

    Redirects come through here as well. Connections are not kept, so that none serves another name on the same address.
    """

    def __init__(self, allowed: frozenset[tuple[str, int]]) -> None:
        super().__init__(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
        self._allowed = allowed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = _vetted(request.url, self._allowed)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(address)),
            headers=request.headers,  # with the name as Host
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},  # the certificate is the name's
        )
        return super().handle_request(pinned)


def _vetted(url: httpx.URL, allowed: frozenset[tuple[str, int]]) -> Address:
    """The one address to connect to.

    Raises:
        ForbiddenAddress: some address of the name must not be asked.
        Unreachable: the name is unknown.
    """
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ForbiddenAddress(f"{url} is no plain http or https address")
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(f"{url.host} is not known") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if (url.host, port) not in allowed:
        for address in addresses:
            if not is_public(address):
                raise ForbiddenAddress(f"{url.host} leads to {address}, which is not in the open internet")
    return addresses[0]


def _read(response: httpx.Response, *, max_bytes: int, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(f"more than {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise TooSlow(str(response.url))
    return bytes(body)
