"""What an index build did, for people and for machines."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.terminal import table

MAX_REFUSALS_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class RefusedPicture:
    """A picture that is not in the index; its product is, by its text and other pictures."""

    product_id: str
    """The first product that shows it."""
    hash: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldReport:
    """One field of the index. Contents are counted once, however many rows share them."""

    rows: int
    embedded: int
    reused: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    generation: str
    """The one in service now."""
    published: bool
    """Whether this build made it; False where nothing had changed."""
    products_read: bool = True
    """False where the catalogue's revision told that nothing had changed; no content was
    looked up then, so that none counts as reused or refused."""
    products: int
    fields: Mapping[str, FieldReport]
    refused: tuple[RefusedPicture, ...]
    """At most ``MAX_REFUSALS_LISTED`` of them."""
    damaged_records: int
    """Stored embeddings that failed their checksum and were made again."""
    removed: tuple[str, ...]
    """Old generations that were pruned."""
    seconds: Mapping[str, float]
    """Stage to seconds; ``wait`` is the encoder waiting for decoded pictures."""
    images_per_s: float
    """Pictures embedded, by the time of decoding and encoding them; 0 where there were none."""
    peak_memory_bytes: int

    @property
    def embedded(self) -> int:
        """How many contents went through the encoder."""
        return sum(each.embedded for each in self.fields.values())

    def to_line(self) -> str:
        """Say it in one line, for a job that builds again and again."""
        done = "published" if self.published else "nothing has changed, in service is"
        refused = sum(each.refused for each in self.fields.values())
        told = [f"{self.products:,} products", f"{self.embedded:,} embedded"]
        told += [f"{refused:,} refused"] if refused else []
        told.append(f"{self.seconds['total']:.1f} s")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return f"{now} {done} {self.generation}: {', '.join(told)}"

    def to_text(self) -> str:
        """Say it in a few lines."""
        verdict = (
            f"Published the generation {self.generation}."
            if self.published
            else f"Nothing has changed: the generation {self.generation} stays in service "
            "(--force publishes anyway)."
        )
        if not self.products_read:
            seconds = self.seconds["total"]
            return f"{verdict}\n{self.products:,} products, none read: {seconds:.1f} s"
        rows = [
            (name, each.rows, each.embedded, each.reused, each.refused)
            for name, each in self.fields.items()
        ]
        lines = [verdict, f"{self.products:,} products"]
        if not self.products:
            lines.append("The catalogue is empty: the site shows no products.")
        lines.append(table(rows, ("field", "rows", "embedded", "reused", "refused")))
        lines += [f"refused {each.product_id}: {each.reason}" for each in self.refused[:10]]
        if self.damaged_records:
            lines.append(f"{self.damaged_records} damaged stored embeddings were made again")
        stages = ", ".join(f"{name} {spent:.1f}" for name, spent in self.seconds.items())
        lines.append(f"seconds: {stages}")
        rate = f"{self.images_per_s:.0f} pictures/s, " if self.images_per_s else ""
        lines.append(f"{rate}peak memory {self.peak_memory_bytes / 2**20:.0f} MB")
        return "\n".join(lines)


@dataclass(slots=True)
class Stopwatch:
    """Seconds per stage, in the order in which stages first began."""

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Add the time that the context takes to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - began)

    def add(self, stage: str, seconds: float) -> None:
        """Add time measured elsewhere."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def rounded(self) -> dict[str, float]:
        """Give all stages and their total, to the millisecond."""
        total = time.perf_counter() - self._began
        return {name: round(each, 3) for name, each in {**self.seconds, "total": total}.items()}


def peak_memory_bytes() -> int:
    """Tell the most memory that this process has had resident."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)  # getrusage(2): kB on Linux
