from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog import repository
from catalog.database import open_catalog
from catalog.records import ProductRecord
from core.settings import Settings
from search.rule_commands import rules

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = Settings(home=tmp_path)
    database = open_catalog(settings)
    with database.write() as session:
        products = [ProductRecord(each, each) for each in ("a", "b")]
        repository.upsert(session, products, datetime.now(UTC))
    database.close()
    return lambda *arguments: CliRunner().invoke(rules, list(arguments), obj=settings)


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_rule_is_added_listed_tried_and_removed(run: Run) -> None:
    added = told(
        run(
            "add", "pin", "--query", "red  Dress", "--category", "Women>Dresses", "--product", "b",
            "--product", "gone", "--at", "2", "--from", "2026-06-01", "--until", "2026-06-30",
            "--priority", "3", "--note", "summer", "--json",
        )
    )  # fmt: skip
    assert added == {
        "id": 1, "effect": "pin", "product_ids": ["b", "gone"], "selection": None,
        "query": "red Dress", "match": "exact", "category": "Women > Dresses", "position": 2,
        "strength": None, "starts_at": "2026-06-01T00:00:00+00:00",
        "ends_at": "2026-07-01T00:00:00+00:00", "priority": 3, "note": "summer",
        "missing": ["gone"],
    }  # fmt: skip
    asked = ("test", "red dresses", "--category", "Women > Dresses", "--json", "--on")
    assert told(run(*asked, "2026-06-30T23:59")) == [added]
    assert told(run(*asked, "2026-07-01")) == []
    (listed,) = told(run("list", "--json"))
    assert {**added, "state": listed["state"]} == listed
    assert told(run("remove", "1", "--json"))["id"] == 1
    assert told(run("list", "--json")) == []


def test_list_says_what_rules_do_and_which_products_are_gone(run: Run) -> None:
    run("add", "hide", "--everywhere", "--product", "gone", "--until", "2020-01-01")
    run("add", "boost", "--containing", "shoes", "--where", "brand=Acme", "--where", "price=..20",
        "--strength", "0.8", "--priority", "1")  # fmt: skip
    lines = [line.split("  ") for line in run("list").stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[1:] == [
        ["2", "1", "boost what has brand=Acme and price=..20 by 0.8", "with 'shoes'", "live"],
        ["1", "0", "hide gone", "everywhere until 2020-01-02 00:00 UTC", "ended", "gone"],
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hide", "--product", "a"), "Say for what"),
        (("hide", "--product", "a", "--everywhere", "--query", "x"), "Say for what"),
        (("hide", "--product", "a", "--query", "x", "--containing", "y"), "Say for what"),
        (("hide", "--product", "a", "--query", "?!"), "no word"),
        (("hide", "--product", "a", "--query", "x", "--from", "soon"), "neither a day"),
        (("hide", "--where", "brand", "--query", "x"), "FIELD=VALUE"),
        (("shout", "--product", "a", "--query", "x"), "Invalid value"),
    ],
)
def test_wrong_use_exits_with_2(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("add", *arguments)
    assert (result.exit_code, message in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "hide", "--query", "x"), "either products or a selection"),
        (("add", "pin", "--query", "x", "--where", "brand=A"), "one by one"),
        (("add", "hide", "--query", "x", "--where", "colour=red"), "no field 'colour'"),
        (("add", "boost", "--query", "x", "--product", "a", "--strength", "2"), "at most 1"),
        (("remove", "9"), "There is no rule 9"),
    ],
)
def test_what_no_rule_can_be_exits_with_1_and_a_sentence(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)
    assert (result.exit_code, message in result.output) == (1, True)
    assert told(run("list", "--json")) == []
