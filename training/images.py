"""The image side of a batch: varied and encoded as it is learned, or stored while it is locked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.terminal import Progress
from training.config import TrainConfig
from training.pictures import Pixels, draw_views, to_model_input, vary
from training.stored import CHUNK, store_embeddings

Rows = NDArray[np.int64]


class ImageSide:
    """Embeds a run's pictures with a model's image tower.

    Args:
        model: An open_clip model.
        pixels: The run's pictures in the model's geometry.
        config: How they are varied.
        device: Where the model is.
    """

    def __init__(
        self, model: Any, pixels: Pixels, config: TrainConfig, device: torch.device
    ) -> None:
        self._model = model
        self._pixels = pixels
        self._config = config
        self._device = device
        self._stored: NDArray[Any] | None = None

    def store(self, path: Path, progress: Progress) -> None:
        """Embed every picture once, as it is, because the tower is locked (LiT)."""
        self._stored = store_embeddings(
            "Pictures",
            len(self._pixels),
            lambda part: self.embed(self._pixels[part]).half().cpu().numpy(),
            path,
            progress,
        )

    def batch(self, rows: Rows, generator: torch.Generator) -> Callable[[slice], torch.Tensor]:
        """Draw a batch's chance, and give what embeds a slice of it: shape (length, dim).

        Args:
            rows: Of the pictures, in the batch's order.
            generator: The step's chance, drawn from alike in every process.
        """
        if self._stored is not None:
            stored = torch.from_numpy(self._stored[rows]).float().to(self._device)
            return stored.__getitem__
        # Chance is drawn for all, so that every process and every chunk size draws alike.
        views = draw_views(len(rows), self._config.crop, self._config.flip, generator)

        def embed(part: slice) -> torch.Tensor:
            return self._encode(vary(self._to_input(self._pixels[rows[part]]), views[part]))

        return embed

    @torch.no_grad()
    def embed(self, pixels: Pixels) -> torch.Tensor:
        """Embed pictures as they are, in chunks: shape (n, dim), rows of L2 norm 1."""
        parts = [
            self._encode(self._to_input(pixels[at : at + CHUNK]))
            for at in range(0, len(pixels), CHUNK)
        ]
        return torch.cat(parts)

    def embed_all(self, progress: Progress) -> NDArray[np.float32]:
        """Embed all of the run's own pictures as they are: shape (n, dim)."""
        count = len(self._pixels)
        with progress.stage("Embedding", count, "img") as tick:
            parts = []
            for at in range(0, count, CHUNK):
                parts.append(self.embed(self._pixels[at : at + CHUNK]).cpu().numpy())
                tick(len(parts[-1]))
        return np.concatenate(parts)

    def _to_input(self, pixels: Pixels) -> torch.Tensor:
        settings = self._model.visual.preprocess_cfg
        return to_model_input(pixels, settings["mean"], settings["std"], self._device)

    def _encode(self, inputs: torch.Tensor) -> torch.Tensor:
        enabled = self._config.bfloat16
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=enabled):
            features = self._model.encode_image(inputs)
        return functional.normalize(features.float(), dim=-1)
