"""What shoppers searched for and did then, where that is recorded (docs/events.md).

The shapes are those of User Behavior Insights 1.3, of which only what ranking learns from is
kept: no address, no program's name, no free text beside the query itself.
Source: https://github.com/o19s/ubi, schema/1.3.0. Functions take a session and never commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from catalog.models import LoggedEvent, LoggedQuery

WEIGHTS: Mapping[str, float] = {
    "click": 1.0,
    "click_through": 1.0,
    "add_to_cart": 3.0,
    "purchase": 5.0,
}
"""What an action says for a product, once for each query and product. Chosen, not fitted: who
buys has clicked and put into the cart, too, and so counts nine times what a click counts.
Other actions (UBI's view, watch, impression) say nothing for it."""

MAX_WEIGHT = 1e6
"""The most that training takes. Source: docs/training.md."""
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class QueryEntry:
    """One search: what was asked, and which products were shown."""

    query_id: str
    client_id: str
    user_query: str
    attributes: Mapping[str, Any]
    hit_ids: Sequence[str]
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One action on a product that a search had shown."""

    query_id: str
    client_id: str
    action_name: str
    object_id: str
    ordinal: int | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """What shoppers who asked for something chose, as training reads it."""

    query: str
    product_id: str
    weight: float


def record(session: Session, entries: Sequence[QueryEntry | EventEntry]) -> None:
    """Write a batch of queries and events; a statement for each of the two."""
    queries = [asdict(each) for each in entries if isinstance(each, QueryEntry)]
    events = [asdict(each) for each in entries if isinstance(each, EventEntry)]
    if queries:
        session.execute(insert(LoggedQuery), queries)
    if events:
        session.execute(insert(LoggedEvent), events)


def forget_before(session: Session, moment: datetime) -> int:
    """Delete what is older, and tell how much that was."""
    forgotten = 0
    for table, happened in (
        (LoggedQuery, LoggedQuery.issued_at),
        (LoggedEvent, LoggedEvent.happened_at),
    ):
        statement = delete(table).where(happened < moment)
        result: Any = session.execute(statement.execution_options(synchronize_session=False))
        forgotten += result.rowcount
    return forgotten


def logged_searches(session: Session, since: datetime | None = None) -> list[LoggedSearch]:
    """Sum up which products were chosen for which query, the most telling first.

    An action counts once for each query and product, however often it was sent, and only
    where that query had shown the product: whoever sends made-up events must search first.
    """
    weights: dict[tuple[str, str], float] = {}
    counted: set[tuple[str, str, str]] = set()
    statement = (
        select(
            LoggedQuery.query_id, LoggedQuery.user_query, LoggedQuery.hit_ids,
            LoggedEvent.object_id, LoggedEvent.action_name,
        )
        .join(LoggedEvent, LoggedEvent.query_id == LoggedQuery.query_id)
        .where(LoggedEvent.action_name.in_(WEIGHTS), LoggedQuery.user_query != "")
    )  # fmt: skip
    if since is not None:
        statement = statement.where(LoggedEvent.happened_at >= since)
    rows = session.execute(statement, execution_options={"yield_per": _ROWS_AT_ONCE})
    for query_id, words, hit_ids, product_id, action in rows:
        once = (query_id, product_id, action)
        if once in counted or product_id not in hit_ids:
            continue
        counted.add(once)
        key = (" ".join(words.split()).casefold(), product_id)
        weights[key] = weights.get(key, 0.0) + WEIGHTS[action]
    found = [LoggedSearch(*key, min(weight, MAX_WEIGHT)) for key, weight in weights.items()]
    return sorted(found, key=lambda each: (-each.weight, each.query, each.product_id))
