"""Whose address a request comes from when proxies of ours stand before us."""

from ipaddress import ip_address


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
