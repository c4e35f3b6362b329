"""Embed a large batch in chunks, with the gradients of the whole batch.

Source: Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory
Limited Setup": embed without a graph, take the loss's gradient by the embeddings, then
embed chunk by chunk again and send each chunk's share of it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

Encode = Callable[[slice], torch.Tensor]
"""Embeds the examples of a slice: shape (length, dim)."""


@dataclass(frozen=True, slots=True)
class _Chance:
    """Where the generators of chance stand: the CPU's, and that of the GPU in use."""

    cpu: torch.Tensor
    gpu: torch.Tensor | None

    @classmethod
    def now(cls) -> _Chance:
        used: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        return cls(torch.get_rng_state(), torch.cuda.get_rng_state() if used else None)

    @contextmanager
    def again(self) -> Iterator[None]:
        """Put them there, and back on leaving."""
        devices = [] if self.gpu is None else [torch.cuda.current_device()]
        with torch.random.fork_rng(devices):
            torch.set_rng_state(self.cpu)
            if self.gpu is not None:
                torch.cuda.set_rng_state(self.gpu)
            yield


class ChunkedEmbeddings:
    """The embeddings of one side of a batch, and the way back from their gradient.

    Args:
        encode: Must give the same rows when it is called again with the same chance.
        count: How many examples there are.
        chunk: How many of them fit in memory at once, with what their gradient needs. Where
            that is all of them, the graph is kept and nothing is embedded twice.
        learns: Whether any weight behind ``encode`` takes a gradient.
    """

    def __init__(self, encode: Encode, count: int, chunk: int, learns: bool = True) -> None:
        self._encode = encode
        self._chunks = [slice(at, min(at + chunk, count)) for at in range(0, count, chunk)]
        self._learns = learns
        self._chances: list[_Chance] = []
        self._graph: torch.Tensor | None = None
        if learns and len(self._chunks) == 1:
            self._graph = encode(self._chunks[0])
            self.embeddings = self._graph.detach()
        else:
            self.embeddings = self._embed()

    def _embed(self) -> torch.Tensor:
        parts = []
        with torch.no_grad():
            for part in self._chunks:
                self._chances.append(_Chance.now())
                parts.append(self._encode(part))
        return torch.cat(parts)

    def backward(self, gradient: torch.Tensor) -> None:
        """Add the gradient by the embeddings, shape (count, dim), to the weights behind them."""
        if not self._learns:
            return
        if self._graph is not None:
            torch.autograd.backward(self._graph, gradient)
            return
        for part, chance in zip(self._chunks, self._chances, strict=True):
            with chance.again():  # so that dropout falls on the same units again
                torch.autograd.backward(self._encode(part), gradient[part])
