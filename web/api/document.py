"""The API's document (OpenAPI 3.1), and the page to read and try it on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, current_app, json, render_template_string, request
from flask_openapi.openapi import OpenAPI
from werkzeug.exceptions import NotFound

from web.security import CONTENT_SECURITY_POLICY

bp = Blueprint("document", __name__)

OWN_FOLDER = Path(__file__).parent / "docs"
SWAGGER = "flask_openapi_swagger"
ASSETS = {
    "swagger-ui.css": ("css/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("js/swagger-ui-bundle.js", "text/javascript"),
    "start.js": ("", "text/javascript"),
    "page.css": ("", "text/css"),
}
"""What the page loads: where it lies in Swagger UI's wheel (ours: in ``docs``), and its type."""

POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""Swagger UI's style sheet draws its arrows from data: addresses. It puts nothing else inline."""

FOR_GOOD = "public, max-age=31536000, immutable"


@bp.get("/api/v1/openapi.json")
def document() -> Response:
    """Describe the API to programs."""
    described = cast(OpenAPI, current_app).api_doc
    return _checked(json.dumps(described).encode(), "application/json", "no-cache")


@bp.get("/api/v1/docs")
def page() -> Response:
    """Describe the API to people."""
    template = (OWN_FOLDER / "page.html").read_text(encoding="utf-8")
    body = render_template_string(template, asset=lambda name: f"docs/{name}?v={_asset(name)[1]}")
    response = _checked(body.encode(), "text/html", "no-cache")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get("/api/v1/docs/<name>")
def asset(name: str) -> Response:
    """Give what the page loads."""
    if name not in ASSETS:
        raise NotFound
    content, version = _asset(name)
    kept = FOR_GOOD if request.args.get("v") == version else "no-cache"
    return _checked(content, ASSETS[name][1], kept)


@cache
def _asset(name: str) -> tuple[bytes, str]:
    """Read a file, and name its version by its content."""
    inside = ASSETS[name][0]
    folder = files(SWAGGER) / "templates" / "swagger"
    content = (folder / inside if inside else OWN_FOLDER / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def _checked(content: bytes, kind: str, cache_control: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = cache_control
    response.add_etag()
    response.make_conditional(request)
    return response
