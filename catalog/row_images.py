"""Where a row says that a product's pictures are, and the text that stands for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog import text
from catalog.fields import Field
from catalog.row_values import RowValues, as_text, flatten
from catalog.rows import ImageReference

MAX_IMAGES = 20
MAX_LOCATION_CHARS = 4_000
MAX_ALT_CHARS = 500

_FILE_NAME = re.compile(r"\S.*\.[A-Za-z0-9]{2,5}(?:[?#].*)?", re.DOTALL)
# A comma may belong to an address (w_400,h_300), but not one that another address follows.
_NEXT_ADDRESS = re.compile(r"\s*,\s*(?=https?://)", re.IGNORECASE)


def read_images(values: RowValues) -> tuple[ImageReference, ...]:
    """List the pictures in order, each once."""
    found: dict[str, str] = {}
    for value in values.named(Field.IMAGE):
        for location, alt in _locations(value):
            found.setdefault(text.strip_controls(location).strip(), alt)
    found.pop("", None)
    alts = [alt for value in values.named(Field.IMAGE_ALT) for alt in _alts(value)]
    if len(found) > MAX_IMAGES:
        values.mend("too_many_images", f"Only the first {MAX_IMAGES} are kept.")
    return tuple(
        ImageReference(
            location[:MAX_LOCATION_CHARS],
            text.cut(text.one_line(alt or (alts[at] if at < len(alts) else "")), MAX_ALT_CHARS),
        )
        for at, (location, alt) in enumerate(list(found.items())[:MAX_IMAGES])
    )


def _locations(value: object) -> Iterator[tuple[str, str]]:
    """List (location, alt) of an image value: a text, a list of them, or objects."""
    for each in flatten(value):
        if isinstance(each, dict):
            keys = (key for key in ("path", "src", "url", "link", "image") if each.get(key))
            yield as_text(each.get(next(keys, ""))), as_text(each.get("alt"))
        else:
            yield from ((part, "") for part in _split_locations(as_text(each)))


def _split_locations(value: str) -> list[str]:
    """Split a cell of several pictures; a comma may also belong to a name."""
    if "|" not in value and "," not in value:
        return [value]
    if value.lstrip()[:8].lower().startswith(("http://", "https://")):
        return [part for line in value.split("|") for part in _NEXT_ADDRESS.split(line.strip())]
    for separator in ("|", ","):
        parts = [part.strip() for part in value.split(separator) if part.strip()]
        if len(parts) > 1 and (separator == "|" or all(map(_FILE_NAME.fullmatch, parts))):
            return parts
    return [value]


def _alts(value: object) -> list[str]:
    return (
        [as_text(each) for each in value] if isinstance(value, list) else as_text(value).split("|")
    )
