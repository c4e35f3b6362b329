from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.fields import ColumnMap, Field
from catalog.records import ProductRecord
from catalog.row_parser import MAX_DESCRIPTION_CHARS, MAX_TITLE_CHARS, RowParser
from catalog.rows import ImageReference, ProductRow, RawRow, RefusedRow


def parse(
    values: dict[str, object], mapping: dict[str, Field] | None = None, currency: str = ""
) -> ProductRow:
    row = RowParser(ColumnMap(mapping or {}), currency).parse(
        RawRow(7, {"id": "1", "title": "Boot"} | values)
    )
    assert isinstance(row, ProductRow), row
    return row


def refused(values: dict[str, object]) -> tuple[str, str]:
    row = RowParser().parse(RawRow(7, values))
    assert isinstance(row, RefusedRow)
    assert row.line == 7
    return row.problem.code, row.product_id


def codes(row: ProductRow) -> list[str]:
    return [problem.code for problem in row.mended]


def test_a_full_row_becomes_a_product() -> None:
    row = parse(
        {
            "id": " A-1 ",
            "title": "<b>Boot</b>",
            "description": "<p>Warm</p>",
            "brand": "Acme",
            "category": "Shoes > Boots",
            "price": "29.90 EUR",
            "stock": "7",
            "item_group_id": "g",
            "image": "a.jpg",
            "image_alt": "A boot",
            "colour": "red",
            "empty": " ",
        }
    )
    assert row == ProductRow(
        line=7,
        product=ProductRecord(
            id="A-1",
            title="Boot",
            description="Warm",
            brand="Acme",
            category=("Shoes", "Boots"),
            price_minor=2990,
            currency="EUR",
            stock=7,
            group_id="g",
            attributes={"colour": "red"},
        ),
        images=(ImageReference("a.jpg", "A boot"),),
    )


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        *(
            (name, "id", "X1")
            for name in ("ID", "product_id", "ProductId", "sku", "Handle", "g:id")
        ),
        *((name, "title", "T") for name in ("Title", "name", "product name", "Product-Name")),
        *((name, "description", "D") for name in ("Description", "body", "Body (HTML)")),
        *((name, "brand", "B") for name in ("Brand", "Vendor", "manufacturer")),
        *((name, "group_id", "G") for name in ("group_id", "item group id", "variant_group")),
    ],
)
def test_usual_names_are_recognised(name: str, field: str, value: str) -> None:
    values = {name: value}
    for needed in ("id", "title"):
        if field != needed:
            values[needed] = "x"
    row = RowParser().parse(RawRow(1, values))
    assert isinstance(row, ProductRow)
    assert getattr(row.product, field) == value
    assert row.product.attributes == {}


def test_the_best_known_name_wins_and_the_other_stays_an_attribute() -> None:
    row = parse({"sku": "S", "handle": "h", "name": "Other", "product_type": "T", "category": "C"})
    assert row.product.id == "1"
    assert row.product.title == "Boot"
    assert row.product.category == ("C",)
    assert row.product.attributes == {
        "handle": "h",
        "name": "Other",
        "product_type": "T",
        "sku": "S",
    }


def test_an_explicit_mapping_wins_over_names() -> None:
    row = parse(
        {"sku": "S", "Label": "L", "pic": "p.jpg", "image": "i.jpg", "note": "n", "brand": "B"},
        {
            "SKU": Field.ID,
            "label": Field.TITLE,
            "pic": Field.IMAGE,
            "note": Field.IGNORE,
            "brand": Field.ATTRIBUTE,
        },
    )
    assert (row.product.id, row.product.title, row.product.brand) == ("S", "L", "")
    assert row.images == (ImageReference("p.jpg"),)
    assert row.product.attributes == {"brand": "B", "id": "1", "image": "i.jpg", "title": "Boot"}


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"category": "A > B>C"}, ("A", "B", "C")),
        ({"product_type": "A > > B"}, ("A", "B")),
        ({"category": ["A", "B > C"]}, ("A", "B", "C")),
        ({"article_type": "C", "sub_category": "B", "master_category": "A"}, ("A", "B", "C")),
        ({"category": "A", "subcategory": "B"}, ("A", "B")),
        ({"category_2": "B", "category_1": "A", "category_3": ""}, ("A", "B")),
        ({"category": ""}, ()),
    ],
)
def test_categories_come_in_one_column_or_several(
    values: dict[str, object], path: tuple[str, ...]
) -> None:
    row = parse(values)
    assert row.product.category == path
    assert row.product.attributes == {}


@pytest.mark.parametrize(
    ("values", "references"),
    [
        ({"image": "a.jpg"}, [("a.jpg", "")]),
        ({"image": "a.jpg|b.jpg", "image_alt": "A|B"}, [("a.jpg", "A"), ("b.jpg", "B")]),
        ({"images": "a.jpg, b.png"}, [("a.jpg", ""), ("b.png", "")]),
        ({"image": "red, large.jpg"}, [("red, large.jpg", "")]),
        ({"image": ["a.jpg", "b.jpg"], "image_alt": ["A"]}, [("a.jpg", "A"), ("b.jpg", "")]),
        ({"images": [{"src": "a.jpg", "alt": "<i>A</i>"}]}, [("a.jpg", "A")]),
        (
            {"additional_image_link": "b.jpg,c.jpg", "image link": "a.jpg"},
            [("a.jpg", ""), ("b.jpg", ""), ("c.jpg", "")],
        ),
        ({"image_2": "b.jpg", "image_1": "a.jpg"}, [("a.jpg", ""), ("b.jpg", "")]),
        ({"image": "a.jpg|a.jpg"}, [("a.jpg", "")]),
        ({"image": ""}, []),
        ({"image": None}, []),
    ],
)
def test_pictures_come_in_every_shape(
    values: dict[str, object], references: list[tuple[str, str]]
) -> None:
    assert parse(values).images == tuple(ImageReference(*each) for each in references)


@pytest.mark.parametrize(
    ("values", "stock", "problems"),
    [
        ({"stock": "12"}, 12, []),
        ({"quantity": "12.0"}, 12, []),
        ({"inventory": "10+"}, 10, []),
        ({"stock": 0}, 0, []),
        ({"stock": ""}, None, []),
        ({"stock": "-3"}, 0, ["bad_stock"]),
        ({"stock": "about 12"}, None, ["bad_stock"]),
        ({"stock": "9" * 12}, 10**9, ["bad_stock"]),
        ({"stock": "sold out"}, 0, []),
        ({"availability": "out_of_stock"}, 0, []),
        ({"availability": "Out of Stock"}, 0, []),
        ({"availability": "in stock"}, None, []),
        ({"availability": "out of stock", "stock": "4"}, 4, []),
    ],
)
def test_stock_comes_from_numbers_or_words(
    values: dict[str, object], stock: int | None, problems: list[str]
) -> None:
    row = parse(values)
    assert row.product.stock == stock
    assert codes(row) == problems


def test_a_price_that_cannot_be_read_is_left_out_and_told() -> None:
    row = parse({"price": "1.299", "currency": "EUR"})
    assert (row.product.price_minor, row.product.currency) == (None, "")
    assert codes(row) == ["ambiguous_price"]
    assert row.mended[0].value == "1.299"


def test_json_numbers_are_prices_without_ambiguity() -> None:
    row = parse({"price": Decimal("1.299"), "currency": "EUR"})
    assert row.product.price_minor == 130
    assert codes(row) == ["price_rounded"]
    assert parse({"price": 25}, currency="JPY").product.price_minor == 25


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "Boot"}, ("missing_id", "")),
        ({"id": " ", "title": "Boot"}, ("missing_id", "")),
        ({"id": "1"}, ("missing_title", "1")),
        ({"id": "1", "title": "<p> </p>"}, ("missing_title", "1")),
        ({"id": None, "title": "Boot"}, ("missing_id", "")),
    ],
)
def test_rows_without_id_or_title_are_refused(
    values: dict[str, object], expected: tuple[str, str]
) -> None:
    assert refused(values) == expected


@pytest.mark.parametrize("value", [{"a": 1}, {}, ["a"], ["a", "b"], True, False])
def test_an_id_that_is_no_text_or_number_is_refused(value: object) -> None:
    assert refused({"id": value, "title": "Boot"}) == ("bad_id", "")


@pytest.mark.parametrize("value", [".", "..", " . ", "\x00..\x00"])
def test_an_id_without_a_working_web_address_is_refused(value: str) -> None:
    row = RowParser().parse(RawRow(7, {"id": value, "title": "Boot"}))
    assert isinstance(row, RefusedRow)
    assert (row.problem.code, row.problem.value) == ("bad_id", value.strip(" \x00"))
    assert "web address" in row.problem.hint


@pytest.mark.parametrize(
    ("value", "expected"), [(7, "7"), (Decimal("1.50"), "1.50"), ("...", "...")]
)
def test_numbers_and_other_dots_stay_ids(value: object, expected: str) -> None:
    assert parse({"id": value}).product.id == expected


def test_a_column_of_nulls_leaves_the_id_to_the_next_one() -> None:
    assert parse({"id": None, "sku": "B-2"}, {"sku": Field.ID}).product.id == "B-2"


def test_a_too_long_id_is_refused_for_a_cut_one_could_be_anothers() -> None:
    code, product_id = refused({"id": "x" * 201, "title": "Boot"})
    assert code == "id_too_long"
    assert len(product_id) == 200


def test_long_texts_are_cut_and_told() -> None:
    row = parse({"title": "word " * 200, "description": "word " * 5_000, "note": "x" * 2_000})
    assert len(row.product.title) <= MAX_TITLE_CHARS
    assert len(row.product.description) <= MAX_DESCRIPTION_CHARS
    assert len(row.product.attributes["note"]) == 1_000
    assert codes(row) == ["text_cut"] * 3


def test_control_characters_are_mended_and_told() -> None:
    row = parse({"id": "a\x00b", "title": "Bo\x07ot", "note": "\ud800x"})
    assert (row.product.id, row.product.title) == ("a b", "Bo ot")
    assert row.product.attributes == {"note": "x"}
    assert codes(row) == ["unreadable_characters"] * 3
    assert row.mended[0].value == "a\N{REPLACEMENT CHARACTER}b"


def test_nested_values_become_flat_attributes() -> None:
    row = parse({"attributes": {"fit": "slim", "none": None}, "size": {"eu": 42}, "tags": ["a", 1]})
    assert row.product.attributes == {"fit": "slim", "size.eu": "42", "tags": "a, 1"}


def test_too_many_of_anything_is_bounded_and_told() -> None:
    many: dict[str, object] = {f"k{at:03}": "v" for at in range(150)}
    row = parse(
        many | {"image": "|".join(f"{at}.jpg" for at in range(30)), "category": "x > " * 12}
    )
    assert len(row.product.attributes) == 100
    assert len(row.images) == 20
    assert row.product.category == ("x",) * 10
    assert sorted(codes(row)) == ["category_cut", "too_many_attributes", "too_many_images"]
