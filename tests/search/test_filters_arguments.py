"""Filters in addresses: what is read, what is written, and that both agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidQueryError
from search.filters import AllOf, AnyOf, Filter, In, Not, Range
from search.filters_arguments import (
    MAX_ARGUMENTS,
    MAX_CHARS,
    format_range,
    parse_filters,
    to_arguments,
)
from tests.search.plain_shop import ranges, words

DAY = 86_400
JANUARY_1ST = Decimal(1_767_225_600)
"""2026-01-01T00:00:00Z; ``date -ud 2026-01-01 +%s``."""


def _in(field: str, *values: str) -> In:
    return In(field, frozenset(values))


def _one(name: str, value: str) -> Filter:
    parsed = parse_filters([(name, value)])
    assert isinstance(parsed, AllOf)
    (part,) = parsed.filters
    return part


def test_a_field_given_twice_is_either_and_different_fields_are_both() -> None:
    parsed = parse_filters(
        [
            ("q", "bag"),
            ("filter.brand", "Nike"),
            ("filter.price", "20..50"),
            ("exclude.attribute.colour", "Red"),
            ("filter.brand", "Puma"),
            ("filter.price", "100.."),
            ("exclude.attribute.colour", "Blue"),
            ("page", "2"),
        ]
    )
    assert parsed == AllOf(
        (
            _in("brand", "Nike", "Puma"),
            AnyOf((Range("price", Decimal(20), Decimal(50)), Range("price", Decimal(100)))),
            Not(_in("attribute.colour", "Red", "Blue")),
        )
    )


def test_fields_of_a_form_that_were_left_empty_are_no_filters() -> None:
    assert parse_filters([("filter.price", ""), ("filter.brand", "  "), ("q", "bag")]) is None


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("price", "20..", Range("price", Decimal(20))),
        ("price", "..49.99", Range("price", maximum=Decimal("49.99"))),
        ("price", "20", Range("price", Decimal(20), Decimal(20))),
        ("price", "20 .. 50", Range("price", Decimal(20), Decimal(50))),
        ("category", "Men > Shoes", _in("category", "Men > Shoes")),
        ("brand", "20..50", _in("brand", "20..50")),
        ("in_stock", "true", _in("in_stock", "true")),
        ("attribute.size", "42", _in("attribute.size", "42")),
        ("attribute.size", "40..44", Range("attribute.size", Decimal(40), Decimal(44))),
        ("attribute.size", "40..44..46", _in("attribute.size", "40..44..46")),
        ("attribute.size", "S..M", _in("attribute.size", "S..M")),
        ("attribute.size", '"40..44"', _in("attribute.size", "40..44")),
        ("attribute.size", '12"', _in("attribute.size", '12"')),
        ("added", "2026-01-01..", Range("added", JANUARY_1ST)),
        ("added", "2026-01-01", Range("added", JANUARY_1ST, JANUARY_1ST + DAY - 1)),
        ("added", "..2026-01-01T01:00:00+01:00", Range("added", maximum=JANUARY_1ST)),
    ],
)
def test_a_value_is_read_as_its_field_has_it(field: str, value: str, expected: Filter) -> None:
    assert _one(f"filter.{field}", value) == expected
    assert _one(f"exclude.{field}", value) == Not(expected)


@pytest.mark.parametrize(
    ("name", "value", "code", "reason"),
    [
        ("filter.color", "Red", "unknown_field", "no field 'color'"),
        ("filter.", "Red", "unknown_field", "no field ''"),
        ("filter.attribute.", "Red", "unknown_field", "attribute"),
        ("exclude.brnad", "Acme", "unknown_field", "Did you mean 'brand'"),
        ("filter.price", "cheap", "not_a_range", "20..50"),
        ("filter.price", "..", "no_bounds", "bound"),
        ("filter.price", "50..20", "swapped_bounds", "begins at 50"),
        ("filter.price", "1e9..", "not_a_range", "1e9"),
        ("filter.price", "NaN", "not_a_range", "NaN"),
        ("filter.price", "٤٢", "not_a_range", "٤٢"),
        ("filter.price", "9" * 30, "out_of_range", "larger than any"),
        ("filter.stock", "-", "not_a_range", "20..50"),
        ("filter.in_stock", "yes", "not_a_flag", "true or false"),
        ("filter.added", "2026-02-30", "not_a_range", "2026-01-01..2026-01-31"),
        ("filter.added", "yesterday..", "not_a_range", "yesterday"),
        ("filter.brand", "x" * (MAX_CHARS + 1), "too_long", str(MAX_CHARS)),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_argument(
    name: str, value: str, code: str, reason: str
) -> None:
    with pytest.raises(InvalidQueryError, match=reason) as caught:
        parse_filters([(name, value)])
    assert (caught.value.pointer, caught.value.code) == (f"/{name}", code)


def test_more_filters_than_a_person_ticks_are_refused() -> None:
    given_filters = [("filter.brand", str(number)) for number in range(MAX_ARGUMENTS)]
    assert parse_filters(given_filters) is not None
    with pytest.raises(InvalidQueryError) as caught:
        parse_filters([*given_filters, ("exclude.brand", "x")])
    assert (caught.value.pointer, caught.value.code) == ("/exclude.brand", "too_many_filters")


TEXTS = ("Red", "40..44", '"quoted"', ' "', " padded ", "", "..", "7", "A & B = C", "ü > ß")


def selections() -> st.SearchStrategy[Filter]:
    return st.one_of(
        words("brand", TEXTS),
        words("category", ("Men > Shoes", "Women")),
        words("in_stock", ("true", "false")),
        words("attribute.size", TEXTS),
        ranges("attribute.size", ("0", "42", "42.50", "-1")),
        ranges("price", ("0.05", "20", "20.00", "1000000", "0.001")),
        ranges("added", tuple(str(JANUARY_1ST + each) for each in (0, -1, DAY, DAY - 1, 7))),
    )


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(selections(), max_size=6), st.lists(selections(), max_size=3))
def test_what_is_written_is_read_as_the_same(chosen: list[Filter], excluded: list[Filter]) -> None:
    by_field = {to_arguments(each)[0][0]: each for each in chosen}
    without = {to_arguments(each)[0][0]: Not(each) for each in excluded}
    parts = (*by_field.values(), *without.values())
    wanted = AllOf(parts) if parts else None
    assert parse_filters(to_arguments(wanted)) == wanted


def test_days_are_written_as_days() -> None:
    whole = Range("added", JANUARY_1ST, JANUARY_1ST + 2 * DAY - 1)
    assert format_range(whole) == "2026-01-01..2026-01-02"
    assert format_range(Range("added", JANUARY_1ST + 7)) == "2026-01-01T00:00:07Z.."


@pytest.mark.parametrize(
    "wanted",
    [
        AnyOf((_in("brand", "a"), _in("category", "b"))),
        Not(Not(_in("brand", "a"))),
        AllOf((_in("brand", "a"), _in("brand", "b"))),
        _in("brand"),
        AnyOf(()),
    ],
)
def test_what_an_address_cannot_say_is_not_written_wrong(wanted: Filter) -> None:
    with pytest.raises(ValueError, match="an address cannot"):
        to_arguments(wanted)
