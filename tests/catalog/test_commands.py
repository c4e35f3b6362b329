from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.commands import catalog
from core.settings import Settings


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    settings = Settings(home=tmp_path / "home")

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(catalog, [str(each) for each in arguments], obj=settings)

    return invoke


@pytest.fixture
def feed(tmp_path: Path, jpeg: Callable[..., bytes]) -> Path:
    path = tmp_path / "feed.csv"
    (tmp_path / "a.jpg").write_bytes(jpeg())
    path.write_text("sku,name,image,colour\n1,Boot,a.jpg,red\n2,Shoe,none.jpg,\n3,,,\n")
    return path


def test_import_prints_a_summary_and_exits_0(run: Callable[..., Result], feed: Path) -> None:
    result = run("import", feed)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Run 1: 1 of 3 rows taken, 1 mended, 1 refused, in ")
    assert lines[1] == ("Products: 2 added, 0 changed, 0 unchanged. Pictures: 1 new, 0 known.")
    assert lines[-1] == "Details: vitrine catalog report 1"


def test_import_as_json_tells_everything(run: Callable[..., Result], feed: Path) -> None:
    report = json.loads(run("import", feed, "--json").stdout)
    assert report.pop("seconds") >= 0
    assert report == {
        "run_id": 1,
        "source": str(feed),
        "format": "csv",
        "encoding": "utf-8",
        "rows": 3,
        "taken": 1,
        "mended": 1,
        "refused": 1,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "images_stored": 1,
        "images_reused": 0,
        "codes": {"image_missing": 1, "missing_title": 1},
        "problems": [
            {
                "line": 3,
                "code": "image_missing",
                "hint": "There is no such file in the image folder.",
                "value": "none.jpg",
            },
            {
                "line": 4,
                "code": "missing_title",
                "hint": "Give the product a title.",
                "value": "",
            },
        ],
    }


def test_import_of_nothing_usable_exits_1_with_its_report(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,title\n1,\n,b\n")
    result = run("import", path, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == 2


def test_a_header_alone_takes_nothing_and_exits_1(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "header.csv"
    path.write_text("id,title\n")
    result = run("import", path)
    assert result.exit_code == 1
    assert "0 of 0 rows taken" in result.stdout


def test_an_unreadable_feed_is_one_sentence(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<rss/>")
    result = run("import", path)
    assert result.exit_code == 1
    assert result.stderr == (
        f"vitrine: The feed {path} cannot be read: it is XML or HTML; give CSV or JSON Lines.\n"
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--map", "colour", "must be COLUMN=FIELD"),
        ("--map", "colour=hue", "with a field of id, title"),
        ("--currency", "XYZ", "is no ISO 4217 code"),
        ("--images", "nowhere", "does not exist"),
    ],
)
def test_wrong_usage_exits_2(
    run: Callable[..., Result], feed: Path, option: str, value: str, message: str
) -> None:
    result = run("import", feed, option, value)
    assert result.exit_code == 2
    assert message in result.stderr


def test_mapping_wins_and_a_column_may_hold_an_equals_sign(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("a=b;Preis;title\n1;29,90;Boot\n")
    result = run(
        "import", path, "--map", "a=b=id", "--map", "preis=price", "--currency", "eur", "--json"
    )
    assert json.loads(result.stdout)["taken"] == 1


def test_stats_count_the_catalogue(run: Callable[..., Result], feed: Path) -> None:
    run("import", feed)
    assert json.loads(run("stats", "--json").stdout) == {
        "products": 2,
        "images": 1,
        "distinct_images": 1,
        "products_without_image": 1,
        "products_without_price": 2,
        "brands": 0,
        "groups": 0,
        "categories": {"": 2},
    }
    assert run("stats").stdout.splitlines()[0].split() == ["products", "2"]


def test_report_lists_what_was_wrong_in_pages(run: Callable[..., Result], feed: Path) -> None:
    run("import", feed)
    report = json.loads(run("report", "latest", "--json").stdout)
    assert report["run"]["status"] == "done"
    assert report["run"]["taken"] == 1
    assert report["codes"] == [
        {"outcome": "mended", "code": "image_missing", "entries": 1},
        {"outcome": "refused", "code": "missing_title", "entries": 1},
        {"outcome": "taken", "code": "", "entries": 1},
    ]
    assert [(entry["line"], entry["code"]) for entry in report["entries"]] == [
        (3, "image_missing"),
        (4, "missing_title"),
    ]
    page = json.loads(run("report", "1", "--limit", "1", "--offset", "1", "--json").stdout)
    assert [entry["line"] for entry in page["entries"]] == [4]
    everything = json.loads(run("report", "1", "--all", "--json").stdout)
    assert [entry["line"] for entry in everything["entries"]] == [2, 3, 4]
    assert "There is no such file" in run("report", "1").stdout


def test_report_of_no_such_run_says_so(run: Callable[..., Result]) -> None:
    for number in ("latest", "7"):
        result = run("report", number)
        assert result.exit_code == 1
        assert "There is no import" in result.stderr
    assert run("report", "first").exit_code == 2


@pytest.mark.parametrize("number", ["99999999999999999999999", str(2**31), "0", "9" * 5_000])
def test_a_number_that_no_run_can_have_is_wrong_usage(
    run: Callable[..., Result], number: str
) -> None:
    result = run("report", number)
    assert result.exit_code == 2
    assert "must be a run's number" in result.stderr
    assert run("report", 2**31 - 1).exit_code == 1


def test_an_offset_that_no_ledger_reaches_is_wrong_usage(
    run: Callable[..., Result], feed: Path
) -> None:
    run("import", feed)
    assert run("report", "1", "--offset", 10**30).exit_code == 2
    assert json.loads(run("report", "1", "--offset", 10**9, "--json").stdout)["entries"] == []


def test_migrate_can_be_repeated(run: Callable[..., Result]) -> None:
    for _ in range(2):
        assert run("migrate").stdout == "The database has the newest schema.\n"
