"""What a URL must be, before anything is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.fetch.location import Location, is_http, parse_location, redirected
from core.errors import FetchError


def code_of(url: str) -> str:
    with pytest.raises(FetchError) as raised:
        parse_location(url)
    return raised.value.code


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://Shop.Example/A.jpg", Location("https", "shop.example", 443, "/A.jpg")),
        (" http://shop.example ", Location("http", "shop.example", 80, "/")),
        ("http://shop.example?v=1#top", Location("http", "shop.example", 80, "/?v=1")),
        ("http://shop.example:8080/a", Location("http", "shop.example", 8080, "/a")),
        ("http://[2001:DB8::1]:81/a", Location("http", "2001:db8::1", 81, "/a")),
        (
            "https://bücher.example/ä b.jpg?größe=1",
            Location("https", "xn--bcher-kva.example", 443, "/%C3%A4%20b.jpg?gr%C3%B6%C3%9Fe=1"),
        ),
    ],
)
def test_a_url_is_taken_apart_in_one_way(url: str, location: Location) -> None:
    assert parse_location(url) == location


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://shop.example/a.jpg", "url_scheme"),
        ("file:///etc/hostname", "url_scheme"),
        ("//shop.example/a.jpg", "url_scheme"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "url_scheme"),
        ("images/a.jpg", "url_scheme"),
        ("http://user:pw@shop.example/", "url_userinfo"),
        ("http://@shop.example/", "url_userinfo"),
        ("http://shop.example@127.0.0.1/", "url_userinfo"),
        ("http://shop.example\\@127.0.0.1/", "url_userinfo"),
        ("http://shop.example\\.evil.example/", "url_malformed"),
        ("http://127.0.0.1%2f.shop.example/", "url_malformed"),
        ("http://[fe80::1%25eth0]/", "url_malformed"),
        ("http:///a.jpg", "url_malformed"),
        ("http://./", "url_malformed"),
        ("http://shop.example:0/", "url_malformed"),
        ("http://shop.example:99999/", "url_malformed"),
        ("http://shop.example:port/", "url_malformed"),
        ("http://１２７.0.0.1/", "url_malformed"),
        ("http://shop example/", "url_malformed"),
        ("http://[::1/", "url_malformed"),
        ("http://shop.example/a\r\nX: 1", "url_malformed"),
        ("http://shop.example/" + "a" * 5_000, "url_malformed"),
    ],
)
def test_a_url_that_could_be_read_in_two_ways_is_refused(url: str, code: str) -> None:
    assert code_of(url) == code


@given(st.text(max_size=60) | st.text(max_size=40).map("http://".__add__))
def test_any_text_is_a_location_in_ascii_or_refused(url: str) -> None:
    try:
        location = parse_location(url)
    except FetchError as error:
        location, code = Location("http", "refused.example", 80, "/"), error.code
    else:
        code = "url_"
    assert code.startswith("url_")
    assert location.url.isascii()
    assert location.url.isprintable()
    assert parse_location(location.url) == location


def test_only_http_urls_are_told_from_paths() -> None:
    assert [is_http(each) for each in ("HTTPS://a/b", "http:/a", "a/http://b", "ftp://a")] == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ("b.jpg", "https://shop.example/dir/b.jpg"),
        ("/b.jpg", "https://shop.example/b.jpg"),
        ("//cdn.example/b.jpg", "https://cdn.example/b.jpg"),
        ("https://cdn.example", "https://cdn.example/"),
        ("/gr\u00c3\u00bcn.jpg", "https://shop.example/gr%C3%BCn.jpg"),
    ],
)
def test_a_redirect_is_relative_to_where_it_was_found(header: str, url: str) -> None:
    assert redirected(parse_location("https://shop.example/dir/a.jpg"), header).url == url


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("http://shop.example/a.jpg", "redirect_refused"),
        ("file:///etc/hostname", "url_scheme"),
        ("https://user@shop.example/", "url_userinfo"),
        ("https://[::1", "url_malformed"),
    ],
)
def test_a_redirect_is_checked_like_a_feeds_url(header: str, code: str) -> None:
    with pytest.raises(FetchError) as raised:
        redirected(parse_location("https://shop.example/a.jpg"), header)
    assert raised.value.code == code


def test_a_message_never_repeats_the_query_that_may_hold_a_secret() -> None:
    location = parse_location("https://shop.example:444/feed.csv?token=s3cret")
    assert location.shown == "https://shop.example:444/feed.csv"
