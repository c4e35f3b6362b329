"""The production WSGI server around the application."""

from __future__ import annotations

import errno
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar, cast

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import RequestEntityTooLarge

from core.errors import ServeError
from core.settings import Settings
from web.app import FORM_SLACK_BYTES
from web.server_bodies import AdmitsFeed, BodyBounds, BoundedParser

Value = TypeVar("Value")

CONNECTION_LIMIT = 200
CHANNEL_TIMEOUT_S = 30
MAX_HEADER_BYTES = 32 * 1024
BACKLOG = 256

STOP_TIMEOUT_S = 5
"""Longest wait for requests that have come in; a container has ten seconds until SIGKILL."""

STOP_POLL_S = 0.02
QUIET_LOOKS = 3
"""Turns of the server's loop without work after which nothing that had arrived is left: one
takes the connection in, one reads its request, one sees it."""

_REASONS = {
    errno.EADDRINUSE: "another program is using that port",
    errno.EACCES: "this user may not open that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


class _TooLargeTask(WSGITask):
    """Lets the application tell that a body is too large; the connection ends with it."""

    def get_environment(self) -> dict[str, Any]:
        """Describe the request with the length for which the application refuses it."""
        environ: dict[str, Any] = super().get_environment()
        # Longer than any may be: what was read is not the whole, and must never be taken for it.
        environ["CONTENT_LENGTH"] = str(sys.maxsize)
        return environ

    def start(self) -> None:
        """Close after the answer: the rest of the body is not read."""
        super().start()
        self.set_close_on_finish()


def _refusal(channel: HTTPChannel, request: Any) -> Task:
    """Choose who answers a request that the server does not take."""
    too_large = isinstance(request.error, RequestEntityTooLarge)
    return (_TooLargeTask if too_large else ErrorTask)(channel, request)


class _Channel(HTTPChannel):
    """A connection; Any because typeshed knows of no choice between error tasks."""

    error_task_class: Any = staticmethod(_refusal)

    def readable(self) -> bool:
        """Tell whether to read on; looked at in each turn of the loop, at least once a second."""
        request = self.request
        waits = isinstance(request, BoundedParser) and request.waits()
        return bool(super().readable()) and not waits


class WebServer:
    """Listens from the moment it is made; answers between ``start`` and ``stop``."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        host: str,
        port: int,
        admits_feed: AdmitsFeed = lambda key: False,
    ) -> None:
        """Bind the address. ``admits_feed`` tells whose feeds may exceed what else is sent.

        Raises:
            ServeError: it cannot be listened on; the message says why.
        """
        self._stopping = threading.Lock()
        self._sockets: dict[int, Any] = {}
        listener = _listen(host, port)
        # Any: typeshed takes the trigger, which reaches the loop, for a number.
        self._server = cast(Any, create_server)(
            app,
            map=self._sockets,
            sockets=[listener],
            threads=settings.web_threads,
            ident=None,
            connection_limit=CONNECTION_LIMIT,
            channel_timeout=CHANNEL_TIMEOUT_S,
            max_request_header_size=MAX_HEADER_BYTES,
            # The application answers 413 in its own words first; this only bounds what
            # the server buffers on disk.
            max_request_body_size=2 * (settings.max_image_bytes + FORM_SLACK_BYTES),
            # Where proxies are trusted, web.access_addresses reads whom to believe.
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
        bounds = BodyBounds(settings.max_feed_bytes, admits_feed)
        self._server.channel_class = type(
            "Channel", (_Channel,), {"parser_class": staticmethod(bounds.parser)}
        )
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{listener.getsockname()[1]}/"

    def __enter__(self) -> WebServer:
        """Start answering."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop answering."""
        self.stop()

    def stop(self) -> None:
        """Answer the requests that have come in, then close every connection.

        What is not answered after ``STOP_TIMEOUT_S`` is given up. May be repeated, and called
        from several threads.
        """
        with self._stopping:  # who comes second waits for the first, and finds nothing to do
            if not self._thread.is_alive():
                return
            self._on_loop(self._close_door)
            self._finish(time.monotonic() + STOP_TIMEOUT_S)
            # Waitress' own shutdown lets no waiting request begin, and sees none half written.
            self._server.task_dispatcher.shutdown(timeout=STOP_POLL_S)
            # The loop ends when it has no socket left.
            self._on_loop(lambda: wasyncore.close_all(self._sockets))
            self._thread.join()

    def _finish(self, deadline_s: float) -> None:
        quiet = 0
        while quiet < QUIET_LOOKS and time.monotonic() < deadline_s:
            if self._on_loop(self._busy):
                quiet = 0
                time.sleep(STOP_POLL_S)
            else:
                quiet += 1

    def _close_door(self) -> None:
        """Take in who already stands in the queue, then listen no more."""
        taken = -1
        while taken < len(self._sockets) < CONNECTION_LIMIT:
            taken = len(self._sockets)
            self._server.handle_accept()
        wasyncore.dispatcher.close(self._server)

    def _busy(self) -> bool:
        """Tell whether a request is being read, waits, or has an answer not yet sent."""
        return any(
            channel.request is not None or channel.requests or channel.total_outbufs_len
            for channel in list(self._server.active_channels.values())
        )

    def _on_loop(self, action: Callable[[], Value]) -> Value:
        """Do something on the loop's thread, which owns the sockets."""
        done: Future[Value] = Future()

        def run() -> None:
            try:
                done.set_result(action())
            except Exception as error:  # else nobody would wake who waits
                done.set_exception(error)

        self._server.trigger.pull_trigger(run)
        return done.result()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror:
        raise ServeError(host, port, "that is no address of this machine") from None
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise ServeError(host, port, reason) from error
