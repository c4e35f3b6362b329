"""What a run is: one frozen value, read from TOML, kept beside the weights."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from core.errors import TrainingError


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that decides what a run makes of its data."""

    seed: int = 0
    epochs: int = 4
    batch_size: int = 256
    rate: float = 1e-5
    """Peak learning rate of a pretrained tower."""
    head_rate: float = 1e-3
    """Peak learning rate of the image projection."""
    weight_decay: float = 0.05
    warmup_steps: int = 100
    clip_norm: float = 1.0
    image_tower: str = "full"
    """``full`` or ``head`` (the projection alone, over a frozen trunk)."""
    text_tower: str = "locked"
    """``locked`` or ``full``."""
    scale: float = 30.0
    """Inverse temperature at the start; learned, up to ``max_scale``."""
    max_scale: float = 100.0
    phrase_weight: float = 0.5
    """Share of the loss that comes from attribute phrases; the rest comes from titles."""
    crop: float = 0.1
    """Most of a side that a random crop takes away."""
    flip: bool = True
    bfloat16: bool = True

    @classmethod
    def read(cls, path: Path) -> TrainConfig:
        """Read a TOML file.

        Raises:
            TrainingError: it cannot be read, or holds a name or a type that is not a setting.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingError(f"The training config {path} cannot be read: {error}.") from error
        known = {each.name: type(getattr(cls(), each.name)) for each in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise TrainingError(f"{path}: there is no setting {name!r} ({', '.join(known)}).")
            if not isinstance(value, known[name]) and not (
                known[name] is float and isinstance(value, int)
            ):
                raise TrainingError(
                    f"{path}: {name} is {value!r}, but must be a {known[name].__name__}."
                )
        return cls(**values)
