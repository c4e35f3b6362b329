from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import repository
from catalog.database import open_catalog
from catalog.records import ProductRecord, Sale
from core.errors import NoRoomError
from core.memory import _container_available, available_memory_bytes, resident_bytes
from core.settings import Settings
from indexer import room
from indexer.room import BuildSize, require_room, room_for, size_in_service, size_of_catalogue
from tests.operations.conftest import Home, home, template

__all__ = ["home", "template"]


def size(products: int = 1000) -> BuildSize:
    return BuildSize(
        products=products,
        image_rows=2 * products,
        images=products,
        text_rows=products,
        texts=products // 2,
        product_bytes=100.0,
        dim=8,
    )


def test_bytes_follow_from_the_formats() -> None:
    assert size().embedding_bytes == 3000 * 8 * 4
    assert size().generation_bytes == 3000 * 32 + (2 * 2000 + 1000) * 8 + 100_000
    assert size().store_bytes == 1500 * (32 + 8 * 4 + 4)
    assert size().largest_field_bytes == 2000 * 32


def test_a_like_catalogue_of_other_size_scales_but_for_a_products_own_bytes() -> None:
    larger = size().scaled_to(3000)
    assert (larger.image_rows, larger.images, larger.texts) == (6000, 3000, 1500)
    assert larger.product_bytes == 100.0


def test_the_generation_in_service_is_measured_as_it_is(home: Home) -> None:
    found = size_in_service(home.settings.generations)
    assert found is not None
    assert found.dim == home.encoder.dim
    folder = next(home.settings.generations.glob("2*Z"))
    data = sum(path.stat().st_size for path in folder.iterdir() if path.name != "manifest.json")
    # The rest are the arrays' own headers, 128 bytes each, and an empty list of refusals.
    assert 0 <= data - 5 * 128 - found.generation_bytes < 8


def test_the_room_for_a_first_build_is_told_of_a_shop_with_a_sale_on(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    on_now = Sale(price_minor=900, ends_at=datetime(9999, 1, 1, tzinfo=UTC))
    with closing(open_catalog(settings)) as database, database.write() as session:
        product = ProductRecord("a", "A lamp", price_minor=1000, currency="EUR", sale=on_now)
        repository.upsert(session, [product], datetime.now(UTC))
    room = require_room(settings)
    assert room is not None
    assert room.products == 1


def test_a_build_on_a_full_disk_is_refused_with_figures_and_advice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert require_room(home.settings) is not None
    usage = shutil.disk_usage(home.path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(NoRoomError) as raised:
        require_room(home.settings)
    said = str(raised.value)
    assert "12 products" in said
    assert "prune --keep 1" in said
    assert "VITRINE_CHECK_ROOM=0" in said
    assert require_room(replace(home.settings, check_room=False)) is None


def test_a_build_without_memory_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available_memory_bytes", lambda: 1)
    with pytest.raises(NoRoomError, match="of memory to build"):
        require_room(home.settings)
    monkeypatch.setattr(room, "available_memory_bytes", lambda: 0)  # it cannot be told
    assert require_room(home.settings) is not None


def test_what_is_stored_already_needs_no_room_again(home: Home) -> None:
    found = size_of_catalogue(home.settings)
    assert found is not None
    found = replace(found, dim=home.encoder.dim)
    with_stores = room_for(home.settings, found)
    shutil.rmtree(home.settings.embeddings)
    without = room_for(home.settings, found)
    assert without.disk - with_stores.disk == found.store_bytes


def test_a_containers_limit_counts_and_pages_of_files_are_free(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("600000\n")
    (tmp_path / "memory.stat").write_text("anon 400000\ninactive_file 100000\nactive_file 50000\n")
    assert _container_available(tmp_path) == 550_000
    (tmp_path / "memory.max").write_text("max\n")
    assert _container_available(tmp_path) is None


def test_this_machine_tells_its_memory() -> None:
    assert available_memory_bytes() > 2**20
    assert resident_bytes() > 2**20
