"""The production WSGI server around the application."""

from __future__ import annotations

import errno
import socket
import threading
from types import TracebackType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from core.errors import ServeError
from core.settings import Settings
from web.app import FORM_SLACK_BYTES

CONNECTION_LIMIT = 200
CHANNEL_TIMEOUT_S = 30
MAX_HEADER_BYTES = 32 * 1024
BACKLOG = 256

_REASONS = {
    errno.EADDRINUSE: "another program is using that port",
    errno.EACCES: "this user may not open that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


class WebServer:
    """Listens from the moment it is made; answers between ``start`` and ``stop``."""

    def __init__(self, app: Flask, settings: Settings, host: str, port: int) -> None:
        """Bind the address.

        Raises:
            ServeError: it cannot be listened on; the message says why.
        """
        self._sockets: dict[int, Any] = {}
        listener = _listen(host, port)
        # Any: typeshed takes the trigger, which stops the loop, for a number.
        self._server: Any = create_server(
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
            clear_untrusted_proxy_headers=True,
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
        """Finish the requests being answered, then close every connection. May be repeated."""
        if not self._thread.is_alive():
            return
        self._server.task_dispatcher.shutdown()
        # The loop's own thread closes its sockets: it ends when it has none left.
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._sockets))
        self._thread.join()


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
