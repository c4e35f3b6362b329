"""The site and the API as one WSGI application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from core.settings import Settings
from search.engine import Engine
from web import media_views, pages
from web.access import Access, install_access
from web.api import catalogue, document, events, suggestions, views
from web.api.cors import install_cors
from web.api.operations import make_app
from web.backstage import Backstage, attach_backstage
from web.errors import install_errors
from web.events import install_query_log
from web.media import ImageSource, Thumbnails
from web.metrics import Metrics, install_metrics
from web.requests import image_limits
from web.security import install_security
from web.services import Services, attach
from web.static_files import install_static_files
from web.uploads import UploadStore

FORM_SLACK_BYTES = 64 * 1024
"""What a multipart form needs beside the picture: boundaries, headers, words."""

FORM_MEMORY_BYTES = 500_000
"""Bounds a form's words, but also the parser's own buffer, which holds two pieces of 64 KiB
of a picture; less than that refuses uploads by chance. Source: Werkzeug's default."""

MAX_FORM_PARTS = 128
"""A picture, and as many conditions as an address may have."""


def create_app(settings: Settings, engine: Engine, images: ImageSource) -> Flask:
    """Build the application; ``backstage_of(app).close()`` ends what it began."""
    app = make_app("vitrine", _package_folder())
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_image_bytes + FORM_SLACK_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
    )
    # A product's id may hold slashes, and two of them side by side.
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    json_provider = DefaultJSONProvider(app)
    json_provider.sort_keys = False
    json_provider.ensure_ascii = False
    app.json = json_provider

    thumbnails = Thumbnails(settings.thumbnails, images, image_limits(settings))
    attach(app, Services(settings, engine, images, thumbnails, UploadStore(settings.uploads)))
    install_security(app)
    install_cors(app, settings.cors_origins)
    install_errors(app)
    install_static_files(app)
    parts = Backstage.of(settings)
    attach_backstage(app, parts)
    install_access(app, Access.of(settings, parts.ring))
    install_metrics(app, Metrics(engine.status, parts.events))
    if settings.events:
        install_query_log(app, parts.events)
    app.register_blueprint(pages.bp)
    app.register_api(views.operations.blueprint)
    app.register_api(suggestions.operations.blueprint)
    app.register_api(catalogue.operations.blueprint)
    app.register_api(events.operations.blueprint)
    app.register_blueprint(document.bp)
    app.register_blueprint(media_views.bp)

    @app.context_processor
    def shared() -> dict[str, Any]:
        """Give every page what its frame shows."""
        return {
            "shop_name": settings.shop_name,
            "status": engine.status(),
            "max_chars": settings.max_query_chars,
            "max_image_bytes": settings.max_image_bytes,
        }

    return app


def _package_folder() -> str:
    return str(Path(__file__).parent)
