"""A dual encoder computable by hand: for tests and for trying the machinery without a model.

An embedding has 32 numbers, scaled to norm 1:

- 0 to 2: red, green and blue, each from -1 (none) to 1 (full): the picture's mean, or
  the colour that a word names;
- 3: always 1/4, so that mid-grey has a direction too;
- 4 to 15: how far each quadrant of the picture is from its mean, in red, green and
  blue, at half weight (top left, top right, bottom left, bottom right); 0 for texts;
- 16 to 31: one number counted up for each word that names no colour, at
  16 + (first byte of the word's SHA-256) mod 16; 0 for pictures.

So an all-red picture is (1, -1, -1, 1/4, 0, ...) / sqrt(3.0625), exactly as the word "red",
and their cosine is 1. A text adds up its words. Nothing depends on Python's ``hash()``,
on chance or on the batch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.vectors import Embeddings, empty, normalize
from encoder.base import PreparedImages

DIM = 32
_SIZE = 8
"""Side in pixels of a prepared picture; even, so that it has quadrants."""
_GREY = 0.25
_WORD_DIMS = 16
_WORD = re.compile(r"\w+")

COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "gray": (128, 128, 128),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
    "pink": (255, 192, 203),
    "brown": (165, 42, 42),
}
"""Red, green and blue from 0 to 255, as CSS names them."""


class FakeEncoder:
    """Embeds the mean colour and the quadrants of pictures, and the words of texts.

    Fulfils ``DualEncoder``. It also counts what it was asked for, so that a test can
    state that nothing was embedded twice.
    """

    dim = DIM
    image_size = (_SIZE, _SIZE)

    def __init__(self, version: str = "1") -> None:
        """Make an encoder; another ``version`` has another fingerprint and the same vectors."""
        self.fingerprint = hashlib.sha256(f"vitrine fake encoder {version}".encode()).hexdigest()
        self.images_encoded = 0
        self.texts_encoded = 0

    def prepare_image(self, image: Image.Image) -> NDArray[Any]:
        """Reduce a picture to 8 × 8 by averaging: float32 of (3, 8, 8), from 0 to 1."""
        small = image.convert("RGB").resize((_SIZE, _SIZE), Image.Resampling.BOX)
        return np.ascontiguousarray(np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 255)

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        """Embed prepared pictures, in order."""
        if len(images) == 0:
            return empty(DIM)
        self.images_encoded += len(images)
        return normalize(np.stack([_image_features(each) for each in images]))

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed RGB pictures, in order."""
        if not images:
            return empty(DIM)
        return self.encode_prepared(np.stack([self.prepare_image(each) for each in images]))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, in order; one without words lies in the direction of grey."""
        if not texts:
            return empty(DIM)
        self.texts_encoded += len(texts)
        return normalize(np.stack([_text_features(each) for each in texts]))


def _image_features(image: NDArray[Any]) -> NDArray[np.float32]:
    mean = image.mean(axis=(1, 2))
    half = _SIZE // 2
    quadrants = image.reshape(3, 2, half, 2, half).mean(axis=(2, 4))
    features = np.zeros(DIM, dtype=np.float32)
    features[:3] = 2 * mean - 1
    features[3] = _GREY
    features[4:16] = (quadrants - mean[:, None, None]).transpose(1, 2, 0).ravel() / 2
    return features


def _text_features(text: str) -> NDArray[np.float32]:
    features = np.zeros(DIM, dtype=np.float32)
    for word in _WORD.findall(text.casefold()):
        if word in COLOURS:
            features[:3] += 2 * np.asarray(COLOURS[word], dtype=np.float32) / 255 - 1
            features[3] += _GREY
        else:
            features[16 + hashlib.sha256(word.encode()).digest()[0] % _WORD_DIMS] += 1
    if not features.any():
        features[3] = _GREY
    return features
