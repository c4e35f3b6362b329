"""An encoder that takes smaller batches once memory has run out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import EncoderMemoryError
from core.vectors import Embeddings, empty
from encoder.base import DualEncoder, PreparedImages

log = logging.getLogger(__name__)

Inputs = TypeVar("Inputs", PreparedImages, Sequence[str], Sequence[Image.Image])


class SparingEncoder:
    """Halves a batch that does not fit into memory and goes on, down to one input at a time.

    Fulfils ``DualEncoder`` with the one that it is given. A size that once did not fit is not
    tried again, for pictures and texts each: what takes the memory may take it for long.
    """

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._limits: dict[str, int] = {}

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self._encoder.dim

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self._encoder.fingerprint

    @property
    def image_size(self) -> tuple[int, int]:
        """(height, width) in pixels that the image tower sees."""
        return self._encoder.image_size

    def prepare_image(self, image: Image.Image) -> NDArray[Any]:
        """Prepare one picture; see ``DualEncoder``."""
        return self._encoder.prepare_image(image)

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        """Embed prepared pictures, in order.

        Raises:
            EncoderMemoryError: the memory does not suffice for one of them.
        """
        return self._encode("pictures", images, self._encoder.encode_prepared)

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed pictures, in order; see ``encode_prepared``."""
        return self._encode("pictures", images, self._encoder.encode_images)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, in order; see ``encode_prepared``."""
        return self._encode("texts", texts, self._encoder.encode_texts)

    def _encode(
        self, unit: str, inputs: Inputs, encode: Callable[[Inputs], Embeddings]
    ) -> Embeddings:
        parts = []
        at = 0
        while at < len(inputs):
            size = min(len(inputs) - at, self._limits.get(unit, len(inputs)))
            try:
                parts.append(encode(inputs[at : at + size]))
            except EncoderMemoryError:
                if size == 1:
                    raise
                self._limits[unit] = size // 2
                log.warning(
                    "the memory did not suffice for %d %s at once; going on with %d",
                    size, unit, size // 2,
                )  # fmt: skip
                continue
            at += size
        return np.concatenate(parts) if parts else empty(self.dim)
