from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import BusyError, NoGenerationError, SnapshotError
from core.lock import exclusive
from encoder.fake import FakeEncoder
from indexer import generations
from indexer.manifest import MANIFEST

from .conftest import Shop, png


def _built(shop: Shop, count: int) -> list[str]:
    """Build some generations, each with one product more; keep them all."""
    ids = []
    for each in range(count):
        shop.add(f"extra{each}", f"extra thing {each}", png((each, 0, 0)))
        ids.append(shop.build(keep=100).generation)
    return ids


def test_ids_rise_within_one_second_and_when_the_clock_goes_back(tmp_path: Path) -> None:
    noon = datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=UTC)
    first = generations.new_id(tmp_path, noon)
    (tmp_path / first).mkdir()
    second = generations.new_id(tmp_path, noon)
    (tmp_path / f"{second}.partial").mkdir()
    third = generations.new_id(tmp_path, datetime(2025, 1, 1, tzinfo=UTC))
    assert [first, second, third] == [
        "20260102T120000-000005Z",
        "20260102T120000-000006Z",
        "20260102T120000-000007Z",
    ]


def test_nothing_published_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(NoGenerationError, match="vitrine index build"):
        generations.current(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"../../etc", b"20260102T120000-000005Z\n", b"\xff\x00"])
def test_a_damaged_pointer_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / generations.POINTER).write_bytes(damage)
    with pytest.raises(SnapshotError, match="names no generation"):
        generations.current(tmp_path)


def test_an_incomplete_generation_is_not_published(shop: Shop) -> None:
    good, bad = _built(shop, 2)
    generations.publish(shop.generations, good)
    (shop.generations / bad / MANIFEST).unlink()
    with pytest.raises(SnapshotError, match="no manifest"):
        generations.publish(shop.generations, bad)
    assert generations.current(shop.generations) == good


def test_rollback_goes_to_the_next_older_and_to_the_one_named(shop: Shop) -> None:
    first, second, third = _built(shop, 3)
    assert generations.rollback(shop.generations) == second
    assert generations.rollback(shop.generations) == first
    with pytest.raises(SnapshotError, match="no generation older"):
        generations.rollback(shop.generations)
    assert generations.rollback(shop.generations, third) == third
    with generations.open_current(shop.generations).reading() as snapshot:
        assert snapshot.documents.position("extra2") is not None


def test_rollback_to_a_damaged_generation_leaves_the_pointer(shop: Shop) -> None:
    first, second = _built(shop, 2)
    with (shop.generations / first / "documents.jsonl").open("ab") as file:
        file.write(b"x")
    with pytest.raises(SnapshotError, match=f"{first}.*vitrine index repair"):
        generations.rollback(shop.generations)
    with pytest.raises(SnapshotError, match="jsonl is damaged"):
        generations.rollback(shop.generations, first)
    assert generations.current(shop.generations) == second


def test_rollback_passes_over_damaged_ones_and_names_them(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    first, cut, unlisted, last = _built(shop, 4)
    (shop.generations / cut / "documents.jsonl").write_bytes(b"")
    (shop.generations / unlisted / MANIFEST).write_bytes(b"{}")
    assert generations.current(shop.generations) == last
    assert generations.rollback(shop.generations) == first
    assert generations.current(shop.generations) == first
    told = [each.getMessage() for each in caplog.records]
    assert [unlisted in told[0], cut in told[1], len(told)] == [True, True, 2]


def test_a_build_killed_just_before_its_first_publishing_is_no_damage(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(generations, "publish", _die)
        with pytest.raises(KeyboardInterrupt):
            shop.build()
    (made,) = generations.list_generations(shop.generations)
    caplog.set_level(logging.INFO)
    snapshot = generations.open_current(shop.generations)
    assert snapshot.id == made.id
    snapshot.close()
    (said,) = caplog.records
    assert said.levelno == logging.WARNING
    assert f"{made.id}, which is whole, is used until" in said.getMessage()
    caplog.clear()
    assert shop.build().published
    assert not [each for each in caplog.records if each.levelno > logging.INFO]


def _die(root: Path, generation_id: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["..", "../index", "", "20260102T120000-000005Z", "current"])
def test_rollback_to_what_is_no_generation_is_refused(shop: Shop, name: str) -> None:
    (only,) = _built(shop, 1)
    with pytest.raises(SnapshotError):
        generations.rollback(shop.generations, name)
    assert generations.current(shop.generations) == only


def test_prune_keeps_the_newest_and_never_removes_the_current(shop: Shop) -> None:
    ids = _built(shop, 5)
    generations.rollback(shop.generations, ids[1])
    assert generations.prune(shop.generations, keep=1) == [ids[0]]
    generations.rollback(shop.generations, ids[4])
    assert generations.prune(shop.generations, keep=2) == [ids[2], ids[1]]
    assert [each.id for each in generations.list_generations(shop.generations)] == [ids[4], ids[3]]


def test_prune_without_a_pointer_to_trust_removes_nothing(shop: Shop) -> None:
    ids = _built(shop, 3)
    (shop.generations / generations.POINTER).write_bytes(b"?")
    assert generations.prune(shop.generations, keep=1) == []
    assert len(generations.list_generations(shop.generations)) == len(ids)


def test_the_list_tells_the_current_and_what_is_damaged(shop: Shop) -> None:
    first, second, third = _built(shop, 3)
    (shop.generations / first / MANIFEST).write_bytes(b"{}")
    generations.rollback(shop.generations, second)
    listed = generations.list_generations(shop.generations)
    assert [(each.id, each.current, each.manifest is None) for each in listed] == [
        (third, False, False),
        (second, True, False),
        (first, False, True),
    ]
    assert "manifest" in listed[2].problem


def test_sweep_clears_remains_and_leaves_what_is_not_ours(shop: Shop) -> None:
    (only,) = _built(shop, 1)
    root = shop.generations
    for name in (f"{only}.removed", "20260102T120000-000005Z.partial", "notes", "x.partial"):
        (root / name).mkdir()
    generations.sweep(root)
    assert sorted(path.name for path in root.iterdir() if path.is_dir()) == [
        only,
        "notes",
        "x.partial",
    ]


def test_a_generation_pruned_while_it_is_being_opened_gives_way_to_the_new_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _built(shop, 2)
    told = iter([first])

    def stale_then_true(root: Path) -> str:
        return next(told, second)

    generations.remove(shop.generations / first)
    monkeypatch.setattr(generations, "current", stale_then_true)
    assert generations.open_current(shop.generations).id == second


def _fingerprints(shop: Shop, *versions: str) -> list[tuple[str, str]]:
    """Build a generation with each version of the encoder: (id, fingerprint)."""
    built = []
    for version in versions:
        shop.encoder = FakeEncoder(version)
        report = shop.build(keep=100, force=True)
        built.append((report.generation, shop.encoder.fingerprint))
    return built


def test_prune_spares_the_newest_generation_of_one_model_and_no_more(shop: Shop) -> None:
    built = _fingerprints(shop, "a", "a", "b", "b", "b")
    ids, (_, spared) = [each for each, _ in built], built[0]
    assert generations.prune(shop.generations, 1, spared) == [ids[3], ids[2], ids[0]]
    assert [each.id for each in generations.list_generations(shop.generations)] == [ids[4], ids[1]]


def test_a_build_spares_what_its_job_says(shop: Shop) -> None:
    ((first, spared),) = _fingerprints(shop, "a")
    shop.encoder = FakeEncoder("b")
    for _ in range(3):
        last = shop.build(keep=1, force=True, spare_model=spared).generation
    assert [each.id for each in generations.list_generations(shop.generations)] == [last, first]


def test_rollback_to_a_model_takes_its_newest_whole_generation(shop: Shop) -> None:
    built = _fingerprints(shop, "a", "a", "b")
    (older, wanted), (damaged, _), (last, served) = built
    (shop.generations / damaged / "documents.jsonl").write_bytes(b"")
    assert generations.rollback_to_model(shop.generations, wanted) == older
    assert generations.current(shop.generations) == older
    assert generations.rollback_to_model(shop.generations, served) == last


def test_rollback_to_a_model_leaves_a_generation_of_it_in_service(shop: Shop) -> None:
    (older, wanted), _ = _fingerprints(shop, "a", "a")
    generations.rollback(shop.generations, older)
    assert generations.rollback_to_model(shop.generations, wanted) == older


def test_rollback_to_a_model_without_generations_moves_nothing(shop: Shop) -> None:
    ((only, _),) = _fingerprints(shop, "a")
    assert generations.rollback_to_model(shop.generations, "f" * 64) == ""
    assert generations.current(shop.generations) == only


def test_rollback_to_a_model_does_not_race_a_build(shop: Shop) -> None:
    (first, wanted), (last, _) = _fingerprints(shop, "a", "b")
    with (
        exclusive(shop.generations / generations.BUILD_LOCK, "An index build"),
        pytest.raises(BusyError, match="index build is already running"),
    ):
        generations.rollback_to_model(shop.generations, wanted)
    assert generations.current(shop.generations) == last != first
