"""What the API answers: the models that are sent, and that its document describes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from search.understand.chips import ChipKind
from web.api.filter_tree import FilterTree


class Answer(BaseModel):
    """Something that is sent; attributes' docstrings become the document's descriptions."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Amount(Answer):
    """A price, exactly."""

    amount: str
    """Decimal number with as many decimals as the currency has."""
    minor: int
    """The same in the currency's minor unit."""
    currency: str
    """ISO 4217 code."""


class PictureSize(Answer):
    """One size of a picture."""

    url: str
    """Never changes its content: may be cached for good."""
    width: int
    height: int


class Picture(Answer):
    """A picture in the size that fits best, and every size there is."""

    url: str
    width: int
    height: int
    alt: str
    hash: str
    """SHA-256 of the original's bytes, in hex."""
    sizes: tuple[PictureSize, ...]
    """Smallest first; none is larger than the original."""


class Explanation(Answer):
    """Where a hit's score comes from; null for what the query asks nothing of."""

    image: float | None
    """Cosine of its best picture."""
    text: float | None
    """Cosine of its best text."""
    lexical: float | None
    """Words in common, from 0 to 1."""
    effects: tuple[str, ...]
    """What else moved it, in words."""


class Hit(Answer):
    """One product of a ranking."""

    id: str
    """The shop's own id."""
    title: str
    score: float
    """Higher is better; comparable within one answer only."""
    brand: str
    category: tuple[str, ...]
    """From the widest to the narrowest."""
    price: Amount | None
    was_price: Amount | None
    """What it cost before it was reduced."""
    stock: int | None
    """Units on hand; null where the feed does not say."""
    availability: Literal["in_stock", "out_of_stock", "preorder", "backorder"] | None
    image: Picture | None
    """The picture that matched best."""
    url: str
    """The product's page."""
    group_size: int
    """How many found variants it stands for, itself included."""
    explain: Explanation | None
    """Null unless it was asked for."""


class Product(Answer):
    """All that is known of one product."""

    id: str
    """The shop's own id."""
    title: str
    description: str
    brand: str
    category: tuple[str, ...]
    """From the widest to the narrowest."""
    price: Amount | None
    was_price: Amount | None
    """What it cost before it was reduced."""
    stock: int | None
    """Units on hand; null where the feed does not say."""
    availability: Literal["in_stock", "out_of_stock", "preorder", "backorder"] | None
    group_id: str
    """Shared by the variants of one model; empty where there are none."""
    attributes: dict[str, str]
    images: tuple[Picture, ...]
    """In the feed's order."""
    url: str
    """The product's page."""
    similar_url: str
    """The page of products like it."""


class Total(Answer):
    """How many products the whole ranking holds."""

    value: int
    relation: Literal["eq", "gte"]
    """`eq` where every product was scored, `gte` where there may be more."""


class Rewrite(Answer):
    """One thing that was mended in the sentence."""

    before: str
    after: str
    why: Literal["spelling", "language"]


class Chip(Answer):
    """One thing that the sentence asks for besides what it looks for.

    With neither a filter nor something to push away it changed nothing: the catalogue has no
    data that could tell.
    """

    kind: ChipKind
    label: str
    """For people: `under 50`, `not Acme`."""
    words: str
    """Its words in the sentence."""
    filter: FilterTree | None
    away_from: str | None
    """What is pushed away by likeness, where no data tells."""
    without: str
    """The sentence without it."""


class AskedQuery(Answer):
    """What was asked, as it was understood."""

    text: str
    """As it was asked."""
    image: bool
    """Whether a picture was asked with."""
    sought: str
    """What was looked for: the sentence, mended, without what only filters or excludes."""
    rewrites: tuple[Rewrite, ...]
    chips: tuple[Chip, ...]


class AskedLikeness(Answer):
    """Which products others were compared with."""

    similar_to: tuple[str, ...]


class FacetValue(Answer):
    """One value of a field."""

    value: str
    """As `filter.FIELD=value` asks for it."""
    count: int
    """The total that choosing it would give."""
    selected: bool


class Facet(Answer):
    """The values of one field, counted as if none of this field were chosen."""

    field: str
    values: tuple[FacetValue, ...]
    """The most frequent first; a category's as a tree, depth first."""
    minimum: str | None
    """The lowest number or date among the hits."""
    maximum: str | None
    left_out: int
    """How many more values have hits."""


class Relaxation(Answer):
    """One condition changed, all others as they are."""

    before: FilterTree
    after: FilterTree | None
    """What it becomes; null where it is dropped."""
    count: int
    """The total that this would give."""


class Ranking(Answer):
    """One page of a ranking, from one generation of the index."""

    query: AskedQuery | AskedLikeness
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    """Where nothing fits: what comes nearest all the same. Not counted in the total."""
    total: Total
    facets: tuple[Facet, ...]
    relaxations: tuple[Relaxation, ...]
    """Ways out, where the conditions leave nothing."""
    page: int | None
    """Null where a cursor was followed."""
    per_page: int
    pages: int
    """How many pages of this size can be asked for."""
    next_cursor: str | None
    """Where the next page begins: `cursor` of the same request; null after the last."""
    generation: str
    """Pages belong to one ranking only if they have the same generation."""
    model: str
    """Fingerprint of the encoder."""
    exact: bool
    """Whether every product was scored."""
    took_ms: float
    timings_ms: dict[str, float]
    """Milliseconds of each stage."""


class SearchAnswer(Ranking):
    """Products for a sentence, a picture, or both and more, best first."""

    query: AskedQuery
    query_id: str | None
    """What clicks are to name; null where the shop records none."""


class SimilarAnswer(Ranking):
    """Products like one, most alike first."""

    query: AskedLikeness


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"]


class Readiness(Answer):
    """What is in service."""

    ready: bool
    """Whether searches are answered."""
    generation: str
    model: str
    """Fingerprint of the encoder."""
    products: int
    images: int
    index: str
    """Kind of vector index."""


class Problem(Answer):
    """Why a request failed (RFC 9457)."""

    type: str
    """A URN that ends in the code."""
    title: str
    status: int
    detail: str
    """One or two sentences for people; their wording may change."""
    code: str
    """For programs: stable. A client should expect codes that it does not know."""
    request_id: str
    """Names the request in the server's log."""
    pointer: str | None = None
    """JSON Pointer (RFC 6901) to the parameter or field; left out where it is about none."""


class Unready(Problem, Readiness):
    """Why searches are not answered."""
