"""Where a killed run goes on from: everything the next step depends on, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from core.errors import TrainingError
from core.files import replacing
from training.weights import first_not_finite

STATE = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run between two steps."""

    step: int
    """How many steps have been taken."""
    tensors: dict[str, torch.Tensor]


def save_state(folder: Path, state: RunState) -> None:
    """Write a checkpoint aside, and move it over the one before.

    Raises:
        TrainingError: a weight is no longer a number; the checkpoint before stays.
    """
    if name := first_not_finite(state.tensors):
        raise TrainingError(f"{name!r} is no longer finite at step {state.step}.")
    plain = {name: each.detach().cpu().contiguous() for name, each in state.tensors.items()}
    with replacing(folder / STATE) as file:
        file.write(save(plain, {"step": str(state.step)}))


def steps_taken(folder: Path) -> int | None:
    """Read how far the checkpoint of a run's folder is, and no weights; None without one.

    Raises:
        TrainingError: it is damaged.
    """
    state = _read(folder, tensors=False)
    return state.step if state else None


def load_state(folder: Path) -> RunState | None:
    """Read the checkpoint of a run's folder; None where there is none.

    Raises:
        TrainingError: it is damaged.
    """
    return _read(folder)


def check_fits(kept: Mapping[str, torch.Tensor], now: Mapping[str, torch.Tensor]) -> None:
    """See that a checkpoint is of this model with these settings.

    Args:
        kept: What the checkpoint holds.
        now: What it should hold, by the same names; not all that it may hold.

    Raises:
        TrainingError: a name is missing or a shape is another.
    """
    for name, value in now.items():
        if name not in kept or kept[name].shape != value.shape:
            reason = f"of shape {tuple(kept[name].shape)}" if name in kept else "missing"
            raise TrainingError(
                f"The checkpoint in the run's folder is of another model or other settings "
                f"({name!r} is {reason}). Choose another --out, or start over with --restart."
            )


def _read(folder: Path, tensors: bool = True) -> RunState | None:
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys()) if tensors else []
            kept = {name: file.get_tensor(name) for name in names}
            return RunState(int(file.metadata()["step"]), kept)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            f"The checkpoint {path} is damaged ({error}). Remove it, and the run starts over."
        ) from error
