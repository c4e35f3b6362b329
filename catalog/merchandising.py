"""Merchandising rules in the database. Functions take a session and never commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from catalog import repository
from catalog.merchandising_rule import Rule
from catalog.models import MerchandisingRule, MerchandisingState
from core.errors import RuleError, UnknownRuleError

MAX_RULES = 5_000
"""Far more than people look after; all of them are held in memory."""

_FIELDS = tuple(field.name for field in fields(Rule) if field.name not in ("id", "product_ids"))


@dataclass(frozen=True, slots=True)
class KeptRules:
    """All rules as they were at one revision."""

    revision: str
    rules: tuple[Rule, ...]
    """By id, which is the order in which they were made."""


def revision(session: Session) -> str:
    """Tell which state the rules are in, at the cost of one row.

    It is random and new with each change: equal only where the rules are, also in a database
    that was restored or copied.
    """
    return session.scalars(select(MerchandisingState.revision)).one()


def load_rules(session: Session) -> KeptRules:
    """Read all rules."""
    rows = session.scalars(select(MerchandisingRule).order_by(MerchandisingRule.id))
    return KeptRules(revision(session), tuple(map(_rule, rows)))


def add_rule(session: Session, rule: Rule, now: datetime) -> Rule:
    """Keep a new rule; give it with its id.

    Raises:
        RuleError: there are ``MAX_RULES`` already.
    """
    _renew_revision(session)  # first, so that two writers wait here for each other
    count = session.scalar(select(func.count()).select_from(MerchandisingRule)) or 0
    if count >= MAX_RULES:
        raise RuleError("rules", f"There are {MAX_RULES:,} rules already; remove some first.")
    told = {name: getattr(rule, name) for name in _FIELDS}
    row = MerchandisingRule(**told, product_ids=list(rule.product_ids), created_at=now)
    session.add(row)
    session.flush()
    return replace(rule, id=row.id)


def remove_rule(session: Session, rule_id: int) -> Rule:
    """Remove a rule; give what it was.

    Raises:
        UnknownRuleError: there is none of this id.
    """
    _renew_revision(session)
    row = session.get(MerchandisingRule, rule_id)
    if row is None:
        raise UnknownRuleError(rule_id)
    removed = _rule(row)
    session.execute(delete(MerchandisingRule).where(MerchandisingRule.id == rule_id))
    return removed


def missing_products(session: Session, rules: Iterable[Rule]) -> dict[int, tuple[str, ...]]:
    """Tell which products that rules name are not in the catalogue; by the rules' ids."""
    rules = list(rules)
    named = sorted({each for rule in rules for each in rule.product_ids})
    known = repository.known_ids(session, named)
    missing = {
        rule.id: tuple(each for each in rule.product_ids if each not in known) for rule in rules
    }
    return {rule_id: ids for rule_id, ids in missing.items() if ids}


def _renew_revision(session: Session) -> None:
    session.execute(update(MerchandisingState).values(revision=uuid.uuid4().hex))


def _rule(row: MerchandisingRule) -> Rule:
    told = {name: getattr(row, name) for name in _FIELDS}
    return Rule(**told, product_ids=tuple(row.product_ids), id=row.id)
