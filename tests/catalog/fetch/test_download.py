"""A feed over http(s): whole, or as it was."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.fetch.client import FetchClient
from catalog.fetch.download import download
from core.errors import FeedError
from core.settings import Settings
from tests.catalog.fetch.server import Server, answer

Serve = Callable[..., Server]
MakeClient = Callable[..., FetchClient]
ON = Settings(fetch_feeds=True, max_feed_bytes=2_000_000)


def test_feeds_are_not_fetched_unless_the_settings_say_so(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: answer())
    with pytest.raises(FeedError, match=r"VITRINE_FETCH_FEEDS=1") as raised:
        download(Settings(), server.url("/feed?token=s3cret"), tmp_path / "feed")
    assert "s3cret" not in str(raised.value)
    assert server.connections == 0


def test_a_feed_comes_whole_through_redirects_and_stumbles(
    serve: Serve, make_client: MakeClient, tmp_path: Path
) -> None:
    feed = b"id,title\n" + b"1,Boot\n" * 200_000
    answers = iter([answer(b"", 302, Location="/v2"), answer(b"", 503), answer(b"", 302, Location="/v2"), answer(feed)])  # fmt: skip # noqa: E501
    server = serve(lambda _: next(answers))
    download(ON, server.url(), tmp_path / "feed", make_client(server))
    assert (tmp_path / "feed").read_bytes() == feed
    assert [each.name for each in tmp_path.iterdir()] == ["feed"]


def test_a_packed_feed_is_kept_as_it_came(
    serve: Serve, make_client: MakeClient, tmp_path: Path
) -> None:
    packed = gzip.compress(b"id,title\n1,Boot\n")
    server = serve(lambda _: answer(packed, Content_Encoding="x-gzip"))
    download(ON, server.url(), tmp_path / "feed", make_client(server))
    assert (tmp_path / "feed").read_bytes() == packed


def cut_off() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(999)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (cut_off, "cut off"),
        (lambda: answer(b"", 404), "status 404"),
        (lambda: answer(bytes(2_000_001)), "more than 2,000,000 bytes"),
    ],
)
def test_a_feed_that_fails_leaves_the_file_as_it_was(
    serve: Serve, make_client: MakeClient, tmp_path: Path, sent: Callable[[], bytes], reason: str
) -> None:
    server = serve(lambda _: sent())
    (tmp_path / "feed").write_bytes(b"yesterday's")
    with pytest.raises(FeedError, match=reason):
        download(ON, server.url(), tmp_path / "feed", make_client(server))
    assert (tmp_path / "feed").read_bytes() == b"yesterday's"
    assert [each.name for each in tmp_path.iterdir()] == ["feed"]


def test_a_folder_that_cannot_be_written_is_not_blamed_on_the_server(
    serve: Serve, make_client: MakeClient, tmp_path: Path
) -> None:
    server = serve(lambda _: answer())
    with pytest.raises(FeedError, match=r"cannot be written to .*none/feed"):
        download(ON, server.url(), tmp_path / "none" / "feed", make_client(server))
    assert len(server.requests) == 1


def test_a_feed_inside_the_network_is_refused(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: answer(b"secret"))
    settings = Settings(fetch_feeds=True, fetch_allow=f"127.0.0.1:{server.port}")
    with pytest.raises(FeedError, match=r"has the address 127\.0\.0\.1, which is not a public"):
        download(settings, server.url(), tmp_path / "feed")
    assert server.connections == 0
