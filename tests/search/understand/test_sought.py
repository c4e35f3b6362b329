"""Sentences that begin with what is not wanted, and those that say a kind before the rest."""

import pytest

from search.filters import In, Not
from search.understand.chips import ChipKind
from tests.search.understand.shop import chip, kinds, labels, read

SHIRTS = In("category", kinds("Shirts"))


@pytest.mark.parametrize(
    ("text", "found", "positive"),
    [
        ("no logo shirt", ["without logo", "Shirts"], "shirt"),
        ("no logo shirt for work", ["without logo", "Shirts"], "shirt for work"),
        ("no black belt loop dress", ["without black belt loop", "Dresses"], "dress"),
        ("no leather bag", ["not Leather", "Bags"], "bag"),
        ("not black shoes", ["not Black", "Shoes"], "shoes"),
        ("no red no blue shirt", ["not Red", "not Blue", "Shirts"], "shirt"),
        ("not striped shirt under 50", ["not striped", "Shirts", "under 50"], "shirt"),
        ("not black or white shoes, size 42", ["not Black", "not White", "Shoes", "size 42"],
         "shoes"),
        ("neither black nor white shoes", ["not Black", "not White", "Shoes"], "shoes"),
        ("shoes neither black nor white", ["Shoes", "not Black", "not White"], "shoes"),
    ],
)  # fmt: skip
def test_a_kind_behind_what_is_not_wanted_is_looked_for(
    text: str, found: list[str], positive: str
) -> None:
    assert (labels(text), read(text).positive) == (found, positive)


def test_what_is_taken_off_leaves_the_other() -> None:
    assert chip("no logo shirt", ChipKind.EXCLUSION).without == "shirt"
    assert chip("no logo shirt", ChipKind.CATEGORY).filter == SHIRTS
    assert chip("no logo shirt", ChipKind.CATEGORY).without == "no logo"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no heels", ["without Heels"]),
        ("no dress shoes", ["without Formal Shoes"]),
        ("no black shoes, flats", ["not Black Shoes", "Flats"]),
        ("flats, no black shoes", ["Flats", "not Black Shoes"]),
        ("anything but black shoes", ["not Black Shoes"]),
    ],
)
def test_a_kind_that_is_itself_unwanted_stays_so(text: str, found: list[str]) -> None:
    assert labels(text) == found


def test_all_but_a_coloured_kind_looks_for_its_noun_whatever_stands_behind() -> None:
    assert read("anything but black shoes, size 42").positive == "shoes"


@pytest.mark.parametrize(
    "text",
    ["shirt black", "shirt nike", "shirt leather blue nike", "shirt black or white",
     "shirt size 99", "black shirt uk 7", "shirt nike size 99"],
)  # fmt: skip
def test_what_the_data_knows_may_stand_behind_the_kind(text: str) -> None:
    assert chip(text, ChipKind.CATEGORY).filter == SHIRTS
    assert read(text).positive == text


@pytest.mark.parametrize("text", ["watch strap black", "shoe polish red", "watch rose", "watch 42"])
def test_a_word_behind_it_that_may_make_it_another_thing_keeps_it_text(text: str) -> None:
    assert [c for c in read(text).chips if c.kind is ChipKind.CATEGORY] == []


def test_an_excluded_brand_before_a_kind_is_a_filter_beside_it() -> None:
    assert chip("no nike shirt", ChipKind.EXCLUSION).filter == Not(In("brand", frozenset({"Nike"})))
    assert chip("no nike shirt", ChipKind.CATEGORY).filter == SHIRTS
