"""The settings of fetching, and which hosts they let through."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from catalog.fetch.location import parse_location
from catalog.fetch.rules import AllowedHost, FetchRules
from core.errors import FetchError, SettingsError
from core.settings import Settings


def rules(**environ: str) -> FetchRules:
    return FetchRules.from_settings(
        Settings.load({f"VITRINE_{name.upper()}": value for name, value in environ.items()})
    )


def refusal(under: FetchRules, url: str) -> str:
    try:
        under.check(parse_location(url))
    except FetchError as error:
        return error.code
    return ""


def test_nothing_is_fetched_and_nothing_private_asked_unless_someone_says_so() -> None:
    settings = Settings.load({})
    assert (settings.fetch_images, settings.fetch_feeds, settings.fetch_private) == (
        False, False, "",
    )  # fmt: skip
    assert FetchRules.from_settings(settings).private == ()


def test_settings_become_rules() -> None:
    assert rules(
        fetch_allow="cdn.shop.example, *.img.example:8443 ,[::1]:81,Bücher.example",
        fetch_private="10.1.0.0/16,fd00:1::/32",
        fetch_timeout_s="7",
        fetch_per_host="2",
        fetch_per_second="3",
    ) == FetchRules(
        allowed=(
            AllowedHost("cdn.shop.example"),
            AllowedHost("*.img.example", 8443),
            AllowedHost("::1", 81),
            AllowedHost("xn--bcher-kva.example"),
        ),
        private=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")),
        timeout_s=7,
        per_host=2,
        per_second=3,
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://any.example/a.jpg", ""),
        ("http://any.example/a.jpg", ""),
        ("https://any.example:80/a.jpg", ""),
        ("https://any.example:8443/a.jpg", "port_not_allowed"),
        ("http://any.example:22/a.jpg", "port_not_allowed"),
    ],
)
def test_without_a_list_every_host_may_be_asked_at_the_ports_of_the_web(
    url: str, code: str
) -> None:
    assert refusal(FetchRules(), url) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://cdn.example/a.jpg", ""),
        ("https://CDN.example./a.jpg", ""),
        ("http://cdn.example:80/a.jpg", ""),
        ("https://cdn.example:8443/a.jpg", "host_not_allowed"),
        ("https://a.cdn.example/a.jpg", "host_not_allowed"),
        ("https://evilcdn.example/a.jpg", "host_not_allowed"),
        ("https://img.example:8443/a.jpg", ""),
        ("https://a.b.img.example:8443/a.jpg", ""),
        ("https://a.img.example/a.jpg", "host_not_allowed"),
        ("https://notimg.example:8443/a.jpg", "host_not_allowed"),
        ("http://plain.example/a.jpg", ""),
        ("https://plain.example/a.jpg", "host_not_allowed"),
    ],
)
def test_a_list_lets_only_its_hosts_and_ports_through(url: str, code: str) -> None:
    listed = rules(fetch_allow="cdn.example,*.img.example:8443,plain.example:80")
    assert refusal(listed, url) == code


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FETCH_ALLOW", "https://cdn.example"),
        ("FETCH_ALLOW", "cdn.example/images"),
        ("FETCH_ALLOW", "user@cdn.example"),
        ("FETCH_ALLOW", "a b"),
        ("FETCH_ALLOW", "*"),
        ("FETCH_PRIVATE", "0.0.0.0/0"),
        ("FETCH_PRIVATE", "0.0.0.0/7"),
        ("FETCH_PRIVATE", "::/0"),
        ("FETCH_PRIVATE", "10.1.0.1/16"),
        ("FETCH_PRIVATE", "169.254.169.254/32"),
        ("FETCH_PRIVATE", "fe80::/10"),
        ("FETCH_PRIVATE", "intranet"),
        ("FETCH_PER_SECOND", "0"),
    ],
)
def test_a_setting_that_opens_too_much_or_says_nothing_is_refused(
    variable: str, value: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({f"VITRINE_{variable}": value})
    assert f"VITRINE_{variable} is {value!r}, but it must be" in str(raised.value)
