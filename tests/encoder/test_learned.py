"""The record of the pictures that a model learned from."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from encoder.learned import LEARNED, holds_any, learned_from, read_learned, write_learned

HASHES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(20)]


def test_what_was_learned_is_found_again_and_nothing_else(tmp_path: Path) -> None:
    write_learned(tmp_path, learned_from(HASHES[10:15], learned_from(HASHES[:10])))
    learned = read_learned(tmp_path)
    assert learned is not None
    assert len(learned) == 15
    assert [holds_any(learned, [each]) for each in HASHES] == [True] * 15 + [False] * 5
    assert holds_any(learned, [HASHES[19], HASHES[3]])
    assert not holds_any(learned, [])


def test_a_picture_that_comes_again_is_one() -> None:
    once = learned_from(HASHES[:3])
    assert np.array_equal(learned_from([*HASHES[:3], HASHES[0]], once), once)


def test_a_folder_without_a_record_says_nothing(tmp_path: Path) -> None:
    assert read_learned(tmp_path) is None


@pytest.mark.parametrize(
    "content", [b"", b"no array", "cut", np.array([2, 1], "<u8"), np.array([1.5]), np.array([[1]])]
)
def test_a_damaged_record_is_named(content: object, tmp_path: Path) -> None:
    path = tmp_path / LEARNED
    if isinstance(content, np.ndarray):
        np.save(path, content)
    elif content == "cut":
        write_learned(tmp_path, learned_from(HASHES))
        path.write_bytes(path.read_bytes()[:-4])
    else:
        path.write_bytes(content)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"learned.npy.* is damaged"):
        read_learned(tmp_path)
