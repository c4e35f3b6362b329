"""A program whose caller closed its standard streams: its commands end as with empty ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def vitrine(home: Path, closed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command from a shell that closes streams, as cron jobs and supervisors do."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "VITRINE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (
            ("catalog", "import", "-"),
            1,
            "vitrine: The feed standard input cannot be read: it is empty.\n",
        ),
        (
            ("catalog", "withdraw", "--from", "-"),
            2,
            "Error: Name at least one product, or a file of ids with --from.\n",
        ),
    ],
)
def test_a_closed_standard_input_is_an_empty_one(
    tmp_path: Path, arguments: tuple[str, ...], status: int, told: str
) -> None:
    done = vitrine(tmp_path / "home", "<&-", *arguments)
    assert done.returncode == status
    assert done.stderr.endswith(told)
    assert "Traceback" not in done.stderr


def test_no_file_takes_the_place_of_closed_streams(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title\n1,Boot\n,Shoe\n")
    home = tmp_path / "home"
    assert vitrine(home, "<&- >&- 2>&-", "catalog", "import", str(feed)).returncode == 0
    assert (home / "vitrine.db").read_bytes().startswith(b"SQLite format 3\0")
    stats = vitrine(home, "<&- 2>&-", "catalog", "stats")
    assert (stats.returncode, stats.stdout.split()[:2]) == (0, ["products", "1"])


def test_what_is_printed_to_a_closed_stream_goes_nowhere(tmp_path: Path) -> None:
    code = (
        "import os; from core.settings import prepare_process; prepare_process();"
        "print('lost'); opened = os.open('written', os.O_CREAT | os.O_WRONLY);"
        "assert opened > 2, opened; os.write(opened, b'kept'); os.write(1, b'lost')"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0
    assert (tmp_path / "written").read_bytes() == b"kept"
