"""A model's weights on disk: whole, durable, and numbers every one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from core.errors import TrainingError
from core.files import replacing


def save_weights(model: Any, path: Path, dtype: torch.dtype = torch.float16) -> None:
    """Write a model's weights as safetensors, aside and then in place.

    Half precision halves the file, and moves an embedding by less than 1e-3.

    Raises:
        TrainingError: a weight is no number in that precision; nothing is written.
    """
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).contiguous().cpu()
        for name, value in model.state_dict().items()
    }
    if name := first_not_finite(state):
        raise TrainingError(
            f"The weights {name!r} hold values that {str(dtype).removeprefix('torch.')} cannot, so "
            "no model was written. Lower rate or head_rate, and start over with --restart."
        )
    with replacing(path) as file:
        file.write(save(state))


def first_not_finite(tensors: dict[str, torch.Tensor]) -> str:
    """Name the first tensor with an infinity or what is no number; empty if all are finite."""
    broken = (
        name
        for name, each in tensors.items()
        if each.is_floating_point() and not torch.isfinite(each).all()
    )
    return next(broken, "")
