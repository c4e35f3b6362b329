"""A shop that was brought back ranks as it did."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from core.terminal import NoProgress
from operations.backup import back_up
from operations.restore import restore
from search.fusion import Weights
from search.tuning import Tuning, read_tuning, write_tuning
from tests.operations.conftest import Home


def test_a_restored_shop_ranks_as_it_was_tuned(home: Home, tmp_path: Path) -> None:
    tuned = Tuning(fingerprint=home.encoder.fingerprint, weights=Weights(1, 2, 3))
    write_tuning(home.settings.tuning, tuned)
    back_up(home.settings, tmp_path / "shop.tar", True, verify=True, progress=NoProgress())
    target = Settings(home=tmp_path / "new", index="numpy", threads=1)
    restore(target, tmp_path / "shop.tar", False, NoProgress())
    assert read_tuning(target.tuning, tuned.fingerprint).weights == tuned.weights
