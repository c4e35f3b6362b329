"""Pictures through decoding and the encoder, the one overlapped with the other."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import ImageError
from core.vectors import Embeddings, empty
from encoder.base import DualEncoder

_BATCHES_AHEAD = 3
"""Enough that the encoder never waits for one slow picture; 3 × 64 prepared ones take 115 MB
at 224 × 224."""

Decoder = Callable[[bytes, tuple[int, int]], Image.Image]
"""Decodes bytes to RGB for a target of (width, height), or raises ``ImageError``."""


class ImageSource(Protocol):
    """Where pictures are kept."""

    def read(self, hash: str, /) -> bytes:
        """Give the bytes that have this SHA-256.

        A vector is kept for good under that hash, so other bytes must not be given.

        Raises:
            ImageError: there are none, or they are no longer those.
            OSError: they cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Refusal:
    """A picture that could not be embedded, and why."""

    hash: str
    code: str
    reason: str
    lasting: bool
    """Whether the bytes are at fault, which never change, and not that they were not to be had."""


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """What became of some pictures, in order."""

    hashes: tuple[str, ...]
    """Of those that were embedded."""
    embeddings: Embeddings
    refused: tuple[Refusal, ...]
    wait_s: float
    """How long the encoder waited for decoded pictures."""
    encode_s: float


def encode_pictures(
    hashes: Sequence[str],
    source: ImageSource,
    decode: Decoder,
    encoder: DualEncoder,
    batch_size: int,
    workers: int,
) -> Iterator[EncodedBatch]:
    """Embed pictures in order: threads read and decode ahead while this one encodes.

    A picture that cannot be read is refused and the rest go on. At most
    ``_BATCHES_AHEAD`` batches wait decoded.
    """
    pending: deque[Future[NDArray[Any] | Refusal]] = deque()
    waiting = iter(hashes)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    try:
        for start in range(0, len(hashes), batch_size):
            names = hashes[start : start + batch_size]
            ahead = len(names) + _BATCHES_AHEAD * batch_size - len(pending)
            for name in islice(waiting, ahead):
                pending.append(pool.submit(_prepare, name, source, decode, encoder))
            began = time.perf_counter()
            results = [pending.popleft().result() for _ in names]
            wait_s = time.perf_counter() - began
            yield _encode(names, results, encoder, wait_s)
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(
    name: str, source: ImageSource, decode: Decoder, encoder: DualEncoder
) -> NDArray[Any] | Refusal:
    height, width = encoder.image_size
    lasting = False
    try:
        data = source.read(name)
        lasting = True
        picture = decode(data, (width, height))
    except ImageError as error:
        return Refusal(name, error.code, str(error), lasting)
    except OSError as error:
        return Refusal(name, "unreadable", error.strerror or str(error), lasting)
    return encoder.prepare_image(picture)


def _encode(
    names: Sequence[str],
    results: Sequence[NDArray[Any] | Refusal],
    encoder: DualEncoder,
    wait_s: float,
) -> EncodedBatch:
    began = time.perf_counter()
    names_kept = []
    prepared: list[NDArray[Any]] = []
    refused = []
    for name, each in zip(names, results, strict=True):
        if isinstance(each, Refusal):
            refused.append(each)
        else:
            names_kept.append(name)
            prepared.append(each)
    embeddings = encoder.encode_prepared(np.stack(prepared)) if prepared else empty(encoder.dim)
    return EncodedBatch(
        hashes=tuple(names_kept),
        embeddings=embeddings,
        refused=tuple(refused),
        wait_s=wait_s,
        encode_s=time.perf_counter() - began,
    )
