"""What may be asked, and what is refused with which reason."""

import pytest

from core.errors import InvalidQueryError
from search.query import MAX_WINDOW, Page, SearchQuery, parse_text


@pytest.mark.parametrize(
    ("arguments", "pointer", "code"),
    [
        ({}, "/q", "empty"),
        ({"q": "  \t\n "}, "/q", "empty"),
        ({"q": "x" * 21}, "/q", "too_long"),
        ({"q": "red\x00shoe"}, "/q", "control_character"),
        ({"q": "red\x7f"}, "/q", "control_character"),
        ({"q": "\ud800"}, "/q", "control_character"),
        ({"q": "a", "page": "0"}, "/page", "out_of_range"),
        ({"q": "a", "page": "-1"}, "/page", "out_of_range"),
        ({"q": "a", "page": "one"}, "/page", "not_a_number"),
        ({"q": "a", "page": "1.0"}, "/page", "not_a_number"),
        ({"q": "a", "page": "١"}, "/page", "not_a_number"),
        ({"q": "a", "page": "9" * 30}, "/page", "not_a_number"),
        ({"q": "a", "page": "500"}, "/page", "too_deep"),
        ({"q": "a", "per_page": "0"}, "/per_page", "out_of_range"),
        ({"q": "a", "per_page": "1000000"}, "/per_page", "out_of_range"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    arguments: dict[str, str], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidQueryError) as raised:
        SearchQuery.parse(arguments, max_chars=20)
    assert (raised.value.pointer, raised.value.code) == (pointer, code)


def test_words_are_normalised_and_spaces_collapsed() -> None:
    assert parse_text("  cafe\u0301 \n table ", 50) == "café table"


def test_defaults_are_the_first_page_of_24() -> None:
    assert SearchQuery.parse({"q": "a", "page": "", "per_page": ""}, 10).page == Page(1, 24)


def test_the_deepest_page_ends_at_the_window() -> None:
    assert Page(MAX_WINDOW // 100, 100).offset == MAX_WINDOW - 100
