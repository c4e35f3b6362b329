"""Requests that schemathesis makes up from the document: none is a 5xx, all conform to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalog.api_keys import Scope
from catalog.image_store import ImageStore
from core.settings import Settings
from tests.web.api_shop import served_shop
from tests.web.fake_engine import sample_engine
from tests.web.keyed import bearing, make_key, opened_app
from tests.web.uploading import RED_PNG

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Case: TypeAlias = schemathesis.Case[Any]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
TAGS = {"Search", "Products", "Health"}
"""What the quick run asks; the slow one asks everything."""
EASY = ("page", "per_page", "sort", "understand", "collapse", "explain", "variants", "in_stock")
"""Parts of a query that are often made up well; a made-up condition or cursor never is."""
EXAMPLES = 5
EXAMPLES_SLOW = 100
SENTENCES = ("red bag", "brown boot not by Acme under 100", "wool jumper")


class Site(NamedTuple):
    app: Flask
    headers: dict[str, str]
    products: tuple[str, ...]
    """Ids that are there; a made-up one never is."""
    statuses: Counter[tuple[str, int]]
    """How often an operation answered how."""


def bounded(home: Path) -> Settings:
    return Settings(
        home=home, index="numpy", threads=1, max_image_bytes=200_000,
        max_image_pixels=4_000_000, rate_per_key=0,
    )  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site before the small engine that is quick."""
    settings = bounded(tmp_path)
    key = make_key(settings, Scope.SEARCH, Scope.CATALOGUE)
    with opened_app(settings, *sample_engine(), checks=False) as app:
        yield Site(app, bearing(key), ("P-001", "a/b c?d#é", "bare"), Counter())


@pytest.fixture
def real_site(tmp_path: Path) -> Iterator[Site]:
    """Give a site before a real engine."""
    settings = bounded(tmp_path)
    key = make_key(settings, Scope.SEARCH, Scope.CATALOGUE)
    with served_shop(settings) as engine:
        images = ImageStore(settings.images)
        with opened_app(settings, engine, images, checks=False) as app:
            yield Site(app, bearing(key), ("VT-0042", "a/b", "VT-0051"), Counter())


def operations(app: Flask) -> Iterator[Operation]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def answered(operation: Operation, mode: GenerationMode, examples: int, site: Site) -> None:
    """Ask made-up requests, check the answers, and count their statuses."""

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        case=operation.as_strategy(generation_mode=mode),
        product_id=st.sampled_from(site.products),
        sentence=st.sampled_from(SENTENCES),
        mended=st.booleans(),
    )
    def ask(case: Case, product_id: str, sentence: str, mended: bool) -> None:
        if mended:
            mend(case, product_id, sentence)
        response = case.call(headers=site.headers)
        site.statuses[operation.label, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:  # where nothing is taken, nothing can be wrong
        assert mode is GenerationMode.NEGATIVE
        assert (operation.query.items, operation.body.items) == ([], [])


def mend(case: Case, product_id: str, sentence: str) -> None:
    """Put what is there in place of what is made up, so that the request gets further."""
    path = case.operation.path
    if "product_id" in case.path_parameters:
        case.path_parameters["product_id"] = quote(product_id, safe="")
    if path == "/api/v1/similar":
        case.query = {**easy_part(case.query), "id": [product_id]}
    elif path == "/api/v1/search" and case.method == "GET":
        case.query = {**easy_part(case.query), "q": sentence}
    elif path == "/api/v1/search" and isinstance(case.body, dict):
        case.body = {**easy_part(case.body), "q": sentence, "liked": [{"id": product_id}]}
    elif path == "/api/v1/search/image" and isinstance(case.body, dict):
        picture: Any = RED_PNG
        case.body = {**easy_part(case.body), "q": sentence, "image": picture}


def easy_part(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in asked.items() if name in EASY}


def ask_all(site: Site, examples: int, tags: AbstractSet[str] = frozenset()) -> dict[str, set[int]]:
    """Ask all operations with one of some tags; tell which statuses each answered."""
    asked = [
        operation
        for operation in operations(site.app)
        if not tags or tags & set(operation.tags or ())
    ]
    for operation in asked:
        for mode in MODES:
            answered(operation, mode, examples, site)
    return {
        operation.label: {status for label, status in site.statuses if label == operation.label}
        for operation in asked
    }


def test_made_up_requests_are_answered_as_documented(site: Site) -> None:
    statuses = ask_all(site, EXAMPLES, TAGS)
    assert {label for label, seen in statuses.items() if 200 not in seen} == set()
    assert 422 in statuses["GET /api/v1/search"]
    assert {415, 422} & statuses["POST /api/v1/search/image"]


@pytest.mark.slow
def test_many_made_up_requests_are_answered_as_documented(real_site: Site) -> None:
    statuses = ask_all(real_site, EXAMPLES_SLOW)
    for (label, status), count in sorted(real_site.statuses.items()):
        print(f"{label}: {status} {count} times")  # pytest -rP shows it
    searching = {
        label for label in statuses if "/catalogue/" not in label and "events" not in label
    }
    assert {label for label in searching if 200 not in statuses[label]} == set()
    assert {status for seen in statuses.values() for status in seen if status >= 500} == set()
