from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from web.static_files import static_url

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


@pytest.mark.parametrize(
    ("path", "status", "content_type", "cache"),
    [
        ("/", 200, "text/html; charset=utf-8", "private, no-cache"),
        ("/search?q=red", 200, "text/html; charset=utf-8", "private, no-cache"),
        ("/search?q=red&page=0", 422, "text/html; charset=utf-8", "no-store"),
        ("/nowhere", 404, "text/html; charset=utf-8", "no-store"),
        ("/api/v1/search?q=red", 200, "application/json", "no-cache"),
        ("/api/v1/search", 422, "application/problem+json", "no-store"),
        ("/healthz", 200, "application/json", "no-store"),
        (
            static_url("site.css"),
            200,
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/static/site.css?v=old", 200, "text/css; charset=utf-8", "no-cache"),
    ],
)
def test_headers_are_these(
    client: FlaskClient, path: str, status: int, content_type: str, cache: str
) -> None:
    with client.get(path) as response:
        headers = dict(response.headers)
    assert response.status_code == status
    assert (headers["Content-Type"], headers["Cache-Control"]) == (content_type, cache)
    assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-Id"])
    assert "Set-Cookie" not in headers


def test_timings_of_the_stages_are_told(client: FlaskClient) -> None:
    timing = client.get("/search?q=red").headers["Server-Timing"]
    assert re.fullmatch(r"queue;dur=0\.5, encode;dur=4\.2, scan;dur=1\.0, total;dur=[\d.]+", timing)


@pytest.mark.parametrize(
    ("given", "kept"), [("trace-7_a.b", True), ("x" * 65, False), ("a b", False), ("<b>", False)]
)
def test_a_request_keeps_its_own_id_if_it_is_harmless(
    client: FlaskClient, given: str, kept: bool
) -> None:
    answered = client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert (answered == given) is kept


def test_the_version_of_a_static_file_is_its_content() -> None:
    assert re.fullmatch(r"/static/site\.css\?v=[0-9a-f]{12}", static_url("site.css"))
    assert static_url("site.css")[-12:] != static_url("products.css")[-12:]
