"""Intervals beside what can be computed by hand, and beside a slow loop."""

import random

import numpy as np
import pytest

from training.gate import bootstrap
from training.gate.bootstrap import paired_interval


def test_a_constant_difference_is_certain() -> None:
    interval = paired_interval(np.array([0.5, 0.25, 1.0]), np.array([0.25, 0.0, 0.75]))
    assert (interval.mean, interval.low, interval.high) == (0.25, 0.25, 0.25)


def test_the_same_scores_give_the_same_interval() -> None:
    scores, against = np.random.default_rng(3).random((2, 50))
    assert paired_interval(scores, against) == paired_interval(scores, against)


def test_swapping_the_models_mirrors_the_interval() -> None:
    scores, against = np.random.default_rng(4).random((2, 40))
    one, other = paired_interval(scores, against), paired_interval(against, scores)
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))


def test_the_interval_is_that_of_a_plain_loop() -> None:
    generator = np.random.default_rng(5)
    scores, against = generator.random((2, 60))
    differences = (scores - against).tolist()
    draw = random.Random(6)
    means = sorted(
        sum(draw.choices(differences, k=len(differences))) / len(differences) for _ in range(20_000)
    )
    interval = paired_interval(scores, against, resamples=20_000)
    assert interval.mean == pytest.approx(sum(differences) / len(differences))
    assert interval.low == pytest.approx(means[500], abs=0.004)
    assert interval.high == pytest.approx(means[19_500], abs=0.004)


def test_pairs_are_kept_so_that_hard_and_easy_queries_cancel_out() -> None:
    generator = np.random.default_rng(7)
    against = generator.random(100)
    interval = paired_interval(against + 0.01, against)
    assert interval.low == pytest.approx(0.01)
    unpaired = paired_interval(generator.permutation(against) + 0.01, against)
    assert unpaired.low < 0


def test_a_difference_of_chance_is_not_told_from_none_19_times_in_20() -> None:
    generator = np.random.default_rng(8)
    outside = 0
    for _ in range(200):
        interval = paired_interval(generator.normal(size=80), np.zeros(80), resamples=400)
        outside += not interval.low <= 0 <= interval.high
    assert outside / 200 == pytest.approx(0.05, abs=0.03)


def test_drawing_in_parts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, against = np.random.default_rng(9).random((2, 30))
    whole = paired_interval(scores, against)
    monkeypatch.setattr(bootstrap, "_CHUNK_DRAWS", 100)
    assert paired_interval(scores, against) == whole


@pytest.mark.parametrize(("one", "other"), [([], []), ([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])])
def test_what_are_no_pairs_is_refused(one: list[float], other: list[float]) -> None:
    with pytest.raises(ValueError, match="no pairs"):
        paired_interval(np.array(one), np.array(other))


def test_an_interval_is_told_with_its_signs() -> None:
    assert str(bootstrap.Interval(0.0215, -0.004, 0.05)) == "+0.021 [-0.004, +0.050]"
