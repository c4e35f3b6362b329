"""The protocol that every encoder fulfils."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray
from PIL import Image

from core.vectors import Embeddings

PreparedImages = NDArray[Any]
"""Shape (n, channels, height, width): pictures as the image tower takes them."""


class DualEncoder(Protocol):
    """Embeds images and texts so that their dot product is their cosine.

    Equal inputs give equal rows, whatever batch they arrive in, to within 1e-3:
    half precision sums in another order when the batch changes shape. One thread
    may encode at a time; ``prepare_image`` may run in any thread.
    """

    @property
    def dim(self) -> int:
        """Length of an embedding."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over architecture, weights, tokenizer and preprocessing, in hex."""

    @property
    def image_size(self) -> tuple[int, int]:
        """(height, width) in pixels that the image tower sees; larger pictures are reduced."""

    def prepare_image(self, image: Image.Image) -> NDArray[Any]:
        """Resize and normalise one RGB picture as the checkpoint asks: (channels, h, w)."""

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        """Embed prepared pictures, in order."""

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed RGB pictures, in order."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, in order, each cut at the tokenizer's context length."""
