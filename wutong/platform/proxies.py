"""Whose address a request comes from when proxies of ours stand before us, and for whom it stands."""

from ipaddress import IPv6Address, ip_address


def believed_address(*, peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """The client's address: as many entries of ``X-Forwarded-For``, from the right, as there are proxies of ours.

    Entries further left come from the client, who may write anything there.

    Args:
        peer: the address at the other end of the connection.
        forwarded_for: the header's value, empty when there is none.
        trusted_proxies: how many proxies of ours a request has passed.
    """
    if not trusted_proxies:
        return peer
    chain = [entry.strip() for entry in forwarded_for.split(",") if entry.strip()]
    for entry in chain[-trusted_proxies:]:
        try:
            return str(ip_address(entry))
        except ValueError:
            break
    return peer


def network_of(address: str) -> str:
    """Whom an address stands for: in IPv6 everybody has a /64 network of addresses, to take a new one for each request.

    What counts tries by address counts by this: of IPv6 the first address of the network, anything else as it is.

    Source: RFC 6177, a site is given at least a /64.
    """
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))
