"""What the API's addresses do."""

from __future__ import annotations

import hashlib
from functools import partial
from http import HTTPStatus

from flask import Response, request

from core.errors import ProductNotFoundError
from web.api.answers import (
    Alive,
    Answer,
    Product,
    Ranking,
    Readiness,
    SearchAnswer,
    SimilarAnswer,
    Unready,
)
from web.api.arguments import (
    Arguments,
    ImageForm,
    LikenessArguments,
    LikenessOfSeveralArguments,
    ProductPath,
    SearchArguments,
)
from web.api.bodies import SearchBody
from web.api.operations import Operations
from web.api.queries import composed_query_of, likeness_of, pointing_to_product, query_of
from web.errors import PROBLEM_TYPE, problem_of
from web.presenters import present_product, present_results, present_similar, present_status
from web.requests import named_query, record_timings, uploaded_image
from web.services import has_product, services
from web.starting import why_not_ready

operations = Operations("api")

INVALID = HTTPStatus.UNPROCESSABLE_ENTITY
NOT_NOW = HTTPStatus.SERVICE_UNAVAILABLE
PICTURE = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
TIMINGS = b',"took_ms":'
"""Where the timings begin, the last that a ranking holds; written so, it is in no JSON string."""


@operations.get("/api/v1/search", SearchAnswer, INVALID, NOT_NOW, tag="Search")
def search(query: SearchArguments) -> Response:
    """Find products by a sentence, best first."""
    asked = query_of(query, services().settings.max_query_chars)
    results = services().engine.search(asked)
    record_timings(results)
    return _kept(present_results(results, asked, named_query()))


@operations.post(
    "/api/v1/search",
    SearchAnswer, HTTPStatus.NOT_FOUND, *PICTURE, INVALID, NOT_NOW, tag="Search",
)  # fmt: skip
def compose(body: SearchBody) -> Response:
    """Find products by sentences, pictures and products, each with a weight, best first.

    Nothing is kept of the pictures.
    """
    asked = composed_query_of(body, services())
    try:
        results = services().engine.search(asked)
    except ProductNotFoundError as error:
        raise pointing_to_product(error, body) from error
    record_timings(results)
    return _passing(present_results(results, asked, named_query()))


@operations.post("/api/v1/search/image", SearchAnswer, *PICTURE, INVALID, NOT_NOW, tag="Search")
def search_by_image(form: ImageForm) -> Response:
    """Find products by a picture, with words beside it or without, best first.

    Nothing is kept of the picture.
    """
    settings = services().settings
    asked = query_of(form, settings.max_query_chars, partial(uploaded_image, settings))
    results = services().engine.search(asked)
    record_timings(results)
    return _passing(present_results(results, asked, named_query()))


@operations.get(
    "/api/v1/products/<path:product_id>",
    Product, HTTPStatus.NOT_FOUND, INVALID, NOT_NOW, tag="Products",
)  # fmt: skip
def product(path: ProductPath, query: Arguments) -> Response:
    """Look one product up."""
    return _product(path.product_id)


@operations.get(
    "/api/v1/products/<path:product_id>/similar",
    SimilarAnswer, HTTPStatus.NOT_FOUND, INVALID, NOT_NOW, tag="Products",
)  # fmt: skip
def similar(path: ProductPath, query: LikenessArguments) -> Response:
    """Find the products that are most like one.

    Where a shop has both the products `x` and `x/similar`, this address is the second's own.
    """
    own_address = f"{path.product_id}/similar"
    if has_product(own_address):
        return _product(own_address)
    return _alike((path.product_id,), query)


@operations.get(
    "/api/v1/similar",
    SimilarAnswer, HTTPStatus.NOT_FOUND, INVALID, NOT_NOW, tag="Products",
)  # fmt: skip
def similar_to_several(query: LikenessOfSeveralArguments) -> Response:
    """Find the products that are most like several, all together."""
    return _alike(query.id, query)


@operations.get("/healthz", Alive, cached=False, is_open=True, tag="Health")
def alive() -> Response:
    """Tell that the process answers."""
    return _passing(Alive(status="alive"))


@operations.get(
    "/readyz", Readiness, others={NOT_NOW: Unready}, cached=False, is_open=True, tag="Health"
)
def ready() -> Response:
    """Tell whether searches are answered, and from what."""
    engine = services().engine
    status = present_status(engine.status())
    if status.ready:
        return _passing(status)
    problem = problem_of(why_not_ready(engine))
    unready = Unready(**dict(status), **dict(problem.to_answer()))
    response = _passing(unready)
    response.status_code = problem.status
    response.mimetype = PROBLEM_TYPE
    response.headers.update(problem.headers)
    return response


def _alike(product_ids: tuple[str, ...], arguments: LikenessArguments) -> Response:
    asked = likeness_of(product_ids, arguments)
    results = services().engine.similar(asked)
    record_timings(results)
    return _kept(present_similar(results, asked))


def _product(product_id: str) -> Response:
    return _kept(present_product(services().engine.product(product_id)))


def _passing(answer: Answer) -> Response:
    """Answer what is not to be kept."""
    body = answer.model_dump_json(exclude_none=isinstance(answer, Unready))
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _kept(answer: Answer) -> Response:
    """Answer with an entity tag over everything but the timings, which are never the same."""
    body = answer.model_dump_json().encode()
    lasting = body.rpartition(TIMINGS)[0] if isinstance(answer, Ranking) else body
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(lasting).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
