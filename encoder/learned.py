"""Which pictures a model has learned from: kept beside its weights, so that none is asked of it.

A test by pictures that a model was trained on measures its memory. The titles that training
holds out are known by a rule, but another catalogue, or a file with the same pictures under
other words, goes by other titles; the pictures are the same wherever they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.files import replacing

LEARNED = "learned.npy"
_DIGITS = 16

Learned = NDArray[np.uint64]
"""Rising and distinct: the first 16 hexadecimal digits of each picture's SHA-256, as a number.
That any of a million pictures is taken for another has a chance below 1e-7."""


def learned_from(hashes: Iterable[str], before: Learned | None = None) -> Learned:
    """Number pictures by their content hashes, together with those known ``before``.

    >>> learned_from(["00000000000000ff" + "0" * 48, "0" * 64]).tolist()
    [0, 255]
    """
    numbers = np.fromiter((_number(each) for each in hashes), dtype=np.uint64)
    return np.unique(numbers if before is None else np.concatenate([numbers, before]))


def holds_any(learned: Learned, hashes: Sequence[str]) -> bool:
    """Tell whether any of these pictures was learned from."""
    numbers = np.array([_number(each) for each in hashes], dtype=np.uint64)
    places = np.searchsorted(learned, numbers)
    inside = places < len(learned)
    return bool((learned[places[inside]] == numbers[inside]).any())


def write_learned(folder: Path, learned: Learned) -> None:
    """Write the file into a model's folder, aside and then in place."""
    with replacing(folder / LEARNED) as file:
        np.save(file, learned.astype("<u8"), allow_pickle=False)


def read_learned(folder: Path) -> Learned | None:
    """Read the file of a model's folder; None where nothing is recorded.

    Raises:
        ModelError: it is damaged.
    """
    path = folder / LEARNED
    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (ValueError, EOFError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(found, np.ndarray) or found.dtype != np.dtype("<u8") or found.ndim != 1:
        raise _damaged(path, "it is no list of 64-bit numbers")
    learned = np.asarray(found, dtype=np.uint64)
    if (learned[1:] <= learned[:-1]).any():
        raise _damaged(path, "its numbers do not rise")
    return learned


def _number(image_hash: str) -> int:
    return int(image_hash[:_DIGITS], 16)


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"{path}, which tells what pictures the model learned from, is damaged ({reason}). "
        "Copy it from where the model was trained, or train again with --restart."
    )
