"""Records into the answers of the API and the commands; free of Flask and of any request."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from catalog.records import ImageRecord, ProductRecord
from search.facets import Facet
from search.filters import ADDED
from search.query import SearchQuery, SimilarQuery
from search.reading import Reading
from search.relaxation import Relaxation
from search.results import EngineStatus, Explanation, SearchHit, SearchResults
from search.understand.chips import Chip
from web.api import answers
from web.api.answers import (
    Amount,
    AskedLikeness,
    AskedQuery,
    Hit,
    Picture,
    PictureSize,
    Product,
    Readiness,
    SearchAnswer,
    SimilarAnswer,
    Total,
)
from web.api.filter_tree import tree_of
from web.money import decimal_amount
from web.renditions import nearest, renditions
from web.urls import product_url, similar_url

CARD_WIDTH = 480
GALLERY_WIDTH = 960


def present_results(
    results: SearchResults, query: SearchQuery, query_id: str | None = None
) -> SearchAnswer:
    """Present one page of a search, with the query as it was understood."""
    asked = _asked(results.reading, query)
    return SearchAnswer(query=asked, query_id=query_id, **_ranking(results, query.cursor))


def present_similar(results: SearchResults, query: SimilarQuery) -> SimilarAnswer:
    """Present one page of the products that are like some."""
    asked = AskedLikeness(similar_to=query.product_ids)
    return SimilarAnswer(query=asked, **_ranking(results, query.cursor))


def present_hit(hit: SearchHit) -> Hit:
    """Present one product of a ranking, with the picture that fits best."""
    product = hit.product
    return Hit(
        score=round(hit.score, 6),
        image=None if hit.image is None else present_image(hit.image, CARD_WIDTH),
        group_size=hit.group_size,
        explain=None if hit.explanation is None else _present_explanation(hit.explanation),
        **_shared(product),
    )


def present_product(product: ProductRecord) -> Product:
    """Present all that is known of one product."""
    return Product(
        description=product.description,
        group_id=product.group_id,
        attributes=dict(product.attributes),
        images=tuple(present_image(image, GALLERY_WIDTH) for image in product.images),
        similar_url=similar_url(product.id),
        **_shared(product),
    )


def present_price(product: ProductRecord) -> Amount | None:
    """Present a price exactly: a decimal string, the minor units, and the currency."""
    return _present_amount(product.price_minor, product.currency)


def present_former_price(product: ProductRecord) -> Amount | None:
    """Present what a product cost before it was reduced, or before its sale."""
    return _present_amount(product.was_minor, product.currency)


def _present_amount(minor: int | None, currency: str) -> Amount | None:
    if minor is None:
        return None
    return Amount(amount=decimal_amount(minor, currency), minor=minor, currency=currency)


def present_image(image: ImageRecord, width: int) -> Picture:
    """Present a picture in the size nearest to ``width``, and every size there is."""
    offered = renditions(image)
    shown = nearest(offered, width)
    return Picture(
        url=shown.url,
        width=shown.width,
        height=shown.height,
        alt=image.alt,
        hash=image.hash,
        sizes=tuple(
            PictureSize(url=each.url, width=each.width, height=each.height) for each in offered
        ),
    )


def present_status(status: EngineStatus) -> Readiness:
    """Present what is in service."""
    return Readiness(
        ready=status.ready,
        generation=status.generation,
        model=status.fingerprint,
        products=status.products,
        images=status.images,
        index=status.index,
    )


def _shared(product: ProductRecord) -> dict[str, Any]:
    """Present what a hit and a product have in common."""
    return {
        "id": product.id,
        "title": product.title,
        "brand": product.brand,
        "category": product.category,
        "price": present_price(product),
        "was_price": present_former_price(product),
        "stock": product.stock,
        "availability": product.availability or None,
        "url": product_url(product.id),
    }


def present_facet(facet: Facet) -> answers.Facet:
    """Present the counts of one field."""
    return answers.Facet(
        field=facet.field,
        values=tuple(
            answers.FacetValue(value=each.value, count=each.count, selected=each.selected)
            for each in facet.values
        ),
        minimum=_present_number(facet.field, facet.minimum),
        maximum=_present_number(facet.field, facet.maximum),
        left_out=facet.left_out,
    )


def _asked(reading: Reading | None, query: SearchQuery) -> AskedQuery:
    if reading is None:
        return AskedQuery(
            text=query.text, image=query.pictured, sought=query.text, rewrites=(), chips=()
        )
    return AskedQuery(
        text=query.text,
        image=query.pictured,
        sought=reading.understanding.positive,
        rewrites=tuple(
            answers.Rewrite(before=each.before, after=each.after, why=each.why)
            for each in reading.rewrites
        ),
        chips=tuple(_present_chip(chip) for chip in reading.understanding.chips),
    )


def _present_chip(chip: Chip) -> answers.Chip:
    return answers.Chip(
        kind=chip.kind,
        label=chip.label,
        words=chip.words,
        filter=None if chip.filter is None else tree_of(chip.filter),
        away_from=chip.negative or None,
        without=chip.without,
    )


def _present_relaxation(way: Relaxation) -> answers.Relaxation:
    after = None if way.after is None else tree_of(way.after)
    return answers.Relaxation(before=tree_of(way.before), after=after, count=way.count)


def _present_explanation(explanation: Explanation) -> answers.Explanation:
    return answers.Explanation(
        image=explanation.image,
        text=explanation.text,
        lexical=explanation.lexical,
        effects=explanation.effects,
    )


def _present_number(field: str, number: Decimal | None) -> str | None:
    """Present a number as text, which rounds nothing, and a moment as a date and time."""
    if number is None:
        return None
    if field == ADDED:
        return datetime.fromtimestamp(int(number), UTC).isoformat().replace("+00:00", "Z")
    return f"{number:f}"


def _ranking(results: SearchResults, cursor: str) -> dict[str, Any]:
    """Present what all rankings have in common."""
    timings_ms = {stage: round(ms, 3) for stage, ms in results.timings_ms.items()}
    return {
        "hits": tuple(present_hit(hit) for hit in results.hits),
        "nearest": tuple(present_hit(hit) for hit in results.nearest),
        "total": Total(value=results.total, relation="eq" if results.exact else "gte"),
        "facets": tuple(present_facet(facet) for facet in results.facets),
        "relaxations": tuple(_present_relaxation(each) for each in results.relaxations),
        "page": None if cursor else results.page.number,
        "per_page": results.page.size,
        "pages": results.pages,
        "next_cursor": results.cursor or None,
        "generation": results.generation,
        "model": results.fingerprint,
        "exact": results.exact,
        "took_ms": round(sum(timings_ms.values()), 3),
        "timings_ms": timings_ms,
    }
