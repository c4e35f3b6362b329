"""The file of a tuning: written whole, believed only where it is whole."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.vectors import normalize
from search.cutoff import Cutoff, Level
from search.fusion import Weights
from search.off_catalogue import nearness, off_catalogue_sentences
from search.tuning import FittedOn, Tuning, read_tuning, tuning_path, write_tuning

MODEL = "ab" * 32
OFF = normalize(np.random.default_rng(0).normal(size=(7, 32)))
TUNED = Tuning(
    fingerprint=MODEL,
    weights=Weights(image=0.1, text=0.9, lexical=0.5),
    cutoff=Cutoff(share=0.7, least=0.125, level=Level(image=0.1, text=0.9)),
    off_catalogue=OFF,
    fitted_on=FittedOn(
        at="2026-11-21T12:00:00+00:00",
        generation="20261121T120000-000000Z",
        catalogue="cd" * 32,
        products=41_323,
        queries=40,
        off_catalogue=7,
    ),
)


def alter(folder: Path, **changes: Any) -> None:
    path = tuning_path(folder, MODEL)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_tuning_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = write_tuning(tmp_path / "tuning", TUNED)
    read = read_tuning(path.parent, MODEL)
    assert read.as_json() == TUNED.as_json()
    assert read.cutoff == TUNED.cutoff
    # Half precision moves a cosine by less than a thousandth.
    assert np.abs(OFF @ read.off_catalogue.T - OFF @ OFF.T).max() < 1e-3
    assert [each.name for each in path.parent.iterdir()] == ["abababababababab.json"]


def test_a_home_without_a_tuning_ranks_by_the_defaults(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read = read_tuning(tmp_path / "nowhere", MODEL)
    assert (read.weights, read.cutoff, len(read.off_catalogue)) == (Weights(), Cutoff(), 0)
    assert read.fitted_on is None
    assert caplog.records == []


def test_the_next_tuning_takes_the_place_of_the_last(tmp_path: Path) -> None:
    write_tuning(tmp_path, TUNED)
    write_tuning(tmp_path, Tuning(fingerprint=MODEL, cutoff=Cutoff(share=0.25)))
    assert read_tuning(tmp_path, MODEL).cutoff == Cutoff(share=0.25)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weights": {"image": 9.0, "text": 0.0, "lexical": 0.0}}, "checksum does not fit"),
        ({"checksum": ""}, "checksum does not fit"),
        ({"format": 2}, "it has format 2"),
    ],
)
def test_an_altered_tuning_is_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], reason: str
) -> None:
    write_tuning(tmp_path, TUNED)
    alter(tmp_path, **changes)
    assert read_tuning(tmp_path, MODEL).as_json() == Tuning(fingerprint=MODEL).as_json()
    assert reason in caplog.text


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"format": 1}', b'{"format": 1, "checksum": 0}']
)
def test_what_is_no_tuning_is_told_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    tuning_path(tmp_path, MODEL).write_bytes(content)
    assert read_tuning(tmp_path, MODEL).fitted_on is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "vitrine tune" in caplog.text


def test_a_torn_file_is_not_used(tmp_path: Path) -> None:
    path = write_tuning(tmp_path, TUNED)
    path.write_bytes(path.read_bytes()[:-100])
    assert read_tuning(tmp_path, MODEL).fitted_on is None


def test_a_tuning_of_another_model_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_tuning(tmp_path, TUNED)
    other = MODEL[:16] + "0" * 48
    assert read_tuning(tmp_path, other).fitted_on is None
    assert "of the model abababababab" in caplog.text


def test_nearness_is_the_mean_of_the_three_nearest() -> None:
    off = np.eye(5, dtype=np.float32)
    query = normalize(np.array([[4, 3, 2, 1, 0]]))
    found = nearness(query, off)
    assert found is not None
    assert found[0] == pytest.approx((4 + 3 + 2) / 3 / np.sqrt(30))
    few = nearness(query, off[:2])
    assert few is not None
    assert few[0] == pytest.approx((4 + 3) / 2 / np.sqrt(30))
    assert nearness(query, off[:0]) is None


def test_off_catalogue_sentences_come_once_and_are_not_those_it_is_judged_by() -> None:
    sentences = [each for field in off_catalogue_sentences().values() for each in field]
    assert len(sentences) == len(set(sentences)) == 369
    judged = Path(__file__).parents[2] / "benchmarks" / "off_catalogue_queries.txt"
    assert not set(sentences) & set(judged.read_text(encoding="utf-8").splitlines())
