"""``vitrine train``: what it prints, who of several processes prints it, and what it refuses."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import vitrine
from core.terminal import Progress
from tests.encoder.models import save_native, save_with_sentence_tower
from training import distributed
from training import run as runs
from training.distributed import World
from training.run import RunResult

RESULT = RunResult("ab" * 32, 57, 3, 24, 0.8, "the best of 2 shares on 51 held-out titles",
                   {"recall@10": 0.5}, {"total": 0, "reasons": {}})  # fmt: skip


def call(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(vitrine, ["--home", str(tmp_path / "home"), *arguments])


@pytest.mark.parametrize("rank", [0, 1])
def test_of_several_processes_the_first_tells_the_result(
    rank: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds: list[World] = []

    @contextlib.contextmanager
    def join() -> Iterator[World]:
        yield World(rank, 2)

    def train(settings: Any, request: Any, progress: Progress, world: World) -> RunResult:
        worlds.append(world)
        return RESULT

    monkeypatch.setattr(distributed, "join_world", join)
    monkeypatch.setattr(runs, "run_training", train)
    (tmp_path / "home").mkdir()
    parent = save_native(tmp_path / "parent")
    told = call(tmp_path, "train", "run", "--from", f"local-dir:{parent}")
    assert told.exit_code == 0, told.output
    assert worlds == [World(rank, 2)]
    reports = list((tmp_path / "home").rglob("train-*.json"))
    if rank:
        assert (told.output, reports) == ("", [])
    else:
        assert "Trained 24 steps on 57 pictures; among the held-out: recall@10 0.500" in told.stdout
        assert "Kept 0.8 of the tuned weights" in told.stdout
        assert "the best of 2 shares on 51 held-out titles" in told.stdout
        assert json.loads(reports[0].read_text())["alpha"] == 0.8


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    """A sentence encoder's folder, without its weights."""
    made = save_with_sentence_tower(tmp_path / "made")
    folder = tmp_path / "tower"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(made / name, folder / name)
    return folder


def compose(tmp_path: Path, tower: Path, *more: str) -> Result:
    weights, out = tmp_path / "image.safetensors", tmp_path / "composed"
    return call(tmp_path, "train", "compose", str(weights), str(tower), str(out), *more)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (None, "config.json cannot be read: No such file"),
        ("oops", "config.json is not JSON"),
        ("{}", "tells no hidden_size"),
        ("[1]", "tells no hidden_size"),
        ('{"hidden_size": "32"}', "tells no hidden_size"),
        ('{"hidden_size": 32}', "image.safetensors to start from are missing"),
    ],
)
def test_a_text_tower_that_is_none_is_one_sentence(
    config: str | None, reason: str, tower: Path, tmp_path: Path
) -> None:
    (tower / "config.json").unlink()
    if config is not None:
        (tower / "config.json").write_text(config)
    told = compose(tmp_path, tower)
    assert (told.exit_code, len(told.stderr.splitlines())) == (1, 1), told.stderr
    assert reason in told.stderr
    assert not (tmp_path / "composed").exists()


def test_weights_that_are_none_are_one_sentence(tower: Path, tmp_path: Path) -> None:
    (tmp_path / "image.safetensors").write_bytes(b"1234")
    told = compose(tmp_path, tower)
    assert (told.exit_code, len(told.stderr.splitlines())) == (1, 1)
    assert "image.safetensors is no safetensors file" in told.stderr


@pytest.mark.parametrize("size", ["0x0", "128", "128x", "31x96", "99999x96", "²x²"])
def test_a_size_that_is_none_is_wrong_usage(size: str, tower: Path, tmp_path: Path) -> None:
    told = compose(tmp_path, tower, "--size", size)
    assert told.exit_code == 2
    assert "must be HEIGHTxWIDTH" in told.stderr
