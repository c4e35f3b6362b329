"""One run's work, from its first step or its last checkpoint to the weights that it keeps."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import TrainingError
from core.settings import Settings
from core.terminal import Progress
from encoder.checkpoint import Checkpoint
from encoder.openclip import choose_device, load_directory
from training.adapters import merge_adapters
from training.batches import batches, words_of
from training.checkpoint import RunState, load_state, save_state, steps_taken
from training.config import TrainConfig
from training.curves import CURVES, draw_curves
from training.data import PictureCache, RunData
from training.distributed import World
from training.held_out import HeldOut
from training.loop import Data, Trainer
from training.metrics_log import METRICS, MetricsLog, read_metrics
from training.mining import neighbourhoods
from training.parameters import learning
from training.phrases import Phrasebook
from training.stored import digest_of, save_array
from training.wise_ft import Choice, choose, interpolate

_LOG_STEPS = 10
CACHE = "cache"


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a run came to."""

    model: Any
    """With the weights that were kept, adapters merged."""
    pictures: tuple[str, ...]
    """Content hashes of those that it learned from."""
    held_out: int
    steps: int
    choice: Choice


class Session:
    """A run's parts, put together, and the order in which they work.

    Args:
        settings: Where the catalogue is, and how much of the machine may be used.
        config: What to make of the data.
        parent: The model to start from.
        data: What to learn from.
        out: The run's folder.
        world: The processes that train together.
        progress: Where to tell how far it is.
    """

    def __init__(
        self,
        settings: Settings,
        config: TrainConfig,
        parent: Checkpoint,
        data: RunData,
        out: Path,
        world: World,
        progress: Progress,
    ) -> None:
        torch.set_num_threads(settings.compute_threads)
        self._config, self._out, self._world, self._progress = config, out, world, progress
        device = _device(settings, world)
        model, self._tokenizer = load_directory(parent)
        self._parent = {name: each.clone() for name, each in model.state_dict().items()}
        cache = PictureCache(settings, data, model.visual.preprocess_cfg, out / CACHE, progress)
        with _leader_first(world):
            self._examples, pixels = cache.load(data.training)
            held_out, held_pixels = cache.load(data.held_out)
        self._held_out_count = len(held_out)
        self._held_out = HeldOut(held_out, held_pixels, config, device)
        self._trainer = Trainer(
            model, self._tokenizer, Data(self._examples, pixels), config, device, world
        )
        self._book = Phrasebook()

    def train(self) -> Tuned:
        """Take all steps that are left, and choose what to keep.

        Raises:
            TrainingError: the loss is not a number; the last good checkpoint stays.
        """
        self._store_locked()
        state = load_state(self._out)
        step = state.step if state else 0
        if state:
            self._trainer.load_state(state.tensors)
        log = MetricsLog(self._out / METRICS, step) if self._world.leads else None
        per_epoch = self._trainer.steps_per_epoch
        try:
            for epoch in range(max(0, step - 1) // per_epoch, self._config.epochs):
                step = self._epoch(epoch, step, log)
        except TrainingError as error:
            raise TrainingError(f"{error} {self._advice()}") from error
        return self._finish()

    def _epoch(self, epoch: int, step: int, log: MetricsLog | None) -> int:
        """Take an epoch's steps from ``step`` on, and measure; give the next step."""
        trainer, config = self._trainer, self._config
        done = step - epoch * trainer.steps_per_epoch
        near = self._mine(epoch) if config.hard_negatives else None
        dealt = batches(
            self._examples, config.batch_size, epoch, config.seed, self._book, near, done
        )
        total = trainer.steps_per_epoch * config.batch_size
        with self._progress.stage(f"Epoch {epoch + 1}/{config.epochs}", total, "img") as tick:
            tick(done * config.batch_size)
            for batch in dealt:
                told = trainer.step(batch, step)
                if log and step % _LOG_STEPS == 0:
                    log.write(step=step, **told)
                step += 1
                tick(config.batch_size)
                if step % config.checkpoint_steps == 0 and self._world.leads:
                    save_state(self._out, RunState(step, trainer.state()))
        with trainer.average.applied(learning(trainer.model)):
            measured = self._held_out.measure(trainer.model, self._tokenizer)
        if log:
            log.write(step=step, epoch=epoch + 1, **measured)
            draw_curves(read_metrics(self._out / METRICS), self._out / CURVES)
        return step

    def _mine(self, epoch: int) -> NDArray[np.int64]:
        """Find look-alikes with the weights as they are when an epoch begins."""
        path = self._out / CACHE / f"near-{epoch}.npy"
        with _leader_first(self._world):
            if not path.is_file():
                self._trainer.model.eval()
                found = self._trainer.images.embed_all(self._progress)
                path.parent.mkdir(parents=True, exist_ok=True)
                save_array(
                    path, neighbourhoods(found, self._config.hard_negatives, self._config.seed)
                )
        return np.asarray(np.load(path), dtype=np.int64)

    def _store_locked(self) -> None:
        """Embed once what a locked tower, or the parent, says of all that the run will meet."""
        trainer = self._trainer
        trainer.model.eval()
        with _leader_first(self._world):
            if not trainer.learns("text"):
                trainer.texts.store(self._words(), self._out / CACHE, self._progress)
            elif self._config.text_anchor:
                trainer.anchors.store(self._words(), self._out / CACHE, self._progress)
            if not trainer.learns("image"):
                name = digest_of(example.image for example in self._examples)
                trainer.images.store(self._out / CACHE / f"images-{name}.npy", self._progress)

    def _words(self) -> Iterator[str]:
        """Give every text and phrase that the whole run will draw."""
        for epoch in range(self._config.epochs):
            for row, example in enumerate(self._examples):
                text, phrase = words_of(example, self._book, self._config.seed, epoch, row)
                yield text
                if self._config.phrase_weight:
                    yield phrase.text

    def _finish(self) -> Tuned:
        """Mix with the parent, and keep the best on what was held out."""
        trainer = self._trainer
        with trainer.average.applied(learning(trainer.model)):
            model = copy.deepcopy(trainer.model)
        merge_adapters(model)
        tuned = {name: each.clone() for name, each in model.state_dict().items()}

        def measure(alpha: float) -> dict[str, float]:
            model.load_state_dict(interpolate(self._parent, tuned, alpha))
            return self._held_out.measure(model, self._tokenizer)

        choice = choose(self._config.alphas, self._held_out.titles, measure)
        model.load_state_dict(interpolate(self._parent, tuned, choice.alpha))
        pictures = tuple(example.image for example in self._examples)
        return Tuned(model, pictures, self._held_out_count, trainer.steps, choice)

    def _advice(self) -> str:
        step = steps_taken(self._out)
        kept = (
            f"The last good checkpoint, of step {step}, is kept in {self._out}."
            if step is not None
            else f"No checkpoint had been made yet in {self._out}."
        )
        return (
            f"{kept} Lower rate or head_rate, or raise warmup_steps, and start over with "
            "--restart or another --out."
        )


def _device(settings: Settings, world: World) -> torch.device:
    name = choose_device(settings.device)
    if name == "cuda":
        torch.cuda.set_device(world.rank % torch.cuda.device_count())
    return torch.device(name)


@contextmanager
def _leader_first(world: World) -> Iterator[None]:
    """Let one process make what all of them then read."""
    if not world.leads:
        world.wait()
    yield
    if world.leads:
        world.wait()
