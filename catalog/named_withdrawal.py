"""Products that are named, one by one, leave the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog import repository
from catalog.database import Database
from catalog.text import strip_controls


@dataclass(frozen=True, slots=True)
class NamedWithdrawal:
    """Which of the products that were named were there."""

    ids: tuple[str, ...]
    """All, in the order in which they were named."""
    withdrawn: frozenset[str]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Those that were no product."""
        return tuple(each for each in self.ids if each not in self.withdrawn)


def withdraw_named(database: Database, ids: Sequence[str]) -> NamedWithdrawal:
    """Withdraw products in a transaction of its own; ids that are none are told, not refused.

    Raises:
        DatabaseError: the database failed, and none was withdrawn.
    """
    known: set[str] = set()

    def withdraw(session: Session) -> None:
        # Added to: after a commit whose answer was lost, a second look finds none of them.
        known.update(repository.known_ids(session, ids))
        repository.withdraw(session, ids)

    database.transact(withdraw)
    return NamedWithdrawal(tuple(ids), frozenset(known))


def normal_id(written: str) -> str:
    """Read an id as a feed's is read: without controls, and white space around or doubled.

    >>> normal_id("  a  1 ")
    'a 1'
    """
    return " ".join(strip_controls(written).split())


def normal_ids(written: Iterable[str]) -> list[str]:
    """Read ids, those that are left of them, each once."""
    return list(dict.fromkeys(filter(None, map(normal_id, written))))
