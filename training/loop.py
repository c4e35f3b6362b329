"""The contrastive step: pictures towards their texts and towards shoppers' phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from core.errors import TrainingError
from training.average import MovingAverage
from training.batches import Batch, Codes
from training.checkpoint import check_fits
from training.config import TrainConfig
from training.depthwise import speed_up
from training.distributed import ALONE, World
from training.gradcache import ChunkedEmbeddings
from training.images import ImageSide
from training.loss import LOSSES
from training.pairs import TrainingExample
from training.parameters import groups, learning, prepare, set_modes, tower_learns
from training.pictures import Pixels
from training.schedule import warmup_cosine
from training.texts import TextSide


@dataclass(frozen=True, slots=True)
class Data:
    """What a run learns from; row i of ``pixels`` is the picture of example i."""

    examples: Sequence[TrainingExample]
    pixels: Pixels


class Trainer:
    """One run's moving parts. A step's chance comes from the seed and its number alone.

    Raises:
        TrainingError: there are fewer examples than one batch, or the batch cannot be
            shared among the processes.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        data: Data,
        config: TrainConfig,
        device: torch.device,
        world: World = ALONE,
    ) -> None:
        _check_batch(config, len(data.examples), world)
        self.model = model.to(device)
        self.config = config
        self._world = world
        self._device = device
        self.data, self.examples = data, data.examples
        self._codes = Codes(data.examples)
        self.images = ImageSide(model, data.pixels, config, device)
        self.texts = TextSide(model, tokenizer, device, config.bfloat16)
        self.anchors = TextSide(model, tokenizer, device, config.bfloat16)
        self.steps_per_epoch = len(data.examples) // config.batch_size
        self.steps = config.epochs * self.steps_per_epoch
        prepare(model, config)
        speed_up(model)
        self._bias = self._make_bias()
        self._optimizer = torch.optim.AdamW([*groups(model, config), *self._bias_group()])
        self.average = MovingAverage(learning(model), config.ema_decay)
        self._loss = LOSSES[config.loss]
        if config.scale:
            with torch.no_grad():
                model.logit_scale.fill_(torch.tensor(config.scale).log())

    def learns(self, tower: str) -> bool:
        """Tell whether any weight of ``image`` or ``text`` is learned."""
        return tower_learns(self.model, tower)

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """Take one optimizer step.

        Raises:
            TrainingError: the loss or a gradient is not a number; the weights are as they
                were before the step.
        """
        set_modes(self.model, self.config)
        self._set_rate(number)
        self._optimizer.zero_grad(set_to_none=True)
        loss = self.backward(batch, number)
        learned = self._learned()
        norm = nn.utils.clip_grad_norm_(learned, self.config.clip_norm)
        if not torch.isfinite(norm):
            raise TrainingError(f"The gradient is {norm.item()} at step {number}.")
        self._optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, torch.tensor(self.config.max_scale).log())
        self.average.update(learning(self.model))
        return {"loss": loss, "scale": self.model.logit_scale.exp().item(), "norm": norm.item()}

    def backward(self, batch: Batch, number: int) -> float:
        """Compute the loss of a whole batch and leave its gradients on the weights.

        They are the same whatever the chunk size is, and in however many processes.

        Raises:
            TrainingError: the loss is not a number.
        """
        mine = self._world.share(len(batch.rows))
        chance = torch.Generator().manual_seed(seed_of(self.config.seed, number))
        torch.manual_seed(seed_of(self.config.seed, number, self._world.rank))
        sides = self._embed(batch, mine, chance)
        leaves = {
            name: self._world.gather(side.embeddings).requires_grad_()
            for name, side in sides.items()
        }
        loss = self._compare(leaves, batch)
        if not torch.isfinite(loss):
            raise TrainingError(f"The loss is {loss.item()} at step {number}.")
        loss.backward()  # type: ignore[no-untyped-call]
        for name, side in sides.items():
            gradient = leaves[name].grad
            if gradient is not None:
                side.backward(gradient[mine])
        # Every process has the whole gradient of the scale and the bias already.
        shared = (self.model.logit_scale, self._bias)
        self._world.add_up(e for e in self._learned() if not any(e is each for each in shared))
        return loss.item()

    def _embed(
        self, batch: Batch, mine: slice, chance: torch.Generator
    ) -> dict[str, ChunkedEmbeddings]:
        texts = list(batch.texts[mine])
        phrases = [phrase.text for phrase in batch.phrases[mine]]
        pictures = self.images.batch(batch.rows, chance)
        start, count = mine.start, mine.stop - mine.start
        chunk = min(self.config.chunk_size or count, count)
        ways = {
            "image": lambda part: pictures(slice(start + part.start, start + part.stop)),
            "text": lambda part: self.texts.embed(texts[part]),
            "phrase": lambda part: self.texts.embed(phrases[part]),
        }
        if not self.config.phrase_weight:
            del ways["phrase"]
        return {
            name: ChunkedEmbeddings(
                way, count, chunk, self.learns("image" if name == "image" else "text")
            )
            for name, way in ways.items()
        }

    def _compare(self, leaves: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        scale, share = self.model.logit_scale.exp(), self.config.phrase_weight
        weights = torch.from_numpy(batch.weights).to(self._device)
        same = self._codes.same(batch).to(self._device)
        loss = self._loss(leaves["image"], leaves["text"], scale, self._bias, same, weights)
        if self.config.text_anchor and self.learns("text"):
            loss = loss + self.config.text_anchor * self._drift(leaves, batch)
        if not share:
            return loss
        same = self._codes.fulfilled(batch).to(self._device)
        by_phrase = self._loss(leaves["image"], leaves["phrase"], scale, self._bias, same, weights)
        return (1 - share) * loss + share * by_phrase

    def _drift(self, leaves: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        """Tell how far the batch's words are from where the parent had them: 1 - cosine."""
        words = {"text": list(batch.texts), "phrase": [each.text for each in batch.phrases]}
        drifts = [
            1 - (leaves[name] * self.anchors.embed(words[name])).sum(dim=1)
            for name in words
            if name in leaves
        ]
        return torch.cat(drifts).mean()

    def _set_rate(self, number: int) -> None:
        factor = warmup_cosine(number, self.steps, self.config.warmup_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    def _make_bias(self) -> torch.Tensor:
        """Take the model's own bias, or make one for the run: service does not need it."""
        own: torch.Tensor | None = getattr(self.model, "logit_bias", None)
        if own is not None:
            return own
        start = torch.tensor(self.config.bias, device=self._device)
        return nn.Parameter(start) if self.config.loss == "sigmoid" else start

    def _bias_group(self) -> list[dict[str, Any]]:
        if not isinstance(self._bias, nn.Parameter) or not self._owns_bias():
            return []
        rate = self.config.head_rate
        return [{"params": [self._bias], "peak": rate, "lr": 0.0, "weight_decay": 0.0}]

    def _owns_bias(self) -> bool:
        return self._bias is not getattr(self.model, "logit_bias", None)

    def _learned(self) -> list[nn.Parameter]:
        return [each for group in self._optimizer.param_groups for each in group["params"]]

    def state(self) -> dict[str, torch.Tensor]:
        """Give all that the next step depends on, by name."""
        kept = {f"model.{name}": each.detach() for name, each in learning(self.model).items()}
        if self._owns_bias():
            kept["bias"] = self._bias.detach()
        kept |= self.average.state()
        for number, values in self._optimizer.state_dict()["state"].items():
            kept |= {f"optimizer.{number}.{name}": each for name, each in values.items()}
        return kept

    @torch.no_grad()
    def load_state(self, kept: dict[str, torch.Tensor]) -> None:
        """Go on from a state that ``state`` gave.

        Raises:
            TrainingError: it is of another model, or of other settings.
        """
        check_fits(kept, self._expected(kept))
        for name, parameter in learning(self.model).items():
            parameter.copy_(kept[f"model.{name}"])
        if self._owns_bias():
            self._bias.copy_(kept["bias"])
        self.average.load(kept)
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in kept.items():
            if name.startswith("optimizer."):
                _, number, key = name.split(".")
                moments.setdefault(int(number), {})[key] = value
        now = self._optimizer.state_dict()
        self._optimizer.load_state_dict({**now, "state": moments})

    def _expected(self, kept: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Give what a checkpoint must hold, its optimizer's moments of the weights among it."""
        moments = {
            f"optimizer.{number}.{name}": each.detach()
            for number, each in enumerate(self._learned())
            for name in ("exp_avg", "exp_avg_sq")
            if f"optimizer.{number}.step" in kept
        }
        return {**self.state(), **moments}


def seed_of(*numbers: int) -> int:
    """Make one seed of several numbers, the same on every machine."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _check_batch(config: TrainConfig, examples: int, world: World) -> None:
    if examples < config.batch_size:
        raise TrainingError(
            f"There are {examples} examples to learn from, fewer than one batch of "
            f"{config.batch_size}. Lower batch_size, or bring more products with pictures."
        )
    if config.batch_size % world.size:
        raise TrainingError(
            f"batch_size is {config.batch_size}, which {world.size} processes cannot share "
            "equally. Choose a multiple."
        )
