"""Records into what the templates show; free of Flask and of any request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from catalog.records import CATEGORY_SEPARATOR, ImageRecord, ProductRecord
from search.results import SearchHit, SearchResults
from web.listing import category_listing
from web.money import shown_amount
from web.renditions import Rendition, rendition, renditions
from web.urls import product_url

MODEST_WIDTH = 260
"""A picture narrower than this fills a narrow card, but not a wide one."""

TINY_WIDTH = 130
"""A picture narrower than this fills no card."""

TINY_SCALE = 2
"""How far a tiny picture may be blown up before it is a blur."""

FEW_LEFT = 3

MOST_VARIANTS = 12
"""On a product's page; a model with more has a page of its own."""

_CAN_BE_ORDERED = {"preorder": "Pre-order", "backorder": "On back-order"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as an ``img`` element wants it."""

    src: str
    srcset: str
    """Empty where there is only one size."""
    width: int
    """In CSS pixels: room that the picture takes at most."""
    height: int
    alt: str
    modest: bool
    """Whether it is too small for a wide box."""
    tiny: bool
    """Whether it stays in the middle of its box instead of filling it."""


@dataclass(frozen=True, slots=True)
class Card:
    """One product in a grid."""

    url: str
    title: str
    brand: str
    price: str
    """Empty where the feed has none."""
    was: str
    """What it cost before; empty unless that was more."""
    stock_note: str
    """Empty unless it is worth a shopper's attention."""
    is_out: bool
    """Whether it cannot be had."""
    picture: Picture | None
    variants: int = 1
    """How many found variants of one model it stands for."""
    variants_url: str = ""
    """Where they are shown; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A list of cards, and how closely they may stand."""

    cards: tuple[Card, ...]
    compact: bool
    """Whether most pictures are too small for full cards."""


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One product on its own page."""

    id: str
    title: str
    brand: str
    description: tuple[str, ...]
    """Paragraphs."""
    category: tuple[tuple[str, str], ...]
    """Each name on the way to it, with the address of all that is there."""
    price: str
    was: str
    stock_note: str
    in_stock: bool | None
    """None where the feed does not say."""
    attributes: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Variants:
    """The other products of one model."""

    grid: Grid
    total: int
    """Of the whole model, the product itself included."""
    prices: str
    """From what to what; empty where that is not known."""
    url: str
    """Where all of them are shown."""


def grid_of(hits: Iterable[SearchHit], variants_url: Callable[[str], str] | None = None) -> Grid:
    """Lay hits out as cards, each with the picture that fits best.

    Args:
        hits: In the order of the ranking.
        variants_url: Where the variants that a hit stands for are shown, by their group's id;
            None where the ranking has no such page.
    """
    cards = tuple(card_of(hit, variants_url) for hit in hits)
    pictures = [card.picture for card in cards if card.picture is not None]
    modest = sum(picture.modest for picture in pictures)
    return Grid(cards, compact=modest * 2 > len(pictures))


def card_of(hit: SearchHit, variants_url: Callable[[str], str] | None = None) -> Card:
    """Show one product of a ranking; see ``grid_of``."""
    product = hit.product
    has_variants = hit.group_size > 1 and product.group_id
    return Card(
        url=product_url(product.id),
        title=product.title,
        brand=product.brand,
        price=_price(product),
        was=_was(product),
        stock_note=_stock_note(product),
        is_out=product.in_stock is False,
        variants=hit.group_size,
        variants_url=variants_url(product.group_id) if variants_url and has_variants else "",
        picture=None if hit.image is None else _card_picture(hit.image, product.title),
    )


def product_page_of(product: ProductRecord) -> ProductPage:
    """Show all that is known of one product."""
    return ProductPage(
        id=product.id,
        title=product.title,
        brand=product.brand,
        description=tuple(
            line.strip() for line in product.description.splitlines() if line.strip()
        ),
        category=tuple(
            (name, category_listing(CATEGORY_SEPARATOR.join(product.category[:level])).url)
            for level, name in enumerate(product.category, 1)
        ),
        price=_price(product),
        was=_was(product),
        stock_note=_stock_note(product) or ("In stock" if product.in_stock else ""),
        in_stock=product.in_stock,
        attributes=tuple(
            (name.replace("_", " ").capitalize(), value)
            for name, value in product.attributes.items()
            if value
        ),
        pictures=tuple(picture_of(image, product.title, width=960) for image in product.images),
    )


def picture_of(image: ImageRecord, title: str, width: int) -> Picture:
    """Offer a picture in all its sizes; its text is the feed's, or the product's title."""
    shown = rendition(image, width)
    tiny = image.width < TINY_WIDTH
    scale = TINY_SCALE if tiny else 1
    return Picture(
        src=shown.url,
        srcset=_srcset(renditions(image)),
        width=shown.width * scale,
        height=shown.height * scale,
        alt=image.alt or title,
        modest=image.width < MODEST_WIDTH,
        tiny=tiny,
    )


def _srcset(offered: tuple[Rendition, ...]) -> str:
    if len(offered) < 2:
        return ""
    return ", ".join(f"{each.url} {each.width}w" for each in offered)


def _card_picture(image: ImageRecord, title: str) -> Picture:
    """Offer a picture whose text does not say again what the card's title says."""
    picture = picture_of(image, title, width=480)
    return replace(picture, alt="") if picture.alt == title else picture


def _price(product: ProductRecord) -> str:
    if product.price_minor is None:
        return ""
    return shown_amount(product.price_minor, product.currency)


def variants_of(product: ProductRecord, results: SearchResults, url: str) -> Variants | None:
    """Show the other products of a model; None where there are none."""
    others = [hit for hit in results.hits if hit.product.id != product.id]
    if not others:
        return None
    prices = price_span(results.hits) if results.pages == 1 else ""
    return Variants(grid_of(others[:MOST_VARIANTS]), results.total, prices, url)


def price_span(hits: Iterable[SearchHit]) -> str:
    """Show from what price to what price products are sold; empty where that says nothing."""
    priced = [
        (hit.product.price_minor, hit.product.currency)
        for hit in hits
        if hit.product.price_minor is not None
    ]
    if not priced or len({currency for _, currency in priced}) > 1:
        return ""
    low, high = (shown_amount(*each) for each in (min(priced), max(priced)))
    return low if low == high else f"{low} – {high}"


def _was(product: ProductRecord) -> str:
    """Show the former price, where the present one is a reduction of it."""
    if product.was_minor is None or product.price_minor is None:
        return ""
    if product.was_minor <= product.price_minor:
        return ""
    return shown_amount(product.was_minor, product.currency)


def _stock_note(product: ProductRecord) -> str:
    """Say what a shopper should know before the product's page: little left, none, or later."""
    if note := _CAN_BE_ORDERED.get(product.availability):
        return note
    if product.in_stock is False:
        return "Out of stock"
    few = product.stock is not None and product.stock <= FEW_LEFT
    return f"Only {product.stock} left" if few else ""
