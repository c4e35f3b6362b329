"""A run that is killed goes on to the very same model."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import TrainingError
from encoder.checkpoint import WEIGHTS
from tests.encoder.models import save_with_sentence_tower
from tests.training.shop import open_shop, run
from training.checkpoint import STATE, load_state
from training.metrics_log import METRICS, read_metrics

ROOT = Path(__file__).parents[2]
CONFIG = {"epochs": 2, "checkpoint_steps": 3, "ema_decay": 0.9, "hard_negatives": 4}
STEPS = 8


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop, a parent, and the run ``whole`` that nothing interrupted."""
    folder = tmp_path_factory.mktemp("resume")
    settings = open_shop(folder / "home")
    result = run(settings, save_with_sentence_tower(folder / "parent"), folder / "whole", **CONFIG)
    assert result.steps == STEPS
    return folder


def start(folder: Path, out: str, **told: Any) -> int:
    given = {"home": str(folder / "home"), "parent": str(folder / "parent"), "config": CONFIG}
    command = [sys.executable, "-W", "ignore", "-m", "tests.training.runs_in_a_process"]
    told = {**given, "out": str(folder / out), **told}
    return subprocess.run(
        [*command, json.dumps(told)], cwd=ROOT, capture_output=True, timeout=300
    ).returncode


def bytes_of(folder: Path) -> bytes:
    return (folder / WEIGHTS[0]).read_bytes()


def check_resumed(folder: Path, out: str) -> None:
    assert start(folder, out) == 0
    assert bytes_of(folder / out) == bytes_of(folder / "whole")
    strip = [
        [
            {k: v for k, v in line.items() if k != "seconds"}
            for line in read_metrics(folder / each / METRICS)
        ]
        for each in (out, "whole")
    ]
    assert strip[0] == strip[1]


def test_a_killed_run_goes_on_to_the_same_bytes(uninterrupted: Path) -> None:
    assert start(uninterrupted, "killed", die_at=5) == -signal.SIGKILL
    state = load_state(uninterrupted / "killed")
    assert state is not None
    assert state.step == 3
    check_resumed(uninterrupted, "killed")
    assert not (uninterrupted / "killed" / STATE).exists()


@pytest.mark.fault
@pytest.mark.parametrize("step", range(STEPS))
def test_a_run_killed_at_any_step_goes_on_to_the_same_bytes(uninterrupted: Path, step: int) -> None:
    out = f"killed-{step}"
    assert start(uninterrupted, out, die_at=step) == -signal.SIGKILL
    assert start(uninterrupted, out, die_at=STEPS - 1) == -signal.SIGKILL  # and once more
    check_resumed(uninterrupted, out)


@pytest.mark.fault
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_run_killed_at_the_end_of_an_epoch_goes_on_to_the_same_bytes(
    uninterrupted: Path, call: int
) -> None:
    out = f"killed-measuring-{call}"  # after the first epoch, the second, and at the very end
    assert start(uninterrupted, out, die_measuring=call) == -signal.SIGKILL
    check_resumed(uninterrupted, out)


def test_a_disk_that_fills_up_leaves_the_last_checkpoint(uninterrupted: Path) -> None:
    assert start(uninterrupted, "full", die_at=5) == -signal.SIGKILL
    size = (uninterrupted / "full" / STATE).stat().st_size
    assert start(uninterrupted, "full", most_bytes=size // 2) == 1
    state = load_state(uninterrupted / "full")
    assert state is not None
    assert state.step == 3
    assert not list((uninterrupted / "full").glob(".*partial"))
    check_resumed(uninterrupted, "full")


def test_another_run_in_the_folder_is_not_mixed_with(uninterrupted: Path) -> None:
    from core.settings import Settings

    settings = Settings(home=uninterrupted / "home", threads=1)
    parent, out = uninterrupted / "parent", uninterrupted / "other"
    first = run(settings, parent, out, **{**CONFIG, "epochs": 1})
    with pytest.raises(TrainingError, match=r"holds another run \(epochs 1 → 2.*--restart"):
        run(settings, parent, out, **CONFIG)
    assert bytes_of(out) != bytes_of(uninterrupted / "whole")
    run(settings, parent, out, restart=True, **CONFIG)
    assert bytes_of(out) == bytes_of(uninterrupted / "whole")
    assert first.steps == 4


def test_a_finished_run_is_not_run_again(uninterrupted: Path) -> None:
    from core.settings import Settings

    before = (uninterrupted / "whole" / METRICS).stat().st_mtime_ns
    settings = Settings(home=uninterrupted / "home", threads=1)
    again = run(settings, uninterrupted / "parent", uninterrupted / "whole", **CONFIG)
    assert again.steps == STEPS
    assert (uninterrupted / "whole" / METRICS).stat().st_mtime_ns == before


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / STATE).write_bytes(b"\x00" * 100)
    with pytest.raises(TrainingError, match=r"checkpoint .* is damaged .*Remove it"):
        load_state(tmp_path)
