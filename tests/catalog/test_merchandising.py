from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from catalog import merchandising, repository
from catalog.copying import save_catalogue
from catalog.database import Database
from catalog.merchandising_rule import MAX_PRODUCTS, Effect, Match, Rule
from catalog.records import ProductRecord
from core.errors import RuleError, UnknownRuleError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

FULL = Rule(
    Effect.PIN,
    product_ids=("b", "a"),
    query="red größe",
    match=Match.WORDS,
    category="Men > Shoes",
    position=3,
    strength=0.25,
    starts_at=datetime(2026, 6, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ends_at=NOW + timedelta(days=1),
    priority=-7,
    note="Summer, 红",
)


def test_rules_come_back_as_they_were_made(database: Database) -> None:
    selection = {"field": "price", "maximum": 20}
    every = (FULL, Rule(Effect.BOOST, selection=selection, strength=0.1), Rule(Effect.HIDE, ("x",)))
    with database.write() as session:
        kept = tuple(merchandising.add_rule(session, rule, NOW) for rule in every)
    with database.read() as session:
        assert merchandising.load_rules(session).rules == kept
    assert [each.id for each in kept] == [1, 2, 3]
    assert kept[0].starts_at == NOW


def test_revision_is_new_with_every_change_and_only_then(database: Database) -> None:
    def seen() -> str:
        with database.read() as session:
            return merchandising.revision(session)

    revisions = [seen(), seen()]
    with database.write() as session:
        rule = merchandising.add_rule(session, FULL, NOW)
    revisions.append(seen())
    with database.write() as session:
        repository.upsert(session, [ProductRecord("a", "A")], NOW)
    revisions.append(seen())
    with database.write() as session:
        assert merchandising.remove_rule(session, rule.id) == rule
    revisions.append(seen())
    assert revisions[0] == revisions[1] != revisions[2] == revisions[3] != revisions[4]
    assert revisions[4] != revisions[0]


def test_rule_that_is_not_there_is_named_and_the_revision_stays(database: Database) -> None:
    with database.read() as session:
        before = merchandising.revision(session)
    with pytest.raises(UnknownRuleError, match="no rule 7"), database.write() as session:
        merchandising.remove_rule(session, 7)
    with database.read() as session:
        assert merchandising.revision(session) == before


def test_products_that_rules_name_and_the_catalogue_lacks_are_told(
    sqlite_database: Database, make_product: Callable[..., ProductRecord]
) -> None:
    with sqlite_database.write() as session:
        repository.upsert(session, [make_product("a"), make_product("b")], NOW)
        whole = merchandising.add_rule(session, FULL, NOW)
        broken = merchandising.add_rule(session, Rule(Effect.HIDE, ("z", "a", "y")), NOW)
        assert merchandising.missing_products(session, (whole, broken)) == {2: ("z", "y")}
        repository.withdraw(session, ["a"])
        assert merchandising.missing_products(session, (whole, broken)) == {
            1: ("a",), 2: ("z", "a", "y"),
        }  # fmt: skip


def test_no_more_rules_are_taken_than_a_server_holds(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merchandising, "MAX_RULES", 1)
    with sqlite_database.write() as session:
        merchandising.add_rule(session, FULL, NOW)
    with pytest.raises(RuleError, match="1 rules already"), sqlite_database.write() as session:
        merchandising.add_rule(session, FULL, NOW)


def test_rules_are_in_a_copy_of_the_catalogue_with_their_revision(
    sqlite_database: Database, tmp_path: Any
) -> None:
    with sqlite_database.write() as session:
        rule = merchandising.add_rule(session, FULL, NOW)
        revision = merchandising.revision(session)
    url = sqlite_database._url.render_as_string(hide_password=False)
    save_catalogue(url, tmp_path / "copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    with copy.read() as session:
        assert merchandising.load_rules(session) == merchandising.KeptRules(revision, (rule,))
    copy.close()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product_ids": ()}, "product_ids"),
        ({"selection": {}}, "product_ids"),
        ({"effect": Effect.PIN, "product_ids": (), "selection": {}}, "product_ids"),
        ({"product_ids": ("a", "a")}, "product_ids"),
        ({"product_ids": ("",)}, "product_ids"),
        ({"product_ids": tuple(map(str, range(MAX_PRODUCTS + 1)))}, "product_ids"),
        ({"position": 0}, "position"),
        ({"position": 241}, "position"),
        ({"strength": 0.0}, "strength"),
        ({"strength": 1.01}, "strength"),
        ({"strength": float("nan")}, "strength"),
        ({"priority": 1_001}, "priority"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at"),
        ({"query": "x" * 201}, "query"),
        ({"note": "\0"}, "note"),
    ],
)
def test_rule_that_cannot_be_meant_is_refused_by_its_field(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        Rule(**{"effect": Effect.HIDE, "product_ids": ("a",), **changes})
    assert refused.value.field == field
