"""The gate's rules, one by one."""

import numpy as np
import pytest

from training.gate.bootstrap import Interval
from training.gate.comparison import SegmentComparison, compare
from training.gate.verdict import GateThresholds, judge

BETTER = Interval(0.05, 0.01, 0.09)
SAME = Interval(0.0, -0.02, 0.02)


def segment(
    difference: Interval | None, name: str = "all", queries: int = 100
) -> SegmentComparison:
    return SegmentComparison(name, queries, 0.5, 0.5, difference)


def reasons(
    held_out: list[SegmentComparison], untouched: list[SegmentComparison] | None = None
) -> tuple[str, ...]:
    verdict = judge("ndcg@10", held_out, untouched or [segment(SAME)])
    assert verdict.passed is (verdict.reasons == ())
    return verdict.reasons


def test_a_model_that_is_better_and_loses_nowhere_passes() -> None:
    assert reasons([segment(BETTER), segment(SAME, "words: 1-2")]) == ()


@pytest.mark.parametrize("low", [0.0, -0.001])
def test_a_gain_that_may_be_noise_is_refused_with_its_figures(low: float) -> None:
    (reason,) = reasons([segment(Interval(0.01, low, 0.02))])
    assert f"changes by +0.010 [{low:+.3f}, +0.020] on 100 held-out queries" in reason


def test_a_segment_that_loses_beyond_the_margin_and_noise_is_named() -> None:
    (reason,) = reasons([segment(BETTER), segment(Interval(-0.03, -0.05, -0.01), "words: 5+")])
    assert "loses in the segment 'words: 5+'" in reason
    assert "-0.030 [-0.050, -0.010] on 100 queries; 0.02 may be lost" in reason


@pytest.mark.parametrize(
    ("difference", "queries"),
    [
        (Interval(-0.02, -0.03, -0.01), 100),  # within the margin
        (Interval(-0.10, -0.30, 0.01), 100),  # may be noise
        (Interval(-0.50, -0.60, -0.40), 19),  # too few queries to convict
    ],
)
def test_a_segment_is_not_convicted_of_little_or_on_little(
    difference: Interval, queries: int
) -> None:
    assert reasons([segment(BETTER), segment(difference, "category: Bags", queries)]) == ()


def test_forgetting_beyond_the_margin_is_refused() -> None:
    assert reasons([segment(BETTER)], [segment(Interval(-0.03, -0.06, 0.0))]) == ()
    (reason,) = reasons([segment(BETTER)], [segment(Interval(-0.031, -0.06, 0.0))])
    assert "forgets" in reason
    assert "-0.031 [-0.060, +0.000] on 100 untouched queries" in reason


def test_too_few_queries_prove_nothing() -> None:
    few = segment(Interval(1.0, 1.0, 1.0), queries=19)
    assert len(reasons([few])) == 1
    assert "only 19 held-out queries" in reasons([few])[0]
    assert "only 19 untouched queries" in reasons([segment(BETTER)], [few])[0]


def test_a_figure_that_is_no_number_never_passes() -> None:
    nan = Interval(float("nan"), float("nan"), float("nan"))
    assert len(reasons([segment(nan)], [segment(nan)])) == 2


def test_every_reason_is_given() -> None:
    worse = Interval(-0.3, -0.4, -0.2)
    told = reasons([segment(worse), segment(worse, "words: 1-2")], [segment(worse)])
    assert len(told) == 3


def test_thresholds_can_be_chosen() -> None:
    strict = GateThresholds(segment_margin=0, minimum_queries=1)
    loses = segment(Interval(-0.01, -0.02, -0.001), "words: 1-2", queries=1)
    assert not judge("x", [segment(BETTER), loses], [segment(SAME)], strict).passed


def test_what_was_compared_with_nothing_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="compared with nothing"):
        reasons([segment(None)])


def test_segments_are_compared_on_their_own_queries() -> None:
    scores, against = np.array([1.0, 0.0, 0.5]), np.array([0.5, 0.5, 0.5])
    masks = {"all": np.array([True, True, True]), "first": np.array([True, False, False])}
    overall, first = compare(scores, against, masks)
    assert (overall.queries, overall.mean, overall.against) == (3, 0.5, 0.5)
    assert first.difference == Interval(0.5, 0.5, 0.5)
    (alone,) = compare(scores, None, {"all": masks["all"]})
    assert (alone.mean, alone.against, alone.difference) == (0.5, None, None)
