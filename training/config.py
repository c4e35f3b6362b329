"""What a run is: one frozen value, read from TOML, kept beside the weights."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.errors import TrainingError
from training.product_texts import FIELDS

LOSSES = ("info_nce", "sigmoid")
TOWERS = ("full", "head", "adapters", "locked")
MOST_TEXT_WEIGHT = 1e6


def _setting(default: object, low: float = 0.0, high: float = math.inf) -> Any:
    """Declare a number with its bounds; Any because a field takes its annotation's type."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that decides what a run makes of its data.

    Raises:
        TrainingError: a value is out of its bounds; it says which and what is allowed.
    """

    seed: int = _setting(0)
    epochs: int = _setting(4, 1)
    batch_size: int = _setting(256, 2)
    """Over all processes together; every example is a negative of every other in it."""
    chunk_size: int = _setting(0)
    """Examples embedded at a time, to bound memory: gradients stay those of the whole
    batch (GradCache) at the cost of a second forward pass; 0 means the whole batch."""
    loss: str = "info_nce"
    rate: float = _setting(1e-5, 0.0, 1.0)
    """Peak learning rate of a pretrained tower."""
    head_rate: float = _setting(1e-3, 0.0, 1.0)
    """Peak learning rate of projections and adapters."""
    layer_decay: float = _setting(1.0, 0.01, 1.0)
    """What each layer's rate is of the next later one's."""
    weight_decay: float = _setting(0.05, 0.0, 10.0)
    warmup_steps: int = _setting(100)
    clip_norm: float = _setting(1.0, 1e-6)
    ema_decay: float = _setting(0.0, 0.0, 0.99999)
    """Weight of the past in a moving average of the weights, which is then what the run
    gives; 0 means none."""
    image_tower: str = "full"
    """``full``, ``head`` (the projection alone), ``adapters`` (low-rank) or ``locked`` (LiT)."""
    text_tower: str = "locked"
    """As ``image_tower``."""
    adapter_rank: int = _setting(8, 1, 1024)
    scale: float = _setting(0.0, 0.0, 1000.0)
    """Inverse temperature at the start; 0 keeps the parent's. Learned, up to ``max_scale``."""
    max_scale: float = _setting(100.0, 1.0, 1000.0)
    bias: float = _setting(-10.0, -100.0, 100.0)
    """Start of the sigmoid loss's bias, where the model brings none."""
    texts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"title": 1.0}))
    """How often each field of a product is drawn as its text: title, description, attributes,
    category."""
    phrase_weight: float = _setting(0.5, 0.0, 1.0)
    """Share of the loss that comes from attribute phrases; the rest comes from texts."""
    text_anchor: float = _setting(0.0)
    """Weight of keeping learned text embeddings near the parent's (distillation), so that
    words which no title uses keep their meaning; 0 lets them go."""
    hard_negatives: int = _setting(0)
    """Look-alikes that meet in a batch, mined from the last epoch's embeddings (the first
    time from the parent's); 0 means batches dealt at random."""
    crop: float = _setting(0.1, 0.0, 0.9)
    """Most of a side that a random crop takes away."""
    flip: bool = True
    bfloat16: bool = True
    gradient_checkpointing: bool = False
    checkpoint_steps: int = _setting(100, 1)
    """Steps between two checkpoints, which a killed run goes on from."""
    alphas: tuple[float, ...] = (1.0,)
    """Shares of the tuned weights to try, the rest being the parent's (WiSE-FT); the best on
    held-out titles is kept."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value, bounds = getattr(self, each.name), each.metadata
            if bounds and not (bounds["low"] <= value <= bounds["high"] and math.isfinite(value)):
                bounded = math.isfinite(bounds["high"])
                allowed = f"from {bounds['low']:g} " + (
                    f"to {bounds['high']:g}" if bounded else "up, and finite"
                )
                raise TrainingError(f"{each.name} is {value!r}, but must be {allowed}.")
        _choice("loss", self.loss, LOSSES)
        _choice("image_tower", self.image_tower, TOWERS)
        _choice("text_tower", self.text_tower, TOWERS)
        if self.image_tower == self.text_tower == "locked":
            raise TrainingError("image_tower and text_tower are both locked: nothing would learn.")
        if not self.alphas or not all(0 <= alpha <= 1 for alpha in self.alphas):
            raise TrainingError(f"alphas is {list(self.alphas)}, but must hold shares of 0 to 1.")
        for name, weight in self.texts.items():
            _choice("texts", name, FIELDS)
            if not 0 <= weight <= MOST_TEXT_WEIGHT:
                allowed = f"from 0 to {MOST_TEXT_WEIGHT:g}"
                raise TrainingError(f"texts.{name} is {weight!r}, but must be {allowed}.")
        if self.scale > self.max_scale:
            raise TrainingError(
                f"scale is {self.scale:g}, but must not be above max_scale, {self.max_scale:g}."
            )

    @classmethod
    def read(cls, path: Path) -> TrainConfig:
        """Read a TOML file.

        Raises:
            TrainingError: it cannot be read, or holds a name or a value that is not a setting's.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingError(f"The training config {path} cannot be read: {error}.") from error
        standard = cls()
        known = {each.name: getattr(standard, each.name) for each in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise TrainingError(f"{path}: there is no setting {name!r} ({', '.join(known)}).")
            values[name] = _typed(path, name, value, known[name])
        try:
            return cls(**values)
        except TrainingError as error:
            raise TrainingError(f"{path}: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """Give plain values, as they are kept beside the weights."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**plain, "texts": dict(self.texts), "alphas": list(self.alphas)}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Tell which settings differ between two plain configs, in one line."""
    names = [name for name in after if before.get(name) != after[name]]
    return ", ".join(f"{name} {before.get(name)!r} → {after[name]!r}" for name in names)


_KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of numbers",
    MappingProxyType: "a table of numbers",
}


def _choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise TrainingError(f"{name} is {value!r}, but must be one of {', '.join(allowed)}.")


def _typed(path: Path, name: str, value: Any, standard: Any) -> Any:
    """Take a TOML value as the type of the setting's default."""
    if isinstance(standard, tuple) and isinstance(value, list):
        if all(_is_number(each) for each in value):
            return tuple(float(each) for each in value)
    elif isinstance(standard, Mapping) and isinstance(value, dict):
        if all(_is_number(each) for each in value.values()):
            return MappingProxyType({key: float(each) for key, each in value.items()})
    elif isinstance(standard, float) and _is_number(value):
        return float(value)
    elif type(value) is type(standard):
        return value
    raise TrainingError(f"{path}: {name} is {value!r}, but must be {_KINDS[type(standard)]}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
