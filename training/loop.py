"""The contrastive loop: pictures towards their titles and towards shoppers' phrases."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from core.errors import TrainingError
from core.terminal import Progress
from training.batches import Batch, Codes, batches
from training.config import TrainConfig
from training.loss import belong_together, info_nce
from training.pairs import TrainingExample
from training.phrases import Phrasebook
from training.pictures import Pixels, to_model_input, vary
from training.schedule import warmup_cosine
from training.texts import TextSide


@dataclass(frozen=True, slots=True)
class Data:
    """What a run learns from; row i of ``pixels`` is the picture of example i."""

    examples: Sequence[TrainingExample]
    pixels: Pixels


class Trainer:
    """One run's moving parts; the tests take single steps with it."""

    def __init__(
        self, model: Any, tokenizer: Any, data: Data, config: TrainConfig, device: torch.device
    ) -> None:
        if len(data.examples) < config.batch_size:
            raise TrainingError(
                f"There are {len(data.examples)} examples, fewer than one batch of "
                f"{config.batch_size}. Lower batch_size, or import more products with pictures."
            )
        self.model = model.to(device)
        self.config = config
        self._data = data
        self._device = device
        self._codes = Codes(data.examples)
        self._texts = TextSide(model, tokenizer, config.text_tower == "locked", device)
        self._generator = torch.Generator().manual_seed(config.seed)
        self.steps = config.epochs * (len(data.examples) // config.batch_size)
        self._freeze()
        self._optimizer = torch.optim.AdamW(_groups(model, config))
        with torch.no_grad():
            model.logit_scale.fill_(torch.tensor(config.scale).log())

    def _freeze(self) -> None:
        """Lock what the config locks; the folded batch norms of a tower stay as they are."""
        trunk = self.model.visual.trunk if hasattr(self.model.visual, "trunk") else None
        if self.config.image_tower == "head" and trunk is not None:
            trunk.requires_grad_(False)
        if self.config.text_tower == "locked":
            for name, parameter in self.model.named_parameters():
                if not name.startswith(("visual.", "logit_")):
                    parameter.requires_grad_(False)

    def _set_modes(self) -> None:
        self.model.train()
        if self.config.text_tower == "locked" and hasattr(self.model, "text"):
            self.model.text.eval()
        for module in self.model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.eval()

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """Take one optimizer step.

        Raises:
            TrainingError: the loss is not a number; the model is as it was before the step.
        """
        self._set_modes()
        loss = self._loss(batch)
        if not torch.isfinite(loss):
            raise TrainingError(f"The loss is {loss.item()} at step {number}; lower the rate.")
        factor = warmup_cosine(number, self.steps, self.config.warmup_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self._optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, torch.tensor(self.config.max_scale).log())
        return {"loss": loss.item(), "scale": self.model.logit_scale.exp().item()}

    def _loss(self, batch: Batch) -> torch.Tensor:
        images = self._embed_images(batch)
        examples = [self._data.examples[row] for row in batch.rows]
        rows = torch.from_numpy(batch.rows)
        titles = self._texts.embed([example.title for example in examples])
        phrases = self._texts.embed([phrase.text for phrase in batch.phrases])
        scale, weights = self.model.logit_scale.exp(), torch.ones(len(rows), device=self._device)
        same = belong_together(self._codes.titles[rows], self._codes.images[rows])
        fulfilled = self._codes.fulfilled(batch)
        share = self.config.phrase_weight
        by_title = info_nce(images, titles, scale, same.to(self._device), weights)
        by_phrase = info_nce(images, phrases, scale, fulfilled.to(self._device), weights)
        return (1 - share) * by_title + share * by_phrase

    @torch.inference_mode()
    def embed_pixels(self, pixels: Pixels) -> torch.Tensor:
        """Embed pictures as they are: shape (n, dim), rows of L2 norm 1."""
        self.model.eval()
        return self._encode_pictures(self._normalized(pixels))

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts: shape (n, dim), rows of L2 norm 1."""
        self.model.eval()
        return self._texts.embed(texts)

    def _embed_images(self, batch: Batch) -> torch.Tensor:
        inputs = self._normalized(self._data.pixels[batch.rows])
        return self._encode_pictures(
            vary(inputs, self.config.crop, self.config.flip, self._generator)
        )

    def _normalized(self, pixels: Pixels) -> torch.Tensor:
        settings = self.model.visual.preprocess_cfg
        return to_model_input(pixels, settings["mean"], settings["std"], self._device)

    def _encode_pictures(self, inputs: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self.config.bfloat16):
            features = self.model.encode_image(inputs)
        return functional.normalize(features.float(), dim=-1)

    def batches(self, epoch: int, book: Phrasebook) -> Iterator[Batch]:
        """Deal one epoch."""
        return batches(self._data.examples, self.config.batch_size, epoch, self.config.seed, book)


def run_epochs(
    trainer: Trainer,
    log: Path,
    progress: Progress,
    after_epoch: Callable[[int], dict[str, float]],
) -> None:
    """Train to the end; append one JSON line to ``log`` per 10 steps and per epoch."""
    book, number, started = Phrasebook(), 0, time.monotonic()
    with log.open("a", encoding="utf-8") as file:
        for epoch in range(trainer.config.epochs):
            per_epoch = trainer.steps // trainer.config.epochs
            with progress.stage(f"Epoch {epoch + 1}", per_epoch, "step") as tick:
                for batch in trainer.batches(epoch, book):
                    record = trainer.step(batch, number)
                    if number % 10 == 0:
                        _write(file, {"step": number, **record, "seconds": _since(started)})
                    number += 1
                    tick(1)
            _write(file, {"epoch": epoch, **after_epoch(epoch), "seconds": _since(started)})


def _write(file: Any, record: dict[str, float]) -> None:
    file.write(json.dumps(record) + "\n")
    file.flush()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 1)


def _groups(model: Any, config: TrainConfig) -> list[dict[str, Any]]:
    """Give heads their own rate, and spare one-dimensional weights the decay."""
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        is_head = name.startswith(("visual.head.", "logit_scale", "text.proj."))
        rate = config.head_rate if is_head else config.rate
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "peak": rate, "lr": 0.0, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]
