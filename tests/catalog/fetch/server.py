"""HTTP servers on the loopback that answer exactly what a test says, however wrong."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 4


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    target: str
    headers: Mapping[str, str]
    """With lower-case names."""


Answer = Callable[[Request], "bytes | Iterable[bytes]"]
"""Gives the bytes to send, head included; several pieces are sent one by one."""


def answer(
    body: bytes = PICTURE, status: int = 200, keep_alive: bool = True, **headers: str
) -> bytes:
    """Put a well-formed answer together; ``_`` in a header's name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status != 304:
        named.setdefault("Content-Length", str(len(body)))
    if not keep_alive:
        named["Connection"] = "close"
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{k}: {v}" for k, v in named.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if status == 304 else body)


@dataclass
class Server:
    """A server at one loopback address; a context, so that no thread outlives its test."""

    answer: Answer
    address: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Server:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, self.port), family=family)
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/a.jpg", host: str = "") -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.address}:{self.port}{path}"

    @property
    def targets(self) -> list[str]:
        return [each.target for each in self.requests]

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(accepted)
            self._start(self._serve, accepted)

    def _serve(self, accepted: socket.socket) -> None:
        connection = accepted
        with suppress(OSError, ssl.SSLError):
            if self.tls:
                connection = self.tls.wrap_socket(accepted, server_side=True)
                self._open.add(connection)
            with connection.makefile("rb") as lines:
                while (request := _read(lines)) is not None:
                    self.requests.append(request)
                    sent = self.answer(request)
                    for piece in [sent] if isinstance(sent, bytes) else sent:
                        connection.sendall(piece)
                    if not isinstance(sent, bytes) or b"Connection: close" in sent:
                        break
        for each in (connection, accepted):
            self._open.discard(each)
            each.close()


def _read(lines: Iterable[bytes]) -> Request | None:
    head: list[str] = []
    for line in lines:
        if line == b"\r\n":
            break
        head.append(line.decode("latin-1").strip())
    if not head:
        return None
    headers = (line.partition(":") for line in head[1:])
    return Request(head[0].split()[1], {name.lower(): value.strip() for name, _, value in headers})
