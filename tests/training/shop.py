"""A small shop to learn from, and the runs on it that several tests start."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.records import ImageRecord, ProductRecord
from catalog.repository import upsert
from core.settings import Settings
from core.terminal import NoProgress
from encoder.checkpoint import Checkpoint
from encoder.openclip import load_directory
from training.config import TrainConfig
from training.distributed import ALONE, World
from training.loop import Data, Trainer
from training.pairs import TrainingExample, WeightedText
from training.run import RunRequest, RunResult, run_training

COLOURS = {"red": (220, 30, 30), "green": (30, 160, 40), "blue": (30, 40, 200)}
CONFIG = TrainConfig(
    epochs=6, batch_size=12, rate=2e-3, head_rate=2e-3, warmup_steps=4, bfloat16=False, scale=10.0
)


def open_shop(home: Path, products: int = 60) -> Settings:
    """Import shoes and dresses in three colours, each a little different."""
    settings = Settings(home=home, threads=1)
    database, store = open_catalog(settings), ImageStore(settings.images)
    rng = np.random.default_rng(0)
    records = []
    for number in range(products):
        colour, kind = list(COLOURS)[number % 3], ("shoe", "dress")[number % 2]
        file = BytesIO()
        Image.fromarray(swatch(colour, rng)).save(file, "PNG")
        image = ImageRecord(store.put(file.getvalue()), "", 18, 24)
        records.append(
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
        upsert(session, records, datetime.now(UTC))
    database.close()
    return settings


def swatch(colour: str, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.clip(rng.normal(COLOURS[colour], 12, (24, 18, 3)), 0, 255).astype(np.uint8)


def run(settings: Settings, parent: Path, out: Path, **changes: Any) -> RunResult:
    """Train with ``CONFIG``; ``changes`` are settings of it or parts of the request."""
    world: World = changes.pop("world", ALONE)
    request = {name: changes.pop(name) for name in ("sources", "restart") if name in changes}
    config = replace(CONFIG, **changes)
    asked = RunRequest(parent=parent, config=config, out=out, **request)
    return run_training(settings, asked, NoProgress(), world)


def trainer(folder: Path, count: int = 12, **changes: Any) -> Trainer:
    """Make a trainer of ``count`` examples, without a catalogue."""
    rng = np.random.default_rng(1)
    model, tokenizer = load_directory(Checkpoint.open(folder))
    colours = [list(COLOURS)[number % 3] for number in range(count)]
    pixels = np.stack(
        [np.asarray(Image.fromarray(swatch(c, rng)).resize((32, 32))) for c in colours]
    )
    examples = [
        TrainingExample(
            f"p{number}", f"{number:064x}", (WeightedText(f"{colour} shoe {number}", 1.0),),
            ("shoe", colour, "", "", "", ""), "", 1.0 + number % 2,
        )
        for number, colour in enumerate(colours)
    ]  # fmt: skip
    for module in model.modules():  # what falls out by chance would differ between the ways
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    config = replace(CONFIG, batch_size=count, **changes)
    return Trainer(model, tokenizer, Data(examples, pixels), config, torch.device("cpu"))


def gradients(made: Trainer) -> dict[str, torch.Tensor]:
    return {
        name: each.grad.clone()
        for name, each in made.model.named_parameters()
        if each.grad is not None
    }
