"""What a composed query is asked with: texts, pictures and products, each with a weight."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, SkipValidation

from search.query import DEFAULT_PER_PAGE, MAX_PER_PAGE, MAX_WEIGHT, MAX_WINDOW, MAX_WISHES
from search.sorting import Sort
from web.api.arguments import Arguments, Body
from web.api.filter_tree import FilterTree

MAX_PICTURES = 4
"""Each is decoded and encoded while its sender waits."""
MAX_FACETS = 32

_strict = ConfigDict(strict=True)
Weight = Annotated[
    float,
    Field(
        allow_inf_nan=False,
        json_schema_extra={"minimum": -MAX_WEIGHT, "maximum": MAX_WEIGHT},
    ),
]
RawFilter = Annotated[FilterTree | None, SkipValidation]
"""Read by ``search.filters_json``, whose errors point to the part that is wrong."""


class WeighedText(Arguments):
    """Words that hits are to be like or, with a weight below 0, unlike."""

    model_config = _strict

    text: str
    weight: Weight = 1.0


class WeighedPicture(Arguments):
    """A picture that hits are to be like or unlike: its bytes, or what the site was sent."""

    model_config = _strict

    data: str = ""
    """The file's bytes in base64."""
    upload: str = ""
    """The last part of the address of an upload's results on the site."""
    weight: Weight = 1.0


class WeighedProduct(Arguments):
    """A product of the shop."""

    model_config = _strict

    id: str
    weight: Annotated[
        float,
        Field(allow_inf_nan=False, json_schema_extra={"exclusiveMinimum": 0, "maximum": 10}),
    ] = 1.0


class SearchBody(Body):
    """A composed query. Of ``q`` and the lists, ``filter`` included, one at least is given."""

    model_config = _strict
    max_bytes: ClassVar[int | None] = None

    q: str = ""
    """A sentence, which is understood as in a GET."""
    texts: list[WeighedText] = Field([], max_length=MAX_WISHES)
    """Taken to the letter."""
    images: list[WeighedPicture] = Field([], max_length=MAX_PICTURES)
    liked: list[WeighedProduct] = Field([], max_length=MAX_WISHES)
    """Hits are to be like these; they are not found themselves."""
    disliked: list[WeighedProduct] = Field([], max_length=MAX_WISHES)
    """Hits are to be unlike these; they are not found themselves."""
    filter: RawFilter = None
    """What hits must be."""
    exclude: RawFilter = None
    """What hits must not be."""
    sort: str = Field("relevance", json_schema_extra={"enum": [each.value for each in Sort]})
    """In which order; equals follow relevance."""
    facets: list[str] | None = Field([], max_length=MAX_FACETS)
    """Fields to count; null leaves the choice to the catalogue."""
    page: int = Field(1, json_schema_extra={"minimum": 1, "maximum": MAX_WINDOW})
    """Counts from 1."""
    per_page: int = Field(
        DEFAULT_PER_PAGE, json_schema_extra={"minimum": 1, "maximum": MAX_PER_PAGE}
    )
    cursor: str = ""
    """Instead of a page: `next_cursor` of an earlier answer to the same request."""
    understand: bool = True
    """Whether negations, prices and names in the sentence are acted on, and typos mended."""
    collapse: bool = True
    """Whether the variants of one model are one hit."""
    diversity: Annotated[
        float, Field(allow_inf_nan=False, json_schema_extra={"minimum": 0, "maximum": 1})
    ] = 0.0
    """From 0, relevance alone, to 1, as different as can be."""
    explain: bool = False
    """Whether each hit tells where its score comes from."""
