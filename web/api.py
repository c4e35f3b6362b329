"""The JSON API, version 1 (docs/api.md)."""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from core.errors import InvalidQueryError
from search.query import Page, SearchQuery, parse_text
from web.errors import problem_of
from web.presenters import (
    JsonObject,
    present_product,
    present_results,
    present_similar,
    present_status,
)
from web.requests import form_fields, record_timings, strict_arguments, uploaded_image
from web.services import has_product, services
from web.starting import why_not_ready

bp = Blueprint("api", __name__)


@bp.get("/api/v1/search")
def search() -> ResponseReturnValue:
    """Find products by a sentence, best first."""
    arguments = strict_arguments(request.args, "q", "page", "per_page")
    query = SearchQuery.parse(arguments, services().settings.max_query_chars)
    results = services().engine.search(query)
    record_timings(results)
    return _answer(present_results(results, query))


@bp.post("/api/v1/search/image")
def search_by_image() -> ResponseReturnValue:
    """Find products by a picture, with words beside it or without, best first."""
    strict_arguments(request.args)
    arguments = strict_arguments(form_fields(), "q", "page", "per_page")
    for field in request.files:
        if field != "image":
            raise InvalidQueryError(
                f"/{field[:40]}", "unknown_parameter", "The picture belongs in the field 'image'."
            )
    settings = services().settings
    query = SearchQuery(
        text=parse_text(arguments.get("q", ""), settings.max_query_chars),
        page=Page.parse(arguments),
        image=uploaded_image(settings),
    )
    results = services().engine.search(query)
    record_timings(results)
    response = jsonify(present_results(results, query))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/api/v1/products/<path:product_id>")
def product(product_id: str) -> ResponseReturnValue:
    """Look one product up."""
    strict_arguments(request.args)
    return _answer(present_product(services().engine.product(product_id)))


@bp.get("/api/v1/products/<path:product_id>/similar")
def similar(product_id: str) -> ResponseReturnValue:
    """Find the products that are most like one."""
    own_address = f"{product_id}/similar"
    if has_product(own_address):  # a shop's own id may end like this address
        return product(own_address)
    page = Page.parse(strict_arguments(request.args, "page", "per_page"))
    results = services().engine.similar(product_id, page)
    record_timings(results)
    return _answer(present_similar(results, product_id))


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Tell that the process answers."""
    return _status_answer({"status": "alive"}, 200)


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Tell whether searches are answered, and from what."""
    engine = services().engine
    status = engine.status()
    if status.ready:
        return _status_answer(present_status(status), 200)
    problem = problem_of(why_not_ready(engine))
    response = _status_answer(
        {**present_status(status), "code": problem.code, "detail": problem.detail}, problem.status
    )
    response.headers.update(problem.headers)
    return response


def _status_answer(payload: JsonObject, status: int) -> Response:
    response = jsonify(payload)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(payload: JsonObject) -> Response:
    """Answer with an entity tag over everything but the timings, which are never the same."""
    response = jsonify(payload)
    lasting = {name: value for name, value in payload.items() if not name.endswith("_ms")}
    digest = hashlib.sha256(json.dumps(lasting).encode()).hexdigest()
    response.set_etag(digest[:32], weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
