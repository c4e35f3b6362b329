from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.lock import exclusive
from core.settings import Settings
from indexer import generations
from operations import check_index
from operations.check_home import check_leftovers
from operations.check_machine import judge_faiss, judge_torch
from operations.commands import doctor
from operations.doctor import Examination, examine
from operations.findings import Finding, Severity, ok
from tests.operations.conftest import NAMES, Home, run_command


@pytest.fixture(autouse=True)
def fake_model(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settings name the encoder that made the template's index."""
    fingerprint = home.encoder.fingerprint
    monkeypatch.setattr(check_index, "model_fingerprint", lambda settings: fingerprint)


def problems(examination: Examination) -> list[tuple[str, str]]:
    return [
        (each.severity.value, each.area)
        for each in examination.findings
        if each.severity is not Severity.OK
    ]


def found(home: Home, area: str) -> list[Finding]:
    """Examine a home; give what is wrong in one area."""
    return [
        each
        for each in examine(home.settings).findings
        if each.area == area and each.severity is not Severity.OK
    ]


def state_of(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_sound_home_has_no_problem_and_is_not_changed(home: Home) -> None:
    before = state_of(home.path)
    examination = examine(home.settings)
    assert problems(examination) == []
    assert examination.healthy
    said = examination.to_text()
    assert f"It holds {len(NAMES)} products." in said
    assert "shows the catalogue as it is" in said
    assert "files of" in said
    assert "0 errors, 0 warnings" in said
    assert state_of(home.path) == before


def served(home: Home) -> Path:
    root = home.settings.generations
    return root / generations.current(root)


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def drop_picture(home: Home) -> None:
    sorted(home.settings.images.glob("*/*"))[0].unlink()


def damage_database(home: Home) -> None:
    (home.path / "vitrine.db").write_bytes(b"no database at all" * 1000)


def newer_schema(home: Home) -> None:
    set_schema(home, "9999")


def set_schema(home: Home, version: str) -> None:
    with closing(sqlite3.connect(home.path / "vitrine.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        database.commit()


def damage_registry(home: Home) -> None:
    home.settings.models.mkdir()
    (home.settings.models / "events.jsonl").write_text("{}\n{}\n")


DAMAGES: dict[str, tuple[Callable[[Home], object], str, str, str]] = {
    "pointer": (
        lambda home: (home.settings.generations / "current").write_text("nonsense"),
        "error", "index", "vitrine index rollback",
    ),
    "generation gone": (
        lambda home: shutil.rmtree(served(home)), "error", "index", "vitrine index repair",
    ),
    "manifest": (
        lambda home: flip(served(home) / "manifest.json", 40),
        "error", "index", "vitrine index repair",
    ),
    "file cut": (
        lambda home: cut(served(home) / "image.embeddings.npy"),
        "error", "index", "vitrine index repair",
    ),
    "file flipped": (
        lambda home: flip(served(home) / "image.embeddings.npy"),
        "error", "checksums", "vitrine index repair",
    ),
    "store record": (
        lambda home: flip(next(home.settings.embeddings.glob("*/image.vectors")), 400),
        "warning", "embeddings", "vitrine index build",
    ),
    "store header": (
        lambda home: flip(next(home.settings.embeddings.glob("*/image.vectors")), 9),
        "error", "embeddings", "rm ",
    ),
    "picture": (drop_picture, "error", "images", "vitrine catalog import"),
    "database": (damage_database, "error", "database", "vitrine restore"),
    "newer schema": (newer_schema, "error", "database", "Update the program"),
    "older schema": (
        lambda home: set_schema(home, "0001"), "warning", "database", "vitrine catalog migrate",
    ),
    "no database": (
        lambda home: (home.path / "vitrine.db").unlink(), "warning", "database", "import FILE",
    ),
    "changed": (lambda home: home.add("new", "red", 77), "warning", "index", "vitrine index build"),
    "registry": (
        damage_registry, "error", "models", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found_with_what_to_do_about_it(home: Home, damage: str) -> None:
    strike, severity, area, advice = DAMAGES[damage]
    strike(home)
    matching = [each for each in found(home, area) if each.severity.value == severity]
    assert matching, examine(home.settings).to_text()
    assert any(advice in each.advice for each in matching)


KEPT_DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifest": (lambda folder: flip(folder / "manifest.json", 40), "index"),
    "file cut": (lambda folder: cut(folder / "text.products.npy"), "index"),
    "file flipped": (lambda folder: flip(folder / "image.embeddings.npy"), "checksums"),
}


@pytest.mark.parametrize("damage", KEPT_DAMAGES)
def test_a_damaged_generation_to_go_back_to_is_a_warning_until_it_is_repaired(
    home: Home, damage: str
) -> None:
    strike, area = KEPT_DAMAGES[damage]
    older = served(home)
    home.build(force=True)
    strike(older)
    examination = examine(home.settings)
    assert examination.healthy
    told = [each for each in found(home, area) if older.name in each.what]
    assert {each.severity for each in told} == {Severity.WARNING}
    assert {each.advice for each in told} == {"Set it aside: vitrine index repair"}
    assert f"One cannot go back to {older.name}. " in told[0].what
    home.repair()
    assert problems(examine(home.settings)) == []


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(home: Home) -> None:
    def broken(settings: Settings) -> Iterator[Finding]:
        yield ok("odd", "first")
        raise ZeroDivisionError("nobody thought of it")

    def sound(settings: Settings) -> Iterator[Finding]:
        yield ok("sound", "all is well")

    examination = examine(home.settings, {"odd": broken, "sound": sound})
    told = [(each.severity.value, each.what) for each in examination.findings]
    assert told == [
        ("ok", "first"),
        ("error", "This could not be checked (ZeroDivisionError: nobody thought of it)."),
        ("ok", "all is well"),
    ]


def test_a_home_of_rubbish_is_examined_to_the_end(home: Home) -> None:
    for path in list(home.path.rglob("*")):
        if path.is_file():
            path.write_bytes(b"\0rubbish")
    examination = examine(home.settings)
    assert not examination.healthy
    assert not any("could not be checked" in each.what for each in examination.findings)


def test_an_index_of_an_unknown_model_is_an_error(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_index, "model_fingerprint", lambda settings: "0" * 64)
    told = found(home, "index")
    assert [each.severity for each in told] == [Severity.ERROR]
    assert "which this home does not have" in told[0].what


def test_a_missing_home_is_told_and_not_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "nowhere")
    examination = examine(settings)
    assert ("error", "home") in problems(examination)
    assert not settings.home.exists()


def test_remains_of_a_killed_build_are_told_but_not_those_of_a_running_one(home: Home) -> None:
    (home.settings.generations / "20990101T000000-000000Z.partial").mkdir()
    assert [each.area for each in check_leftovers(home.settings)] == ["leftovers"]
    with exclusive(home.settings.generations / "build.lock", "An index build"):
        said = [each.what for each in check_leftovers(home.settings)]
    assert len(said) == 1
    assert said[0].startswith("An index build is running (process ")


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"faiss-cpu": "1.15.1"}, None),
        ({"faiss-gpu": "1.15.1"}, None),
        ({"faiss-cpu": "1.15.1", "faiss-gpu": "1.15.1"}, "both installed"),
        ({}, "not installed"),
    ],
)
def test_both_faiss_packages_or_none_are_an_error(
    versions: dict[str, str], said: str | None
) -> None:
    told = [each.what for each in judge_faiss(versions)]
    assert (said is None) == (told == [])
    assert said is None or said in told[0]


@pytest.mark.parametrize(
    ("torch", "vision", "is_pair"),
    [
        ("2.13.0+cpu", "0.28.0+cpu", True),
        ("2.13.0", "0.28.1", True),
        ("2.13.0", "0.27.0", False),
        ("2.12.0", "0.28.0", False),
    ],
)
def test_a_torchvision_of_another_torch_is_an_error(torch: str, vision: str, is_pair: bool) -> None:
    told = list(judge_torch({"torch": torch, "torchvision": vision}))
    assert (told == []) == is_pair


def test_the_command_exits_with_1_on_an_error_and_0_on_warnings(home: Home) -> None:
    home.add("new", "red", 77)
    warned = run_command(doctor, home.settings, ["--json"])
    assert warned.exit_code == 0, warned.output
    told = json.loads(warned.stdout)
    assert told["healthy"]
    assert [each["severity"] for each in told["findings"]].count("warning") == 1
    drop_picture(home)
    assert run_command(doctor, home.settings, []).exit_code == 1


def test_quick_reads_no_checksums(home: Home) -> None:
    flip(served(home) / "image.embeddings.npy")
    assert run_command(doctor, home.settings, ["--quick"]).exit_code == 0
    assert run_command(doctor, home.settings, []).exit_code == 1


def test_a_server_that_is_down_is_an_error_in_one_sentence(home: Home) -> None:
    settings = replace(home.settings, database_url="postgresql://shop:secret@127.0.0.1:1/shop")
    told = [each for each in examine(settings).findings if each.area == "database"]
    assert [each.severity for each in told] == [Severity.ERROR]
    assert "secret" not in told[0].what
