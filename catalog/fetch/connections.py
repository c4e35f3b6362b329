"""Connections to checked addresses, kept open for the next request; urllib3's door.

A request is bounded as a whole: a timeout of a socket starts anew with each byte, so a
server that sends one a second would hold a thread for days, and a header or a chunk's
length without an end would fill the memory. Both are counted below HTTP, where the bytes
come in.
"""

from __future__ import annotations

import io
import logging
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from http.client import HTTPResponse as PlainResponse

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import SSLError as UrllibSSLError
from urllib3.exceptions import TimeoutError as UrllibTimeoutError
from urllib3.util.ssl_match_hostname import CertificateError

from catalog.fetch.location import Location
from core.errors import FetchError

# It logs malformed headers with a traceback; each failure is told in a sentence here.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

_CHUNK_BYTES = 64 * 1024
_KEPT_OPEN = 64
"""Most connections that wait for another request, over all hosts."""

_Key = tuple[str, str, int, str]


class RequestLimit:
    """What one request may still take, in time and in bytes on the wire."""

    def __init__(
        self, seconds: float, idle_s: float, max_bytes: int, is_stopped: Callable[[], bool]
    ) -> None:
        self._is_stopped = is_stopped
        self._deadline = time.monotonic() + seconds
        self._idle_s = idle_s
        self._bytes_left = max_bytes

    @property
    def is_spent(self) -> bool:
        """Tell whether more bytes came than may."""
        return self._bytes_left < 0

    def timeout_s(self, at_most: float | None = None) -> float:
        """Say how long the next step may take.

        Raises:
            TimeoutError: no time is left, or nobody waits for the answer any more.
        """
        left = self._deadline - time.monotonic()
        if left <= 0 or self._is_stopped():
            raise TimeoutError("the time for the whole request is over")
        return min(left, self._idle_s if at_most is None else at_most)

    def count(self, size: int) -> None:
        """Note bytes that came in.

        Raises:
            OSError: they are too many.
        """
        self._bytes_left -= size
        if self.is_spent:
            raise OSError("the server sends more than is read")


class _LimitedReader(io.RawIOBase):
    """The bytes of a socket, as far as the request's limit goes."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, limit: RequestLimit) -> None:
        self._raw = raw
        self._sock = sock
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        self._sock.settimeout(self._limit.timeout_s())
        size: int | None = self._raw.readinto(buffer)
        self._limit.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _LimitedResponse(PlainResponse):
    """An answer whose status, header and body are all read through the limit."""

    def __init__(self, sock: socket.socket, *args: object, limit: RequestLimit, **kwargs: object):
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_LimitedReader(raw, sock, limit))


class Connections:
    """Opens connections and keeps idle ones; safe for several threads."""

    def __init__(self, connect_timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
        """Trust the certificates that ``tls`` does; None means those that the system does."""
        self._connect_timeout_s = connect_timeout_s
        self._tls = tls
        self._lock = threading.Lock()
        self._idle: deque[tuple[_Key, HTTPConnection]] = deque()
        self._is_closed = False

    @contextmanager
    def get(
        self,
        location: Location,
        addresses: Sequence[str],
        headers: Mapping[str, str],
        limit: RequestLimit,
    ) -> Iterator[BaseHTTPResponse]:
        """Ask for a location at the first of the addresses that can be connected to.

        The answer's body is not decoded; ``pieces`` reads it. A connection whose answer is
        read to its end is kept for the next request, any other one ended.

        Raises:
            FetchError: with the code connection_failed, tls_failed, timed_out,
                too_many_bytes or bad_answer.
        """
        with _named_failures(location, limit):
            key, connection = self._connection(location, addresses, limit)
        is_done = False
        try:
            with _named_failures(location, limit):
                response = _ask(connection, location, headers, limit)
            try:
                yield response
                is_done = response.closed
            finally:
                response.close()
        finally:
            self._give_back(key, connection, is_done)

    def close(self) -> None:
        """End all idle connections; those in use end with their requests."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, deque()
        for _, connection in idle:
            connection.close()

    def _connection(
        self, location: Location, addresses: Sequence[str], limit: RequestLimit
    ) -> tuple[_Key, HTTPConnection]:
        failure: Exception = OSError("no address")
        for address in addresses:
            key = (location.scheme, location.host, location.port, address)
            if (idle := self._take_idle(key)) is not None:
                return key, idle
            connection = self._new(location, address)
            connection.timeout = limit.timeout_s(self._connect_timeout_s)
            try:
                connection.connect()
            except (HTTPError, OSError) as error:
                connection.close()
                failure = error
            else:
                return key, connection
        raise failure

    def _new(self, location: Location, address: str) -> HTTPConnection:
        """Prepare a connection to an address that stands for the host, certificate included."""
        if location.scheme == "http":
            return HTTPConnection(address, location.port)
        with self._lock:
            if self._tls is None:  # only now: reading all of the system's certificates takes time
                self._tls = ssl.create_default_context()
        name = location.host.rstrip(".")
        return HTTPSConnection(address, location.port, ssl_context=self._tls, server_hostname=name)

    def _take_idle(self, key: _Key) -> HTTPConnection | None:
        with self._lock:
            found = next((each for each in self._idle if each[0] == key), None)
            if found is None:
                return None
            self._idle.remove(found)
        connection = found[1]
        if connection.is_connected:
            return connection
        connection.close()  # the server ended it, or sent something that nobody asked for
        return self._take_idle(key)

    def _give_back(self, key: _Key, connection: HTTPConnection, is_done: bool) -> None:
        with self._lock:
            if is_done and connection.sock is not None and not self._is_closed:
                self._idle.append((key, connection))
                if len(self._idle) <= _KEPT_OPEN:
                    return
                connection = self._idle.popleft()[1]
        connection.close()


def pieces(response: BaseHTTPResponse, location: Location, limit: RequestLimit) -> Iterator[bytes]:
    """Read a body as it comes.

    Raises:
        FetchError: as ``Connections.get``. What fails with whoever takes the pieces does not.
    """
    stream = response.stream(_CHUNK_BYTES, decode_content=False)
    while True:
        with _named_failures(location, limit):
            piece = next(stream, None)
        if piece is None:
            return
        yield piece


@contextmanager
def _named_failures(location: Location, limit: RequestLimit) -> Iterator[None]:
    try:
        yield
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise _named(error, location, limit) from error


def _ask(
    connection: HTTPConnection, location: Location, headers: Mapping[str, str], limit: RequestLimit
) -> BaseHTTPResponse:
    connection.timeout = limit.timeout_s()
    connection.response_class = partial(_LimitedResponse, limit=limit)  # type: ignore[assignment]
    connection.request(
        "GET",
        location.target,
        headers={"Host": location.authority, **headers},
        preload_content=False,
        decode_content=False,
    )
    return connection.getresponse()


def _named(error: Exception, location: Location, limit: RequestLimit) -> FetchError:
    """Say in a sentence what went wrong on the way."""
    host, reason = location.host, _reason(error)
    if limit.is_spent:
        return FetchError("too_many_bytes", f"{location.shown} sends more than is read.", host=host)
    if isinstance(error, NewConnectionError):  # a kind of timeout, says urllib3
        code, what = "connection_failed", f"{host} cannot be connected to ({reason})."
    elif isinstance(error, TimeoutError | UrllibTimeoutError):
        code, what = "timed_out", f"{host} took too long to answer for {location.shown}."
    elif isinstance(error, ssl.SSLError | UrllibSSLError | CertificateError):
        code, what = "tls_failed", f"{host} cannot be trusted or understood ({reason})."
    elif isinstance(error, OSError):
        code, what = "connection_failed", f"The connection to {host} failed ({reason})."
    else:
        code, what = "bad_answer", f"The answer for {location.shown} is cut off or malformed."
    return FetchError(code, what, is_temporary=code != "tls_failed", host=host)


def _reason(error: Exception) -> str:
    """Find what the system said, below the library's wrapping."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return getattr(cause, "strerror", None) or str(cause)
