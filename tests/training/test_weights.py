"""Weights and pictures on their way to the disk, and the step's last bound."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from core.errors import TrainingError
from core.terminal import NoProgress
from tests.encoder.models import save_native
from tests.training.shop import trainer
from training import images, pictures
from training.batches import batches
from training.checkpoint import STATE, RunState, save_state
from training.phrases import Phrasebook
from training.pictures import Pixels, cache_pictures
from training.schedule import warmup_cosine
from training.weights import save_weights

ROOT = Path(__file__).parents[2]


def linear(value: float) -> nn.Linear:
    made = nn.Linear(2, 2)
    with torch.no_grad():
        made.weight.fill_(value)
    return made


def test_weights_that_half_precision_cannot_hold_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_weights(linear(2.0), path)
    with pytest.raises(TrainingError, match=r"'weight' hold values that float16 cannot"):
        save_weights(linear(1e5), path)
    assert load_file(path)["weight"].tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert [each.name for each in tmp_path.iterdir()] == ["weights.safetensors"]
    save_weights(linear(1e5), path, torch.float32)
    assert load_file(path)["weight"][0, 0].item() == 1e5


def test_weights_may_be_read_by_whoever_serves_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        save_weights(linear(1.0), tmp_path / "weights")
    finally:
        os.umask(before)
    assert (tmp_path / "weights").stat().st_mode & 0o777 == 0o644


def test_a_checkpoint_that_is_no_number_does_not_replace_a_good_one(tmp_path: Path) -> None:
    save_state(tmp_path, RunState(3, {"w": torch.ones(2)}))
    before = (tmp_path / STATE).read_bytes()
    with pytest.raises(TrainingError, match=r"'w' is no longer finite at step 4"):
        save_state(tmp_path, RunState(4, {"w": torch.tensor([1.0, float("inf")])}))
    assert (tmp_path / STATE).read_bytes() == before


def no_picture(key: str) -> Pixels:
    return np.zeros((100, 100, 3), dtype=np.uint8)


def cache(folder: Path, count: int = 100) -> None:
    cache_pictures(
        [f"{n:064x}" for n in range(count)], no_picture, (100, 100), folder, NoProgress()
    )


def test_a_disk_without_room_for_the_pictures_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        with pytest.raises(TrainingError, match=r"no room for 3 MB of decoded pictures"):
            cache(tmp_path)
    assert list(tmp_path.iterdir()) == []
    cache(tmp_path)


def test_the_pictures_take_their_room_before_they_are_decoded(tmp_path: Path) -> None:
    taken: list[int] = []

    def look(key: str) -> Pixels:
        (partial,) = tmp_path.iterdir()
        taken.append(partial.stat().st_blocks * 512)
        return no_picture(key)

    cache_pictures([f"{n:064x}" for n in range(50)], look, (100, 100), tmp_path, NoProgress())
    assert min(taken) >= 50 * 100 * 100 * 3


SMALL_DISK = """
import sys; from pathlib import Path; from core.errors import TrainingError
from tests.training.test_weights import cache
try: cache(Path(sys.argv[1]), 200)
except TrainingError as error: print(error)
"""


@pytest.mark.fault
def test_a_small_disk_that_fills_up_does_not_kill_the_process(tmp_path: Path) -> None:
    mounted = tmp_path / "disk"
    mounted.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mounted))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        told = subprocess.run(
            [sys.executable, "-c", SMALL_DISK, str(mounted)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (told.returncode, list(mounted.iterdir())) == (0, [])
        assert "There is no room for 6 MB of decoded pictures" in told.stdout
    finally:
        subprocess.run(("umount", str(mounted)), check=True)


def test_the_scale_stays_below_its_bound(tmp_path: Path) -> None:
    made = trainer(save_native(tmp_path), scale=0.0, max_scale=10.0, head_rate=1e-5)
    assert made.model.logit_scale.exp().item() > 14  # the parent's
    told = made.step(next(batches(made.examples, 12, 0, 0, Phrasebook())), 0)
    assert told["scale"] == pytest.approx(10.0)


def test_a_process_varies_its_share_of_a_batch_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, sizes = trainer(save_native(tmp_path)), []
    convert = pictures.to_model_input

    def count(pixels: Pixels, *given: object) -> torch.Tensor:
        sizes.append(len(pixels))
        return convert(pixels, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(images, "to_model_input", count)
    made.model.eval()
    rows = np.arange(12)
    with torch.no_grad():
        whole = made.images.batch(rows, torch.Generator().manual_seed(5))(slice(0, 12))
        share = made.images.batch(rows, torch.Generator().manual_seed(5))(slice(6, 9))
        other = made.images.batch(rows, torch.Generator().manual_seed(6))(slice(6, 9))
    assert sizes == [12, 3, 3]
    assert torch.allclose(share, whole[6:9], atol=1e-6)
    assert not torch.allclose(other, whole[6:9], atol=1e-3)


def test_the_warm_up_takes_a_fifth_of_a_short_run_at_most() -> None:
    factors = [warmup_cosine(step, total=10, warmup=100) for step in range(10)]
    assert factors[:3] == [0.5, 1.0, 1.0]
    assert warmup_cosine(0, total=3, warmup=100) == 1.0
    assert warmup_cosine(49, total=1000, warmup=100) == 0.5
