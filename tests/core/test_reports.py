import json
import logging
from pathlib import Path
from typing import NoReturn

import pytest

from core.errors import VitrineError
from core.reports import KEPT_PER_JOB, list_reports, new_run_id, reported_run, write_report


def test_a_report_holds_what_was_told_and_which_run_it_was(tmp_path: Path) -> None:
    path = write_report(tmp_path / "reports", "import", "0a1b2c3d", {"taken": 7, "path": tmp_path})
    assert path is not None
    told = json.loads(path.read_bytes())
    assert (told["job"], told["run"], told["taken"]) == ("import", "0a1b2c3d", 7)
    assert told["path"] == str(tmp_path)
    assert path.name.startswith("import-")
    assert path.name.endswith("-0a1b2c3d.json")


def test_the_newest_fifty_of_a_job_are_kept_and_other_jobs_are_left_alone(tmp_path: Path) -> None:
    for number in range(KEPT_PER_JOB + 5):
        (tmp_path / f"index-20260101T0000{number:02}Z-aaaaaaaa.json").write_text("{}")
    other = tmp_path / "index-build-20250101T000000Z-aaaaaaaa.json"
    other.write_text("{}")
    newest = write_report(tmp_path, "index", "bbbbbbbb", {})
    kept = list_reports(tmp_path, "index")
    assert len(kept) == KEPT_PER_JOB
    assert kept[0] == newest
    assert kept[-1].name == "index-20260101T000006Z-aaaaaaaa.json"
    assert other.exists()


def test_a_report_that_cannot_be_written_is_logged_and_fails_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert write_report(tmp_path / "reports", "import", "0a1b2c3d", {}) is None
    assert "was not written" in caplog.text


def test_a_report_begins_no_home(tmp_path: Path) -> None:
    assert write_report(tmp_path / "nowhere" / "reports", "import", "0a1b2c3d", {}) is None
    assert list(tmp_path.iterdir()) == []


def test_text_that_no_file_can_hold_is_written_escaped(tmp_path: Path) -> None:
    path = write_report(tmp_path, "import", "0a1b2c3d", {"title": "torn \ud83d"})
    assert path is not None
    assert json.loads(path.read_bytes())["title"] == "torn \ud83d"


def test_run_ids_differ() -> None:
    assert len({new_run_id() for _ in range(100)}) == 100


def test_a_run_that_ends_well_reports_its_result(tmp_path: Path) -> None:
    with reported_run(tmp_path, "backup") as run:
        run.result = {"files": 3}
    told = json.loads(list_reports(tmp_path, "backup")[0].read_bytes())
    assert (told["outcome"], told["error"], told["files"]) == ("done", "", 3)
    assert told["run"] == run.id
    assert told["seconds"] >= 0


class _Unusable(VitrineError):
    pass


def _fail(folder: Path, failure: BaseException) -> NoReturn:
    with reported_run(folder, "backup"):
        raise failure
    raise AssertionError


@pytest.mark.parametrize(
    ("failure", "outcome", "error"),
    [
        (_Unusable("The disk is full."), "failed", "The disk is full."),
        (OSError("no\n space"), "failed", "OSError: no space"),
        (KeyboardInterrupt(), "interrupted", "It was interrupted."),
    ],
)
def test_a_run_that_fails_reports_why_and_raises(
    tmp_path: Path, failure: BaseException, outcome: str, error: str
) -> None:
    with pytest.raises(type(failure)):
        _fail(tmp_path, failure)
    told = json.loads(list_reports(tmp_path, "backup")[0].read_bytes())
    assert (told["outcome"], told["error"]) == (outcome, error)
