"""How the document lists the conditions of an address; ``search.filters_arguments`` reads them."""

from __future__ import annotations

from typing import Any

from flask_openapi.models.parameter import Parameter

from search.filters import NUMBER_FIELDS, WORD_FIELDS
from search.filters_arguments import EXCLUDE, FILTER

_ABOUT = {
    "category": "A path from the widest category, `Men > Shoes`; its whole subtree counts.",
    "price": "In major units: `20..50`, `20..`, `..50`.",
    "stock": "Units on hand: `1..`.",
    "added": "When the catalogue first had it: `2026-01-01..2026-01-31`, UTC.",
    "in_stock": "`true` or `false`.",
    "on_sale": "`true` or `false`: whether a higher price was asked before.",
}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_FIELDS = (*WORD_FIELDS, *NUMBER_FIELDS)
_ATTRIBUTES = (
    "`filter.attribute.NAME` and `exclude.attribute.NAME` for the shop's attributes (a word, or a "
    "range as `40..42`)."
)


def filter_parameters() -> list[Parameter]:
    """List ``filter.FIELD`` one by one, and the open rest as one object spread over names."""
    rest = {
        "name": "conditions",
        "in": "query",
        "description": "More conditions, each a parameter of its own: `exclude.FIELD` for what "
        f"is not to be found; {_ATTRIBUTES}",
        "style": "form",
        "explode": True,
        "example": {},  # else pages to try it on would send all of them
        "schema": {
            "type": "object",
            "properties": {EXCLUDE + field: _TEXT for field in _FIELDS},
            "additionalProperties": _TEXT,
        },
    }
    return [Parameter.model_validate(each) for each in (*map(_filter, _FIELDS), rest)]


def add_filter_properties(schema: dict[str, Any]) -> None:
    """Let a form's schema have the same conditions as fields."""
    schema["properties"] |= {
        kind + field: {"description": about, **_TEXTS}
        for field in _FIELDS
        for kind, about in ((FILTER, _about(field)), (EXCLUDE, "What is not to be found."))
    }
    schema["additionalProperties"] = {"description": _ATTRIBUTES, **_TEXTS}


def _filter(field: str) -> dict[str, Any]:
    return {
        "name": FILTER + field,
        "in": "query",
        "description": _about(field),
        "style": "form",
        "explode": True,
        "schema": _TEXTS,
    }


def _about(field: str) -> str:
    about = _ABOUT.get(field, "One of the catalogue's own words.")
    return f"{about} Several mean any of them."
