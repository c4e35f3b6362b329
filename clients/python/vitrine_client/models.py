"""What the API answers. What a newer server adds is ignored."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

Filter: TypeAlias = dict[str, Any]
"""A condition: ``{"field": "brand", "in": ["Acme"]}``, ``{"field": "price", "maximum": 50}``,
or others under ``and``, ``or`` and ``not``."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Amount(_Model):
    """A price, exactly."""

    amount: str
    """Decimal number with as many decimals as the currency has."""
    minor: int
    """The same in the currency's minor unit."""
    currency: str


class PictureSize(_Model):
    """One size of a picture; the address is relative to the server's."""

    url: str
    width: int
    height: int


class Picture(_Model):
    """A picture in the size that fits best, and every size there is, smallest first."""

    url: str
    width: int
    height: int
    alt: str
    hash: str
    sizes: tuple[PictureSize, ...]


class _Described(_Model):
    id: str
    title: str
    brand: str
    category: tuple[str, ...]
    """From the widest to the narrowest."""
    price: Amount | None
    was_price: Amount | None
    stock: int | None
    availability: str | None
    url: str


class Explanation(_Model):
    """Where a hit's score comes from; None for what the query asks nothing of."""

    image: float | None
    text: float | None
    lexical: float | None
    effects: tuple[str, ...]


class Hit(_Described):
    """One product of a ranking."""

    score: float
    """Higher is better; comparable within one answer only."""
    image: Picture | None
    """The picture that matched best."""
    group_size: int
    """How many found variants it stands for, itself included."""
    explain: Explanation | None
    """None unless it was asked for."""


class Product(_Described):
    """All that is known of one product."""

    description: str
    group_id: str
    attributes: dict[str, str]
    images: tuple[Picture, ...]
    similar_url: str


class Total(_Model):
    """How many products the whole ranking holds: ``eq`` exactly, ``gte`` at least."""

    value: int
    relation: str


class Rewrite(_Model):
    """One thing that was mended in the sentence."""

    before: str
    after: str
    why: str


class Chip(_Model):
    """One thing that the sentence asks for besides what it looks for."""

    kind: str
    label: str
    words: str
    filter: Filter | None
    away_from: str | None
    without: str
    """The sentence without it."""


class AskedQuery(_Model):
    """What was asked, as it was understood."""

    text: str
    image: bool
    sought: str
    """What was looked for: mended, without what only filters or excludes."""
    rewrites: tuple[Rewrite, ...]
    chips: tuple[Chip, ...]


class AskedLikeness(_Model):
    """Which products others were compared with."""

    similar_to: tuple[str, ...]


class FacetValue(_Model):
    """One value of a field, and the total that choosing it would give."""

    value: str
    count: int
    selected: bool


class Facet(_Model):
    """The values of one field, counted as if none of this field were chosen."""

    field: str
    values: tuple[FacetValue, ...]
    minimum: str | None
    maximum: str | None
    left_out: int
    """How many more values have hits."""


class Relaxation(_Model):
    """One condition changed, and the total that this would give."""

    before: Filter
    after: Filter | None
    """None where it is dropped."""
    count: int


class _Ranking(_Model):
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    """Where nothing fits: what comes nearest all the same. Not counted in the total."""
    total: Total
    facets: tuple[Facet, ...]
    relaxations: tuple[Relaxation, ...]
    """Ways out, where the conditions leave nothing."""
    page: int | None
    """None where a cursor was followed."""
    per_page: int
    pages: int
    next_cursor: str | None
    """Where the next page begins; None after the last."""
    generation: str
    """Pages belong to one ranking only if they have the same generation."""
    model: str
    exact: bool
    took_ms: float
    timings_ms: dict[str, float]


class SearchAnswer(_Ranking):
    """Products for a sentence or a picture, best first."""

    query: AskedQuery
    query_id: str | None
    """What clicks are to name; None where the shop records none."""


class SimilarAnswer(_Ranking):
    """Products like one, most alike first."""

    query: AskedLikeness


class Span(_Model):
    """Some characters of a text."""

    begin: int
    end: int
    """The first that is not part of it."""


class SuggestionLine(_Model):
    """One line below a search field."""

    kind: str
    """``query``, ``category``, ``brand`` or ``title``."""
    text: str
    spans: tuple[Span, ...]
    """Which of its characters were typed."""
    count: int
    path: tuple[str, ...]
    """Of a category, from the widest to itself."""
    filter: Filter | None
    """What a category or a brand stands for."""
    search: str
    """What it stands for as a query string."""
    product_id: str | None
    url: str | None
    """Of a title: its first product's page."""


class SuggestionsAnswer(_Model):
    """What a shopper may be about to type, likeliest first."""

    text: str
    suggestions: tuple[SuggestionLine, ...]


class Readiness(_Model):
    """What is in service."""

    ready: bool
    generation: str
    model: str
    products: int
    images: int
    index: str
