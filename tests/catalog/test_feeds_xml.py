"""Google's XML as it really comes: prefixes, broken items, and what must never be expanded."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds import google_xml_feed, google_xml_item
from catalog.feeds.detect import open_feed
from catalog.feeds.google_xml_feed import read_rows
from catalog.rows import RawRow, RefusedRow
from core.errors import FeedError

HEAD = '<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
TAIL = "</channel></rss>\n"


def item(number: int, extra: str = "") -> str:
    return f"<item><g:id>{number}</g:id><title>T{number}</title>{extra}</item>\n"


def rows_of(text: str, piece_chars: int = 64 * 1024) -> list[RawRow | RefusedRow]:
    pieces = (text[at : at + piece_chars] for at in range(0, len(text), piece_chars))
    return list(read_rows(pieces, "feed"))


def only(text: str) -> dict[str, object]:
    (row,) = rows_of(HEAD + text + TAIL)
    assert isinstance(row, RawRow)
    return dict(row.values)


def told(rows: list[RawRow | RefusedRow]) -> list[tuple[int, object]]:
    return [
        (row.line, row.values["id"] if isinstance(row, RawRow) else row.problem.code)
        for row in rows
    ]


def test_googles_word_counts_before_the_plain_one_and_that_before_a_strangers() -> None:
    values = only(
        "<item><title>Plain</title><g:title>Google</g:title><media:title>Media</media:title>"
        "<media:note>kept</media:note><g:link>l</g:link><id>tag:1</id><g:id>7</g:id></item>"
    )
    assert values == {"title": "Google", "note": "kept", "link": "l", "id": "7"}


def test_the_prefix_is_known_by_its_namespace() -> None:
    text = '<feed xmlns:x="https://base.google.com/ns/1.0"><entry><id>no</id><x:id>1</x:id></entry></feed>'
    (row,) = rows_of(text)
    assert isinstance(row, RawRow)
    assert row.values == {"id": "1"}


def test_repeated_and_nested_elements_keep_their_shape() -> None:
    values = only(
        "<item><g:additional_image_link>a</g:additional_image_link>"
        "<g:additional_image_link>b</g:additional_image_link><g:empty/>"
        "<g:shipping><g:country>DE</g:country><g:price>4 EUR</g:price></g:shipping></item>"
    )
    assert values == {
        "additional_image_link": ["a", "b"],
        "shipping": {"country": "DE", "price": "4 EUR"},
    }


def test_texts_come_as_cdata_as_escaped_html_and_as_elements() -> None:
    assert only("<item><description><![CDATA[<b>A</b> & B]]></description></item>") == {
        "description": "<b>A</b> & B"
    }
    assert only("<item><description>&lt;b&gt;A&lt;/b&gt;</description></item>") == {
        "description": "<b>A</b>"
    }
    assert only("<item><content><p>A <b>&lt;b</b></p>!</content></item>") == {
        "description": "<p>A &lt;b&gt;&amp;lt;b&lt;/b&gt;</p>!"
    }


def test_an_atom_link_is_its_address() -> None:
    values = only('<entry><link rel="self" href="s"/><link href="a"/><summary>S</summary></entry>')
    assert values == {"link": "a", "description": "S"}


def test_named_characters_of_html_are_read_without_any_entity() -> None:
    values = only("<item><t>a&nbsp;b &eacute;&#233;&#xE9; &amp;amp; &lt; &#0;&#x1F;</t></item>")
    assert values == {"t": "a\xa0b ééé &amp; < \ufffd\ufffd"}


@pytest.mark.parametrize("piece_chars", [1, 2, 3, 7, 50, 100_000])
def test_where_the_pieces_end_makes_no_difference(piece_chars: int) -> None:
    text = "\n\n" + HEAD + item(1, "<d>a &amp; b &eacute; c</d>") + item(2, "<d>x & y</d>")
    rows = rows_of(text + item(3) + "<item><g:id>4</g:id>\n" + item(5) + TAIL, piece_chars)
    assert told(rows) == [(5, "1"), (6, "bad_xml"), (7, "3"), (8, "bad_xml"), (9, "5")]
    assert isinstance(rows[0], RawRow)
    assert rows[0].values["d"] == "a & b é c"
    assert [row.product_id for row in rows if isinstance(row, RefusedRow)] == ["2", "4"]


def test_a_broken_item_costs_itself_and_says_where_and_why() -> None:
    rows = rows_of(HEAD + item(1) + item(2, "\n<brand>Black & White</brand>") + item(3) + TAIL)
    assert told(rows) == [(3, "1"), (4, "bad_xml"), (6, "3")]
    refused = rows[1]
    assert isinstance(refused, RefusedRow)
    assert "line 5" in refused.problem.hint
    assert "&amp;" in refused.problem.hint
    assert "Black & White" in refused.problem.value


def test_many_items_on_one_line_are_read() -> None:
    text = (HEAD + "".join(item(number) for number in range(50)) + TAIL).replace("\n", " ")
    assert [row.values["id"] for row in rows_of(text, 100) if isinstance(row, RawRow)] == [
        str(number) for number in range(50)
    ]


def test_a_broken_title_of_the_shop_does_not_cost_its_products() -> None:
    rows = rows_of(HEAD + "<title>Tom & Jerry</title>\n" + item(1) + TAIL)
    assert told(rows) == [(3, "bad_xml"), (4, "1")]


@pytest.mark.parametrize("cut", [TAIL, "</rss>\n", "title>T3</title></item>\n" + TAIL])
def test_a_feed_that_is_cut_off_says_so_after_its_whole_items(cut: str) -> None:
    text = (HEAD + item(1) + item(2) + item(3) + TAIL).removesuffix(cut)
    rows = read_rows(iter([text]), "feed")
    first = [next(rows), next(rows)]
    assert told(first) == [(3, "1"), (4, "2")]
    with pytest.raises(FeedError, match=r"it ends in line \d, before its last tag; was it cut off"):
        list(rows)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><id>&b;</id></item></channel></rss>"""


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss><item><id>1</id></item></rss>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><rss/>',
    ],
)
def test_a_document_type_is_refused_before_it_can_define_anything(text: str) -> None:
    with pytest.raises(FeedError, match="document type"):
        rows_of(text)


def test_a_document_type_among_the_items_is_an_error_of_syntax() -> None:
    rows = rows_of(HEAD + item(1) + "<!DOCTYPE a [<!ENTITY b 'c'>]>" + item(2) + TAIL)
    assert told(rows) == [(3, "1"), (4, "bad_xml"), (4, "2")]


def test_an_entity_that_nothing_defines_is_not_guessed() -> None:
    rows = rows_of(HEAD + item(1, "<d>&secret;</d>") + item(2) + TAIL)
    assert told(rows) == [(3, "bad_xml"), (4, "2")]


def endless(start: str, each: str) -> Iterator[str]:
    yield start
    while True:
        yield each * (64 * 1024 // len(each))


@pytest.mark.parametrize(
    ("start", "each"),
    [
        (HEAD + "<item ", "x"),
        (HEAD + '<item a="', "x"),
        (HEAD + "<!-- ", "x"),
        ("<a>", "<a>"),
    ],
)
def test_what_never_ends_is_refused_within_bounded_memory(start: str, each: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FeedError, match=r"is longer than|nested deeper"):
            list(read_rows(endless(start, each), "feed"))
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


def test_too_large_items_are_refused_with_their_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_xml_item, "MAX_FIELD_CHARS", 1_000)
    monkeypatch.setattr(google_xml_item, "MAX_ELEMENTS", 20)
    rows = rows_of(
        HEAD
        + item(1, f"<d>{'x' * 1_001}</d>")
        + item(2, "<d/>" * 20)
        + item(3, "<d>" * 60 + "</d>" * 60)
        + item(4, f"<d>{'x' * 1_000}</d>")
        + TAIL
    )
    assert told(rows)[:2] == [(3, "field_too_long"), (4, "too_many_elements")]
    assert told(rows)[-1] == (6, "4")
    assert [row.product_id for row in rows if isinstance(row, RefusedRow)] == ["1", "2", "3"]


def test_an_unclosed_cdata_section_is_told_where_it_swallows_an_item() -> None:
    swallowing = item(1, "<d><![CDATA[open</d>") + item(2, "<d><![CDATA[x]]></d>")
    rows = rows_of(HEAD + swallowing + item(3) + TAIL)
    assert told(rows) == [(3, "bad_xml"), (5, "3")]


def test_xml_that_is_broken_everywhere_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_xml_feed, "MAX_BROKEN_ITEMS", 5)
    with pytest.raises(FeedError, match="broken in more than 5 places, the first in line 3"):
        rows_of(HEAD + item(1, "<d>a & b</d>") * 9 + TAIL)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<rss><channel/></rss>", "without any <item> or <entry>"),
        ("<<<", "it is no XML that can be read: line 1"),
        ("<!DOCTYPE html><html></html>", "it is HTML"),
        ("<html lang='en'>", "it is HTML"),
        ("<?xml version='1.0'?>\n<!doctype HTML>", "it is HTML"),
    ],
)
def test_xml_that_is_no_feed_says_so(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "feed"
    path.write_text(text)
    with pytest.raises(FeedError, match=reason):
        list(open_feed(path).rows())


@pytest.mark.parametrize(
    ("declared", "written", "found"),
    [
        ("ISO-8859-1", "cp1252", "cp1252"),
        ("windows-1251", "cp1251", "cp1251"),
        ("Shift_JIS", "shift_jis", "shift_jis"),
        ("UTF-8", "utf-8-sig", "utf-8-sig"),
        ("UTF-16", "utf-16", "utf-16"),
        ("ISO-8859-1", "utf-8", "utf-8"),
        ("UTF-8", "cp1252", "cp1252"),
        ("no-such-code", "cp1252", "cp1252"),
        ("utf-7", "cp1252", "cp1252"),
    ],
)
def test_the_declared_encoding_is_believed_where_it_can_be_true(
    tmp_path: Path, declared: str, written: str, found: str
) -> None:
    title = {"cp1251": "Ботинки", "shift_jis": "長靴"}.get(written, "Größe “42” é")
    body = f"<rss><item><id>1</id><title>{title}</title></item></rss>"
    text = f'<?xml version="1.0" encoding="{declared}"?>{body}'
    path = tmp_path / "feed"
    path.write_bytes(text.encode(written))
    feed = open_feed(path)
    assert feed.source.encoding == found
    (row,) = feed.rows()
    assert isinstance(row, RawRow)
    assert row.values == {"id": "1", "title": title}


MARKUP = st.lists(
    st.sampled_from(
        ["<item>", "</item>", "<id>", "</id>", "x", " & ", "&amp;", "<![CDATA[", "]]>", "<!--",
         "-->", "<a b='", "'>", "\n", "</channel>", "<rss>", "\x00", "\ufffe", "<?x ?>",
         "<!DOCTYPE a>", "é"]
    ),
    max_size=60,
)  # fmt: skip


@given(MARKUP, st.integers(1, 40))
def test_any_markup_gives_rows_in_order_or_a_feed_error(parts: list[str], piece: int) -> None:
    text = HEAD + "".join(parts)
    try:
        rows = rows_of(text, piece)
    except FeedError:
        return
    lines = [row.line for row in rows]
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
    assert all(row.problem.hint for row in rows if isinstance(row, RefusedRow))
