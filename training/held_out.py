"""What a run measures as it goes: how well held-out titles find their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from core.metrics import recall_at, reciprocal_rank_at
from training.config import TrainConfig
from training.images import ImageSide
from training.pairs import TrainingExample
from training.pictures import Pixels
from training.texts import TextSide

_MOST = 5000
"""Held-out examples at most: the measure shall stay a small part of an epoch."""
_DEPTH = 10


class HeldOut:
    """Known-item retrieval among the held-out examples alone: a title finds its pictures.

    There are fewer documents than in the whole catalogue, so the figures are higher than
    those of ``vitrine evaluate``, and compare only with each other.

    Args:
        examples: Row i is the example of picture i.
        pixels: Their pictures.
        config: The run's.
        device: Where models are.
    """

    def __init__(
        self,
        examples: Sequence[TrainingExample],
        pixels: Pixels,
        config: TrainConfig,
        device: torch.device,
    ) -> None:
        self._examples = examples[:_MOST]
        self._pixels = pixels[:_MOST]
        self._config = config
        self._device = device

    @property
    def titles(self) -> int:
        """How many different titles are measured with."""
        return len({example.title for example in self._examples})

    def measure(self, model: Any, tokenizer: Any) -> dict[str, float]:
        """Embed the held-out examples with a model as it is now, and rank them."""
        if not self._examples:
            return {}
        model.eval()
        titles = sorted({example.title for example in self._examples})
        images = ImageSide(model, self._pixels, self._config, self._device).embed(self._pixels)
        texts = TextSide(model, tokenizer, self._device, self._config.bfloat16).embed_all(titles)
        scores = (texts @ images.T).cpu().numpy()
        best = np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH]
        wanted: dict[str, set[str]] = {title: set() for title in titles}
        for row, example in enumerate(self._examples):
            wanted[example.title].add(str(row))
        pairs = [
            ([str(row) for row in rows], wanted[title])
            for rows, title in zip(best, titles, strict=True)
        ]
        recalls = [recall_at(*pair, _DEPTH) for pair in pairs]
        ranks = [reciprocal_rank_at(*pair, _DEPTH) for pair in pairs]
        return {"recall@10": float(np.mean(recalls)), "mrr@10": float(np.mean(ranks))}
