"""Records into the JSON of the API and the commands; free of Flask and of any request."""

from __future__ import annotations

from typing import Any, TypeAlias

from catalog.records import ImageRecord, ProductRecord
from search.query import SearchQuery
from search.results import EngineStatus, SearchHit, SearchResults
from web.money import decimal_amount
from web.renditions import rendition, renditions
from web.urls import product_url, similar_url

JsonObject: TypeAlias = dict[str, Any]

CARD_WIDTH = 480
GALLERY_WIDTH = 960


def present_results(results: SearchResults, query: SearchQuery) -> JsonObject:
    """Present one page of a search, with the query as it was understood."""
    return _present_answer(results, {"text": query.text, "image": query.image is not None})


def present_similar(results: SearchResults, product_id: str) -> JsonObject:
    """Present one page of the products that are like one."""
    return _present_answer(results, {"similar_to": product_id})


def present_hit(hit: SearchHit) -> JsonObject:
    """Present one product of a ranking, with the picture that fits best."""
    product = hit.product
    return {
        "id": product.id,
        "title": product.title,
        "score": round(hit.score, 6),
        "brand": product.brand,
        "category": list(product.category),
        "price": present_price(product),
        "was_price": present_former_price(product),
        "stock": product.stock,
        "availability": product.availability or None,
        "image": None if hit.image is None else present_image(hit.image, CARD_WIDTH),
        "url": product_url(product.id),
    }


def present_product(product: ProductRecord) -> JsonObject:
    """Present all that is known of one product."""
    return {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": list(product.category),
        "price": present_price(product),
        "was_price": present_former_price(product),
        "stock": product.stock,
        "availability": product.availability or None,
        "group_id": product.group_id,
        "attributes": dict(product.attributes),
        "images": [present_image(image, GALLERY_WIDTH) for image in product.images],
        "url": product_url(product.id),
        "similar_url": similar_url(product.id),
    }


def present_price(product: ProductRecord) -> JsonObject | None:
    """Present a price exactly: a decimal string, the minor units, and the currency."""
    return _present_amount(product.price_minor, product.currency)


def present_former_price(product: ProductRecord) -> JsonObject | None:
    """Present what a product cost before it was reduced, or before its sale."""
    return _present_amount(product.was_minor, product.currency)


def _present_amount(minor: int | None, currency: str) -> JsonObject | None:
    if minor is None:
        return None
    return {"amount": decimal_amount(minor, currency), "minor": minor, "currency": currency}


def present_image(image: ImageRecord, width: int) -> JsonObject:
    """Present a picture in the size nearest to ``width``, and every size there is."""
    shown = rendition(image, width)
    return {
        "url": shown.url,
        "width": shown.width,
        "height": shown.height,
        "alt": image.alt,
        "hash": image.hash,
        "sizes": [
            {"url": each.url, "width": each.width, "height": each.height}
            for each in renditions(image)
        ],
    }


def present_status(status: EngineStatus) -> JsonObject:
    """Present what is in service."""
    return {
        "ready": status.ready,
        "generation": status.generation,
        "model": status.fingerprint,
        "products": status.products,
        "images": status.images,
        "index": status.index,
    }


def _present_answer(results: SearchResults, asked: JsonObject) -> JsonObject:
    timings_ms = {stage: round(ms, 3) for stage, ms in results.timings_ms.items()}
    return {
        "query": asked,
        "hits": [present_hit(hit) for hit in results.hits],
        "total": results.total,
        "page": results.page.number,
        "per_page": results.page.size,
        "pages": results.pages,
        "generation": results.generation,
        "model": results.fingerprint,
        "exact": results.exact,
        "took_ms": round(sum(timings_ms.values()), 3),
        "timings_ms": timings_ms,
    }
