"""The doctor is content once a build has found that nothing differs, and so is the next build."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.import_commands import withdraw_command
from core.settings import Settings
from core.terminal import NoProgress
from indexer.basis import CatalogueBasis
from operations.backup import back_up
from operations.check_catalogue import check_freshness, judge_freshness
from operations.findings import Finding, Severity
from operations.restore import restore
from tests.operations.conftest import NAMES, Home, run_command

THEN = datetime(2026, 11, 20, tzinfo=UTC)


def undo_a_change(home: Home, tmp_path: Path) -> Home:
    """Take a product in, and out again."""
    home.add("new", "red", 77)
    assert run_command(withdraw_command, home.settings, ["new"]).exit_code == 0
    return home


def bring_back(home: Home, tmp_path: Path) -> Home:
    """Restore a backup, whose catalogue is another instance then."""
    archive = tmp_path / "shop.tar"
    back_up(home.settings, archive, with_images=True, verify=False, progress=NoProgress())
    settings = Settings(home=tmp_path / "restored", index="numpy", threads=1)
    restore(settings, archive, False, NoProgress())
    return Home(settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [(undo_a_change, "has changed since"), (bring_back, "was not made from this database")],
)
def test_a_change_without_effect_is_compared_once_and_then_forgotten(
    home: Home, tmp_path: Path, change: Callable[[Home, Path], Home], said: str
) -> None:
    home = change(home, tmp_path)
    (before,) = check_freshness(home.settings)
    assert (before.severity, said in before.what) == (Severity.WARNING, True)
    assert before.advice.endswith("vitrine index build")
    told = [(each.products_read, each.published) for each in (home.build(), home.build())]
    assert told == [(True, False), (False, False)]
    (after,) = check_freshness(home.settings)
    assert (after.severity, "shows the catalogue as it is" in after.what) == (Severity.OK, True)
    home.add("newer", "blue", 78)
    (changed,) = check_freshness(home.settings)
    assert "has changed since" in changed.what


def test_an_emptied_shop_that_is_restored_stays_empty(home: Home, tmp_path: Path) -> None:
    ids = [f"p{number:02}" for number in range(len(NAMES))]
    assert run_command(withdraw_command, home.settings, ids).exit_code == 0
    home.build()
    restored = bring_back(home, tmp_path)
    told = [(each.products_read, each.published) for each in (restored.build(), restored.build())]
    assert told == [(True, False), (False, False)]


def judged(*shown: CatalogueBasis) -> Finding:
    return judge_freshness("G", shown, "a1b2.7", THEN)


def test_a_sale_that_began_is_told_until_a_build_has_looked_at_it() -> None:
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = CatalogueBasis("a1b2.7", past)
    assert judged(made).what == f"A sale has begun or ended since G was compared, at {past}."
    assert judged(made, CatalogueBasis("a1b2.7", future)).severity is Severity.OK
    assert judged(made, CatalogueBasis("a1b2.7")).severity is Severity.OK
    assert judged(CatalogueBasis("a1b2.7", future)).severity is Severity.OK


def test_a_state_of_another_database_or_revision_is_told_apart() -> None:
    assert "not made from this database" in judged(CatalogueBasis("ffff.7")).what
    assert "not made from this database" in judged(CatalogueBasis()).what
    assert "last at 2026-11-20 00:00:00 UTC" in judged(CatalogueBasis("a1b2.6")).what
    assert judged(CatalogueBasis("ffff.3"), CatalogueBasis("a1b2.7")).severity is Severity.OK
