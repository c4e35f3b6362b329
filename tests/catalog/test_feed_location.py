from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from catalog.feed_location import located_feed
from core.errors import FeedError
from core.settings import Settings

NOTHING = io.BytesIO()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def left_behind(settings: Settings) -> list[str]:
    incoming = settings.home / "incoming"
    return sorted(os.listdir(incoming)) if incoming.is_dir() else []


def test_a_file_is_read_where_it_is(settings: Settings, tmp_path: Path) -> None:
    with located_feed(str(tmp_path / "feed.csv"), settings, NOTHING) as found:
        assert (found.path, found.source) == (tmp_path / "feed.csv", str(tmp_path / "feed.csv"))
    assert not settings.home.exists()


def test_standard_input_becomes_a_file_of_its_own_folder_while_it_is_needed(
    settings: Settings,
) -> None:
    content = b"id,title\n" * 300_000  # more than one piece
    with located_feed("-", settings, io.BytesIO(content)) as found:
        assert found.path.read_bytes() == content
        assert found.source == "standard input"
        assert found.path.is_relative_to(settings.home)
        assert os.listdir(found.path.parent) == ["feed"]
    assert left_behind(settings) == []


def test_standard_input_ends_at_the_limit_of_feeds(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", max_feed_bytes=1024)
    with located_feed("-", settings, io.BytesIO(b"x" * 1024)) as found:
        assert found.path.stat().st_size == 1024
    endless = located_feed("-", settings, io.BytesIO(b"x" * 1025))
    with pytest.raises(FeedError, match=r"longer than VITRINE_MAX_FEED_BYTES, 1,024"), endless:
        pass
    assert left_behind(settings) == []


def test_what_killed_imports_left_is_removed_after_a_day(settings: Settings) -> None:
    incoming = settings.home / "incoming"
    for name in ("old", "young"):
        (incoming / name).mkdir(parents=True)
        (incoming / name / "feed").write_bytes(b"x")
    os.utime(incoming / "old", (0, 0))
    with located_feed("-", settings, NOTHING):
        pass
    assert left_behind(settings) == ["young"]


def test_a_web_address_is_refused_unless_it_is_allowed(settings: Settings) -> None:
    secret = located_feed("http://me:pass@shop.example/f.csv?token=s3cret", settings, NOTHING)
    with pytest.raises(FeedError, match="VITRINE_FETCH_FEEDS=1") as caught, secret:
        pass
    assert "s3cret" not in str(caught.value)
    assert left_behind(settings) == []


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"id,title\n1,Boot\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Shop) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_feed_is_fetched_where_that_is_allowed(tmp_path: Path, shop: str) -> None:
    settings = Settings(
        home=tmp_path / "home", fetch_feeds=True, fetch_allow=shop, fetch_private="127.0.0.0/8"
    )
    with located_feed(f"HTTP://{shop}/feed.csv?token=s3cret", settings, NOTHING) as found:
        assert found.path.read_bytes() == b"id,title\n1,Boot\n"
        assert found.source == f"http://{shop}/feed.csv"
    assert left_behind(settings) == []
