"""What damage at the index does to an engine: it answers from a whole generation, or says why."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import NoGenerationError, SnapshotError
from indexer import generations
from search.engine import SearchEngine
from search.query import Page, SearchQuery
from tests.indexer.conftest import Shop, png

Start = Callable[..., SearchEngine]
Flip = Callable[[Path, int], None]


@pytest.fixture
def ids(shop: Shop) -> list[str]:
    """Three generations, the last in service."""
    return [shop.build(force=True).generation for _ in range(3)]


def _served(start: Start) -> str:
    engine = start()
    assert engine.search(SearchQuery("red", page=Page(size=1))).generation == (
        engine.status().generation
    )
    return engine.status().generation


def test_a_damaged_generation_in_service_gives_way_to_the_one_before(
    shop: Shop, ids: list[str], start: Start, flip: Flip, caplog: pytest.LogCaptureFixture
) -> None:
    flip(shop.generations / ids[2] / "image.embeddings.npy", 500)
    assert _served(start) == ids[1]
    assert f"The generation {ids[1]} is used instead of the one in service" in caplog.text
    assert "image.embeddings.npy is damaged" in caplog.text
    assert "vitrine index repair" in caplog.text
    assert generations.current(shop.generations) == ids[2]


def test_damaged_ones_on_the_way_back_are_passed_over(
    shop: Shop, ids: list[str], start: Start, flip: Flip
) -> None:
    flip(shop.generations / ids[2] / "documents.jsonl", 9)
    (shop.generations / ids[1] / "manifest.json").write_bytes(b"")
    assert _served(start) == ids[0]


def test_after_a_rollback_the_older_one_is_preferred_to_the_newer(
    shop: Shop, ids: list[str], start: Start, flip: Flip
) -> None:
    generations.rollback(shop.generations, ids[1])
    flip(shop.generations / ids[1] / "documents.jsonl", 9)
    assert _served(start) == ids[0]
    flip(shop.generations / ids[0] / "documents.jsonl", 9)
    assert _served(start) == ids[2]


@pytest.mark.parametrize("damage", [b"", b"garbage", b"20200101T000000-000000Z", None])
def test_a_damaged_or_lost_pointer_gives_the_newest_whole_generation(
    shop: Shop, ids: list[str], start: Start, pointer: Path, damage: bytes | None
) -> None:
    pointer.unlink()
    if damage is not None:
        pointer.write_bytes(damage)
    assert _served(start) == ids[2]


def test_where_none_is_whole_the_one_in_service_is_named(
    shop: Shop, ids: list[str], start: Start, flip: Flip
) -> None:
    for each in ids:
        flip(shop.generations / each / "documents.jsonl", 9)
    with pytest.raises(SnapshotError, match=ids[2]):
        start()


def test_where_nothing_was_ever_built_it_says_how_to_begin(shop: Shop, start: Start) -> None:
    with pytest.raises(NoGenerationError, match="vitrine index build"):
        start()


def test_an_engine_that_went_back_moves_on_to_the_next_good_generation(
    shop: Shop, ids: list[str], start: Start, flip: Flip
) -> None:
    flip(shop.generations / ids[2] / "documents.jsonl", 9)
    engine = start()
    assert not engine.refresh()
    assert engine.status().generation == ids[1]
    mended = shop.build().generation
    assert engine.refresh()
    assert engine.status().generation == mended


def test_an_engine_that_serves_stays_where_the_next_generation_is_damaged(
    shop: Shop, ids: list[str], start: Start, flip: Flip, caplog: pytest.LogCaptureFixture
) -> None:
    engine = start()
    shop.add("new", "new thing", png((3, 3, 3)))
    newest = shop.build().generation
    flip(shop.generations / newest / "columns.json", 9)
    for _ in range(3):
        assert not engine.refresh()
    assert engine.status().generation == ids[2]
    assert caplog.text.count("columns.json is damaged") == 1


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def _mapped(root: Path) -> set[str]:
    """Generations that this process still has mapped."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {
        Path(line.split(maxsplit=5)[5].removesuffix(" (deleted)")).parent.name
        for line in lines
        if str(root) in line
    }


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("swaps", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_swaps_leave_no_files_and_no_maps_behind(
    shop: Shop, ids: list[str], start: Start, swaps: int
) -> None:
    engine = start()
    gc.collect()
    before = _open_files()
    for at in range(swaps):
        generations.publish(shop.generations, ids[at % 2])
        assert engine.refresh()
        engine.search(SearchQuery("red", page=Page(size=1)))
    assert engine.status().generation == ids[1]
    assert _open_files() == before
    assert _mapped(shop.generations) == {ids[1]}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
def test_a_generation_that_came_to_nothing_is_let_go_of(
    shop: Shop, ids: list[str], start: Start, flip: Flip
) -> None:
    engine = start()
    before = _open_files()
    flip(shop.generations / ids[0] / "text.products.npy", 130)
    for at in range(10):
        generations.publish(shop.generations, ids[0])
        assert not engine.refresh()
        generations.publish(shop.generations, ids[1 + at % 2])
        assert engine.refresh()
    assert _open_files() == before
    assert _mapped(shop.generations) == {ids[2]}
