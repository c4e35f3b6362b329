from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.image_store import ImageStore
from core.settings import Settings
from encoder import loading
from indexer import generations, jobs
from indexer.commands import index

from .conftest import Shop, png


class Cli:
    """Runs ``vitrine index`` over a shop's products and the fake encoder."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.settings = Settings(home=shop.home, index="numpy")

    def __call__(self, *arguments: str) -> Result:
        store = ImageStore(self.settings.images)
        for data in self.shop.pictures.values():
            store.put(data)
        return CliRunner().invoke(index, arguments, obj=self.settings)

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def cli(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setattr(loading, "load_encoder", lambda settings: shop.load())
    monkeypatch.setattr(loading, "model_fingerprint", lambda settings: shop.encoder.fingerprint)
    monkeypatch.setattr(jobs, "catalogue_products", lambda settings: iter(shop.products))
    monkeypatch.setattr(jobs, "catalogue_basis", lambda settings, migrated=False: shop.basis)
    return Cli(shop)


def test_build_prints_what_it_did(cli: Cli) -> None:
    result = cli("build")
    assert result.exit_code == 0, result.output
    served = generations.current(cli.settings.generations)
    assert f"Published the generation {served}." in result.stdout
    assert "image  13    13        0       0" in result.stdout


def test_build_as_json_gives_the_figures_and_nothing_else(cli: Cli) -> None:
    report = cli.json("build")
    assert (report["published"], report["products"]) == (True, 12)
    assert report["fields"]["image"] == {"rows": 13, "embedded": 13, "reused": 0, "refused": 0}
    assert cli.json("build")["published"] is False
    assert cli.json("build", "--force")["published"] is True


def test_list_shows_the_newest_first_and_marks_the_current(cli: Cli) -> None:
    assert "No index has been built yet" in cli("list").stdout
    ids = [cli.json("build", "--force")["generation"] for _ in range(2)]
    listed = cli.json("list")
    assert [(each["id"], each["current"]) for each in listed] == [(ids[1], True), (ids[0], False)]
    assert (listed[0]["products"], listed[0]["images"]) == (12, 13)
    lines = cli("list").stdout.splitlines()
    assert [line.startswith("*") for line in lines] == [False, True, False]


def test_rollback_and_prune_print_what_they_did(cli: Cli) -> None:
    ids = [cli.json("build", "--force")["generation"] for _ in range(3)]
    assert cli.json("rollback") == {"generation": ids[1]}
    assert cli.json("prune", "--keep", "1") == {"removed": [ids[0]]}
    assert cli("prune").stdout == "Nothing to remove.\n"
    assert cli.json("rollback", ids[2]) == {"generation": ids[2]}


def test_verify_tells_a_whole_generation_from_a_damaged_one(cli: Cli) -> None:
    served = cli.json("build")["generation"]
    assert cli.json("verify") == {"id": served, "ok": True, "products": 12}
    with (cli.settings.generations / served / "documents.jsonl").open("ab") as file:
        file.write(b"x")
    damaged = cli("verify", served)
    assert damaged.exit_code == 1
    assert "documents.jsonl is damaged" in damaged.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify"], "vitrine index build"),
        (["rollback"], "vitrine index build"),
        (["rollback", "../x"], "no generation '../x'"),
        (["verify", "20200101T000000-000000Z"], "vitrine index list"),
    ],
)
def test_failures_are_one_sentence_and_exit_status_1(
    cli: Cli, arguments: list[str], told: str
) -> None:
    result = cli(*arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_repair_prints_what_it_did(cli: Cli) -> None:
    served = cli.json("build")["generation"]
    (cli.settings.generations / "current").write_bytes(b"?")
    report = cli.json("repair")
    assert (report["whole"], report["repointed"]) == ([served], served)
    (cli.settings.generations / served / "columns.json").unlink()
    told = cli("repair").stdout
    assert f"Set aside {served}: " in told
    assert "The pointer was moved to none: none was whole." in told
    assert "Published the generation " in told


@pytest.mark.parametrize("command", ["build", "watch", "repair"])
def test_whatever_builds_keeps_the_memory_that_encoding_frees(
    cli: Cli, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr("core.memory.keep_freed_memory", lambda: kept.append("kept"))
    monkeypatch.setattr(jobs, "watch_of", lambda *_: _Round(kept))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert cli(command).exit_code == 0
    assert kept[0] == "kept"


class _Round:
    """Stands in for a watch; notes when it is run."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def run(self, clock: object) -> None:
        self._told.append("ran")


def test_a_rollback_over_a_damaged_generation_tells_what_it_passed_over(
    cli: Cli, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, _ = [cli.json("build", "--force")["generation"] for _ in range(3)]
    (cli.settings.generations / second / "documents.jsonl").write_bytes(b"")
    assert cli.json("rollback") == {"generation": first}
    assert f"{second}/documents.jsonl is damaged" in caplog.text
    result = cli("rollback")
    assert result.exit_code == 1
    assert f"no generation older than {first}" in result.stderr


@pytest.mark.parametrize("command", ["build", "repair"])
def test_builds_and_repairs_leave_a_report(cli: Cli, command: str) -> None:
    cli.json(command)
    (path,) = cli.settings.reports.glob(f"index-{command}-*.json")
    told = json.loads(path.read_text())
    assert (told["job"], told["outcome"]) == (f"index-{command}", "done")
    build = told if command == "build" else told["build"]
    assert (build["products"], build["published"]) == (12, True)


def test_a_failed_build_leaves_a_report_that_says_why(cli: Cli) -> None:
    cli.shop.products.clear()
    assert cli("build").exit_code == 1
    (path,) = cli.settings.reports.glob("index-build-*.json")
    told = json.loads(path.read_text())
    assert (told["outcome"], "no products to index" in told["error"]) == ("failed", True)


def test_an_empty_catalogue_says_how_to_fill_it(cli: Cli) -> None:
    cli.shop.products.clear()
    result = cli("build")
    assert result.exit_code == 1
    assert "vitrine catalog import" in result.stderr


@pytest.mark.parametrize("arguments", [["build", "--keep", "0"], ["prune", "--keep", "-1"], ["x"]])
def test_wrong_usage_exits_with_status_2(cli: Cli, arguments: list[str]) -> None:
    assert cli(*arguments).exit_code == 2


def test_a_large_picture_is_bounded_by_the_settings(cli: Cli) -> None:
    big = cli.shop.add("big", "big thing", png((1, 1, 1)) + b"\0" * 2000)
    cli.settings = Settings(home=cli.shop.home, index="numpy", max_image_bytes=1024)
    (refused,) = cli.json("build")["refused"]
    assert (refused["product_id"], refused["hash"]) == ("big", big.images[0].hash)
    assert refused["code"] == "too_many_bytes"


def test_the_commands_import_nothing_heavy() -> None:
    code = (
        "import sys, indexer.commands\n"
        "print(*sorted({'numpy', 'torch', 'faiss', 'sqlalchemy', 'PIL'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip() == ""


def test_a_build_that_finds_nothing_new_imports_neither_torch_nor_faiss() -> None:
    code = (
        "import sys, indexer.reindex\n"
        "print(*sorted({'torch', 'faiss', 'sqlalchemy'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip() == ""
