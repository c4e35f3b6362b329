"""Answers that have been given already, kept while nothing they depend on has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class AnswerCache(Generic[Value]):
    """The answers used last, by question and state. Safe in any number of threads.

    A state names all else that answers depend on: the generation, and which rules hold. What
    was answered in another is never found, so that nothing has to be cleared in time when the
    state changes; what is left of an old one goes first, since nobody asks for it any more.

    Args:
        size: How many answers are kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Hashable, Hashable], Value] = OrderedDict()

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)

    def get(self, state: Hashable, question: Hashable) -> Value | None:
        """Find an answer; None where it is not kept."""
        key = (state, question)
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, state: Hashable, question: Hashable, answer: Value) -> None:
        """Keep an answer, in the place of the one that has waited longest."""
        with self._lock:
            self._kept[state, question] = answer
            self._kept.move_to_end((state, question))
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
