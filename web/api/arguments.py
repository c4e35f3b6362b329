"""What the API is asked: the models that requests are read into, and that its document describes.

They say which names there are and of which type. Bounds are the values' own: ``search.query``
refuses what no query can be, with the reason.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from flask_openapi.models.file import FileStorage
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from search.query import DEFAULT_PER_PAGE, MAX_PER_PAGE, MAX_WINDOW, MAX_WISHES
from search.sorting import Sort
from web.api.filter_parameters import add_filter_properties
from web.api.strict_json import MAX_NESTING

MAX_DIGITS = 9
"""More than any count that can be asked for."""

MAX_LEVELS = 16
"""Deeper than any shop's categories."""


class Arguments(BaseModel):
    """Values that were sent; attributes' docstrings become the document's descriptions."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
    )


class Body(Arguments):
    """A JSON object that is sent."""

    max_bytes: ClassVar[int | None] = 2**20
    """None for one that holds pictures: half as much again as one may have, for base64."""
    checked_levels: ClassVar[int] = MAX_NESTING
    """How deep it must be plain JSON; what lies deeper is mended, not refused."""


def _whole(value: Any) -> Any:
    """Read a whole number: int() would also take " 7 ", "1_000" and digits of other scripts."""
    if not isinstance(value, str):
        return value
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise PydanticCustomError("not_a_number", "must be a whole number")
    return int(value)


def _number(value: Any) -> Any:
    """Refuse what float() would take besides: " 0.5 ", "0_1" and digits of other scripts."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9A-Za-z.+-]+", value):
        raise PydanticCustomError("float_parsing", "must be a number")
    return value


def _flag(value: Any) -> Any:
    return {"0": 0, "1": 1}.get(value, value) if isinstance(value, str) else value


WholeNumber = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_number)]
Flag = Annotated[Literal[0, 1], BeforeValidator(_flag)]


class PageArguments(Arguments):
    """Which part of a ranking is wanted."""

    page: WholeNumber = Field(1, json_schema_extra={"minimum": 1, "maximum": MAX_WINDOW})
    """Counts from 1."""
    per_page: WholeNumber = Field(
        DEFAULT_PER_PAGE, json_schema_extra={"minimum": 1, "maximum": MAX_PER_PAGE}
    )
    """Products on a page."""


class WordsArguments(Arguments):
    """What to look for."""

    q: str = ""
    """What to look for, in words; at most as many characters as the server is set to read."""


class FilterArguments(Arguments):
    """Conditions on fields: ``filter.FIELD=…`` and ``exclude.FIELD=…``, each as often as wanted.

    The document lists them by themselves (``web.api.filter_parameters``), for they have dots.
    """

    filters: SkipJsonSchema[tuple[tuple[str, str], ...]] = ()


class RankingArguments(FilterArguments, PageArguments):
    """What is shown of a ranking."""

    facets: str = ""
    """Fields to count, with commas (`brand,price,attribute.colour`), or `usual`."""
    cursor: str = ""
    """Instead of a page: `next_cursor` of an earlier answer to the same request."""
    explain: Flag = 0
    """1 tells of each hit where its score comes from."""


class SearchArguments(RankingArguments, WordsArguments):
    """A sentence, what is shown of what it finds, and how."""

    sort: str = Field("relevance", json_schema_extra={"enum": [each.value for each in Sort]})
    """In which order; equals follow relevance."""
    understand: Flag = 1
    """0 takes the sentence to the letter: no negation, price or name in it is acted on."""
    collapse: Flag = 1
    """0 shows each variant of a model by itself."""
    diversity: Number = Field(0.0, json_schema_extra={"minimum": 0, "maximum": 1})
    """From 0, relevance alone, to 1, as different as can be."""


class LikenessArguments(RankingArguments):
    """Which of the products that are alike are shown."""

    variants: Flag = 0
    """1 also finds variants of the same model."""
    in_stock: Flag = 0
    """1 leaves out what is known to be sold out."""
    within: WholeNumber | None = Field(
        None, json_schema_extra={"minimum": 1, "maximum": MAX_LEVELS}
    )
    """How many levels of the first product's category hits must share; any category without."""


class LikenessOfSeveralArguments(LikenessArguments):
    """Products that others are to be like, all together."""

    id: tuple[str, ...] = Field((), json_schema_extra={"minItems": 1, "maxItems": MAX_WISHES})
    """A shop's own id; as often as wanted."""


class ImageForm(SearchArguments):
    """A picture, and beside it all that a sentence may be searched with; or no sentence."""

    model_config = ConfigDict(json_schema_extra=add_filter_properties)

    image: FileStorage
    """JPEG, PNG, WebP or GIF (its first frame), by content and not by name."""


class ProductPath(Arguments):
    """Which product."""

    product_id: str
    """The shop's own id, percent-encoded: `a/b` is `a%2Fb`."""
