"""Several processes that train one model together, as torchrun starts them.

Each embeds its share of a batch; the embeddings, which are small, are gathered, and every
process computes the loss of the whole batch. So the loss and the gradients are those of
one process with the same batch, whatever the loss and its masks are; open_clip's
distributed loss knows neither masks nor weights.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed

_PATIENCE = timedelta(days=1)
"""How long a process waits for the others. One of them decodes all pictures, or measures,
meanwhile; one that dies is noticed by torchrun, not by this."""


@dataclass(frozen=True, slots=True)
class World:
    """This process among those that train together."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and shows the progress."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Tell which of a batch's examples this process embeds."""
        each = count // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def gather(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Join every process's share, in order, without a graph: shape (count, dim)."""
        if self.size == 1:
            return embeddings
        parts = [torch.empty_like(embeddings) for _ in range(self.size)]
        distributed.all_gather(parts, embeddings.contiguous())
        return torch.cat(parts)

    def add_up(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add each parameter's gradient over all processes."""
        if self.size == 1:
            return
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            distributed.all_reduce(parameter.grad)

    def wait(self) -> None:
        """Return when every process has come this far."""
        if self.size > 1:
            distributed.barrier()


ALONE = World()


@contextlib.contextmanager
def join_world() -> Iterator[World]:
    """Join the processes that torchrun started; alone where it started none."""
    if not distributed.is_available() or not distributed.is_torchelastic_launched():
        yield ALONE
        return
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield World(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
