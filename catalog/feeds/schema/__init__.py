"""The published form of our own feeds: a JSON Schema of one line of JSON Lines."""

from __future__ import annotations

from importlib.resources import files

FILE = "product.schema.json"


def read_schema() -> str:
    """Read the schema's text, in JSON Schema 2020-12."""
    return files(__name__).joinpath(FILE).read_text(encoding="utf-8")
