"""The program as its users start it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.demo.write import write_demo
from cli import vitrine
from core import VERSION
from core.settings import Settings
from encoder.reference import BUNDLED
from tests.cli_reference import TARGET, reference

ROOT = Path(__file__).parent.parent


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the real program in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VITRINE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_reference_is_what_the_program_says() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_version_and_help() -> None:
    assert CliRunner().invoke(vitrine, ["--version"]).output == f"vitrine, version {VERSION}\n"
    assert run("--help").returncode == 0


def test_settings_tell_where_each_value_came_from() -> None:
    told = run("--home", "/srv/shop", "settings", "--json", VITRINE_PORT="81")
    rows = {row["variable"]: row for row in json.loads(told.stdout)}
    assert (rows["VITRINE_PORT"]["value"], rows["VITRINE_PORT"]["source"]) == ("81", "VITRINE_PORT")
    assert rows["VITRINE_HOME"]["source"] == "command line"


def test_a_bad_setting_is_one_sentence() -> None:
    told = run("settings", VITRINE_PORT="many")
    assert told.returncode == 1
    assert told.stderr == (
        "vitrine: VITRINE_PORT is 'many', but it must be a whole number from 1 to 65535.\n"
    )


@pytest.mark.parametrize("command", [["catalog", "stats"], ["index", "build"], ["demo"]])
def test_a_home_that_cannot_be_written_is_one_sentence(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("--home", str(tmp_path / "file"), *command)
    assert told.returncode == 1
    assert "cannot be used" in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command", [["search", "shoe"], ["similar", "1"], ["index", "verify"], ["index", "rollback"]]
)
def test_before_the_first_build_every_command_says_what_to_do(
    command: list[str], tmp_path: Path
) -> None:
    told = run("--home", str(tmp_path), *command)
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
    assert "vitrine index" in told.stderr


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = run("--home", str(tmp_path), "serve", "--port", port)
    assert told.returncode == 1
    assert told.stderr.splitlines()[-1].startswith("vitrine: ")
    assert port in told.stderr.splitlines()[-1]
    assert "Traceback" not in told.stderr


def test_a_home_with_a_catalogue_of_ones_own_is_spared_the_demo(tmp_path: Path) -> None:
    feed = tmp_path / "mine.csv"
    feed.write_text("id,title\n1,Umbrella\n")
    home = str(tmp_path / "home")
    assert run("--home", home, "catalog", "import", str(feed)).returncode == 0
    told = run("--home", home, "demo")
    assert "1 products of yours" in told.stdout
    assert json.loads(run("--home", home, "catalog", "stats", "--json").stdout)["products"] == 1


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a part of the demo catalogue, built with the bundled model."""
    home = tmp_path_factory.mktemp("shop")
    feed = write_demo(home / "feed", count=40, processes=1)
    assert run("--home", str(home), "catalog", "import", str(feed)).returncode == 0
    report = run("--home", str(home), "index", "build", "--json")
    assert report.returncode == 0, report.stderr
    return home


def test_a_second_build_embeds_nothing(shop: Path) -> None:
    report = json.loads(run("--home", str(shop), "index", "build", "--json").stdout)
    assert report["published"] is False
    assert {field["embedded"] for field in report["fields"].values()} == {0}


def test_search_finds_by_words_by_picture_and_by_likeness(shop: Path) -> None:
    wanted = json.loads((shop / "feed" / "catalogue.jsonl").read_text().splitlines()[3])
    found = json.loads(run("--home", str(shop), "search", wanted["title"], "--json").stdout)
    product = wanted["id"]
    assert product == found["hits"][0]["id"]
    picture = shop / "feed" / "images" / f"{product}.jpg"
    by_picture = run("--home", str(shop), "search", "--image", str(picture), "--json")
    assert json.loads(by_picture.stdout)["hits"][0]["id"] == product
    similar = json.loads(run("--home", str(shop), "similar", product, "--json").stdout)
    assert product not in [hit["id"] for hit in similar["hits"]]
    assert similar["generation"] == found["generation"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["search"], "Say what you are looking for"),
        (["search", "x" * 501], "at most 500"),
        (["search", "--image", "README.md"], "picture"),
        (["search", "--image", "nowhere.jpg"], "nowhere.jpg"),
        (["similar", "nowhere"], "nowhere"),
        (["evaluate", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_a_bad_question_is_one_sentence(arguments: list[str], reason: str, shop: Path) -> None:
    told = run("--home", str(shop), *arguments)
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
    assert reason in told.stderr


def test_evaluate_names_what_it_measured(shop: Path, tmp_path: Path) -> None:
    found = json.loads(run("--home", str(shop), "search", "chair", "--json").stdout)
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"query": "chair", "relevant": [found["hits"][0]["id"]]}))
    told = json.loads(run("--home", str(shop), "evaluate", str(queries), "--json").stdout)
    assert (told["recall@1"], told["mrr@10"], told["queries"]) == (1, 1, 1)
    assert told["documents"] == 40
    assert told["fingerprint"] == found["model"]


def test_a_generation_is_answered_with_its_own_model_or_refused(shop: Path, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    shutil.copytree(shop, home)
    shutil.copytree(BUNDLED, other)
    config = (other / "open_clip_config.json").read_text()
    (other / "open_clip_config.json").write_text(config.replace("bicubic", "bilinear"))
    named = f"local-dir:{other}"

    # Its model is bundled, and so known, whatever the next build is to embed with.
    served = run("--home", str(home), "search", "shoe", "--json", VITRINE_MODEL=named)
    assert json.loads(served.stdout)["hits"]

    assert run("--home", str(home), "index", "build", VITRINE_MODEL=named).returncode == 0
    told = run("--home", str(home), "search", "shoe")
    assert told.returncode == 1
    assert "vitrine index build" in told.stderr


def test_every_setting_is_documented_in_its_own_words() -> None:
    assert all(about for *_, about in Settings().rows())
