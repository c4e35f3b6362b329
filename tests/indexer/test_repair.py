"""What is damaged goes aside, nothing whole is lost, and the rest is built anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import BusyError, SnapshotError
from core.lock import exclusive
from encoder.fake import FakeEncoder
from indexer import generations
from indexer.embedding_store import HEADER_BYTES, ContentKind, EmbeddingStore
from indexer.repair import IndexRepair, repair_index

from .conftest import Shop, png

Flip = Callable[[Path, int], None]


def _repair(shop: Shop) -> IndexRepair:
    return repair_index(shop.read_products, shop.job())


def _store(shop: Shop, kind: str) -> Path:
    (path,) = shop.home.glob(f"embeddings/*/{kind}.vectors")
    return path


@pytest.fixture
def ids(shop: Shop) -> list[str]:
    """Three generations of the shop, the last in service."""
    built = []
    for at in range(3):
        shop.add(f"x{at}", f"extra thing {at}", png((at, 50, 0)))
        built.append(shop.build().generation)
    return built


def test_a_whole_index_is_left_as_it_is(shop: Shop, ids: list[str]) -> None:
    before = sorted(path.name for path in shop.generations.iterdir())
    report = _repair(shop)
    assert (report.whole, report.damaged, report.repointed) == (tuple(reversed(ids)), (), None)
    assert [(each.kept, each.damaged, each.aside) for each in report.stores] == [
        (16, 0, ""),
        (15, 0, ""),
    ]
    assert (report.build.published, report.build.generation) == (False, ids[2])
    assert sorted(path.name for path in shop.generations.iterdir()) == before


def test_a_damaged_generation_in_service_is_set_aside_and_built_anew(
    shop: Shop, ids: list[str], flip: Flip
) -> None:
    flip(shop.generations / ids[2] / "text.embeddings.npy", 400)
    report = _repair(shop)
    ((name, reason),) = report.damaged
    assert (name, report.whole, report.repointed) == (ids[2], (ids[1], ids[0]), ids[1])
    assert "text.embeddings.npy is damaged" in reason
    assert (report.build.published, report.build.embedded) == (True, 0)
    assert generations.current(shop.generations) == report.build.generation > ids[2]
    assert (shop.generations / f"{ids[2]}.damaged").is_dir()
    assert f"Set aside {ids[2]}: " in report.to_text()


def test_damaged_older_generations_are_set_aside_and_the_one_in_service_stays(
    shop: Shop, ids: list[str]
) -> None:
    (shop.generations / ids[0] / "manifest.json").write_bytes(b"{}")
    (shop.generations / ids[1] / "columns.json").unlink()
    report = _repair(shop)
    assert [name for name, _ in report.damaged] == [ids[1], ids[0]]
    assert (report.repointed, report.build.published) == (None, False)
    assert [each.id for each in generations.list_generations(shop.generations)] == [ids[2]]


@pytest.mark.parametrize("pointer", [b"", b"../x", b"20200101T000000-000000Z", None])
def test_a_pointer_to_nothing_is_moved_to_the_newest_whole_generation(
    shop: Shop, ids: list[str], pointer: bytes | None
) -> None:
    path = shop.generations / generations.POINTER
    path.unlink()
    if pointer is not None:
        path.write_bytes(pointer)
    report = _repair(shop)
    assert (report.repointed, report.build.published) == (ids[2], False)
    assert generations.current(shop.generations) == ids[2]


def test_where_no_generation_is_whole_one_is_built_from_the_stores(
    shop: Shop, ids: list[str], flip: Flip
) -> None:
    for each in ids:
        flip(shop.generations / each / "documents.jsonl", 5)
    report = _repair(shop)
    assert (report.whole, len(report.damaged), report.repointed) == ((), 3, "")
    assert (report.build.published, report.build.embedded) == (True, 0)


def test_damaged_records_leave_the_store_and_are_embedded_again(
    shop: Shop, ids: list[str], flip: Flip
) -> None:
    path = _store(shop, "image")
    record = 36 + 4 * 32
    whole = path.read_bytes()
    for row in (2, 5):
        flip(path, HEADER_BYTES + row * record + 40)
    with path.open("ab") as file:
        file.write(b"torn")
    report = _repair(shop)
    assert (report.stores[0].kept, report.stores[0].damaged) == (14, 2)
    assert report.build.fields["image"].embedded == 2
    assert (report.build.damaged_records, report.build.published) == (0, False)
    kept = [whole[HEADER_BYTES + row * record :][:record] for row in range(16)]
    written = path.read_bytes()[HEADER_BYTES:]
    assert written[: 14 * record] == b"".join(kept[:2] + kept[3:5] + kept[6:])
    assert written[14 * record :] == kept[2] + kept[5]


def test_a_store_that_cannot_be_read_is_set_aside_and_embedded_anew(
    shop: Shop, ids: list[str], flip: Flip
) -> None:
    path = _store(shop, "text")
    flip(path, 30)
    report = _repair(shop)
    assert Path(report.stores[1].aside).exists()
    assert (report.stores[0].aside, report.stores[1].kept) == ("", 0)
    assert (report.build.fields["text"].embedded, report.build.published) == (15, False)
    assert f"{path} could not be read; it is now {report.stores[1].aside}" in report.to_text()


def test_stores_of_other_models_are_mended_too(shop: Shop, ids: list[str], flip: Flip) -> None:
    other = _store(shop, "image")
    shop.encoder = FakeEncoder("2")
    shop.build()
    flip(other, HEADER_BYTES + 40)
    damaged = {each.path: each.damaged for each in _repair(shop).stores}
    assert (len(damaged), damaged[str(other)]) == (4, 1)
    with EmbeddingStore(
        shop.home / "embeddings", FakeEncoder().fingerprint, ContentKind.IMAGE
    ) as store:
        assert (len(store), store.damaged) == (15, 0)


def test_a_file_in_another_stores_place_is_set_aside(shop: Shop, ids: list[str]) -> None:
    os.replace(_store(shop, "image"), _store(shop, "text"))
    report = _repair(shop)
    (text,) = report.stores
    assert Path(text.aside).exists()
    assert report.build.embedded == 31


def test_a_repair_does_not_start_while_a_build_runs(shop: Shop, ids: list[str], flip: Flip) -> None:
    flip(shop.generations / ids[0] / "columns.json", 3)
    with (
        exclusive(shop.generations / generations.BUILD_LOCK, "An index build"),
        pytest.raises(BusyError, match="index build is already running"),
    ):
        _repair(shop)
    assert (shop.generations / ids[0]).is_dir()


def test_a_repair_of_an_empty_catalogue_has_mended_the_rest(shop: Shop, ids: list[str]) -> None:
    (shop.generations / generations.POINTER).write_bytes(b"?")
    shop.products.clear()
    with pytest.raises(SnapshotError, match="no products to index"):
        _repair(shop)
    assert generations.current(shop.generations) == ids[2]


def test_a_repair_that_was_stopped_goes_on(
    shop: Shop, ids: list[str], flip: Flip, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ids[1:]:
        flip(shop.generations / each / "columns.json", 3)

    def stop(root: Path) -> str | None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations, "repoint", stop)
        with pytest.raises(KeyboardInterrupt):
            _repair(shop)
    report = _repair(shop)
    assert (report.whole, report.damaged, report.repointed) == ((ids[0],), (), ids[0])
    assert report.build.published
