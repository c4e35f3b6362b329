"""Filters in JSON bodies: what is read, and where errors point."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from core.errors import InvalidQueryError
from search.filters import AllOf, AnyOf, Filter, In, Not, Range
from search.filters_json import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_WORDS,
    parse_filter_tree,
    to_json,
)
from tests.search.plain_shop import filters

BRAND = {"field": "brand", "in": ["a"]}


def test_a_nested_filter_is_read_as_it_is_written() -> None:
    told = {
        "and": [
            {"field": "brand", "in": ["Nike", "Puma"]},
            {"not": {"field": "attribute.colour", "in": ["Red"]}},
            {
                "or": [
                    {"field": "price", "maximum": 49.9},
                    {"field": "price", "minimum": "100.10", "maximum": None},
                    {"field": "stock", "minimum": 1, "maximum": 5},
                ]
            },
            {"field": "added", "minimum": "2026-01-01", "maximum": "2026-01-01"},
        ]
    }
    day = Decimal(1_767_225_600)
    assert parse_filter_tree(told) == AllOf(
        (
            In("brand", frozenset({"Nike", "Puma"})),
            Not(In("attribute.colour", frozenset({"Red"}))),
            AnyOf(
                (
                    Range("price", maximum=Decimal("49.9")),
                    Range("price", Decimal("100.10")),
                    Range("stock", Decimal(1), Decimal(5)),
                )
            ),
            Range("added", day, day + 86_399),
        )
    )


@settings(derandomize=True, deadline=None, max_examples=100)
@given(filters())
def test_what_is_written_is_read_as_the_same(wanted: Filter) -> None:
    assert parse_filter_tree(json.loads(json.dumps(to_json(wanted)))) == wanted


def test_dates_survive_the_way_through_json() -> None:
    wanted = Range("added", Decimal(1_767_225_607))
    assert parse_filter_tree(to_json(wanted)) == wanted


def _nested(depth: int) -> dict[str, Any]:
    told: dict[str, Any] = BRAND
    for _ in range(depth - 1):
        told = {"not": told}
    return told


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ([BRAND], "", "not_a_filter"),
        ({}, "", "not_a_filter"),
        ({"field": 7, "in": []}, "", "not_a_filter"),
        ({"field": "brand"}, "", "not_a_filter"),
        ({"field": "brand", "minimum": 1}, "", "not_a_filter"),
        ({"field": "price"}, "", "not_a_filter"),
        ({"field": "price", "minimum": None}, "", "no_bounds"),
        ({"and": BRAND}, "/and", "not_a_list"),
        ({"and": [BRAND, {"or": [{"not": 7}]}]}, "/and/1/or/0/not", "not_a_filter"),
        ({"and": [BRAND], "or": []}, "/or", "unknown_member"),
        ({"field": "brand", "in": ["a"], "minimum": 1}, "/minimum", "unknown_member"),
        ({"field": "price", "min/max": 1, "minimum": 1}, "/min~1max", "unknown_member"),
        ({"not": {"field": "color", "in": []}}, "/not/field", "unknown_field"),
        ({"field": "price", "in": ["20"]}, "/in", "not_a_range"),
        ({"field": "brand", "in": "a"}, "/in", "not_a_list"),
        ({"field": "brand", "in": ["a", 7]}, "/in/1", "not_text"),
        ({"field": "brand", "in": ["x" * 301]}, "/in/0", "too_long"),
        ({"field": "in_stock", "in": ["yes"]}, "/in/0", "not_a_flag"),
        ({"field": "price", "minimum": True}, "/minimum", "not_a_number"),
        ({"field": "price", "maximum": "cheap"}, "/maximum", "not_a_number"),
        ({"field": "price", "maximum": [1]}, "/maximum", "not_a_number"),
        ({"field": "added", "minimum": "soon"}, "/minimum", "not_a_number"),
        ({"field": "price", "minimum": 2, "maximum": 1}, "", "swapped_bounds"),
        ({"field": "price", "minimum": float("nan")}, "", "out_of_range"),
        ({"field": "price", "minimum": 10**400}, "", "out_of_range"),
        ({"field": "brand", "in": ["a"] * (MAX_WORDS + 1)}, "/in", "too_many_filters"),
        ({"or": [BRAND] * (MAX_CONDITIONS + 1)}, "/or", "too_many_filters"),
        ({"or": [{"or": [BRAND] * 33}] * 2}, "/or/1/or/31", "too_many_filters"),
        (_nested(MAX_DEPTH + 1), "/not" * MAX_DEPTH, "too_deep"),
    ],
)
def test_what_is_no_filter_is_pointed_to(told: object, pointer: str, code: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse_filter_tree(told, "/filter")
    assert (caught.value.pointer, caught.value.code) == (f"/filter{pointer}", code)


def test_as_deep_as_is_allowed_is_read() -> None:
    assert to_json(parse_filter_tree(_nested(MAX_DEPTH))) == _nested(MAX_DEPTH)
