"""Low-rank adapters: a matrix learns a difference of small rank, and keeps its own weights.

They are laid on as parametrizations, so they reach every matrix however a tower uses it
(also the packed ones of attention), and are merged into plain weights at the end.

Source: Hu et al. 2021 (LoRA).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrize

_MATRICES = ("weight", "in_proj_weight")


class LowRank(nn.Module):
    """A weight of shape (out, in, …) plus the product of (out, rank) and (rank, in …)."""

    def __init__(self, weight: torch.Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = weight.shape[0], weight[0].numel()
        self.down = nn.Parameter(torch.randn(rank, columns) / rank**0.5 / columns**0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))  # at first no difference at all

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Add the difference."""
        return weight + (self.up @ self.down).view_as(weight)


def add_adapters(tower: nn.Module, rank: int) -> int:
    """Lock a tower and give each of its matrices an adapter; tell how many.

    Depthwise convolutions, embeddings, norms and biases have no matrix and stay as they are.
    """
    tower.requires_grad_(False)
    found = [
        (module, name)
        for module in tower.modules()
        for name in _MATRICES
        if isinstance(module, nn.Linear | nn.Conv2d | nn.MultiheadAttention)
        and getattr(module, "groups", 1) == 1
        and isinstance(weight := getattr(module, name, None), nn.Parameter)
        and min(weight.shape[0], weight[0].numel()) > rank
    ]
    for module, name in found:
        weight = getattr(module, name)
        parametrize.register_parametrization(
            module, name, LowRank(weight, rank).to(weight.device), unsafe=True
        )
    return len(found)


def merge_adapters(model: nn.Module) -> None:
    """Turn each adapted matrix into a plain one with the same values."""
    for module in model.modules():
        if parametrize.is_parametrized(module):
            for name in list(module.parametrizations):  # type: ignore[arg-type]
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)
