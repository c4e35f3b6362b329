"""Past queries that were worth a click, for suggestions. The function takes a session."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.events import WEIGHTS
from catalog.models import LoggedEvent, LoggedQuery

_ROWS_AT_ONCE = 1_000


def clicked_queries(session: Session) -> Counter[str]:
    """Count in how many searches for a text something shown was chosen; empty if none is logged.

    Who names itself counts once for a text, however often it searches: what only one visitor
    asks for is nobody else's to see. An action counts only where the search had shown the
    product.
    """
    statement = (
        select(
            LoggedQuery.user_query, LoggedQuery.client_id, LoggedQuery.query_id,
            LoggedQuery.hit_ids, LoggedEvent.object_id,
        )
        .join(LoggedEvent, LoggedEvent.query_id == LoggedQuery.query_id)
        .where(LoggedEvent.action_name.in_(WEIGHTS), LoggedQuery.user_query != "")
    )  # fmt: skip
    counts: Counter[str] = Counter()
    counted: set[tuple[str, str]] = set()
    rows = session.execute(statement, execution_options={"yield_per": _ROWS_AT_ONCE})
    for words, client_id, query_id, hit_ids, product_id in rows:
        text = " ".join(words.split())
        # Names of clients and of queries may be equal; an "@" is in neither.
        who = f"@{client_id}" if client_id else query_id
        once = (text.casefold(), who)
        if once not in counted and product_id in hit_ids:
            counted.add(once)
            counts[text] += 1
    return counts
