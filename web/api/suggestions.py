"""Suggestions as a shopper types (docs/suggestions.md)."""

from __future__ import annotations

import hashlib
import time
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, g, request
from pydantic import Field

from core.errors import InvalidQueryError
from search.filters_arguments import to_arguments
from search.query import parse_text
from search.suggest import MAX_LIMIT, USUAL_LIMIT, Suggestion
from search.suggest_entries import SuggestionKind
from web.api.answers import Answer
from web.api.arguments import Arguments, WholeNumber
from web.api.filter_tree import FilterTree, tree_of
from web.api.operations import Operations
from web.services import services
from web.urls import product_url

operations = Operations("suggestions")

KEPT = "private, max-age=60"
"""Who types back and forth is not asked for twice; a generation changes far less often."""


class SuggestionArguments(Arguments):
    """What has been typed so far."""

    q: str = ""
    """Any word may be unfinished; a space after the last says that it is not."""
    limit: WholeNumber = Field(USUAL_LIMIT, json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT})
    """How many at most."""


class Span(Answer):
    """Some characters of a text, counted in Unicode code points."""

    begin: int
    end: int
    """The first that is not part of it."""


class SuggestionLine(Answer):
    """One line below the search field."""

    kind: SuggestionKind
    text: str
    spans: tuple[Span, ...]
    """Which of its characters were typed."""
    count: int
    """Clicks of a past query, products with a title, hits of a category or a brand."""
    path: tuple[str, ...]
    """Of a category, from the widest to itself."""
    filter: FilterTree | None
    """What a category or a brand stands for."""
    search: str
    """What it stands for as a query string, for `/api/v1/search?` and for the site's `/search?`."""
    product_id: str | None
    """Of a title: the first product that has it."""
    url: str | None
    """That product's page."""


class SuggestionsAnswer(Answer):
    """What a shopper may be about to type, likeliest first; nothing for nothing."""

    text: str
    """As it was typed, spaces mended."""
    suggestions: tuple[SuggestionLine, ...]


@operations.get(
    "/api/v1/suggestions",
    SuggestionsAnswer, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE,
    tag="Search",
)  # fmt: skip
def suggest(query: SuggestionArguments) -> Response:
    """Complete what has been typed so far: past queries, categories, brands and titles."""
    if not 1 <= query.limit <= MAX_LIMIT:
        sentence = f"limit must be from 1 to {MAX_LIMIT}."
        raise InvalidQueryError("/limit", "out_of_range", sentence)
    typed = parse_text(query.q, services().settings.max_query_chars)
    ended = " " if typed and query.q[-1].isspace() else ""
    began = time.perf_counter()
    found = services().engine.suggest(typed + ended, query.limit)
    g.timings_ms = {"suggest": (time.perf_counter() - began) * 1000}
    lines = tuple(map(present_suggestion, found))
    body = SuggestionsAnswer(text=typed, suggestions=lines).model_dump_json().encode()
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = KEPT
    response.make_conditional(request)
    return response


def present_suggestion(suggestion: Suggestion) -> SuggestionLine:
    """Present one suggestion, with the search that it stands for."""
    wanted = suggestion.filter
    pairs = [("q", suggestion.text)] if wanted is None else to_arguments(wanted)
    product_id = suggestion.product_id or None
    return SuggestionLine(
        kind=suggestion.kind,
        text=suggestion.text,
        spans=tuple(Span(begin=begin, end=end) for begin, end in suggestion.spans),
        count=suggestion.count,
        path=suggestion.path,
        filter=None if wanted is None else tree_of(wanted),
        search=urlencode(pairs),
        product_id=product_id,
        url=None if product_id is None else product_url(product_id),
    )
