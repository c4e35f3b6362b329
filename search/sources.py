"""Where an engine's parts come from: generations, encoders, and what a shop's people decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from encoder.base import DualEncoder
from indexer.snapshot import IndexSnapshot
from search.generation import ServedGeneration
from search.merchandising_book import RuleBook
from search.tuning import Tuning


class GenerationSource(Protocol):
    """Where an engine's generations come from."""

    def current_id(self) -> str:
        """Tell which generation is the one to serve; cheap, for it is asked often."""

    def open(self) -> IndexSnapshot:
        """Open and check that generation.

        Raises:
            SnapshotError: it is damaged, or there is none.
        """

    def open_first(self) -> IndexSnapshot:
        """Open that generation or, where it is damaged, a whole one that it came after.

        Raises:
            SnapshotError: there is no whole one.
        """

    def serve(self, snapshot: IndexSnapshot) -> ServedGeneration:
        """Build the vector indexes of an open generation."""

    def tuning(self, fingerprint: str) -> Tuning:
        """Tell how a model's generations are ranked now; the same object until that changes.

        Cheap, for it is asked often.
        """


EncoderSource = Callable[[str, str], DualEncoder]
"""Loads the encoder of a fingerprint, for what the second argument names in errors.

Raises ``FingerprintMismatchError`` where no such encoder is known.
"""


class ShopSource(Protocol):
    """What a shop's database tells besides its products; asked off the queries' thread."""

    def rules(self, known: RuleBook) -> RuleBook:
        """Give the merchandising rules as they are now; the same book where none has changed.

        Raises:
            VitrineError: they cannot be read; the book that is known goes on holding.
        """

    def clicked(self) -> Mapping[str, int]:
        """Tell which past queries were worth a click, and how often.

        Raises:
            VitrineError: that cannot be read.
        """


class NoShop:
    """A shop without rules, of which nothing is recorded."""

    def rules(self, known: RuleBook) -> RuleBook:
        """Give the book that is known."""
        return known

    def clicked(self) -> Mapping[str, int]:
        """Tell of none."""
        return {}
