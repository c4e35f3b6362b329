"""Feeds are longer than what else is sent, and only who has a key may send as much."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from waitress.adjustments import Adjustments
from waitress.utilities import RequestEntityTooLarge

from catalog.api_keys import Scope
from core.settings import Settings
from tests.web.fake_engine import sample_engine
from tests.web.keyed import bearing, make_key, opened_app
from web import access_keys, server_bodies
from web.access import FEEDS
from web.app import FORM_SLACK_BYTES
from web.backstage import backstage_of
from web.server import WebServer
from web.server_bodies import BodyBounds, BoundedParser

MAX_IMAGE_BYTES = 1024
SMALL = 2 * (MAX_IMAGE_BYTES + FORM_SLACK_BYTES)
"""What any other body may have."""
MAX_FEED_BYTES = 4 * SMALL
MADE_UP = f"vitrine_{'0' * 8}_{'0' * 48}"


class Served(NamedTuple):
    server: WebServer
    keys: dict[Scope, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, max_image_bytes=MAX_IMAGE_BYTES, max_feed_bytes=MAX_FEED_BYTES)
    keys = {each: make_key(settings, each) for each in (Scope.CATALOGUE, Scope.SEARCH)}
    with opened_app(settings, *sample_engine()) as app:
        ring = backstage_of(app).ring
        with WebServer(app, settings, "127.0.0.1", 0, ring.admits_feed) as server:
            yield Served(server, keys)


def feed_of(size: int) -> bytes:
    """Make a feed of so many bytes, most of them one product's description."""
    start = b"id,title,description\n1,Boot,"
    return start + b"x" * (size - len(start) - 1) + b"\n"


def post(
    served: Served, path: str, feed: bytes, key: str, *, chunked: bool = False, all_of: int = 0
) -> tuple[int, Any]:
    """Send a feed, or so much of it as ``all_of`` says; no more than the server reads."""
    sent = feed[: all_of or len(feed)]
    with socket.create_connection(
        (urlsplit(served.server.url).hostname, urlsplit(served.server.url).port), timeout=30
    ) as connection:
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(feed)}"
        bearer = f"Authorization: {bearing(key)['Authorization']}\r\n" if key else ""
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{bearer}{length}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        if chunked:
            sent = b"%x\r\n%b" % (len(feed), sent) + b"\r\n0\r\n\r\n" * (len(sent) == len(feed))
        connection.sendall(sent)
        answer = connection.makefile("rb")
        status = int(answer.readline().split()[1])
        headers = http.client.parse_headers(answer)
        return status, json.loads(answer.read(int(headers["Content-Length"])))


@pytest.mark.parametrize("chunked", [False, True])
def test_a_feed_may_be_longer_than_any_other_body(served: Served, chunked: bool) -> None:
    status, answer = post(
        served, FEEDS, feed_of(MAX_FEED_BYTES), served.keys[Scope.CATALOGUE], chunked=chunked
    )
    assert (status, answer.get("code")) == (202, None)
    for thread in threading.enumerate():
        if thread.name == "api-import":
            thread.join()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("scope", "status", "code"),
    [(None, 401, "key_required"), (Scope.SEARCH, 403, "scope_missing")],
)
def test_without_a_key_for_it_no_more_is_read_than_of_any_other_body(
    served: Served, scope: Scope | None, status: int, code: str, chunked: bool
) -> None:
    key = served.keys[scope] if scope else ""
    answered, problem = post(
        served, FEEDS, feed_of(MAX_FEED_BYTES), key, chunked=chunked, all_of=SMALL
    )
    assert (answered, problem["code"]) == (status, code)


def test_a_made_up_key_makes_the_server_read_no_more(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_keys, "EARLIEST_S", float("inf"))  # it was just looked up
    answered, problem = post(served, FEEDS, feed_of(MAX_FEED_BYTES), MADE_UP, all_of=SMALL)
    assert (answered, problem["code"]) == (401, "key_refused")


HEAD = f"POST {FEEDS} HTTP/1.1\r\nX-API-Key: {MADE_UP}\r\nContent-Length: 900\r\n\r\n".encode()


def parser_of(verdicts: Iterable[bool | None]) -> BoundedParser:
    """Make a parser that takes 100 bytes from anyone, and reads a feed's head."""
    looked_up = iter(verdicts)
    bounds = BodyBounds(1000, lambda key: next(looked_up))
    parser = bounds.parser(Adjustments(max_request_body_size=100))
    assert parser.received(HEAD) == len(HEAD)
    return parser


def test_a_feed_waits_while_its_key_is_looked_up_and_then_goes_on() -> None:
    parser = parser_of([None, None, None, True])
    parser.received(b"x" * 99)
    assert not parser.waits()
    parser.received(b"x")
    assert [parser.waits(), parser.waits(), parser.waits()] == [True, False, False]
    parser.received(b"x" * 800)
    assert (parser.completed, parser.error) == (True, None)


def test_a_feed_whose_key_turns_out_to_open_nothing_ends_with_the_next_piece() -> None:
    parser = parser_of([None, None, None, False, False])
    parser.received(b"x" * 100)
    assert [parser.waits(), parser.waits()] == [True, False]
    parser.received(b"x")
    assert parser.completed
    assert isinstance(parser.error, RequestEntityTooLarge)


def test_a_look_up_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_bodies, "KEY_WAIT_S", 0.0)
    parser = parser_of([None] * 9)
    parser.received(b"x" * 100)
    assert isinstance(parser.error, RequestEntityTooLarge)


@pytest.mark.parametrize(
    ("path", "size"), [(FEEDS, MAX_FEED_BYTES + 1), ("/api/v1/catalogue/products", SMALL)]
)
def test_a_key_does_not_lift_the_bounds_themselves(served: Served, path: str, size: int) -> None:
    answered, problem = post(served, path, feed_of(size), served.keys[Scope.CATALOGUE], all_of=1)
    assert (answered, problem["code"]) == (413, "request_entity_too_large")
