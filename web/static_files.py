"""Style, script and logo: addressed by content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

FOLDER = Path(__file__).parent / "static"


def static_url(name: str) -> str:
    """Address a static file with its version."""
    return f"/static/{name}?v={_version(name)}"


def install_static_files(app: Flask) -> None:
    """Serve static files: for good under their version, else checked on every use."""
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(_cache)


@cache
def _version(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def _cache(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        name = (request.view_args or {})["filename"]
        versioned = request.args.get("v") == _version(name)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if versioned else "no-cache"
        )
    return response
