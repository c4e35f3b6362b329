from __future__ import annotations

import base64
import binascii
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidQueryError
from search.cursor import Cursor, digest_query, resume

GENERATION = "20261121T014551-374826Z"
QUERY = digest_query("red bag", [("filter.brand", "Acme")], "relevance")


@settings(derandomize=True)
@given(st.integers(0, 2**31))
def test_a_cursor_leads_back_to_its_place(offset: int) -> None:
    text = Cursor(GENERATION, QUERY, offset).encode()
    assert resume(text, GENERATION, QUERY) == offset
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    ("generation", "query", "code"),
    [
        ("20261122T000000-000000Z", QUERY, "stale_cursor"),
        (GENERATION, digest_query("red bag", [], "relevance"), "foreign_cursor"),
    ],
)
def test_a_cursor_holds_for_its_generation_and_query_alone(
    generation: str, query: str, code: str
) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        resume(Cursor(GENERATION, QUERY, 24).encode(), generation, query)
    assert (caught.value.pointer, caught.value.code) == ("/cursor", code)


def _made(told: object) -> str:
    body = json.dumps(told).encode()
    return base64.urlsafe_b64encode(binascii.crc32(body).to_bytes(4) + body).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "24",
        "übel",
        "A" * 5000,
        Cursor(GENERATION, QUERY, 24).encode()[:-2],
        Cursor(GENERATION, QUERY, 24).encode().replace("M", "N"),
        Cursor(GENERATION, QUERY, 24).encode() + "\n",
        _made([GENERATION, QUERY, -1]),
        _made([GENERATION, QUERY, 2**40]),
        _made([GENERATION, QUERY]),
        _made({"offset": 3}),
        _made([[[]]]),
    ],
)
def test_what_is_no_cursor_of_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        resume(text, GENERATION, QUERY)
    assert (caught.value.pointer, caught.value.code) == ("/cursor", "invalid_cursor")


def test_equal_questions_have_one_digest_whatever_the_order_of_their_members() -> None:
    assert digest_query({"a": 1, "b": "ü"}) == digest_query({"b": "ü", "a": 1})
    assert digest_query("ab", "c") != digest_query("a", "bc")
