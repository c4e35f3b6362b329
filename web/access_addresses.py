"""Where a request comes from, also behind proxies that say so."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SUBSCRIBER_BITS = 64
"""What one subscriber has of IPv6: who has a /64 has 2⁶⁴ addresses to ask from."""


def parse_networks(listed: str) -> tuple[Network, ...]:
    """Read a list of networks or addresses with commas."""
    return tuple(ip_network(each) for each in map(str.strip, listed.split(",")) if each)


def client_address(
    remote: str, forwarded_for: Sequence[str], trusted: Sequence[Network]
) -> Address | None:
    """Find who asked; None where the transport does not tell.

    Each proxy writes on the right of ``X-Forwarded-For`` whom it was asked by. So it is read
    from there, as long as what was read is a proxy that is trusted; what is left of the first
    other address is hearsay.
    """
    address = _address(remote)
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    while address is not None and hops and any(address in network for network in trusted):
        address = _address(hops.pop()) or address
    return address


def caller_of(address: Address) -> str:
    """Name who is counted together: an IPv4 address, or a subscriber's network of IPv6."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, SUBSCRIBER_BITS), strict=False))


def _address(text: str) -> Address | None:
    """Read an address, with a port or without."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    # ::ffff:a.b.c.d, as a socket for both kinds tells IPv4.
    return getattr(address, "ipv4_mapped", None) or address
