"""Two processes train as one does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.errors import TrainingError
from tests.encoder.models import save_native
from tests.training.shop import open_shop, run, trainer
from training.distributed import World
from training.loop import Trainer
from training.metrics_log import METRICS, read_metrics

ROOT = Path(__file__).parents[2]


def test_two_processes_give_the_loss_and_the_weights_of_one(tmp_path: Path) -> None:
    settings, parent = open_shop(tmp_path / "home"), save_native(tmp_path / "parent")
    config = {"epochs": 1, "text_tower": "full", "loss": "sigmoid", "chunk_size": 4}
    told = {"home": str(settings.home), "parent": str(parent), "out": str(tmp_path / "two")}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--standalone",
         "--nproc-per-node", "2", "-m", "tests.training.runs_in_a_process",
         json.dumps({**told, "config": config})],
        cwd=ROOT, check=True, timeout=300, capture_output=True,
    )  # fmt: skip
    one = run(settings, parent, tmp_path / "one", **config)
    assert one.steps == 4
    alone, together = (
        load_file(tmp_path / each / "open_clip_model.safetensors") for each in ("one", "two")
    )
    before = load_file(parent / "open_clip_model.safetensors")
    for name, value in alone.items():
        assert torch.allclose(together[name].float(), value.float(), atol=1e-3), name
    moved = sum(
        float((value.float() - before[name].float()).abs().max()) > 5e-3
        for name, value in alone.items()
    )
    assert moved > 10  # else equal weights would prove nothing
    losses = [
        [line["loss"] for line in read_metrics(tmp_path / each / METRICS) if "loss" in line]
        for each in ("one", "two")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_each_process_takes_its_share_in_order() -> None:
    assert [World(rank, 3).share(12) for rank in range(3)] == [
        slice(0, 4),
        slice(4, 8),
        slice(8, 12),
    ]


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    made = trainer(save_native(tmp_path))
    with pytest.raises(TrainingError, match="12, which 5 processes cannot share"):
        Trainer(made.model, None, made.data, made.config, torch.device("cpu"), World(0, 5))
