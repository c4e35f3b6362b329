"""One shop, written in every format, is read back as the same products from each."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from catalog.commands import catalog
from catalog.feeds.detect import open_feed
from catalog.feeds.schema import read_schema
from catalog.records import ProductRecord
from catalog.row_parser import RowParser
from catalog.rows import ImageReference, ProductRow, RawRow, RefusedRow, WithheldRow
from core.errors import FeedError
from tests.catalog.feeds import write
from tests.catalog.feeds.shop import Model, Variant, make_shop

SHOP = make_shop(1_500)
Writer = Callable[[list[Model], Path], Path]
FORMATS: dict[str, tuple[str, Writer]] = {
    "rss": ("google-xml", lambda models, path: write.google_xml(models, path, "rss")),
    "atom": ("google-xml", lambda models, path: write.google_xml(models, path, "atom")),
    "xml": ("google-xml", lambda models, path: write.google_xml(models, path, "plain")),
    "tsv": ("csv", lambda models, path: write.google_table(models, path, "\t", spaces=True)),
    "csv": ("csv", lambda models, path: write.google_table(models, path, ",", spaces=False)),
    "old": ("shopify", lambda models, path: write.shopify(models, path, write.SHOPIFY_OLD)),
    "new": ("shopify", lambda models, path: write.shopify(models, path, write.SHOPIFY_NEW)),
    "jsonl": ("jsonl", write.jsonl),
    "parquet": ("parquet", write.parquet),
}

ParsedRow = ProductRow | RefusedRow | WithheldRow


def parse_all(path: Path, name: str | None = None) -> list[ParsedRow]:
    parser = RowParser(default_currency="EUR")
    return [
        row if isinstance(row, RefusedRow) else parser.parse(row)
        for row in open_feed(path, name).rows()
    ]


def expected(
    model: Model, variant: Variant, kind: str
) -> tuple[ProductRecord, list[tuple[str, str]]]:
    """Say what a variant must become; formats differ only in what they can say."""
    is_google = kind in ("rss", "atom", "xml", "tsv", "csv")
    is_shopify = kind in ("old", "new")
    has_options = bool(variant.color)
    product = ProductRecord(
        id=variant.sku if has_options or not is_shopify else model.handle,
        title=model.title,
        description=model.plain,
        brand=model.brand,
        category=model.category,
        price_minor=variant.price_minor,
        currency="EUR",
        stock=variant.quantity,
        group_id=model.handle if len(model.variants) > 1 else "",
        was_minor=None if is_google else variant.was_minor,
        sale=None if is_shopify else variant.sale,
        availability=variant.availability,
    )
    if is_shopify and variant.availability != "in_stock":
        product = replace(product, availability="out_of_stock")
    alts = {} if is_google else dict(model.images)
    return product, [(each, alts.get(each, "")) for each in write.pictures(model, variant)]


def sayable(models: list[Model], kind: str) -> list[Model]:
    """Leave out what a format has no word for: Shopify knows no adult products."""
    return [model for model in models if kind not in ("old", "new") or model.state != "adult"]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_products(tmp_path: Path, kind: str) -> None:
    name, writer = FORMATS[kind]
    shop = sayable(SHOP, kind)
    path = writer(shop, tmp_path / "feed")
    assert open_feed(path).format.name == name
    rows = parse_all(path)
    by_id = {row.product.id: row for row in rows if isinstance(row, ProductRow)}
    shown = [(model, each) for model in shop if model.is_shown for each in model.variants]
    for model, variant in shown:
        product, images = expected(model, variant, kind)
        row = by_id.pop(product.id)
        assert replace(row.product, attributes={}) == product
        assert row.images == tuple(ImageReference(*each) for each in images)
        assert row.mended == ()
        attributes = {name.lower(): value for name, value in row.product.attributes.items()}
        found = (attributes.get("color", ""), attributes.get("size", ""))
        assert found == (variant.color, variant.size)
    assert by_id == {}


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        ("rss", {"adult"}),
        ("tsv", {"adult"}),
        ("old", {"draft", "archived", "unpublished"}),
        ("new", {"draft", "archived", "unpublished"}),
        ("jsonl", {"adult", "unpublished"}),
    ],
)
def test_what_a_feed_keeps_from_shoppers_is_withheld_by_its_id(
    tmp_path: Path, kind: str, reasons: set[str]
) -> None:
    shop = sayable(SHOP, kind)
    rows = parse_all(FORMATS[kind][1](shop, tmp_path / "feed"))
    withheld = [row for row in rows if isinstance(row, WithheldRow)]
    assert {row.problem.code for row in withheld} == reasons
    states = {"adult"} if kind in ("rss", "tsv") else {model.state for model in shop} - {"active"}
    ids = {
        expected(model, variant, kind)[0].id
        for model in shop
        if model.state in states
        for variant in model.variants
    }
    assert {row.product_id for row in withheld} == ids


@pytest.mark.parametrize("kind", ["rss", "csv", "new", "jsonl", "parquet"])
@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_packed_feeds_give_what_bare_ones_give(tmp_path: Path, kind: str, packing: str) -> None:
    bare = FORMATS[kind][1](SHOP[:100], tmp_path / "bare")
    packed = tmp_path / "packed.txt"
    if packing == "gzip":
        packed.write_bytes(gzip.compress(bare.read_bytes()))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__MACOSX/._feed", b"litter")
            archive.writestr("../../feed.csv", bare.read_bytes())
    assert open_feed(packed).format.name == FORMATS[kind][0]
    rows = parse_all(packed)
    assert rows == parse_all(bare)
    assert len(rows) > 100
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bare", "packed.txt"]


def test_an_unknown_format_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    path = write.jsonl(SHOP[:1], tmp_path / "feed")
    with pytest.raises(FeedError, match=r"no format 'xlsx'; choose one of csv, google-csv, .*shop"):
        open_feed(path, "xlsx")


def test_a_named_format_wins_over_the_content(tmp_path: Path) -> None:
    path = write.shopify(SHOP[:5], tmp_path / "feed", write.SHOPIFY_OLD)
    assert open_feed(path).format.name == "shopify"
    feed = open_feed(path, "csv")
    assert feed.format.name == "csv"
    first = next(feed.rows())
    assert isinstance(first, RawRow)
    assert first.values["Handle"] == "model-0"
    assert open_feed(path, "google-tsv").format.name == "csv"


def test_the_schema_is_valid_and_describes_what_is_read() -> None:
    schema = json.loads(read_schema())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for model in SHOP[:200]:
        for variant in model.variants:
            validator.validate(write.jsonl_object(model, variant))
    parser = RowParser(default_currency="EUR")
    for example in schema["examples"]:
        validator.validate(example)
        row = parser.parse(RawRow(1, example))
        assert isinstance(row, ProductRow)
        assert row.mended == ()


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": ".."},
        {"id": "x" * 201},
        {"id": ["a"]},
        {"id": True},
        {"title": " "},
        {"title": "x" * 501},
        {"price": -1},
        {"price": "free"},
        {"price": 1e11},
        {"stock": -1},
        {"stock": 10**10},
        {"availability": "maybe"},
        {"currency": "€€", "price": 1},
        {"sale_price": 1, "price": 2, "sale_price_effective_date": "soon"},
        {"category": ["x"] * 11},
        {"images": [f"{at}.jpg" for at in range(21)]},
        {"attributes": {f"a{at}": "v" for at in range(101)}},
        {"description": "x " * 6_000},
        {"brand": "x " * 200},
    ],
)
def test_what_the_schema_refuses_is_refused_or_mended(change: dict[str, object]) -> None:
    values: dict[str, object] = {"id": "1", "title": "Boot"} | change
    validator = jsonschema.Draft202012Validator(json.loads(read_schema()))
    assert not validator.is_valid(values)
    row = RowParser(default_currency="EUR").parse(RawRow(1, values))
    assert isinstance(row, RefusedRow) or (isinstance(row, ProductRow) and row.mended)


def test_the_schema_is_printed_as_it_is_kept() -> None:
    result = CliRunner().invoke(catalog, ["schema"])
    assert (result.exit_code, result.output) == (0, read_schema())
