from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from catalog.records import ImageRecord, ProductRecord
from core.errors import (
    FingerprintMismatchError,
    NoGenerationError,
    SnapshotError,
)
from encoder.fake import FakeEncoder
from indexer import generations, product_text
from indexer.manifest import MANIFEST
from indexer.report import BuildReport, FieldReport

from .conftest import Shop, png


def test_a_first_build_embeds_everything_and_publishes(shop: Shop) -> None:
    report = shop.build()
    assert report.published
    assert report.generation == generations.current(shop.generations)
    assert report.products == 12
    assert report.fields == {
        "image": FieldReport(rows=13, embedded=13, reused=0, refused=0),
        "text": FieldReport(rows=12, embedded=12, reused=0, refused=0),
    }
    assert (shop.encoder.images_encoded, shop.encoder.texts_encoded) == (13, 12)
    assert report.peak_memory_bytes > 10 * 2**20
    assert report.images_per_s > 0
    stages = "read, store, load model, encode texts, wait, encode images, assemble, verify, publish"
    assert set(report.seconds) == {*stages.split(", "), "total"}


def test_the_manifest_says_what_the_generation_is(shop: Shop) -> None:
    manifest = shop.open(shop.build().generation).manifest
    assert manifest.fingerprint == shop.encoder.fingerprint
    assert (manifest.model, manifest.dim, manifest.products) == ("fake", 32, 12)
    assert (manifest.fields, manifest.refused) == ({"image": 13, "text": 12}, 0)


def test_an_unchanged_build_embeds_nothing_loads_nothing_and_publishes_nothing(shop: Shop) -> None:
    first = shop.build()
    second = shop.build()
    assert not second.published
    assert second.generation == first.generation
    assert second.embedded == 0
    assert second.fields["image"] == FieldReport(rows=13, embedded=0, reused=13, refused=0)
    assert shop.loads == 1
    assert "Nothing has changed" in second.to_text()
    assert [path.name for path in _folders(shop)] == [first.generation]


def test_force_publishes_an_unchanged_catalogue_without_the_encoder(shop: Shop) -> None:
    first = shop.build()
    second = shop.build(force=True)
    assert second.published
    assert second.generation > first.generation
    assert (second.embedded, shop.loads) == (0, 1)


def test_equal_input_gives_byte_identical_data_files(shop: Shop) -> None:
    first = shop.build()
    again = Shop(shop.home / "elsewhere", shop.products, shop.pictures)
    one = shop.generations / first.generation
    two = again.generations / again.build(batch=5, threads=1).generation
    three = shop.generations / shop.build(force=True).generation
    for path in one.iterdir():
        if path.name != MANIFEST:
            assert path.read_bytes() == (two / path.name).read_bytes(), path.name
            assert path.read_bytes() == (three / path.name).read_bytes(), path.name


def test_one_changed_photo_costs_one_embedding(shop: Shop) -> None:
    shop.build()
    changed = shop.picture(png((200, 100, 0), 77))
    shop.products[4] = replace(shop.products[4], images=(changed,))
    report = shop.build()
    assert report.published
    assert report.fields["image"] == FieldReport(rows=13, embedded=1, reused=12, refused=0)
    assert report.fields["text"].embedded == 0


def test_a_changed_price_costs_no_embedding_and_shows_in_the_new_generation(shop: Shop) -> None:
    shop.build()
    shop.products[3] = replace(shop.products[3], price_minor=77)
    report = shop.build()
    assert (report.published, report.embedded) == (True, 0)
    assert shop.open(report.generation).documents[3].price_minor == 77


def test_a_picture_and_a_text_shared_by_two_products_are_embedded_once_and_are_two_rows(
    empty_shop: Shop,
) -> None:
    empty_shop.add("a", "shoe", png((255, 0, 0)))
    empty_shop.add("b", "shoe", png((255, 0, 0)))
    report = empty_shop.build()
    assert report.fields["text"] == FieldReport(rows=2, embedded=1, reused=0, refused=0)
    assert (empty_shop.encoder.images_encoded, empty_shop.encoder.texts_encoded) == (1, 1)
    assert report.fields["image"] == FieldReport(rows=2, embedded=1, reused=0, refused=0)
    snapshot = empty_shop.open(report.generation)
    assert snapshot.image_products.tolist() == [0, 1]
    assert np.array_equal(snapshot.image_embeddings[0], snapshot.image_embeddings[1])


def test_products_of_a_known_kind_share_a_text_row_behind_their_own(
    empty_shop: Shop,
) -> None:
    for id in "abc":
        empty_shop.add(id, f"Whistler {id}", category=("Kettles",))
    empty_shop.add("d", "Gizmo")
    report = empty_shop.build()
    assert report.fields["text"] == FieldReport(rows=5, embedded=5, reused=0, refused=0)
    assert empty_shop.encoder.texts_encoded == 5
    snapshot = empty_shop.open(report.generation)
    assert snapshot.text_products.tolist() == [0, 1, 2, 3]
    assert snapshot.kinds.tolist() == [0, 0, 0, -1]
    own = empty_shop.encoder.encode_texts([f"Whistler {id}. Kettles" for id in "abc"])
    words = empty_shop.encoder.encode_texts(["kettle, water boiler, tea kettle"])
    np.testing.assert_array_equal(snapshot.text_embeddings[:3], own)
    np.testing.assert_array_equal(snapshot.text_embeddings[4:], words)


def test_another_thesaurus_gives_a_new_generation_and_embeds_only_its_words(
    empty_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_shop.add("a", "Whistler", category=("Kettles",))
    empty_shop.add("b", "Gizmo")
    words: tuple[str, ...] = ()
    with monkeypatch.context() as patched:
        patched.setattr(product_text, "phrases_of_kind", lambda kind: words if kind else ())
        before = empty_shop.build()
        assert before.fields["text"] == FieldReport(rows=2, embedded=2, reused=0, refused=0)
        words = ("water boiler",)
        other = empty_shop.build()
        assert other.fields["text"] == FieldReport(rows=3, embedded=1, reused=2, refused=0)
    present = empty_shop.build()
    assert present.fields["text"] == FieldReport(rows=3, embedded=1, reused=2, refused=0)
    assert before.generation < other.generation < present.generation
    assert not empty_shop.build().published


def test_a_product_without_a_picture_is_found_by_its_text(empty_shop: Shop) -> None:
    empty_shop.add("a", "red lamp")
    report = empty_shop.build()
    assert report.fields["image"] == FieldReport(rows=0, embedded=0, reused=0, refused=0)
    snapshot = empty_shop.open(report.generation)
    assert snapshot.image_embeddings.shape == (0, 32)
    assert snapshot.text_products.tolist() == [0]


def test_an_unreadable_picture_is_reported_and_its_product_stays_in(shop: Shop) -> None:
    broken = shop.add("x1", "broken thing", b"<html>not found</html>")
    gone = ImageRecord("f" * 64, "", 1, 1)
    shop.products.append(ProductRecord("x2", "pictureless thing", images=(gone,)))
    report = shop.build()
    assert [(each.product_id, each.hash, each.code) for each in report.refused] == [
        ("x1", broken.images[0].hash, "not_an_image"),
        ("x2", "f" * 64, "missing"),
    ]
    assert report.fields["image"] == FieldReport(rows=13, embedded=13, reused=0, refused=2)
    snapshot = shop.open(report.generation)
    assert snapshot.manifest.refused == 2
    assert snapshot.text_products.tolist() == list(range(14))
    assert 12 not in snapshot.image_products
    assert "refused x1: The file is no picture." in report.to_text()


def test_a_picture_that_was_refused_is_taken_once_it_can_be_read(shop: Shop) -> None:
    data = png((1, 2, 3))
    late = shop.add("x1", "late thing", data).images[0]
    del shop.pictures[late.hash]
    first = shop.build()
    unchanged = shop.build()
    assert (unchanged.published, unchanged.fields["image"].refused) == (False, 1)
    shop.pictures[late.hash] = data
    third = shop.build()
    assert (third.published, third.fields["image"].embedded) == (True, 1)
    assert third.generation > first.generation


def test_an_empty_catalogue_is_told_apart_and_leaves_no_trace(empty_shop: Shop) -> None:
    with pytest.raises(SnapshotError, match="no products to index"):
        empty_shop.build()
    assert _folders(empty_shop) == []
    with pytest.raises(NoGenerationError):
        generations.current(empty_shop.generations)


def test_an_empty_catalogue_leaves_the_old_generation_in_service(shop: Shop) -> None:
    first = shop.build()
    shop.products.clear()
    with pytest.raises(SnapshotError):
        shop.build()
    assert generations.current(shop.generations) == first.generation


def test_nothing_that_can_be_embedded_is_an_error(empty_shop: Shop) -> None:
    empty_shop.add("x", "", b"no picture")
    with pytest.raises(SnapshotError, match="Nothing could be embedded"):
        empty_shop.build()


def test_builds_keep_the_number_of_generations_asked_for(shop: Shop) -> None:
    ids = [shop.build(force=True, keep=2).generation for _ in range(4)]
    assert [each.id for each in generations.list_generations(shop.generations)] == [ids[3], ids[2]]


def test_an_encoder_other_than_the_announced_one_is_refused_before_it_embeds(shop: Shop) -> None:
    other = FakeEncoder("2")
    with pytest.raises(FingerprintMismatchError) as refused:
        shop.build(encoder=lambda: other)
    assert refused.value.expected == other.fingerprint
    assert (other.images_encoded, other.texts_encoded) == (0, 0)


def test_another_model_embeds_everything_into_a_store_of_its_own(shop: Shop) -> None:
    first = shop.build()
    shop.encoder = FakeEncoder("2")
    second = shop.build()
    assert (second.published, second.embedded) == (True, 25)
    shop.encoder = FakeEncoder()
    back = shop.build()
    assert (back.published, back.embedded) == (True, 0)
    assert shop.open(back.generation).manifest.fingerprint == (
        shop.open(first.generation).manifest.fingerprint
    )


def test_the_report_is_json(shop: Shop) -> None:
    told = json.loads(json.dumps(asdict(shop.build())))
    assert told["fields"]["image"]["rows"] == 13
    assert BuildReport(**told).published


def _folders(shop: Shop) -> list[Path]:
    return sorted(path for path in shop.generations.iterdir() if path.is_dir())
