"""What was compared once is not compared again, and what is kept of it is not trusted blindly."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import reindex
from indexer.basis import CatalogueBasis
from indexer.confirmed import CONFIRMED, ShownState, confirm, states_shown
from indexer.manifest import IndexManifest, read_manifest

from .conftest import Shop

NOW = CatalogueBasis("a1b2.7", "2026-12-01T00:00:00+00:00")
LATER = replace(NOW, revision="a1b2.9")


@pytest.fixture
def built(shop: Shop) -> Shop:
    """A shop whose catalogue tells its state, and whose index was built once."""
    shop.basis = NOW
    shop.build()
    shop.reads = 0
    return shop


@pytest.fixture
def confirmed(built: Shop) -> Shop:
    """The same, after a change that was undone and a build that found it so."""
    built.basis = LATER
    built.build()
    built.reads = 0
    return built


def manifest_of(shop: Shop) -> IndexManifest:
    return read_manifest(shop.generations / (shop.generations / "current").read_text())


@pytest.mark.parametrize(
    "other",
    [
        LATER,
        replace(NOW, revision="ffff.7"),
        replace(NOW, prices_until="2026-12-02T00:00:00+00:00"),
        replace(NOW, prices_until=""),
    ],
    ids=["a change undone", "a database restored", "a sale without effect", "the last sale over"],
)
def test_a_state_that_was_compared_is_not_read_again(built: Shop, other: CatalogueBasis) -> None:
    built.basis = other
    told = [(each.products_read, each.published) for each in (built.build(), built.build())]
    assert told == [(True, False), (False, False)]
    assert built.reads == 1


def test_rules_that_change_nothing_are_compared_once(
    built: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "rules_digest", lambda limits: "other" + limits)
    assert [built.build().products_read for _ in range(2)] == [True, False]


def test_a_change_after_the_comparison_is_published(confirmed: Shop) -> None:
    confirmed.basis = replace(NOW, revision="a1b2.10")
    confirmed.products[3] = replace(confirmed.products[3], price_minor=77)
    assert confirmed.build().published
    # What was kept is of the generation before; the new one names its own state.
    assert states_shown(confirmed.generations, manifest_of(confirmed)) == (
        ShownState(confirmed.basis, manifest_of(confirmed).rules),
    )
    assert not confirmed.build().products_read


def test_another_model_is_not_taken_for_compared(confirmed: Shop) -> None:
    confirmed.encoder = type(confirmed.encoder)("2")
    assert confirmed.build().published


def test_a_damaged_generation_is_built_anew_though_it_was_compared(
    confirmed: Shop, flip: Callable[[Path, int], None]
) -> None:
    (path,) = confirmed.generations.glob("*/text.embeddings.npy")
    flip(path, 300)
    assert confirmed.build().published


def test_no_flipped_byte_is_believed(confirmed: Shop) -> None:
    path, manifest = confirmed.generations / CONFIRMED, manifest_of(confirmed)
    data = path.read_bytes()
    own = ShownState(NOW, manifest.rules)
    assert states_shown(confirmed.generations, manifest) == (own, replace(own, basis=LATER))
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert states_shown(confirmed.generations, manifest) == (own,), at
    for length in range(len(data) - 1):
        path.write_bytes(data[:length])
        assert states_shown(confirmed.generations, manifest) == (own,), length


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b'{"checksum": 1}', b"\xff\xfe", b"[" * 100_000, None]
)
def test_what_is_none_of_ours_costs_a_comparison_and_is_replaced(
    confirmed: Shop, content: bytes | None
) -> None:
    path = confirmed.generations / CONFIRMED
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert [confirmed.build().products_read for _ in range(2)] == [True, False]
    assert json.loads(path.read_bytes())["revision"] == LATER.revision


def test_a_file_of_another_home_is_not_believed(confirmed: Shop, tmp_path: Path) -> None:
    other = Shop(tmp_path / "other", confirmed.products, confirmed.pictures, basis=NOW)
    other.build()
    shutil.copy(confirmed.generations / CONFIRMED, other.generations / CONFIRMED)
    other.basis = LATER
    assert other.build().products_read


def test_a_place_that_cannot_be_written_fails_no_build(
    built: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    (built.generations / CONFIRMED).mkdir()
    built.basis = LATER
    caplog.set_level(logging.WARNING)
    assert [built.build().products_read for _ in range(2)] == [True, True]
    assert "the next build will compare all products again" in caplog.text


def test_a_catalogue_that_cannot_tell_its_state_confirms_nothing(built: Shop) -> None:
    built.basis = CatalogueBasis()
    built.build()
    assert not (built.generations / CONFIRMED).exists()


def test_what_a_killed_build_left_of_it_is_swept(confirmed: Shop) -> None:
    part = confirmed.generations / f".{CONFIRMED}.123.partial"
    part.write_bytes(b"{")
    confirmed.build()
    assert not part.exists()


def test_a_rollback_to_another_generation_does_not_take_it_along(confirmed: Shop) -> None:
    first = manifest_of(confirmed).id
    confirmed.products[3] = replace(confirmed.products[3], price_minor=77)
    confirmed.basis = replace(NOW, revision="a1b2.10")
    second = confirmed.build().generation
    confirm(confirmed.generations, first, ShownState(confirmed.basis, "rules"))
    manifest = read_manifest(confirmed.generations / second)
    assert [each.rules for each in states_shown(confirmed.generations, manifest)] == [
        manifest.rules
    ]
