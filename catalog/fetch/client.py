"""GET over http(s) for hosts that nobody vouches for: checked, bounded, patient, polite."""

from __future__ import annotations

import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, NoReturn, TypeVar

from urllib3 import BaseHTTPResponse

from catalog.fetch.addresses import Lookup, Resolver
from catalog.fetch.connections import Connections, RequestLimit, pieces
from catalog.fetch.hosts import Hosts
from catalog.fetch.location import Location, parse_location, redirected
from catalog.fetch.retries import (
    ATTEMPTS,
    MAX_RETRY_AFTER_S,
    TEMPORARY_STATUSES,
    pause_before,
    read_retry_after,
)
from catalog.fetch.rules import FetchRules
from core import VERSION
from core.errors import FetchError

MAX_REDIRECTS = 5
HOST_FAULTS = frozenset(
    {
        "host_unknown", "connection_failed", "tls_failed", "timed_out", "bad_answer",
        "server_error", "too_many_requests",
    }
)  # fmt: skip
"""Codes of failures that another URL of the same host may well have, too."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SMALL_BODY_BYTES = 64 * 1024
"""An unwanted body of less is read, so that its connection can be used again."""
_HEADER_BYTES = 2**20
_CODES = {
    401: "forbidden", 403: "forbidden", 404: "not_found", 410: "gone", 429: "too_many_requests",
}  # fmt: skip
_VALIDATOR = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """What a caller asks for, and what it does with the body."""

    receive: Callable[[Iterator[bytes]], T]
    """Takes the body in pieces; called anew for each attempt that gets one."""
    max_bytes: int
    timeout_s: float
    accept: str = "*/*"
    encodings: frozenset[str] = frozenset()
    """Content codings that may come; the body is never decoded."""
    conditions: Mapping[str, str] | None = None
    """``If-None-Match`` and ``If-Modified-Since``; without them 304 is no answer."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A body as the caller received it, or None where it is as it was (304)."""

    body: T | None
    etag: str
    last_modified: str


class FetchClient:
    """Fetches; safe for several threads. Lives as long as one job, and is closed after it.

    Proxies are not used, whatever the environment says: a proxy would look names up
    itself, and what it connects to could not be checked.
    """

    def __init__(
        self,
        rules: FetchRules,
        *,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """The keywords replace the network's names, its certificates and time, in tests."""
        self._rules = rules
        self._stopped = threading.Event()
        self._wait = wait or self._stopped.wait
        self._resolver = Resolver(rules.private, lookup, clock)
        self._hosts = Hosts(rules.per_host, rules.per_second, clock, self._wait)
        self._connections = Connections(rules.connect_timeout_s, tls)

    def get(self, url: str, wanted: Wanted[T]) -> Answer[T]:
        """Fetch a URL, over redirects and with retries.

        Raises:
            FetchError: it may not be fetched, or could not be.
        """
        location = parse_location(url)
        time_left = _TimeLeft(wanted.timeout_s)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._follow(location, wanted, time_left)
            except FetchError as error:
                is_last = attempt == ATTEMPTS or not time_left.seconds
                if is_last or not error.is_temporary or not self._may_retry(error, attempt):
                    self._note_failure(error)
                    raise

    def close(self) -> None:
        """End connections, waiting and retrying; what is under way ends with its next byte."""
        self._stopped.set()
        self._connections.close()

    def _may_retry(self, error: FetchError, attempt: int) -> bool:
        """Wait until the next attempt, unless there can be none."""
        pause = error.retry_after_s
        if pause is not None and pause > MAX_RETRY_AFTER_S:
            self._hosts.skip(error.host, f"it asked to be left alone for {pause:,.0f} s.")
            return False
        if pause is not None:
            self._hosts.pause(error.host, pause)  # the next turn waits, everyone's
        else:
            self._wait(pause_before(attempt, random.random()))
        return not self._stopped.is_set()

    def _note_failure(self, error: FetchError) -> None:
        if error.code in HOST_FAULTS:
            self._hosts.failed(error.host, str(error))
        elif error.code in _CODES.values():  # it refuses, but it is well
            self._hosts.answered(error.host)

    def _follow(self, location: Location, wanted: Wanted[T], time_left: _TimeLeft) -> Answer[T]:
        """Go from redirect to redirect; each hop is checked like the first."""
        for _ in range(MAX_REDIRECTS + 1):
            if self._stopped.is_set():
                raise FetchError("stopped", "Nothing is fetched any more: the run has ended.")
            self._rules.check(location)
            with self._hosts.turn(location.host), time_left.spending():
                answer = self._exchange(location, wanted, time_left.seconds)
            self._hosts.answered(location.host)
            if isinstance(answer, Answer):
                return answer
            location = answer
        raise FetchError(
            "too_many_redirects",
            f"The URL redirects more than {MAX_REDIRECTS} times, at last to {location.shown}.",
        )

    def _exchange(
        self, location: Location, wanted: Wanted[T], seconds: float
    ) -> Answer[T] | Location:
        """Make one request; give its answer, or where it redirects to."""
        if not seconds:
            reason = f"The time for {location.shown} was over before it could be asked for."
            raise FetchError("timed_out", reason, host=location.host)
        idle_s = self._rules.idle_timeout_s
        # Twice the size: whoever sends single bytes as chunks needs six times as much.
        max_bytes = 2 * wanted.max_bytes + _HEADER_BYTES
        limit = RequestLimit(seconds, idle_s, max_bytes, self._stopped.is_set)
        addresses = self._resolver.addresses(location.host, min(seconds, idle_s))
        with self._connections.get(location, addresses, _headers(wanted), limit) as response:
            body = pieces(response, location, limit)
            if response.status == 200:
                received = wanted.receive(_checked_body(response, body, wanted, location))
                return Answer(received, *_validators(response))
            _finish(response, body)
        if response.status == 304 and wanted.conditions:
            return Answer(None, *_validators(response))
        if response.status in _REDIRECTS and (target := response.headers.get("Location")):
            return redirected(location, target)
        _refuse_status(response, location)


class _TimeLeft:
    """The time that one fetch may still take; waiting between its requests is not counted."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    @contextmanager
    def spending(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds = max(0.0, self.seconds - (time.monotonic() - started))


def _headers(wanted: Wanted[T]) -> dict[str, str]:
    return {
        "User-Agent": f"Vitrine/{VERSION}",
        "Accept": wanted.accept,
        # Pictures are packed as it is, and what unpacks itself may become a thousand times larger.
        "Accept-Encoding": "identity",
        **(wanted.conditions or {}),
    }


def _checked_body(
    response: BaseHTTPResponse, body: Iterator[bytes], wanted: Wanted[T], location: Location
) -> Iterator[bytes]:
    """Give the body in pieces, up to its largest size."""
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in {"", "identity", *wanted.encodings}:
        reason = f"{location.shown} comes packed ({coding[:40]!r}), which was not asked for."
        raise FetchError("content_encoded", reason, host=location.host)
    received = 0
    if _declared_bytes(response) <= wanted.max_bytes:
        for piece in body:
            received += len(piece)
            if received > wanted.max_bytes:
                break
            yield piece
        else:
            return
    reason = f"{location.shown} has more than {wanted.max_bytes:,} bytes."
    raise FetchError("too_many_bytes", reason, host=location.host)


def _finish(response: BaseHTTPResponse, body: Iterator[bytes]) -> None:
    """Read a small body that nobody wants, so that its connection can be used again."""
    received = 0
    if _declared_bytes(response) <= _SMALL_BODY_BYTES:
        for piece in body:
            received += len(piece)
            if received > _SMALL_BODY_BYTES:
                return


def _declared_bytes(response: BaseHTTPResponse) -> int:
    """Read the size that the server declares, which need not be true; 0 where it does not."""
    declared = response.headers.get("Content-Length", "")
    return int(declared[:20]) if declared.isascii() and declared.isdigit() else 0


def _validators(response: BaseHTTPResponse) -> tuple[str, str]:
    """Take what a later request can ask with; only what can be sent as it is."""
    etag = response.headers.get("ETag", "")
    modified = response.headers.get("Last-Modified", "")
    return (
        etag if _VALIDATOR.fullmatch(etag) else "",
        modified if _VALIDATOR.fullmatch(modified) else "",
    )


def _refuse_status(response: BaseHTTPResponse, location: Location) -> NoReturn:
    status = response.status
    is_temporary = status in TEMPORARY_STATUSES
    code = _CODES.get(status, "server_error" if is_temporary else "http_status")
    retry_after = response.headers.get("Retry-After", "") if is_temporary else ""
    raise FetchError(
        code,
        f"{location.shown} answers with the status {status}.",
        is_temporary,
        host=location.host,
        retry_after_s=read_retry_after(retry_after, datetime.now(UTC)),
    )
