"""Which addresses are open to everyone, and that a name's answer is checked and then kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from ipaddress import ip_address, ip_network

import pytest

from catalog.fetch.addresses import Resolver, is_public
from core.errors import FetchError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.0.9", "192.0.2.1", "198.18.0.1",
        "192.88.99.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fd00:ec2::254", "ff02::1",
        "ff0e::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::1", "2001:db8::1",
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "3fff::1", "100::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_inside_or_one_that_wraps_another_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450::8a"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def refusal(resolver: Resolver, host: str = "shop.example", timeout_s: float = 5) -> FetchError:
    with pytest.raises(FetchError) as raised:
        resolver.addresses(host, timeout_s)
    return raised.value


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    error = refusal(Resolver(lookup=lambda host: ["8.8.8.8", "10.0.0.5"]))
    assert error.code == "address_not_public"
    assert "shop.example has the address 10.0.0.5" in str(error)
    assert "VITRINE_FETCH_PRIVATE" in str(error)


def test_a_private_network_is_allowed_by_name_and_no_other() -> None:
    resolver = Resolver((ip_network("10.1.0.0/16"),), lambda host: [host])
    assert resolver.addresses("10.1.2.3", 5) == ("10.1.2.3",)
    assert refusal(resolver, "10.2.0.1").code == "address_not_public"
    assert refusal(resolver, "::ffff:10.1.2.3").code == "address_not_public"


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1"])
def test_other_spellings_of_an_address_are_looked_up_by_the_system_and_refused(host: str) -> None:
    assert refusal(Resolver(), host).code in ("address_not_public", "host_unknown")


def test_the_systems_own_name_is_not_public() -> None:
    assert refusal(Resolver(), "localhost").code == "address_not_public"


@pytest.mark.parametrize("failure", [OSError, UnicodeError("label too long"), lambda: []])
def test_a_name_without_addresses_is_unknown(failure: Callable[[], object]) -> None:
    def lookup(host: str) -> list[str]:
        if isinstance(failure, UnicodeError) or failure is OSError:
            raise failure
        return []

    error = refusal(Resolver(lookup=lookup))
    assert (error.code, error.is_temporary, error.host) == ("host_unknown", True, "shop.example")


def test_an_answer_is_kept_for_a_minute_and_then_asked_for_and_checked_again() -> None:
    now = 0.0
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    resolver = Resolver(lookup=lambda host: next(answers), clock=lambda: now)
    assert resolver.addresses("shop.example", 5) == ("8.8.8.8",)
    now = 59.0
    assert resolver.addresses("shop.example", 5) == ("8.8.8.8",)
    now = 60.0
    assert refusal(resolver).code == "address_not_public"


def test_a_failed_lookup_is_not_kept() -> None:
    answers = iter([[], ["8.8.8.8"]])
    resolver = Resolver(lookup=lambda host: next(answers))
    assert refusal(resolver).code == "host_unknown"
    assert resolver.addresses("shop.example", 5) == ("8.8.8.8",)


def test_a_lookup_that_hangs_is_given_up() -> None:
    released = threading.Event()
    resolver = Resolver(lookup=lambda host: [str(released.wait(10))])
    assert refusal(resolver, timeout_s=0.05).code == "host_unknown"
    released.set()
