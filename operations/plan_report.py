"""A plan, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.terminal import table
from operations.calibration import Calibration


@dataclass(frozen=True, slots=True)
class TimePlan:
    """Seconds of a build that has everything to embed, by stage."""

    seconds: Mapping[str, float]

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self.seconds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Bytes resident at the most."""

    building: int
    serving: int
    serving_while_swapping: int
    """For the moment in which a new generation takes over from the old."""
    gpu: int
    """On the graphics card; 0 without one."""
    free: int
    """What this machine has left; 0 where it does not tell."""
    reclaimable: int
    """How much of ``building`` mirrors files and is given back when it is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskPlan:
    """Bytes on the disk of the home."""

    database: int
    images: int
    images_known: bool
    """Whether the shop has pictures to take the size of."""
    embeddings: int
    generation: int
    keep: int
    """How many generations are kept."""
    free: int

    @property
    def total(self) -> int:
        """Bytes of everything, while a build makes one generation more than are kept."""
        kept = (self.keep + 1) * self.generation
        return self.database + self.images + self.embeddings + kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an index takes."""

    products: int
    images: int
    """Different pictures."""
    texts: int
    """Different texts."""
    from_shop: bool
    """Whether the shop's own products were measured, or examples."""
    model: str
    fingerprint: str
    index: str
    threads: int
    calibration: Calibration
    time: TimePlan
    memory: MemoryPlan
    disk: DiskPlan

    @property
    def problems(self) -> list[str]:
        """Why a first build would not fit, if so."""
        problems = []
        needed = self.memory.building - self.memory.reclaimable
        if self.memory.free and needed > self.memory.free:
            problems.append(
                f"Building needs {_mb(needed)} of memory; {_mb(self.memory.free)} are free."
            )
        index = self.disk.embeddings + self.disk.generation
        if index > self.disk.free:
            problems.append(
                f"The first index needs {_mb(index)} of disk; {_mb(self.disk.free)} are free."
            )
        return problems

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = asdict(self)
        told["time"]["total"] = round(self.time.total, 1)
        told["disk"]["total"] = self.disk.total
        return told | {"fits": not self.problems, "problems": self.problems}

    def to_text(self) -> str:
        """Say it on one screen."""
        whose = "the shop's own products" if self.from_shop else "example products"
        memory, disk = self.memory, self.disk
        rows = [
            ("build time", _duration(self.time.total), _stages(self.time.seconds)),
            ("memory, building", _mb(memory.building), f"{_mb(memory.free)} free"),
            ("memory, serving", _mb(memory.serving), ""),
            ("  while it swaps", _mb(memory.serving_while_swapping), ""),
            ("disk, database", _mb(disk.database), ""),
            ("disk, pictures", _mb(disk.images) if disk.images_known else "?", _pictures(disk)),
            ("disk, embeddings", _mb(disk.embeddings), ""),
            ("disk, a generation", _mb(disk.generation), f"{disk.keep} are kept"),
            ("disk, all", _mb(disk.total), f"{_mb(disk.free)} free"),
        ]
        if memory.gpu:
            rows.insert(4, ("memory, graphics card", _mb(memory.gpu), ""))
        lines = [
            f"{self.products:,} products, {self.images:,} pictures and {self.texts:,} texts to "
            f"embed, reckoned from {whose}.",
            f"Model {self.fingerprint[:12]}, index {self.index}, {self.threads} threads: "
            f"{_rate(self.calibration.image_s)} pictures and {_rate(self.calibration.text_s)} "
            "texts a second here.",
            table(rows),
        ]
        lines += [f"It does not fit: {each}" for each in self.problems] or ["It fits here."]
        return "\n".join(lines)


def _pictures(disk: DiskPlan) -> str:
    return "" if disk.images_known else "as large as the shop's files are; it has none yet"


def _stages(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {spent:.0f}" for name, spent in seconds.items())


def _rate(seconds: float) -> str:
    return f"{1 / seconds:,.0f}" if seconds else "no"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
