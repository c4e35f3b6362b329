"""What a feed no longer names leaves the catalogue, unless that is suspiciously much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from catalog import repository
from catalog.models import LedgerEntry, Outcome, Product
from core.terminal import counted

DEFAULT_MAX_SHARE = 0.2
"""A shop does not drop a fifth of its products overnight, but a transfer breaks off anywhere."""


@dataclass(frozen=True, slots=True)
class FullFeed:
    """A full feed that has been read to its end, and the catalogue as it was before."""

    run_id: int
    started_at: datetime
    products_before: int
    max_share: float | None
    """Of the products before; more than it is not withdrawn. None where nobody has stated one:
    the default then, and nothing at all where a row could not be read for its id."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How many products a full feed took out, or why it took out none."""

    products: int = 0
    refusal: str = ""


def withdraw_unnamed(session: Session, feed: FullFeed) -> Withdrawal:
    """Withdraw the products that a feed does not name, each with an entry in its ledger.

    A row whose product could not be taken names it all the same. One that cannot even be read
    for its id may be of any product that seems to be missing: then none goes, unless a share
    was stated that is large enough for all of them. Products that came into
    the catalogue while the feed was being read stay: it could not know them. Costs three
    statements, whatever the sizes.
    """
    unnamed = _is_unnamed(feed.run_id, feed.started_at)
    products = repository.count_where(session, unnamed)
    if not products:
        return Withdrawal()
    nameless = _count_nameless(session, feed.run_id)
    before = max(feed.products_before, products)
    share = min(products + nameless, before) / before
    limit = DEFAULT_MAX_SHARE if feed.max_share is None else feed.max_share
    if share > limit or (nameless and feed.max_share is None):
        return Withdrawal(refusal=_refusal(feed, products, nameless, share))
    _record(session, feed.run_id, unnamed, "The feed no longer names this product.")
    repository.withdraw_where(session, unnamed)
    return Withdrawal(products)


def withdraw_left_variants(session: Session, run_id: int, started_at: datetime) -> Withdrawal:
    """Withdraw what a feed of whole groups has left out of the groups that it names.

    A product's ids may change with the number of its variants, and the old ones would stay for
    ever. Where a row could not be read for its id, none goes: it may be of any group.
    """
    if _count_nameless(session, run_id):
        return Withdrawal()
    taken = select(LedgerEntry.product_id).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.outcome.in_((Outcome.TAKEN, Outcome.MENDED)),
    )
    named = aliased(Product)
    groups = select(case((named.group_id == "", named.id), else_=named.group_id))
    left = _is_unnamed(run_id, started_at) & repository.is_of_group(
        groups.where(named.id.in_(taken))
    )
    products = repository.count_where(session, left)
    if products:
        _record(session, run_id, left, "The feed no longer names this variant of the product.")
        repository.withdraw_where(session, left)
    return Withdrawal(products)


def _is_unnamed(run_id: int, started_at: datetime) -> ColumnElement[bool]:
    """Make the condition that a product was there before a run, which does not name it.

    A refused row that names a group may be of any of its variants, and names all of them.
    """
    named = select(LedgerEntry.run_id).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.product_id == Product.id,
        LedgerEntry.outcome != Outcome.WITHDRAWN,
    )
    perhaps_named = select(LedgerEntry.run_id).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.product_id == Product.group_id,
        LedgerEntry.product_id != "",
        LedgerEntry.outcome == Outcome.REFUSED,
    )
    return (Product.created_at < started_at) & ~named.exists() & ~perhaps_named.exists()


def _count_nameless(session: Session, run_id: int) -> int:
    statement = select(func.count()).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.product_id == "",
        LedgerEntry.outcome == Outcome.REFUSED,
    )
    return session.scalar(statement) or 0


def _record(session: Session, run_id: int, unnamed: ColumnElement[bool], hint: str) -> None:
    """Write who leaves, below the feed's last line, where no row of it can be."""
    last = select(func.max(LedgerEntry.line)).where(LedgerEntry.run_id == run_id)
    values: dict[str, ColumnElement[Any]] = {
        "run_id": literal(run_id),
        "line": literal((session.scalar(last) or 0) + 1),
        "position": func.row_number().over(order_by=Product.id) - 1,
        "product_id": Product.id.expression,
        "outcome": literal(Outcome.WITHDRAWN, LedgerEntry.outcome.type),
        "code": literal("not_in_feed"),
        "hint": literal(hint),
        "value": literal(""),
    }
    leaving = select(*values.values()).where(unnamed)
    session.execute(insert(LedgerEntry).from_select(list(values), leaving))


def _refusal(feed: FullFeed, products: int, nameless: int, share: float) -> str:
    unread = (
        f" ({counted(nameless, 'row')} had no readable id and may have stood for some of them)"
        if nameless
        else ""
    )
    if nameless and feed.max_share is None:
        why = "Mend those rows, or, if the products are really gone,"
    else:
        limit = DEFAULT_MAX_SHARE if feed.max_share is None else feed.max_share
        why = (
            f"More than {100 * limit:.4g} % is taken for a truncated feed. If this one is complete,"
        )
    return (
        f"Nothing was withdrawn. The feed does not name {products:,} of the "
        f"{counted(feed.products_before, 'product')} that the catalogue had{unread}. {why} "
        f"import it again with --max-withdrawn {_enough(share)}."
    )


def _enough(share: float) -> str:
    """Write the smallest whole percentage that lets a share pass."""
    return f"{math.ceil(round(100 * share, 6))}%"
