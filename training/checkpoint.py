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


def load_state(folder: Path) -> RunState | None:
    """Read the checkpoint of a run's folder; None where there is none.

    Raises:
        TrainingError: it is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return RunState(int(file.metadata()["step"]), tensors)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            f"The checkpoint {path} is damaged ({error}). Remove it, and the run starts over."
        ) from error
