"""What no shop of these kinds sells: sentences that show where a catalogue ends."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings

SENTENCES = Path(__file__).with_name("off_catalogue.toml")

NEAREST = 3
"""Means of so many are steadier than the nearest alone, and told as much from four shops."""


@cache
def off_catalogue_sentences() -> Mapping[str, tuple[str, ...]]:
    """Give what people ask other shops and services for, by field of life.

    A shop may sell some of it all the same: tuning leaves that out.
    """
    fields = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))
    return {field: tuple(sentences) for field, sentences in fields.items()}


def nearness(queries: Embeddings, off_catalogue: Embeddings) -> NDArray[np.float32] | None:
    """Tell how near each query is to the sentences it is nearest to: shape (queries,).

    None where there are no sentences.
    """
    count = min(NEAREST, len(off_catalogue))
    if not count:
        return None
    cosines = queries @ off_catalogue.T
    nearest = np.partition(cosines, cosines.shape[1] - count, axis=1)[:, -count:]
    return np.asarray(nearest.mean(axis=1), dtype=np.float32)
