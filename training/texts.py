"""The text side of a batch: encoded as it is learned, or once and kept while it is locked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from encoder.text_padding import encode_trimmed, padding_is_inert, used_length

_CHUNK = 256


class TextSide:
    """Embeds texts with a model's text tower; remembers them while the tower is locked."""

    def __init__(self, model: Any, tokenizer: Any, locked: bool, device: torch.device) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._locked = locked
        self._device = device
        self._trims = padding_is_inert(model)
        self._known: dict[str, torch.Tensor] = {}

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts, in order: shape (n, dim), rows of L2 norm 1, on the device."""
        if not self._locked:
            return self._encode(texts)
        new = sorted({text for text in texts if text not in self._known}, key=len)
        # Locked texts are only a target: bfloat16 keeps their cosine to float32 above 0.9999.
        with torch.no_grad(), torch.autocast(self._device.type, dtype=torch.bfloat16):
            for start in range(0, len(new), _CHUNK):
                chunk = new[start : start + _CHUNK]
                self._known.update(zip(chunk, self._encode(chunk).half(), strict=True))
        return torch.stack([self._known[text] for text in texts]).float()

    def _encode(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(list(texts))
        if self._trims:
            tokens = tokens[:, : used_length(self._model, tokens)].contiguous()
            features = encode_trimmed(self._model, tokens.to(self._device))
        else:
            features = self._model.encode_text(tokens.to(self._device))
        return functional.normalize(features.float(), dim=-1)
