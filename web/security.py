"""What every answer carries: a policy for browsers, a name for the log, its timings."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline, nothing from elsewhere: product text that slips through stays text."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def install_security(app: Flask) -> None:
    """Check what every request carries, and complete every answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    try:
        unquote_to_bytes(request.query_string).decode("utf-8")
    except UnicodeDecodeError:
        # Werkzeug would put U+FFFD in place and search for something that nobody asked.
        raise BadRequest("The address holds bytes that are not UTF-8.") from None


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers["Server-Timing"] = ", ".join(_timings())
    return response


def _timings() -> list[str]:
    """List the engine's stages, then the whole request, in milliseconds."""
    stages: dict[str, float] = dict(g.get("timings_ms", {}))
    stages["total"] = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    return [f"{re.sub('[^A-Za-z0-9_-]', '_', name)};dur={ms:.1f}" for name, ms in stages.items()]
