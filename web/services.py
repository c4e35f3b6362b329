"""What the views reach: built once per application, kept in its extensions."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from core.errors import ProductNotFoundError
from core.settings import Settings
from search.engine import Engine
from web.media import ImageSource, Thumbnails
from web.uploads import UploadStore

_KEY = "vitrine"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that answer requests."""

    settings: Settings
    engine: Engine
    images: ImageSource
    thumbnails: Thumbnails
    uploads: UploadStore


def attach(app: Flask, services: Services) -> None:
    """Give an application its parts."""
    app.extensions[_KEY] = services


def services() -> Services:
    """Find the parts of the application that answers this request."""
    return services_of(current_app)


def services_of(app: Flask) -> Services:
    """Find an application's parts from outside a request."""
    found: Services = app.extensions[_KEY]
    return found


def has_product(product_id: str) -> bool:
    """Tell whether the generation in service holds a product."""
    try:
        services().engine.product(product_id)
    except ProductNotFoundError:
        return False
    return True
