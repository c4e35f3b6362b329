"""One run from a catalogue to a model's folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageOps

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, read_image
from catalog.repository import stream_products
from core.files import replacing
from core.settings import Settings
from core.terminal import Progress
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, WEIGHTS, Checkpoint
from encoder.torchvision_operators import import_open_clip
from training.compose import save_weights
from training.config import TrainConfig
from training.loop import Data, Trainer, run_epochs
from training.pairs import TrainingExample, examples_from
from training.pictures import Pixels, cache_pictures

RECORD = "training.json"
METRICS = "metrics.jsonl"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made."""

    folder: Path
    fingerprint: str
    examples: int
    held_out: int
    steps: int


def run_training(
    settings: Settings, parent: Path, config: TrainConfig, out: Path, progress: Progress
) -> RunResult:
    """Adapt the model in ``parent`` to the catalogue, and write it to ``out``.

    Raises:
        ModelError: the parent is no local-dir model.
        TrainingError: there are too few products with pictures, or the loss is not a number.
    """
    checkpoint = Checkpoint.open(parent)
    training, held_out = _read_examples(settings)
    torch.set_num_threads(settings.compute_threads)
    torch.manual_seed(config.seed)
    name = f"local-dir:{parent}"
    open_clip = import_open_clip()
    model = open_clip.create_model(name, text_cfg=checkpoint.text_config)
    tokenizer = open_clip.get_tokenizer(name)
    out.mkdir(parents=True, exist_ok=True)
    pictures = _Pictures(settings, model.visual.preprocess_cfg, out / "cache", progress)
    data = Data(training, pictures.load(training))
    trainer = Trainer(model, tokenizer, data, config, torch.device("cpu"))
    measure = _KnownItem(trainer, held_out, pictures.load(held_out))
    _copy_description(parent, out)
    run_epochs(trainer, out / METRICS, progress, measure)
    save_weights(model, out / WEIGHTS[0])
    fingerprint = Checkpoint.open(out).fingerprint()
    result = RunResult(out, fingerprint, len(training), len(held_out), trainer.steps)
    _write_record(result, checkpoint, config)
    return result


class _KnownItem:
    """After an epoch: how often a held-out title finds its picture among the held-out ones."""

    def __init__(self, trainer: Trainer, examples: list[TrainingExample], pixels: Pixels) -> None:
        self._trainer = trainer
        self._examples = examples
        self._pixels = pixels

    def __call__(self, epoch: int) -> dict[str, float]:
        """Measure recall@10 of pictures by title, over the held-out examples alone."""
        if not self._examples:
            return {}
        images = torch.cat(
            [
                self._trainer.embed_pixels(self._pixels[start : start + 256])
                for start in range(0, len(self._pixels), 256)
            ]
        )
        titles = [example.title for example in self._examples]
        scores = self._trainer.embed_texts(titles) @ images.T
        best = scores.topk(min(10, len(titles))).indices.tolist()
        found = [
            any(titles[row] == title for row in rows)
            for title, rows in zip(titles, best, strict=True)
        ]
        return {"held_out_found_at_10": sum(found) / len(found)}


class _Pictures:
    """The catalogue's pictures in the model's own geometry, cached beside the run."""

    def __init__(
        self, settings: Settings, preprocess: dict[str, Any], folder: Path, progress: Progress
    ) -> None:
        size = preprocess["size"]
        self._size: tuple[int, int] = (size, size) if isinstance(size, int) else tuple(size)
        self._store = ImageStore(settings.images)
        self._limits = ImageLimits(settings.max_image_bytes, settings.max_image_pixels)
        self._folder = folder
        self._progress = progress

    def load(self, examples: list[TrainingExample]) -> Pixels:
        """Give the pixels of each example's picture, in order."""
        keys = [example.image for example in examples]
        height, width = self._size
        digest = hashlib.sha256("".join(keys).encode()).hexdigest()[:16]
        path = self._folder / f"{digest}-{height}x{width}.npy"
        return cache_pictures(keys, self._open, self._fit, (height, width), path, self._progress)

    def _open(self, key: str) -> Image.Image:
        height, width = self._size
        return read_image(self._store.read(key), self._limits, (width, height))

    def _fit(self, picture: Image.Image) -> Image.Image:
        height, width = self._size
        return ImageOps.pad(
            picture, (width, height), Image.Resampling.BICUBIC, color=(255, 255, 255)
        )


def _read_examples(
    settings: Settings,
) -> tuple[list[TrainingExample], list[TrainingExample]]:
    database = open_catalog(settings)
    try:
        with database.read() as session:
            return examples_from(stream_products(session))
    finally:
        database.close()


def _copy_description(parent: Path, out: Path) -> None:
    for name in (CONFIG, *TOKENIZER_FILES):
        if (parent / name).is_file():
            shutil.copyfile(parent / name, out / name)


def _write_record(result: RunResult, parent: Checkpoint, config: TrainConfig) -> None:
    record = {
        "fingerprint": result.fingerprint,
        "parent": parent.fingerprint(),
        "config": asdict(config),
        "examples": result.examples,
        "held_out": result.held_out,
        "steps": result.steps,
        "torch": str(torch.__version__),
    }
    with replacing(result.folder / RECORD) as file:
        file.write(json.dumps(record, indent=2).encode())
