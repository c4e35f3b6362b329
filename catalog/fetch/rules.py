"""Which hosts may be asked, and how much may be asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from catalog.fetch.location import PORTS, Location, parse_location
from core.errors import FetchError
from core.settings import Settings

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """One entry of the list of hosts that may be asked."""

    host: str
    """In ASCII; with a leading ``*.`` also every name below it."""
    port: int | None = None
    """None means the port that is the scheme's own."""

    @classmethod
    def parse(cls, entry: str) -> AllowedHost:
        """Read ``host``, ``*.host`` or ``host:port``.

        >>> AllowedHost.parse("*.Shop.example:8443")
        AllowedHost(host='*.shop.example', port=8443)
        """
        below = "*." if entry.startswith("*.") else ""
        location = parse_location(f"http://{entry.removeprefix('*.')}")
        named = location.port if location.port != PORTS["http"] or entry.endswith(":80") else None
        return cls(below + location.host.rstrip("."), named)

    def admits(self, location: Location) -> bool:
        """Tell whether a URL leads to this host and port."""
        port = PORTS[location.scheme] if self.port is None else self.port
        host = location.host.rstrip(".")
        named = self.host.removeprefix("*.")
        fits = host == named or (self.host != named and host.endswith(f".{named}"))
        return fits and location.port == port


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What may be fetched, and at what pace."""

    allowed: tuple[AllowedHost, ...] = ()
    """Empty means every public host, at the ports 80 and 443."""
    private: tuple[Network, ...] = ()
    """Networks that may be asked although they are not public."""
    timeout_s: float = 30.0
    """For one picture, with all redirects and attempts; waiting for a turn is not counted."""
    connect_timeout_s: float = 10.0
    idle_timeout_s: float = 10.0
    """Longest silence of a server that is to send something."""
    per_host: int = 4
    """How many requests of one host at once."""
    per_second: float = 20.0
    """How many requests of one host may begin in a second."""

    @classmethod
    def from_settings(cls, settings: Settings) -> FetchRules:
        """Take the rules from the settings."""
        return cls(
            allowed=tuple(AllowedHost.parse(each) for each in _entries(settings.fetch_allow)),
            private=tuple(ip_network(each) for each in _entries(settings.fetch_private)),
            timeout_s=settings.fetch_timeout_s,
            per_host=settings.fetch_per_host,
            per_second=settings.fetch_per_second,
        )

    def check(self, location: Location) -> None:
        """Refuse what may not be asked for, before its host is looked up.

        Raises:
            FetchError: with the code host_not_allowed or port_not_allowed.
        """
        if not self.allowed:
            if location.port not in PORTS.values():
                raise FetchError("port_not_allowed", _port_hint(location), host=location.host)
        elif not any(each.admits(location) for each in self.allowed):
            raise FetchError(
                "host_not_allowed",
                f"{location.authority} is not among the hosts that VITRINE_FETCH_ALLOW lists.",
                host=location.host,
            )


def _port_hint(location: Location) -> str:
    return (
        f"Only the ports 80 and 443 are asked, and {location.authority} is at another. "
        f"VITRINE_FETCH_ALLOW may list hosts with their ports."
    )


def _entries(listed: str) -> list[str]:
    return [entry.strip() for entry in listed.split(",") if entry.strip()]
