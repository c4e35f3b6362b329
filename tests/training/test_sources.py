"""Examples from a catalogue, a file of pairs and logged searches; what is bad is counted."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catalog.feeds.source import MAX_LINE_CHARS
from catalog.images import ImageLimits, image_hash
from catalog.records import ImageRecord, ProductRecord
from core.errors import TrainingError
from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.product_texts import attribute_line, first_sentences
from training.skipped import Skipped
from training.sources import (
    FIELDS,
    PairsFile,
    catalogue_examples,
    check_contrast,
    read_pairs,
    with_searches,
)

LIMITS = ImageLimits()
SHOE = ProductRecord(
    "1",
    "Acme Men's Canvas Sneaker",
    description="Light and quick. Made to last.\nWipe clean",
    category=("Footwear", "Shoes", "Casual Shoes"),
    group_id="sneaker",
    attributes={"base_colour": "Navy Blue", "usage": "Sports", "closure": "Laces"},
    images=tuple(ImageRecord(letter * 64, "", 60, 80) for letter in "aba"),
)


def picture(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pairs with three pictures beside it and one that is none of its own."""
    folder = tmp_path / "pairs"
    (folder / "images").mkdir(parents=True)
    for colour in ("red", "green", "blue"):
        (folder / "images" / f"{colour}.png").write_bytes(picture(colour))
    (tmp_path / "secret.png").write_bytes(picture("white"))
    return folder


def write(folder: Path, *lines: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines),
        encoding="utf-8",
    )
    return path


def pair(colour: str, text: str, **more: object) -> dict[str, object]:
    return {"image": f"images/{colour}.png", "text": text, **more}


def read(folder: Path, *lines: object) -> PairsFile:
    return read_pairs(write(folder, pair("red", "red"), pair("green", "green"), *lines), LIMITS)


# The catalogue


def test_each_field_is_a_text_of_its_weight_and_each_picture_an_example() -> None:
    weights = {"title": 1.0, "description": 0.5, "attributes": 0.25, "category": 2.0}
    examples = catalogue_examples([SHOE], weights)
    assert [each.image for each in examples] == ["a" * 64, "b" * 64]
    assert examples[0].texts == (
        WeightedText("Acme Men's Canvas Sneaker", 1.0),
        WeightedText("Light and quick. Made to last. Wipe clean.", 0.5),
        WeightedText("navy blue canvas, for men, for sports, closure laces", 0.25),
        WeightedText("Casual Shoes, Shoes", 2.0),
    )
    assert examples[0].facts == ("casual shoes", "navy blue", "men", "sports", "", "canvas")
    assert (examples[0].product_id, examples[0].group) == ("1", "sneaker")
    assert tuple(weights) == FIELDS


def test_a_field_without_weight_is_left_out() -> None:
    (example, _) = catalogue_examples([SHOE], {"title": 1, "description": 0})
    assert [each.text for each in example.texts] == ["Acme Men's Canvas Sneaker"]


def test_without_weight_for_titles_a_product_is_still_split_by_its_title() -> None:
    (example, _) = catalogue_examples([SHOE], {"category": 1})
    assert [each.text for each in example.texts] == ["Casual Shoes, Shoes"]
    assert example.title == "Acme Men's Canvas Sneaker"


def test_fields_that_say_the_same_are_one_text_with_both_weights() -> None:
    lamp = ProductRecord("2", "Lamp", "Lamp", category=("Lamp",), images=SHOE.images[:1])
    (example,) = catalogue_examples([lamp], {"title": 1, "description": 2, "category": 4})
    assert example.texts == (WeightedText("Lamp", 7.0),)


def test_products_without_text_or_picture_are_counted() -> None:
    skipped = Skipped()
    products = [
        ProductRecord("8", "", images=SHOE.images),
        ProductRecord("9", "Unseen"),
        SHOE,
    ]
    assert len(catalogue_examples(products, {"title": 1}, skipped)) == 2
    assert skipped.counts == {"no_text": 1, "no_picture": 1}
    assert skipped.samples == {"no_text": ["product 8"], "no_picture": ["product 9"]}


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"brand": 1.0}, "no text field 'brand'"),
        ({"title": -1.0}, "title is -1.0"),
        ({"title": float("nan")}, "title is nan"),
        ({"title": 0.0}, "No text field has a weight"),
        ({}, "No text field has a weight"),
    ],
)
def test_text_weights_that_make_no_sense_are_named(weights: dict[str, float], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        catalogue_examples([SHOE], weights)


def test_a_description_is_cut_between_sentences_and_else_between_words() -> None:
    assert first_sentences("One. " + "word " * 50 + "end.") == "One."
    long = first_sentences("word " * 100)
    assert long == ("word " * 39).strip()
    assert first_sentences("") == first_sentences(" \n ") == ""


def test_codes_addresses_and_empty_words_are_no_attribute_to_learn() -> None:
    attributes = {
        "code": "A-0815", "site": "https://shop", "colour": "NA", "waterproof": "yes",
        "lined": "no", "collar": "spread",
    }  # fmt: skip
    product = ProductRecord("1", "Coat", attributes=attributes)
    assert attribute_line(product) == "waterproof, collar spread"


# A file of pairs


def test_lines_of_one_picture_become_one_example_with_weighted_texts(folder: Path) -> None:
    (folder / "images" / "copy.png").write_bytes(picture("red"))
    found = read(
        folder,
        pair("red", "scarlet", weight=3, group="g"),
        pair("copy", "red", weight=0.5),
    )
    red, green = found.examples
    assert red.texts == (WeightedText("red", 1.5), WeightedText("scarlet", 3.0))
    assert (red.product_id, red.group, red.weight) == ("images/red.png", "g", 3.0)
    assert (red.image, red.facts) == (image_hash(picture("red")), NO_FACTS)
    assert (green.title, green.weight) == ("green", 1.0)
    assert found.paths[red.image] == folder / "images" / "red.png"
    assert list(found.paths) == [red.image, green.image]
    assert str(found.skipped) == "nothing skipped"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (pair("blue", ""), "empty_text"),
        (pair("blue", " \n\u00a0\x00"), "empty_text"),
        ({"image": "images/blue.png", "text": 7}, "empty_text"),
        ({"image": "images/blue.png"}, "empty_text"),
        ({"text": "blue"}, "no_image"),
        ({"image": ["images/blue.png"], "text": "blue"}, "no_image"),
        (pair("blue", "ok", weight=0), "bad_weight"),
        (pair("blue", "ok", weight=-1), "bad_weight"),
        (pair("blue", "ok", weight=1e-7), "bad_weight"),
        (pair("blue", "ok", weight=1e7), "bad_weight"),
        (pair("blue", "ok", weight=float("nan")), "bad_weight"),
        (pair("blue", "ok", weight=float("inf")), "bad_weight"),
        (pair("blue", "ok", weight=True), "bad_weight"),
        (pair("blue", "ok", weight="2"), "bad_weight"),
        ('{"image": "images/blue.png", "text": "ok", "weight": 1e999}', "bad_weight"),
        (f'{{"image": "images/blue.png", "text": "ok", "weight": {"9" * 500}}}', "bad_weight"),
        (pair("blue", "ok", group=["g"]), "bad_group"),
        (pair("absent", "ok"), "image_missing"),
        ({"image": "images", "text": "ok"}, "image_not_a_file"),
        ({"image": "a\0b", "text": "ok"}, "image_unreadable"),
        ({"image": "x" * 5000, "text": "ok"}, "image_unreadable"),
        ({"image": "../secret.png", "text": "ok"}, "image_outside_root"),
        ({"image": "images/../../secret.png", "text": "ok"}, "image_outside_root"),
        ({"image": "..\\secret.png", "text": "ok"}, "image_outside_root"),
        ({"image": "/etc/hostname", "text": "ok"}, "image_path_absolute"),
        ({"image": "pairs.jsonl", "text": "ok"}, "image_not_an_image"),
    ],
)
def test_a_line_that_cannot_be_used_is_counted_and_the_rest_goes_on(
    line: object, reason: str, folder: Path
) -> None:
    found = read(folder, line, pair("green", "leaf"))
    assert found.skipped.counts == {reason: 1}
    assert found.skipped.samples[reason][0].startswith("line 3")
    assert [text.text for text in found.examples[-1].texts] == ["green", "leaf"]


def test_a_symlink_does_not_lead_out_of_the_folder(folder: Path) -> None:
    (folder / "images" / "link.png").symlink_to(folder.parent / "secret.png")
    (folder / "images" / "loop.png").symlink_to(folder / "images" / "loop.png")
    (folder / "images" / "inner.png").symlink_to("blue.png")
    found = read(folder, pair("link", "white"), pair("loop", "white"), pair("inner", "blue"))
    assert found.skipped.total == 2
    assert found.skipped.counts["image_outside_root"] == 1
    assert found.examples[-1].product_id == "images/blue.png"


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "images" / "pipe.png")
    assert read(folder, pair("pipe", "ok")).skipped.counts == {"image_not_a_file": 1}


def test_damaged_pictures_are_counted_before_a_run_begins(folder: Path) -> None:
    noise = BytesIO()
    Image.effect_noise((64, 64), 50).save(noise, "JPEG")
    (folder / "images" / "cut.png").write_bytes(noise.getvalue()[:-400])
    (folder / "images" / "empty.png").write_bytes(b"")
    (folder / "images" / "page.png").write_bytes(b"<html>not found</html>")
    found = read(folder, *[pair(name, "ok") for name in ("cut", "empty", "page", "cut")])
    assert found.skipped.counts == {
        "image_truncated": 2, "image_empty": 1, "image_not_an_image": 1,
    }  # fmt: skip
    assert found.skipped.samples["image_truncated"] == [
        "line 3 (images/cut.png)",
        "line 6 (images/cut.png)",
    ]


def test_a_picture_larger_than_the_limits_is_counted(folder: Path) -> None:
    (folder / "images" / "big.png").write_bytes(picture("red") + bytes(5000))
    path = write(folder, pair("red", "a"), pair("green", "b"), pair("big", "c"))
    found = read_pairs(path, ImageLimits(max_bytes=4000))
    assert found.skipped.counts == {"image_too_many_bytes": 1}


def test_a_picture_in_two_groups_keeps_the_first(folder: Path) -> None:
    found = read(folder, pair("blue", "a", group="g"), pair("blue", "b", group="h"))
    assert found.examples[-1].texts == (WeightedText("a", 1.0),)
    assert found.skipped.counts == {"other_group_than_before": 1}


def test_a_mark_blank_lines_and_line_separators_are_no_trouble(folder: Path) -> None:
    lines = [
        json.dumps(pair("red", "a\u2028b"), ensure_ascii=False),
        "",
        json.dumps(pair("blue", "é")),
    ]
    (folder / "pairs.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    found = read_pairs(folder / "pairs.jsonl", LIMITS)
    assert [each.title for each in found.examples] == ["a\u2028b", "é"]


def test_texts_keep_their_spaces_for_the_split_goes_by_every_character(folder: Path) -> None:
    found = read(folder, pair("blue", "Blue  shirt "), pair("blue", "half \ud800 a pair"))
    assert [text.text for text in found.examples[-1].texts] == ["Blue  shirt ", "half   a pair"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", r"line 3: each line must be one JSON object.*It begins '\[1, 2\]'"),
        ('{"image": ', "line 3: each line must be one JSON object"),
        ('{"image": "' + "x" * MAX_LINE_CHARS, "line 3: .*Shorten or split"),
        ("[" * 100_000, "line 3: .*nested too deeply"),
        ('"text"', "line 3"),
    ],
)
def test_a_line_that_is_no_object_stops_with_its_number(
    line: str, reason: str, folder: Path
) -> None:
    with pytest.raises(TrainingError, match=reason):
        read(folder, line)


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    for path, reason in (
        (folder / "absent.jsonl", "No such file"),
        (folder, "no regular file"),
        (folder / "images" / "red.png", "not text"),
    ):
        with pytest.raises(TrainingError, match=f"training data {path} cannot be read: .*{reason}"):
            read_pairs(path, LIMITS)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], r"holds no pair that can be used \(nothing skipped\)"),
        ([pair("absent", "a"), pair("red", "")], "holds no pair that can be used .2 skipped: 1"),
        ([pair("red", "a"), pair("red", "b")], "only one picture"),
        ([pair("red", "a"), pair("blue", "a")], "only one text .'a'."),
    ],
)
def test_nothing_to_contrast_is_an_error(lines: list[object], reason: str, folder: Path) -> None:
    with pytest.raises(TrainingError, match=reason):
        read_pairs(write(folder, *lines), LIMITS)


def test_a_catalogue_of_one_picture_has_nothing_to_contrast() -> None:
    with pytest.raises(TrainingError, match="The catalogue holds only one text"):
        check_contrast(catalogue_examples([SHOE], {"title": 1}), "The catalogue")


# Logged searches


def search(query: object, product_id: object, **more: object) -> dict[str, object]:
    return {"query": query, "product_id": product_id, **more}


def test_a_search_becomes_a_text_of_every_picture_of_its_product(folder: Path) -> None:
    examples = catalogue_examples([SHOE], {"title": 1.0})
    path = write(
        folder,
        search("plimsolls", "1"),
        search("plimsolls", 1, weight=2.5),
        search("Acme Men's Canvas Sneaker", "1", weight=3),
    )
    taught, skipped = with_searches(examples, path)
    expected = (WeightedText("Acme Men's Canvas Sneaker", 4.0), WeightedText("plimsolls", 3.5))
    assert [each.texts for each in taught] == [expected, expected]
    assert [each.image for each in taught] == [each.image for each in examples]
    assert taught[0].title == examples[0].title
    assert skipped.total == 0


def test_searches_that_cannot_be_used_are_counted(folder: Path) -> None:
    examples = catalogue_examples([SHOE], {"title": 1.0})
    path = write(
        folder,
        search("boots", "no such product"),
        search("", "1"),
        search(None, "1"),
        search("boots", "1", weight=-2),
        search("boots", None),
        search("boots", ["1"]),
        {},
    )
    taught, skipped = with_searches(examples, path)
    assert taught == examples
    assert skipped.counts == {"unknown_product": 3, "empty_query": 3, "bad_weight": 1}
    assert skipped.samples["unknown_product"][0] == "line 1 (no such product)"


def test_a_log_that_is_no_json_is_named(folder: Path) -> None:
    with pytest.raises(TrainingError, match="line 1: each line must be one JSON object"):
        with_searches([], write(folder, "query,product"))


# What is skipped


def test_skips_merge_and_keep_the_first_few_places() -> None:
    one, two = Skipped(), Skipped()
    for line in range(2):
        one.add("empty_text", f"line {line}")
    for line in range(5):
        two.add("empty_text", f"product {line}")
    two.add("no_text", "product 9")
    one.merge(two)
    assert one.to_json() == {
        "total": 8,
        "reasons": {
            "empty_text": {"count": 7, "first": ["line 0", "line 1", "product 0"]},
            "no_text": {"count": 1, "first": ["product 9"]},
        },
    }


def test_an_example_of_pairs_is_known_to_the_searches_by_its_path(folder: Path) -> None:
    examples: list[TrainingExample] = read(folder).examples
    taught, _ = with_searches(examples, write(folder, search("ruby", "images/red.png")))
    assert [text.text for text in taught[0].texts] == ["red", "ruby"]
