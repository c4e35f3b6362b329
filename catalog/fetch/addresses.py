"""Which network addresses may be connected to, and what a name stands for.

A feed may name any host, and any host's owner may point it at an address inside the
shop's own network: a cloud's metadata service, a database, a router (server-side
request forgery). So a name is resolved once, every address it has must be public,
and the connection goes to one of those very addresses, never to the name.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue

from catalog.fetch.rules import Network
from core.errors import FetchError

KEPT_S = 60.0
"""How long an answer is kept; a shop's pictures come from few hosts."""
MAX_ADDRESSES = 8
"""How many of a host's addresses are tried."""

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Sequence[str]]
"""Gives a host's addresses as text; raises OSError or UnicodeError where it has none."""

_GLOBAL_UNICAST = ip_network("2000::/3")
"""All that IANA has ever given out. Outside lie loopback, link-local and private addresses,
and those with an IPv4 address inside: mapped (::ffff:0:0/96), compatible (::/96), NAT64
(64:ff9b::/96). Source: IANA IPv6 Address Space."""
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments, of which Python calls some global
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
"""Source: IANA's special-purpose address registries for IPv4 and IPv6."""


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open Internet, and one machine's."""
    if any(address in network for network in _NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_UNICAST and address.is_global
    return address.is_global and not address.is_multicast and not address.is_reserved


class Resolver:
    """Finds the addresses of hosts and checks them; safe for several threads."""

    def __init__(
        self,
        private: Sequence[Network] = (),
        lookup: Lookup | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Allow public addresses, and those in the ``private`` networks."""
        self._private = tuple(private)
        self._lookup = lookup or look_up
        self._clock = clock
        self._kept: dict[str, tuple[float, tuple[Address, ...]]] = {}

    def addresses(self, host: str, timeout_s: float) -> tuple[str, ...]:
        """Give the addresses to connect to, all of them allowed.

        Raises:
            FetchError: with the code host_unknown, or address_not_public where any of
                the host's addresses is not allowed.
        """
        until, found = self._kept.get(host, (0.0, ()))
        if self._clock() >= until:
            found = self._find(host, timeout_s)
            # A failed lookup is not kept: it is soon tried again, and often in vain only once.
            self._kept[host] = (self._clock() + KEPT_S, found)
        for address in found:
            if not self._is_allowed(address):
                raise FetchError("address_not_public", _not_public(host, address), host=host)
        return tuple(str(each) for each in found[:MAX_ADDRESSES])

    def _find(self, host: str, timeout_s: float) -> tuple[Address, ...]:
        try:
            found = _within(timeout_s, lambda: self._lookup(host))
            addresses = tuple(ip_address(each) for each in dict.fromkeys(found))
        except (OSError, ValueError):  # a UnicodeError, for a label that is too long, is the latter
            addresses = ()
        if not addresses:
            reason = f"The host {host} cannot be found. Check its name, and this machine's DNS."
            raise FetchError("host_unknown", reason, is_temporary=True, host=host)
        return addresses

    def _is_allowed(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._private)


def look_up(host: str) -> list[str]:
    """Ask the system for a host's addresses, in the order it prefers them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _not_public(host: str, address: Address) -> str:
    return (
        f"The host {host} has the address {address}, which is not a public one. If it is your "
        "own network, list it in VITRINE_FETCH_PRIVATE."
    )


def _within(timeout_s: float, find: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Wait a bounded time: the system's resolver has no limit that a caller can set."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(find())
        except Exception as error:  # handed to whoever waits
            answers.put(error)

    threading.Thread(target=ask, name="fetch-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise answer
    return answer
