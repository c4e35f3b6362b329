from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import text


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("  Trail \t shoe\r\n 42 ", "Trail shoe 42"),
        ("<b>Bold</b> &amp; warm", "Bold & warm"),
        ("Tom &lt;3 boots", "Tom <3 boots"),
        ("&lt;p&gt;Escaped twice&lt;/p&gt;", "Escaped twice"),
        ("Size < 40 > 36 & up", "Size < 40 > 36 & up"),
        ("a<script>alert(1)</script>b", "ab"),
        ("NUL\0here&#0;too", "NUL here\N{REPLACEMENT CHARACTER}too"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("<b>lone \udfff</b>", "lone"),
        ("spelled&#1;out", "spelled out"),
        ("e\u0301", "é"),
        ("\ufeffmark", "mark"),
        ("=HYPERLINK('http://x')", "=HYPERLINK('http://x')"),
    ],
)
def test_a_line_is_cleaned(written: str, cleaned: str) -> None:
    assert text.one_line(written) == cleaned


def test_paragraphs_keep_their_lines() -> None:
    html = "<h2>Warm</h2><ul><li>soft<li>light</ul>One<br>two <style>p{}</style>"
    assert text.paragraphs(html) == "Warm\nsoft\nlight\nOne\ntwo"
    assert text.paragraphs("one\r\n\r\n two  three\n") == "one\ntwo three"


@pytest.mark.parametrize(
    "pattern", ["<a", "<!--", "<a b='", "&#", "<div>", "<script>", "<table><td>", "<svg><p>"]
)
def test_hostile_markup_takes_no_long_time(pattern: str) -> None:
    started = time.process_time()
    text.paragraphs(pattern * (1_000_000 // len(pattern)))
    assert time.process_time() - started < 5  # a quadratic parser needs minutes


@given(st.text(max_size=300), st.integers(2, 50))
def test_cut_text_is_a_prefix_and_fits(written: str, max_chars: int) -> None:
    shortened = text.cut(written, max_chars)
    assert len(shortened) <= max_chars
    assert written.startswith(shortened.removesuffix("…").rstrip())


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaned_text_can_be_stored_anywhere(written: str) -> None:
    for cleaned in (text.one_line(written), text.paragraphs(written)):
        assert "\0" not in cleaned
        cleaned.encode("utf-8")
