"""The suggester of one generation, made when it is first wanted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from core.errors import VitrineError
from indexer.snapshot import IndexSnapshot
from search.suggest import Suggester

log = logging.getLogger(__name__)


class LazySuggester:
    """Makes a suggester once, on whichever thread wants it first; the others wait for it.

    Args:
        snapshot: Must be open for reading whenever a suggester is wanted.
        clicked: Tells past queries and their clicks. Where they cannot be had there are
            suggestions without them.
    """

    def __init__(self, snapshot: IndexSnapshot, clicked: Callable[[], Mapping[str, int]]) -> None:
        self._snapshot = snapshot
        self._clicked = clicked
        self._making = threading.Lock()
        self._made: Suggester | None = None
        self._tried = False

    @property
    def is_made(self) -> bool:
        """Whether somebody has wanted it."""
        return self._made is not None

    def prepare(self) -> None:
        """Make it now, so that nobody waits for it; tried once, and a failure is logged."""
        if self._made is None and not self._tried:
            self._tried = True
            try:
                self.suggester()
            except Exception:  # suggestions are no reason to serve nothing
                log.exception("Nothing can be suggested")

    def suggester(self) -> Suggester:
        """Give the suggester; the first time takes as long as reading all products.

        Raises:
            SnapshotError: the snapshot has been closed.
        """
        with self._making:
            if self._made is None:
                each = self._snapshot
                self._made = Suggester.of(
                    each.columns, each.lexical, each.documents, self._past_queries()
                )
            return self._made

    def _past_queries(self) -> Mapping[str, int]:
        try:
            return self._clicked()
        except VitrineError as error:
            log.warning("Past queries are not suggested: %s", error)
            return {}
