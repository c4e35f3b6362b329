"""Filters as JSON, for the document and for answers; ``search/filters_json.py`` reads them."""

from __future__ import annotations

from typing import TypeAlias, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from search.filters import Filter
from search.filters_json import MAX_CONDITIONS, MAX_WORDS, to_json


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, serialize_by_alias=True
    )


class HasWord(_Part):
    """The field has one of these words; a category stands for its whole subtree."""

    field: str
    """brand, category, currency, group_id, availability, in_stock, on_sale, or attribute.NAME."""
    words: list[str] = Field(alias="in", max_length=MAX_WORDS)


class HasNumber(_Part):
    """The field's number is known and within bounds, both included."""

    field: str
    """price (in major units), stock, added (dates as text), or attribute.NAME."""
    minimum: str | float | None = None
    """As text where decimals must not be rounded."""
    maximum: str | float | None = None


class AllOf(_Part):
    """All of these hold."""

    parts: list[FilterTree] = Field(alias="and", max_length=MAX_CONDITIONS)


class AnyOf(_Part):
    """At least one of these holds."""

    parts: list[FilterTree] = Field(alias="or", max_length=MAX_CONDITIONS)


class NotThis(_Part):
    """This does not hold."""

    part: FilterTree = Field(alias="not")


# Union, because an alias of quoted names cannot be made with |.
FilterTree: TypeAlias = Union[HasWord, HasNumber, AllOf, AnyOf, NotThis]  # noqa: UP007

_TREE: TypeAdapter[FilterTree] = TypeAdapter(FilterTree)


def tree_of(wanted: Filter) -> FilterTree:
    """Write a filter as the API has it."""
    return _TREE.validate_python(to_json(wanted))
