"""What the API's catalogue addresses do: they write, and so need a key with that scope."""

from __future__ import annotations

from http import HTTPStatus
from typing import BinaryIO, cast

from flask import Response, g, request

from catalog.feeds.detect import FORMATS
from catalog.importer import ImportOptions
from catalog.models import ImportMode
from catalog.money import CURRENCIES
from core.errors import FeedError, InvalidQueryError
from web.access import FEEDS
from web.api.answers import Answer
from web.api.arguments import Arguments
from web.api.catalogue_models import (
    PUBLISHING,
    BatchAnswer,
    Counts,
    IdBatch,
    ImportAnswer,
    ImportArguments,
    ImportPath,
    Item,
    ProductBatch,
    WithdrawalAnswer,
)
from web.api.operations import Operations
from web.backstage import backstage
from web.requests import SHOWN_CHARS
from web.services import services

operations = Operations("catalogue")

BODY = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.CONFLICT,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
JSON_BODY = (*BODY, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
TAG = "Catalogue"


@operations.post("/api/v1/catalogue/products", BatchAnswer, *JSON_BODY, tag=TAG)
def upsert_products(body: ProductBatch) -> Response:
    """Add or replace up to 1,000 products, each with a result of its own.

    They are checked and mended as a feed's rows are. One that is refused keeps no other out.
    """
    report, results = backstage().writes.upsert(body.products, _who())
    return _answered(
        BatchAnswer(
            import_id=report.run_id,
            items=tuple(map(Item.of, results)),
            counts=Counts.of(report),
            publishing=PUBLISHING,
        )
    )


@operations.post("/api/v1/catalogue/withdraw", WithdrawalAnswer, *JSON_BODY, tag=TAG)
def withdraw_products(body: IdBatch) -> Response:
    """Take up to 1,000 products out of the catalogue; ids that are none are told."""
    return _answered(WithdrawalAnswer.of(backstage().writes.withdraw(body.ids)))


@operations.post(
    FEEDS,
    ImportAnswer, *BODY, tag=TAG, status=HTTPStatus.ACCEPTED,
    raw_body="The feed, in any format that is read, as it is or packed with gzip or zip.",
)  # fmt: skip
def begin_import(query: ImportArguments) -> Response:
    """Import a feed that is sent, while `Location` tells how it stands; one at a time.

    A feed that cannot be read at all is refused at once. One that is going on when the server
    ends is `interrupted` for good; what it had taken stays.
    """
    # A byte more, for Werkzeug takes a body of just so many for one that goes on.
    request.max_content_length = services().settings.max_feed_bytes + 1
    writes = backstage().writes
    try:
        stream = cast(BinaryIO, request.stream)
        import_id = writes.begin_import(stream, _import_options(query), _who())
    except FeedError as error:
        raise InvalidQueryError("", "unreadable_feed", str(error)) from error
    response = _answered(ImportAnswer.of(writes.state(import_id)), HTTPStatus.ACCEPTED)
    response.headers["Location"] = f"{FEEDS}/{import_id}"
    return response


@operations.get(
    f"{FEEDS}/<import_id>",
    ImportAnswer, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE, tag=TAG, cached=False,
)  # fmt: skip
def import_state(path: ImportPath, query: Arguments) -> Response:
    """Tell how an import stands, and what was mended and refused; any that is on record."""
    return _answered(ImportAnswer.of(backstage().writes.state(path.import_id)))


def _import_options(query: ImportArguments) -> ImportOptions:
    if query.mode not in {each.value for each in ImportMode}:
        sentence = f"mode must be update or full, not {query.mode[:SHOWN_CHARS]!r}."
        raise InvalidQueryError("/mode", "unknown_mode", sentence)
    if query.max_withdrawn is not None and query.mode != ImportMode.FULL.value:
        sentence = "max_withdrawn is for mode=full; an update withdraws nothing."
        raise InvalidQueryError("/max_withdrawn", "not_with_update", sentence)
    if query.currency and query.currency not in CURRENCIES:
        sentence = f"{query.currency[:SHOWN_CHARS]!r} is no ISO 4217 code."
        raise InvalidQueryError("/currency", "unknown_currency", sentence)
    if query.format and query.format not in {each.name for each in FORMATS}:
        sentence = f"There is no format {query.format[:SHOWN_CHARS]!r}."
        raise InvalidQueryError("/format", "unknown_format", sentence)
    return ImportOptions(
        default_currency=query.currency,
        mode=ImportMode(query.mode),
        max_withdrawn_share=query.max_withdrawn,
        format=query.format or None,
    )


def _who() -> str:
    """Name the key that this request came with; ``web.access`` lets no other through."""
    return str(g.key_holder.name)


def _answered(answer: Answer, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = Response(answer.model_dump_json(), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
