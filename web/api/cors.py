"""Which other sites' pages may use the API: cross-origin resource sharing, by setting."""

from __future__ import annotations

from flask import Flask, Response, request

ANY = "*"
PATHS = "/api/"

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, X-API-Key, "
    "X-Client-Id, X-Request-Id",
    "Access-Control-Max-Age": "600",
}
READABLE = (
    "ETag, RateLimit, RateLimit-Policy, Retry-After, Server-Timing, WWW-Authenticate, X-Query-Id, "
    "X-Request-Id"
)
"""Headers of an answer that a page may read beside the few that it always may."""


def install_cors(app: Flask, origins: str) -> None:
    """Let pages from these origins (a list with commas; ``*`` means any) use the API.

    Credentials are never allowed, so that ``*`` gives away nothing that a stranger's own
    program could not read.
    """
    allowed = frozenset(filter(None, map(str.strip, origins.split(","))))
    if allowed:
        app.after_request(lambda response: _allow(response, allowed))


def _allow(response: Response, allowed: frozenset[str]) -> Response:
    if not request.path.startswith(PATHS):
        return response
    if ANY not in allowed:
        response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if not origin or not allowed & {ANY, origin}:
        return response
    response.headers["Access-Control-Allow-Origin"] = ANY if ANY in allowed else origin
    response.headers["Access-Control-Expose-Headers"] = READABLE
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers.update(PREFLIGHT)
    return response
