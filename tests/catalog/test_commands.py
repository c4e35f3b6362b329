from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.commands import catalog
from core.settings import Settings


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    settings = Settings(home=tmp_path / "home")

    def invoke(*arguments: object, stdin: str | bytes = "") -> Result:
        written = [str(each) for each in arguments]
        return CliRunner().invoke(catalog, written, input=stdin, obj=settings)

    return invoke


@pytest.fixture
def feed(tmp_path: Path, jpeg: Callable[..., bytes]) -> Path:
    path = tmp_path / "feed.csv"
    (tmp_path / "a.jpg").write_bytes(jpeg())
    path.write_text("sku,name,image,colour\n1,Boot,a.jpg,red\n2,Shoe,none.jpg,\n3,,,\n")
    return path


def kept_report(tmp_path: Path) -> dict[str, Any]:
    (path,) = (tmp_path / "home" / "reports").glob("import-*.json")
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_import_prints_a_summary_and_exits_0(run: Callable[..., Result], feed: Path) -> None:
    result = run("import", feed)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Run 1: 1 of 3 rows taken, 1 mended, 1 refused, 0 withheld, in ")
    assert lines[1] == (
        "Products: 2 added, 0 changed, 0 unchanged, 0 withdrawn. Pictures: 1 new, 0 known."
    )
    assert lines[-1] == "Details: vitrine catalog report 1"


def test_import_as_json_tells_everything(run: Callable[..., Result], feed: Path) -> None:
    report = json.loads(run("import", feed, "--json").stdout)
    assert report.pop("seconds") >= 0
    assert report == {
        "run_id": 1,
        "source": str(feed),
        "format": "csv",
        "encoding": "utf-8",
        "mode": "update",
        "status": "done",
        "reason": "",
        "rows": 3,
        "taken": 1,
        "mended": 1,
        "refused": 1,
        "withheld": 0,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "withdrawn": 0,
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
    told = (
        "Nothing was imported: no row of the feed could be taken; "
        "`vitrine catalog report 1` tells why."
    )
    assert result.stderr == f"vitrine: {told}\n"
    report = json.loads(result.stdout)
    assert (report["refused"], report["status"], report["reason"]) == (2, "failed", told)
    kept = kept_report(tmp_path)
    assert (kept["outcome"], kept["error"], kept["status"]) == ("failed", told, "failed")
    assert ": failed.\n0 rows taken, 0 mended, 2 refused" in run("report", "latest").stdout


def test_a_header_alone_takes_nothing_and_exits_1(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "header.csv"
    path.write_text("id,title\n")
    result = run("import", path)
    assert result.exit_code == 1
    assert "0 of 0 rows taken" in result.stdout
    assert result.stderr == "vitrine: Nothing was imported: the feed has no rows.\n"
    assert kept_report(tmp_path)["outcome"] == "failed"


def test_an_export_of_drafts_alone_is_a_success(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    path.write_text("id,title,status\n1,Boot,draft\n")
    assert run("import", path).exit_code == 0
    assert (kept_report(tmp_path)["outcome"], kept_report(tmp_path)["withheld"]) == ("done", 1)


def test_an_unreadable_feed_is_one_sentence(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]")
    result = run("import", path)
    assert result.exit_code == 1
    assert result.stderr == (
        f"vitrine: The feed {path} cannot be read: it is a JSON array; write one object a line "
        "instead.\n"
    )


def write_ids(path: Path, ids: str) -> Path:
    path.write_text("id,title\n" + "".join(f"{each},Boot\n" for each in ids))
    return path


def products(run: Callable[..., Result]) -> int:
    return int(json.loads(run("stats", "--json").stdout)["products"])


def test_a_full_import_withdraws_what_is_gone_and_the_report_names_it(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    feed = write_ids(tmp_path / "feed.csv", "abcdefghij")
    run("import", feed)
    write_ids(feed, "abcdefghi")
    result = run("import", feed, "--mode", "full")
    assert result.exit_code == 0
    assert "9 unchanged, 1 withdrawn." in result.stdout
    assert result.stdout.splitlines()[-1] == "Details: vitrine catalog report 2"
    report = run("report", "latest").stdout
    assert "(full)" in report
    assert "not_in_feed" in report
    assert products(run) == 9


def test_a_withdrawal_that_is_too_large_is_refused_after_the_report_with_exit_1(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    feed = write_ids(tmp_path / "feed.csv", "abcdefghij")
    run("import", feed)
    write_ids(feed, "a")
    result = run("import", feed, "--mode", "full", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["status"], told["withdrawn"], told["unchanged"]) == ("incomplete", 0, 1)
    assert result.stderr == f"vitrine: {told['reason']}\n"
    assert told["reason"].endswith("--max-withdrawn 90%.")
    assert told["reason"] in run("report", "latest").stdout
    assert products(run) == 10
    allowed = run("import", feed, "--mode", "full", "--max-withdrawn", "90%")
    assert (allowed.exit_code, products(run)) == (0, 1)


@pytest.mark.parametrize("share", ["20", "-1%", "101%", "1.5", "nan", "a fifth", "%", ""])
def test_a_share_that_is_none_is_wrong_usage(
    run: Callable[..., Result], feed: Path, share: str
) -> None:
    result = run("import", feed, "--mode", "full", "--max-withdrawn", share)
    assert result.exit_code == 2
    assert "must be a share: 0% to 100%, or 0 to 1" in result.stderr


def test_a_share_without_a_full_feed_is_wrong_usage(run: Callable[..., Result], feed: Path) -> None:
    result = run("import", feed, "--max-withdrawn", "50%")
    assert result.exit_code == 2
    assert "--max-withdrawn is for --mode full" in result.stderr


def test_every_import_leaves_a_report_file(
    run: Callable[..., Result], feed: Path, tmp_path: Path
) -> None:
    printed = json.loads(run("import", feed, "--json").stdout)
    kept = kept_report(tmp_path)
    assert kept["job"] == "import"
    assert kept["outcome"] == "done"
    assert {name: kept[name] for name in printed if name != "seconds"} == {
        name: value for name, value in printed.items() if name != "seconds"
    }


def test_a_failed_import_leaves_a_report_file_with_its_reason(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "feed.csv").write_text("[]")
    assert run("import", tmp_path / "feed.csv").exit_code == 1
    kept = kept_report(tmp_path)
    assert kept["outcome"] == "failed"
    assert "it is a JSON array" in kept["error"]


def test_a_feed_comes_from_standard_input(run: Callable[..., Result], tmp_path: Path) -> None:
    report = json.loads(run("import", "-", "--json", stdin="id,title\n1,Boot\n").stdout)
    assert (report["taken"], report["source"]) == (1, "standard input")
    assert list((tmp_path / "home" / "incoming").iterdir()) == []


def test_a_failure_of_standard_input_names_it_and_not_its_copy(
    run: Callable[..., Result],
) -> None:
    result = run("import", "-", stdin=b"")
    assert result.exit_code == 1
    assert result.stderr == "vitrine: The feed standard input cannot be read: it is empty.\n"


def test_a_feed_from_elsewhere_names_no_picture_by_path_unless_told_where(
    run: Callable[..., Result], feed: Path
) -> None:
    content = "id,title,image\n1,Boot,a.jpg\n2,Boot,feed\n"
    report = json.loads(run("import", "-", "--json", stdin=content).stdout)
    assert report["codes"] == {"image_missing": 1, "image_not_an_image": 1}
    report = json.loads(run("import", "-", "--images", feed.parent, "--json", stdin=content).stdout)
    assert report["codes"] == {"image_missing": 1}


def test_a_web_address_is_not_fetched_unless_allowed(run: Callable[..., Result]) -> None:
    result = run("import", "https://shop.example/feed.csv")
    assert result.exit_code == 1
    assert "Set VITRINE_FETCH_FEEDS=1" in result.stderr


def test_the_format_may_be_told(run: Callable[..., Result], feed: Path) -> None:
    assert json.loads(run("import", feed, "--format", "csv", "--json").stdout)["rows"] == 3
    result = run("import", feed, "--format", "excel")
    assert result.exit_code == 1
    assert "there is no format 'excel'" in result.stderr


def test_withdraw_takes_products_out_and_names_those_that_were_not_there(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    run("import", write_ids(tmp_path / "feed.csv", "abcdefgh"))
    result = run("withdraw", "a", "x", " b ", "a")
    assert result.exit_code == 0
    assert result.stdout == "Withdrawn: 2 products.\n"
    assert result.stderr == "Not in the catalogue: x.\n"
    (tmp_path / "ids.txt").write_text("\ufeffc\r\n\n  d\ny\n", encoding="utf-8")
    result = run("withdraw", "e", "--from", tmp_path / "ids.txt", "--json")
    assert json.loads(result.stdout) == {"withdrawn": 3, "unknown": ["y"]}
    assert run("withdraw", "--from", "-", stdin="f\n").stdout == "Withdrawn: 1 product.\n"
    assert products(run) == 2


def test_withdraw_of_nothing_that_is_there_exits_1_and_names_the_first(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    run("import", write_ids(tmp_path / "feed.csv", "a"))
    result = run("withdraw", *range(25))
    assert result.exit_code == 1
    assert result.stdout == ""
    shown = ", ".join(str(number) for number in range(20))
    assert result.stderr == f"vitrine: Not in the catalogue: {shown} and 5 more.\n"
    assert products(run) == 1


def test_withdraw_takes_bytes_that_no_id_can_have(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "ids.txt").write_bytes(b"\xff\xfe\x00a\nb\x00\n")
    assert run("withdraw", "\udcff", "--from", tmp_path / "ids.txt").exit_code == 1


def test_withdraw_of_nothing_is_wrong_usage(run: Callable[..., Result]) -> None:
    assert run("withdraw").exit_code == 2
    assert run("withdraw", "--from", "-", stdin="\n \n").exit_code == 2


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
