"""What decides an index, told cheaply: so that an unchanged catalogue need not be read."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import PIL

from core import VERSION
from indexer.manifest import FORMAT

_PACKAGES = ("catalog", "catalog/lexicon", "indexer")
"""What turns a catalogue into a generation's files lies in the folders of these."""


@dataclass(frozen=True, slots=True)
class CatalogueBasis:
    """Which state of the catalogue products are read from; empty where it is not known.

    It is told before the products are read. What changes in between is then taken already,
    and once more looked at by the next build; nothing is missed.
    """

    revision: str = ""
    """Database and revision; equal where no product differs."""
    prices_until: str = ""
    """When a sale next begins or ends: UTC, ISO 8601; empty where none will."""

    @property
    def instance(self) -> str:
        """Which database; empty where it is not known."""
        return self.revision.rpartition(".")[0]


def rules_digest(limits: str) -> str:
    """Digest everything but catalogue and encoder that decides what a generation holds.

    The program's own text counts, not only its version: whoever changes a rule need not
    remember to raise a number, and a needless comparison costs seconds, once.

    Args:
        limits: Which pictures are taken, in words.
    """
    digest = hashlib.sha256()
    told = (f"format {FORMAT}", VERSION, limits, unicodedata.unidata_version, PIL.__version__)
    digest.update("\n".join(told).encode())
    root = Path(__file__).parent.parent
    for package in _PACKAGES:
        for path in sorted((root / package).iterdir()):
            if path.suffix in (".py", ".toml"):
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
