"""How fast this machine embeds, and in how much memory: measured, with the build's own parts.

A short build of a sample is timed. Pictures come from the shop's store where it has some,
else they are drawn; they go through the same threads, batches and stores as in a build.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.memory import resident_bytes
from core.vectors import Embeddings
from encoder.base import DualEncoder
from indexer.embedding_store import ContentKind, EmbeddingStore, text_key
from indexer.pipeline import encode_pictures
from indexer.reindex import IndexJob
from indexer.report import peak_memory_bytes

_SECONDS = 4.0
"""How long pictures and texts are embedded each: rates differ by 5 % from one such run to the
next on an idle machine."""
_MAX_DECODERS = 4
"""As in a build."""
_DRAWN_SIDE = 256
"""Of a picture where the shop has none: between a thumbnail and a large photo."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured on this machine."""

    dim: int
    """Length of the model's embeddings."""
    load_s: float
    """Loading the model."""
    image_s: float
    """Per picture: read, decoded, embedded, stored."""
    text_s: float
    """Per text."""
    images: int
    texts: int
    """How many of each it was measured with."""
    loaded_bytes: int
    """Resident once the model is loaded: what serving starts from."""
    peak_bytes: int
    """Most resident while embedding."""


def calibrate(
    job: IndexJob, texts: Sequence[str], hashes: Sequence[str], seconds: float = _SECONDS
) -> Calibration:
    """Embed samples for some seconds each, and store them aside.

    Args:
        job: Whose encoder, pictures and batch size are measured.
        texts: Sample of the texts to embed.
        hashes: Sample of the pictures; drawn ones where it is empty.
        seconds: How long to measure pictures and texts each, after a first batch of either.
    """
    began = time.perf_counter()
    encoder = job.encoder()
    load_s = time.perf_counter() - began
    loaded = resident_bytes()
    with tempfile.TemporaryDirectory(prefix="vitrine-plan-", dir=_scratch(job)) as scratch:
        images, image_s = _time_images(job, encoder, hashes, Path(scratch), seconds)
        text_count, text_s = _time_texts(job, encoder, texts, Path(scratch), seconds)
    return Calibration(
        dim=encoder.dim,
        load_s=load_s,
        image_s=image_s,
        text_s=text_s,
        images=images,
        texts=text_count,
        loaded_bytes=loaded,
        peak_bytes=peak_memory_bytes(),
    )


def _scratch(job: IndexJob) -> Path | None:
    """Store where the build stores, if that is there: a disk's fsync is part of its time."""
    return job.embeddings if job.embeddings.is_dir() else None


class _DrawnPictures:
    """Photos' stand-ins: smooth colours with some noise, as JPEG."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        coarse = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize(
            (_DRAWN_SIDE, _DRAWN_SIDE), Image.Resampling.BICUBIC
        )
        noise = rng.integers(0, 24, (_DRAWN_SIDE, _DRAWN_SIDE, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(picture) // 2 + noise).save(buffer, "JPEG", quality=85)
        self._content = buffer.getvalue()

    def read(self, hash: str, /) -> bytes:
        """Give the picture, whatever it is called."""
        return self._content


def _time_images(
    job: IndexJob, encoder: DualEncoder, hashes: Sequence[str], scratch: Path, seconds: float
) -> tuple[int, float]:
    source: Any = job.images if hashes else _DrawnPictures()
    names = list(hashes) or [f"{n:064x}" for n in range(100 * job.batch)]
    batches = encode_pictures(
        names, source, job.decode, encoder, job.batch,
        workers=max(1, min(_MAX_DECODERS, job.threads)),
    )  # fmt: skip
    pairs = ((each.hashes, each.embeddings) for each in batches)
    return _time(pairs, scratch, job.fingerprint, ContentKind.IMAGE, seconds)


def _time_texts(
    job: IndexJob, encoder: DualEncoder, texts: Sequence[str], scratch: Path, seconds: float
) -> tuple[int, float]:
    # Sorted by length as in a build. The longest go first: they need the most memory, and
    # the first batch is not timed. Then batches of all lengths in turn, for time may run
    # out before the last.
    ordered = sorted(dict.fromkeys(texts), key=len)
    starts = list(range(0, len(ordered), job.batch))
    turns = sorted(starts, key=lambda start: (bin(start // job.batch)[:1:-1], start))
    spread = [*starts[-1:], *(start for start in turns if start != starts[-1])]

    def batches() -> Iterator[tuple[Sequence[str], Embeddings]]:
        for start in spread:
            batch = ordered[start : start + job.batch]
            yield [text_key(each).hex() for each in batch], encoder.encode_texts(batch)

    return _time(batches(), scratch, job.fingerprint, ContentKind.TEXT, seconds)


def _time(
    batches: Iterator[tuple[Sequence[str], Embeddings]],
    scratch: Path,
    fingerprint: str,
    kind: ContentKind,
    seconds: float,
) -> tuple[int, float]:
    """Store batches until the time is up: (how many contents, seconds for each)."""
    first, done, spent = (0, 0.0), 0, 0.0
    began = time.perf_counter()
    with EmbeddingStore(scratch, fingerprint, kind, writable=True) as store:
        for number, (hashes, embeddings) in enumerate(batches):
            store.append([bytes.fromhex(each) for each in hashes], embeddings)
            if number == 0:
                # The first batch warms caches up, and pays for it. It counts only if it
                # is the only one.
                first = len(hashes), time.perf_counter() - began
                began = time.perf_counter()
                continue
            done += len(hashes)
            spent = time.perf_counter() - began
            if spent >= seconds:
                break
    if done == 0:
        done, spent = first
    return done, spent / done if done else 0.0
