"""A moving average of the weights, which often finds a better place than the last step does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch


class MovingAverage:
    """The exponential average of what learns; off where the decay is 0.

    Source: Polyak and Juditsky 1992; the warm-up of the decay is that of TensorFlow's
    ``ExponentialMovingAverage``: an average of few steps must not remember the start.
    """

    def __init__(self, parameters: Mapping[str, torch.nn.Parameter], decay: float) -> None:
        self._decay = decay
        self.weights = (
            {name: each.detach().clone() for name, each in parameters.items()} if decay else {}
        )
        self._updates = torch.zeros((), dtype=torch.float64)

    @torch.no_grad()
    def update(self, parameters: Mapping[str, torch.nn.Parameter]) -> None:
        """Take one step's weights in."""
        if not self._decay:
            return
        self._updates += 1
        seen = self._updates.item()
        share = 1 - min(self._decay, (1 + seen) / (10 + seen))
        for name, each in parameters.items():
            self.weights[name].lerp_(each, share)

    def state(self) -> dict[str, torch.Tensor]:
        """Give what the next update depends on, by name."""
        if not self._decay:
            return {}
        kept = {f"average.{name}": each for name, each in self.weights.items()}
        return {**kept, "updates": self._updates}

    def load(self, kept: Mapping[str, torch.Tensor]) -> None:
        """Go on from what ``state`` gave."""
        for name, each in self.state().items():
            each.copy_(kept[name])

    @contextmanager
    def applied(self, parameters: Mapping[str, torch.nn.Parameter]) -> Iterator[None]:
        """Put the average in the parameters' place while the context is open."""
        if not self._decay:
            yield
            return
        before = {name: each.detach().clone() for name, each in parameters.items()}
        _copy(parameters, self.weights)
        try:
            yield
        finally:
            _copy(parameters, before)


@torch.no_grad()
def _copy(parameters: Mapping[str, torch.nn.Parameter], values: Mapping[str, torch.Tensor]) -> None:
    for name, each in parameters.items():
        each.copy_(values[name])
