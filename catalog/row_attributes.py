"""What no field of a product takes, kept by name: a feed's own columns and Google's details."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from catalog import text
from catalog.fields import normalize_name
from catalog.row_values import MAX_NAME_CHARS, RowValues, as_text, flatten

MAX_ATTRIBUTES = 100
MAX_VALUE_CHARS = 1_000

_DETAIL = "product_detail"
# ``section:name:value,section:name:value``; a comma may belong to a value, two colons rarely do.
_NEXT_DETAIL = re.compile(r",(?=[^,:]{0,200}:[^,:]{1,200}:)")


def read_attributes(values: RowValues, names: Iterable[str]) -> dict[str, str]:
    """Keep columns by name; empty values and their names are dropped."""
    kept: dict[str, str] = {}
    for name, value in _name_values((name, values[name]) for name in names):
        if not value:
            continue
        label = text.cut(text.one_line(name), MAX_NAME_CHARS)
        plain = text.one_line(values.clean(value, label))
        if not label or not plain:
            continue
        if len(kept) == MAX_ATTRIBUTES:
            values.mend("too_many_attributes", f"Only {MAX_ATTRIBUTES} are kept.", label)
            break
        kept[label] = values.cut(plain, MAX_VALUE_CHARS, label)
    # Sorted, so that the catalogue does not depend on the order of a feed's columns.
    return dict(sorted(kept.items()))


def _name_values(items: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Write nested values flat; an object called ``attributes`` lends its names to the product."""
    for name, value in items:
        if normalize_name(name) == _DETAIL:
            yield from _read_details(value)
        elif isinstance(value, dict):
            prefix = "" if name.lower() == "attributes" else f"{name}."
            yield from ((f"{prefix}{key}", as_text(each)) for key, each in value.items())
        else:
            yield name, as_text(value)


def _read_details(value: object) -> Iterator[tuple[str, str]]:
    """Read Google's details, as elements or as ``section:name:value``, by their names."""
    for each in flatten(value):
        if isinstance(each, dict):
            yield as_text(each.get("attribute_name")), as_text(each.get("attribute_value"))
            continue
        for detail in _NEXT_DETAIL.split(as_text(each)):
            parts = detail.split(":", 2)
            yield (parts[1], parts[2].strip()) if len(parts) == 3 else (_DETAIL, detail)
