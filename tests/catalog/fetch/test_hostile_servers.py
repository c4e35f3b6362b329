"""Servers that send too much, too slowly, or nonsense: bounded in time, bytes and harm."""

from __future__ import annotations

import gzip
import itertools
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.fetch.client import FetchClient
from core.errors import FetchError
from tests.catalog.fetch.server import PICTURE, Request, Server, answer
from tests.catalog.fetch.test_client import get, refusal

Serve = Callable[..., Server]
MakeClient = Callable[..., FetchClient]
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def drip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Send a piece every twentieth of a second: no timeout of a socket ever fires."""
    for piece in pieces:
        yield piece
        time.sleep(0.05)


@pytest.mark.parametrize(
    "sent",
    [
        lambda: drip(itertools.repeat(b"H")),
        lambda: drip(itertools.chain([HEAD], itertools.repeat(b"X: y\r\n"))),
        lambda: drip(itertools.chain([HEAD, b"\r\n"], itertools.repeat(b"x"))),
        lambda: drip(itertools.chain([CHUNKED], itertools.repeat(b"1\r\nx\r\n"))),
        lambda: drip(itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
    ],
    ids=["status", "headers", "body", "chunks", "continues"],
)
def test_a_server_that_drips_is_cut_off_at_the_deadline(
    serve: Serve, make_client: MakeClient, sent: Callable[[], Iterator[bytes]]
) -> None:
    server = serve(lambda _: sent())
    client = make_client(server)
    started = time.monotonic()
    error = refusal(client, server.url(), timeout_s=0.3)
    assert error.code == "timed_out"
    assert 0.3 <= time.monotonic() - started < 1.5


def test_a_server_that_falls_silent_is_given_up_before_the_deadline(
    serve: Serve, make_client: MakeClient
) -> None:
    server = serve(lambda _: drip(iter([HEAD, b"", b"", b"", b"", b"", b"", b""])))
    client = make_client(server, idle_timeout_s=0.1)
    started = time.monotonic()
    assert refusal(client, server.url(), timeout_s=30.0).code == "timed_out"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "sent",
    [
        lambda: answer(bytes(2_001)),
        lambda: iter([HEAD + b"\r\n", *[bytes(1_000)] * 3]),
        lambda: iter([CHUNKED, *[b"3e8\r\n" + bytes(1_000) + b"\r\n"] * 3]),
        lambda: HEAD + b"Content-Length: 99999999999999999999\r\n\r\n",
    ],
    ids=["declared", "undeclared", "chunked", "absurd"],
)
def test_a_body_of_more_than_the_cap_is_refused(
    serve: Serve, make_client: MakeClient, sent: Callable[[], bytes]
) -> None:
    server = serve(lambda _: sent())
    error = refusal(make_client(server), server.url(), max_bytes=2_000)
    assert error.code == "too_many_bytes"
    assert "more than 2,000 bytes" in str(error)
    assert len(server.requests) == 1


def test_a_body_of_exactly_the_cap_is_taken(serve: Serve, make_client: MakeClient) -> None:
    server = serve(lambda _: answer(bytes(2_000)))
    assert get(make_client(server), server.url(), max_bytes=2_000).body == bytes(2_000)


@pytest.mark.parametrize(
    "sent",
    [
        lambda: itertools.chain([HEAD], itertools.repeat(b"X: " + b"y" * 60_000 + b"\r\n")),
        lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n" + b"X: y\r\n" * 50 + b"\r\n"),
        lambda: itertools.chain(
            [CHUNKED + b"1\r\nx\r\n0\r\n"], itertools.repeat(b"T: " + b"y" * 9_000 + b"\r\n")
        ),
    ],
    ids=["headers", "continues", "trailers"],
)
def test_endless_bytes_around_a_body_are_cut_off(
    serve: Serve, make_client: MakeClient, sent: Callable[[], Iterator[bytes]]
) -> None:
    server = serve(lambda _: sent())
    error = refusal(make_client(server), server.url(), max_bytes=1_000, timeout_s=20.0)
    assert error.code in ("too_many_bytes", "bad_answer")


def test_a_body_that_ends_early_is_tried_again_and_never_taken(
    serve: Serve, make_client: MakeClient
) -> None:
    cut = HEAD + f"Content-Length: {len(PICTURE)}\r\nConnection: close\r\n\r\n".encode()
    answers = iter([cut + PICTURE[:-1], CHUNKED + b"5\r\nabc", answer()])
    server = serve(lambda _: iter([next(answers)]))
    assert get(make_client(server), server.url()).body == PICTURE
    assert len(server.requests) == 3


def test_a_packed_body_is_refused_unless_it_was_asked_for(
    serve: Serve, make_client: MakeClient
) -> None:
    """A gzip bomb: a thousand bytes that would unpack to a million."""
    bomb = gzip.compress(bytes(1_000_000))
    server = serve(lambda _: answer(bomb, Content_Encoding="gzip"))
    client = make_client(server)
    assert refusal(client, server.url()).code == "content_encoded"
    assert get(client, server.url(), encodings=frozenset({"gzip"})).body == bomb


def test_bytes_after_an_answer_are_no_answer_to_the_next_request(
    serve: Serve, make_client: MakeClient
) -> None:
    """Response splitting: a second answer waits for whoever asks next."""
    taken, sent = threading.Event(), threading.Event()

    def poisoning(request: Request) -> Iterator[bytes]:
        yield answer(b"first")
        taken.wait(5)
        yield answer(b"poison")
        sent.set()

    server = serve(
        lambda request: poisoning(request) if request.target == "/1" else answer(b"second")
    )
    client = make_client(server)
    assert get(client, server.url("/1")).body == b"first"
    taken.set()
    assert sent.wait(5)
    assert get(client, server.url("/2")).body == b"second"


def test_validators_that_cannot_be_sent_back_are_dropped(
    serve: Serve, make_client: MakeClient
) -> None:
    server = serve(lambda _: answer(ETag='"\xe4"', Last_Modified="x" * 300))
    got = get(make_client(server), server.url())
    assert (got.etag, got.last_modified) == ("", "")


SCRAPS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 302 X\r\nLocation: http://[\r\n",
        b"HTTP/1.1 999999 X\r\n", b"HTTP/9 200 X\r\n", b"Content-Length: 5\r\n",
        b"Content-Length: -5\r\n", b"Content-Length: 5, 6\r\n", b"Content-Length: \xff\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b": x\r\n",
        b" folded\r\n", b"Location: \x00\r\n", b"Content-Encoding: br\r\n", b"\r\n", b"\n",
        b"5\r\nhello\r\n", b"-1\r\n", b"-2\r\nab\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n",
        b"hello", b"\0",
    ]
)  # fmt: skip


NONSENSE_CODES = {
    "", "bad_answer", "http_status", "url_malformed", "content_encoded", "too_many_bytes",
    "connection_failed",
}  # fmt: skip


def test_any_bytes_are_a_body_or_a_named_failure(serve: Serve, make_client: MakeClient) -> None:
    sent = b""
    server = serve(lambda _: iter([sent]))

    @settings(max_examples=60)
    @given(pieces=st.lists(SCRAPS | st.binary(max_size=30), max_size=8))
    def check(pieces: list[bytes]) -> None:
        nonlocal sent
        sent = b"".join(pieces)
        client = make_client(server)  # anew: five failures in a row, and it would ask no more
        try:
            body, code = get(client, server.url(), timeout_s=2.0).body, ""
        except FetchError as error:
            body, code = b"", error.code
        finally:
            client.close()
        assert code in NONSENSE_CODES
        assert body is not None
        assert body in sent

    check()
