"""The shopper's pages: made on the server, usable without script."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from catalog.records import ProductRecord
from core.errors import OverloadedError
from search.query import Page, SearchQuery, SimilarQuery, parse_text
from search.results import SearchResults
from web.cards import Grid, Variants, grid_of, product_page_of, variants_of
from web.field_names import common_currency
from web.listing import Listing, category_listing
from web.pagination import paginate
from web.requests import (
    form_fields,
    lenient_arguments,
    record_timings,
    strict_arguments,
    uploaded_image,
)
from web.results_page import results_page_of
from web.services import has_product, services
from web.urls import product_url, similar_url

bp = Blueprint("pages", __name__)

SHOWCASE_SIZE = 24
SIMILAR_ON_PRODUCT_PAGE = 12


@bp.after_request
def _revalidate(response: Response) -> Response:
    """Let the Back button show the page it left, and every other visit the current one."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the search box, the ways in, and a window full of products."""
    engine = services().engine
    return render_template(
        "home.html",
        showcase=grid_of(engine.showcase(SHOWCASE_SIZE)),
        categories=engine.categories(),
    )


@bp.app_template_global("category_url")
def _category_url(path: str) -> str:
    return category_listing(path).url


@bp.get("/search")
def search() -> ResponseReturnValue:
    """Show what fits a sentence, a choice of filters, or a product with words."""
    listing = _listing()
    if (priced := listing.with_price_form(request.args)) is not None:
        return redirect(priced.url)
    if listing.asks_nothing:
        return redirect("/")
    liked = product_page_of(services().engine.product(listing.like)) if listing.like else None
    return _results(
        "results.html",
        listing,
        listing.to_query(),
        liked=liked,
        liked_url=product_url(listing.like),
    )


@bp.post("/search/image")
def search_by_image() -> ResponseReturnValue:
    """Keep the picture that was sent, and lead to its results."""
    fields = strict_arguments(form_fields(), "q")
    settings = services().settings
    text = parse_text(fields.get("q", ""), settings.max_query_chars)
    token = services().uploads.keep(uploaded_image(settings))
    return redirect(Listing(text, upload=token).url, 303)


@bp.get("/search/image")
def picture_form() -> ResponseReturnValue:
    """Lead a bookmark of the upload's own address to where pictures are chosen."""
    return redirect("/#by-picture")


@bp.get("/search/image/<token>")
def upload_results(token: str) -> ResponseReturnValue:
    """Show what looks like a shopper's picture."""
    listing = _listing(token)
    if (priced := listing.with_price_form(request.args)) is not None:
        return redirect(priced.url)
    image = services().uploads.open(token)
    return _results("upload_results.html", listing, listing.to_query(image), token=token)


@bp.get("/uploads/<token>.jpg")
def upload(token: str) -> ResponseReturnValue:
    """Show a shopper the picture that was sent."""
    response = Response(services().uploads.read(token), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@bp.get("/products/<path:product_id>")
def product(product_id: str) -> ResponseReturnValue:
    """Show one product, and what is like it."""
    record = services().engine.product(product_id)
    shown = product_page_of(record)
    return render_template(
        "product.html",
        product=shown,
        variants=_variants(record),
        similar=_similar_grid(product_id),
        url=product_url(product_id),
        more_url=similar_url(product_id),
    )


@bp.get("/products/<path:product_id>/similar")
def similar(product_id: str) -> ResponseReturnValue:
    """Show all that is like one product."""
    own_address = f"{product_id}/similar"
    if has_product(own_address):  # a shop's own id may end like this address
        return product(own_address)
    shown = product_page_of(services().engine.product(product_id))
    results = services().engine.similar(
        SimilarQuery((product_id,), Page.parse(lenient_arguments(request.args, "page")))
    )
    record_timings(results)
    return render_template(
        "similar.html",
        product=shown,
        url=product_url(product_id),
        results=results,
        grid=grid_of(results.hits),
        pagination=paginate(results, lambda page: similar_url(product_id, page)),
    )


def _listing(upload: str = "") -> Listing:
    return Listing.parse(request.args, services().settings.max_query_chars, upload)


def _results(
    template: str, listing: Listing, query: SearchQuery, **shown: object
) -> ResponseReturnValue:
    """Answer a listing, and show it."""
    results = services().engine.search(query)
    record_timings(results)
    return render_template(
        template,
        page=results_page_of(listing, results, _usual_currency() if not results.hits else ""),
        text="" if listing.upload or listing.like else listing.text,
        categories=() if results.total else services().engine.categories(),
        **shown,
    )


def _usual_currency() -> str:
    """Guess a shop's currency by what is in its window."""
    return common_currency(hit.product for hit in services().engine.showcase(SHOWCASE_SIZE))


def _variants(product: ProductRecord) -> Variants | None:
    """Find the variants of a product's model, for a page that is worth showing without them."""
    if not product.group_id:
        return None
    listing = Listing().of_model(product.group_id)
    try:
        results = services().engine.search(listing.to_query())
    except OverloadedError:
        return None
    return variants_of(product, results, listing.url)


def _similar_grid(product_id: str) -> Grid:
    """Find similar products for a product's page, which is worth showing without them."""
    try:
        results: SearchResults = services().engine.similar(
            SimilarQuery((product_id,), Page(size=SIMILAR_ON_PRODUCT_PAGE))
        )
    except OverloadedError:
        return Grid((), compact=False)
    record_timings(results)
    return grid_of(results.hits)
