from __future__ import annotations

from ipaddress import ip_address

import pytest

from web.access_addresses import caller_of, client_address, parse_networks

TRUSTED = parse_networks("10.0.0.0/24, 2001:db8::/64,192.0.2.1")


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("9.9.9.9", [], "9.9.9.9"),
        ("9.9.9.9", ["8.8.8.8"], "9.9.9.9"),  # not through a proxy of ours: hearsay
        ("10.0.0.7", ["9.9.9.9"], "9.9.9.9"),
        ("10.0.0.7", [], "10.0.0.7"),
        ("10.0.0.7", ["1.1.1.1, 9.9.9.9"], "9.9.9.9"),  # the left one may be forged
        ("10.0.0.7", ["1.1.1.1", "9.9.9.9, 192.0.2.1"], "9.9.9.9"),  # two proxies, two lines
        ("10.0.0.7", ["9.9.9.9:4711"], "9.9.9.9"),
        ("10.0.0.7", ["[2620:fe::9]:4711"], "2620:fe::9"),
        ("2001:db8::1", ["2620:fe::9"], "2620:fe::9"),
        ("::ffff:10.0.0.7", ["9.9.9.9"], "9.9.9.9"),
        ("10.0.0.7", ["nonsense"], "10.0.0.7"),
        ("10.0.0.7", ["9.9.9.9, unknown"], "9.9.9.9"),
        ("10.0.1.7", ["9.9.9.9"], "10.0.1.7"),
    ],
)
def test_who_asked_is_read_as_far_as_proxies_are_trusted(
    remote: str, forwarded: list[str], found: str
) -> None:
    assert client_address(remote, forwarded, TRUSTED) == ip_address(found)


def test_a_transport_without_addresses_tells_none() -> None:
    assert client_address("", ["9.9.9.9"], TRUSTED) is None


def test_a_subscriber_of_ipv6_is_one_caller() -> None:
    one, other = ip_address("2620:fe::9"), ip_address("2620:fe::1:0:0:9")
    assert caller_of(one) == caller_of(other) == "2620:fe::/64"
    assert caller_of(ip_address("2620:fe:0:1::9")) != caller_of(one)
    assert caller_of(ip_address("9.9.9.9")) == "9.9.9.9"
