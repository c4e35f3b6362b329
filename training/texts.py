"""The text side of a batch: encoded as it is learned, or once and kept while it is locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.terminal import Progress
from encoder.text_padding import encode_trimmed, padding_is_inert, used_length
from training.stored import CHUNK, digest_of, store_embeddings


class TextSide:
    """Embeds texts with a model's text tower.

    Args:
        model: An open_clip model.
        tokenizer: Its tokenizer.
        device: Where the model is.
        bfloat16: Whether to compute in half precision.
    """

    def __init__(self, model: Any, tokenizer: Any, device: torch.device, bfloat16: bool) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._device = device
        self._bfloat16 = bfloat16
        self._trims = padding_is_inert(model)
        self._rows: dict[str, int] = {}
        self._stored: NDArray[Any] | None = None

    def store(self, texts: Iterable[str], folder: Path, progress: Progress) -> None:
        """Embed all the texts of a run once, because the tower is locked.

        They are taken in a fixed order, so that a run that goes on after a kill meets the
        very same vectors: an embedding depends in its last bit on the batch it came in.
        """
        ordered = sorted(set(texts), key=lambda text: (len(text), text))
        path = folder / f"texts-{digest_of(ordered)}.npy"
        self._stored = store_embeddings(
            "Texts", len(ordered), lambda part: self._embed(ordered[part]), path, progress
        )
        self._rows = {text: row for row, text in enumerate(ordered)}

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts, in order: shape (n, dim), rows of L2 norm 1, on the device."""
        if self._stored is None or any(text not in self._rows for text in texts):
            return self.encode(texts)
        rows = [self._rows[text] for text in texts]
        return torch.from_numpy(self._stored[rows]).float().to(self._device)

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts with the tower as it is now."""
        tokens = self._tokenizer(list(texts))
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bfloat16):
            if self._trims:
                tokens = tokens[:, : used_length(self._model, tokens)].contiguous()
                features = encode_trimmed(self._model, tokens.to(self._device))
            else:
                features = self._model.encode_text(tokens.to(self._device))
        return functional.normalize(features.float(), dim=-1)

    @torch.no_grad()
    def embed_all(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed any number of texts, in chunks, without a graph."""
        return torch.cat(
            [self.encode(texts[at : at + CHUNK]) for at in range(0, len(texts), CHUNK)]
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[Any]:
        return self.embed_all(texts).half().cpu().numpy()
