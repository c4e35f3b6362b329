"""The shopper's pages: made on the server, usable without script."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import OverloadedError
from search.query import Page, SearchQuery, parse_text
from search.results import SearchResults
from web.cards import Grid, grid_of, product_page_of
from web.pagination import paginate
from web.requests import (
    form_fields,
    lenient_arguments,
    record_timings,
    strict_arguments,
    uploaded_image,
)
from web.services import has_product, services
from web.urls import product_url, search_url, similar_url, upload_search_url

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


@bp.get("/search")
def search() -> ResponseReturnValue:
    """Show what fits a sentence."""
    arguments = lenient_arguments(request.args, "q", "page")
    if not arguments.get("q", "").strip():
        return redirect("/")
    query = SearchQuery.parse(arguments, services().settings.max_query_chars)
    results = services().engine.search(query)
    record_timings(results)
    return render_template(
        "results.html",
        text=query.text,
        results=results,
        grid=grid_of(results.hits),
        pagination=paginate(results, lambda page: search_url(query.text, page)),
        categories=() if results.total else services().engine.categories(),
    )


@bp.post("/search/image")
def search_by_image() -> ResponseReturnValue:
    """Keep the picture that was sent, and lead to its results."""
    fields = strict_arguments(form_fields(), "q")
    settings = services().settings
    text = parse_text(fields.get("q", ""), settings.max_query_chars)
    token = services().uploads.keep(uploaded_image(settings))
    return redirect(upload_search_url(token, text), 303)


@bp.get("/search/image")
def picture_form() -> ResponseReturnValue:
    """Lead a bookmark of the upload's own address to where pictures are chosen."""
    return redirect("/#by-picture")


@bp.get("/search/image/<token>")
def upload_results(token: str) -> ResponseReturnValue:
    """Show what looks like a shopper's picture."""
    arguments = lenient_arguments(request.args, "q", "page")
    query = SearchQuery(
        text=parse_text(arguments.get("q", ""), services().settings.max_query_chars),
        image=services().uploads.open(token),
        page=Page.parse(arguments),
    )
    results = services().engine.search(query)
    record_timings(results)
    return render_template(
        "upload_results.html",
        refining=query.text,
        token=token,
        results=results,
        grid=grid_of(results.hits),
        pagination=paginate(results, lambda page: upload_search_url(token, query.text, page)),
        categories=() if results.total else services().engine.categories(),
    )


@bp.get("/uploads/<token>.jpg")
def upload(token: str) -> ResponseReturnValue:
    """Show a shopper the picture that was sent."""
    response = Response(services().uploads.read(token), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@bp.get("/products/<path:product_id>")
def product(product_id: str) -> ResponseReturnValue:
    """Show one product, and what is like it."""
    shown = product_page_of(services().engine.product(product_id))
    return render_template(
        "product.html",
        product=shown,
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
        product_id, Page.parse(lenient_arguments(request.args, "page"))
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


def _similar_grid(product_id: str) -> Grid:
    """Find similar products for a product's page, which is worth showing without them."""
    try:
        results: SearchResults = services().engine.similar(
            product_id, Page(size=SIMILAR_ON_PRODUCT_PAGE)
        )
    except OverloadedError:
        return Grid((), compact=False)
    record_timings(results)
    return grid_of(results.hits)
