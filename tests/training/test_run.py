"""A whole run on a small shop: from the catalogue to a model that loads."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.records import ImageRecord, ProductRecord
from catalog.repository import upsert
from core.errors import TrainingError
from core.settings import Settings
from core.terminal import NoProgress
from encoder.openclip import OpenClipEncoder
from encoder.reference import ModelReference
from tests.encoder.models import save_native, save_with_sentence_tower
from training.config import TrainConfig
from training.run import METRICS, RunResult, run_training

COLOURS = {"red": (220, 30, 30), "green": (30, 160, 40), "blue": (30, 40, 200)}
CONFIG = TrainConfig(
    epochs=6, batch_size=12, rate=2e-3, head_rate=2e-3, warmup_steps=4, bfloat16=False, scale=10.0
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with shoes and dresses in three colours, each a little different."""
    settings = Settings(home=tmp_path / "home", threads=1)
    database, store = open_catalog(settings), ImageStore(settings.images)
    rng = np.random.default_rng(0)
    products = []
    for number in range(60):
        colour, kind = list(COLOURS)[number % 3], ("shoe", "dress")[number % 2]
        pixels = np.clip(rng.normal(COLOURS[colour], 12, (24, 18, 3)), 0, 255).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        image = ImageRecord(store.put(file.getvalue()), "", 18, 24)
        products.append(
            ProductRecord(
                f"p{number:02d}",
                f"{colour} {kind} {number}",
                category=("Things", kind),
                attributes={"colour": colour},
                images=(image,),
            )
        )
    store.flush()
    with database.write() as session:
        upsert(session, products, datetime.now(UTC))
    database.close()
    return settings


def run(settings: Settings, parent: Path, config: TrainConfig = CONFIG) -> RunResult:
    return run_training(settings, parent, config, settings.home / "tuned", NoProgress())


@pytest.mark.parametrize("save", [save_with_sentence_tower, save_native])
def test_a_run_teaches_colours_and_leaves_a_model_that_loads(
    save: Callable[[Path], Path], settings: Settings, tmp_path: Path
) -> None:
    result = run(settings, save(tmp_path / "parent"), replace(CONFIG, text_tower="full"))
    losses = losses_of(result)
    assert losses[-1] < losses[0] - 0.2
    reference = ModelReference.parse(f"local-dir:{result.folder}")
    encoder = OpenClipEncoder.load(reference, device="cpu", batch_size=8)
    assert encoder.fingerprint == result.fingerprint
    swatches = [Image.new("RGB", (18, 24), colour) for colour in COLOURS.values()]
    scores = encoder.encode_texts(list(COLOURS)) @ encoder.encode_images(swatches).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def losses_of(result: RunResult) -> list[float]:
    records = [json.loads(line) for line in (result.folder / METRICS).read_text().splitlines()]
    return [record["loss"] for record in records if "loss" in record]


def test_a_locked_tower_does_not_move(settings: Settings, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    parent = save_with_sentence_tower(tmp_path / "parent")
    result = run(settings, parent, replace(CONFIG, epochs=1))
    before, after = (
        load_file(folder / "open_clip_model.safetensors") for folder in (parent, result.folder)
    )
    for name, value in before.items():
        moved = not torch.allclose(value.float(), after[name].float(), atol=2e-3)
        assert not (moved and name.startswith("text.")), name


def test_the_same_seed_gives_the_same_model(settings: Settings, tmp_path: Path) -> None:
    parent = save_with_sentence_tower(tmp_path / "parent")
    config = replace(CONFIG, epochs=1)
    first = run_training(settings, parent, config, tmp_path / "one", NoProgress())
    second = run_training(settings, parent, config, tmp_path / "two", NoProgress())
    assert first.fingerprint == second.fingerprint


def test_fewer_examples_than_a_batch_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fewer than one batch of 500"):
        run(settings, save_native(tmp_path / "parent"), replace(CONFIG, batch_size=500))


def test_a_loss_that_is_no_number_stops_the_run(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"loss is nan at step \d+"):
        run(settings, save_native(tmp_path / "parent"), replace(CONFIG, rate=1e30, head_rate=1e30))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epoch = 3", "no setting 'epoch'"),
        ("epochs = 'x'", "must be a int"),
        ("[", "cannot be read"),
    ],
)
def test_a_bad_config_is_named(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=reason):
        TrainConfig.read(path)


def test_the_bundled_models_config_reads() -> None:
    path = Path(__file__).parents[2] / "training" / "configs" / "bundled.toml"
    assert TrainConfig.read(path).batch_size == 512
