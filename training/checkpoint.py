"""Where a killed run goes on from: everything the next step depends on, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from core.errors import TrainingError
from core.files import replacing

STATE = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run between two steps."""

    step: int
    """How many steps have been taken."""
    tensors: dict[str, torch.Tensor]


def save_state(folder: Path, state: RunState) -> None:
    """Write a checkpoint aside, and move it over the one before."""
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
