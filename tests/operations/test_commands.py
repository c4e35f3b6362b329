from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cli import vitrine
from core.reports import list_reports
from tests.operations.conftest import NAMES, Home


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(vitrine, ["--home", str(home), *arguments])


def report_of(home: Path, job: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(list_reports(home / "reports", job)[0].read_bytes())
    return found


def test_backup_and_restore_print_a_summary_and_leave_reports(home: Home, tmp_path: Path) -> None:
    archive, new = tmp_path / "shop.tar", tmp_path / "new"
    saved = run(home.path, "backup", str(archive), "--verify")
    assert saved.exit_code == 0, saved.output
    assert f"{len(NAMES)} pictures" in saved.stdout
    assert report_of(home.path, "backup")["images"] == len(NAMES)
    restored = run(new, "restore", str(archive))
    assert restored.exit_code == 0, restored.output
    assert f"{len(NAMES)} products" in restored.stdout
    told = report_of(new, "restore")
    assert (told["outcome"], told["products"]) == ("done", len(NAMES))


def test_a_failed_backup_is_one_sentence_and_a_report(home: Home, tmp_path: Path) -> None:
    (home.path / "vitrine.db").unlink()
    failed = run(home.path, "backup", str(tmp_path / "shop.tar"))
    assert failed.exit_code == 1
    assert "Traceback" not in failed.output
    assert "nothing to back up" in failed.stderr
    told = report_of(home.path, "backup")
    assert told["outcome"] == "failed"
    assert "nothing to back up" in str(told["error"])


def test_restore_verify_reads_and_changes_nothing(home: Home, tmp_path: Path) -> None:
    archive = tmp_path / "shop.tar"
    assert run(home.path, "backup", str(archive)).exit_code == 0
    whole = run(tmp_path / "new", "restore", str(archive), "--verify")
    assert whole.exit_code == 0, whole.output
    assert "is whole" in whole.stdout
    archive.write_bytes(archive.read_bytes()[:-1])
    cut = run(tmp_path / "new", "restore", str(archive), "--verify")
    assert (cut.exit_code, "cut short" in cut.stderr) == (1, True)
    assert not (tmp_path / "new").exists()


def test_a_backup_of_no_home_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = run(tmp_path / "nowhere", "backup", str(tmp_path / "shop.tar"))
    assert refused.exit_code == 1
    assert "there is no such folder" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_into_a_folder_that_is_not_there_is_refused_in_a_sentence(
    home: Home, tmp_path: Path
) -> None:
    refused = run(home.path, "backup", str(tmp_path / "no" / "shop.tar"))
    assert refused.exit_code == 1
    assert "There is no folder" in refused.stderr
