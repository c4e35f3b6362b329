"""Fitting by numbers: boundaries, weights and shares, and what held-out sentences say of them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.vectors import Embeddings, normalize
from search.cutoff import Cutoff, Level
from search.tuning_comparison import JudgedCut, compare_cutoffs
from search.tuning_cutoff import (
    FOLDS,
    REFUSED,
    ROUNDING,
    Wanted,
    fit_boundary,
    hold_out,
    leave_out_sold,
    levels_of,
)
from search.tuning_ranking import (
    SHARES,
    Shown,
    best_weights,
    fit_share,
    folds_of,
    hold_out_share,
    hold_out_weights,
)
from search.tuning_samples import Reach

FAR = 0.0
"""A weight of nothing: levels stay as they are."""


def directions(count: int, towards: int) -> Embeddings:
    """Vectors near to each other; those of two directions are far apart."""
    random = np.random.default_rng(towards)
    centre = np.zeros(16)
    centre[towards] = 3
    return normalize(centre + random.normal(size=(count, 16)) * 0.3)


def reach(levels: list[float], towards: int = 0, mass: list[float] | None = None) -> Reach:
    count = len(levels)
    weights = np.ones(count) if mass is None else np.array(mass)
    return Reach(
        np.array(levels), directions(count, towards), weights, np.arange(count), np.zeros(count)
    )


def spread(low: float, high: float, count: int) -> list[float]:
    return [float(each) for each in np.linspace(low, high, count)]


def test_the_boundary_refuses_as_many_as_it_is_meant_to() -> None:
    off = reach(spread(0, 1, 101))
    assert fit_boundary(off, None, FAR).least == pytest.approx(REFUSED)


def test_the_boundary_yields_to_what_is_wanted() -> None:
    off = reach(spread(0, 1, 101))
    wanted = reach([0.2, 0.3, *spread(2, 3, 98)], towards=1)
    assert fit_boundary(off, Wanted(wanted, 0.0), FAR).least == pytest.approx(0.2 - ROUNDING)
    assert fit_boundary(off, Wanted(wanted, 0.01), FAR).least == pytest.approx(0.3 - ROUNDING)
    assert fit_boundary(off, Wanted(wanted, 0.02), FAR).least == pytest.approx(REFUSED)


def test_the_boundary_need_not_yield_to_what_is_found_by_name() -> None:
    off = reach(spread(0, 1, 101))
    wanted = reach([0.2, 0.3, *spread(2, 3, 98)], towards=1)
    wanted.words[:2] = 0.8, 0.79
    assert fit_boundary(off, Wanted(wanted, 0.0), FAR).least == pytest.approx(0.3 - ROUNDING)
    _, held = hold_out(off, Wanted(wanted, 0.0), FAR)
    assert held is not None
    assert held.accepted[:2].tolist() == [True, False]


def test_what_a_refused_query_costs_is_what_it_would_have_shown() -> None:
    off = reach(spread(0, 1, 101))
    # The lowest query shows nothing relevant: refusing it costs nothing.
    wanted = reach([0.1, 0.4, 2.0], towards=1, mass=[0, 5, 5])
    assert fit_boundary(off, Wanted(wanted, 0.0), FAR).least == pytest.approx(0.4 - ROUNDING)


def test_nearness_to_what_is_not_sold_parts_what_levels_alone_do_not() -> None:
    off, wanted = reach([0.5] * 40, towards=0), reach([0.5] * 40, towards=1)
    alike = fit_boundary(off, Wanted(wanted, 0.0), FAR)
    assert (levels_of(off, alike.off_catalogue, FAR) >= alike.least).all()
    parted = fit_boundary(off, Wanted(wanted, 0.0), 0.5)
    assert (levels_of(off, parted.off_catalogue, 0.5) < parted.least).mean() > 0.9
    assert (levels_of(wanted, parted.off_catalogue, 0.5) >= parted.least).all()


def test_a_sentence_is_no_neighbour_of_itself_when_the_boundary_is_fitted() -> None:
    # Alone in its direction, a sentence would be its own nearest: level 0.5 - 1.
    vectors = np.eye(16, dtype=np.float32)
    off = Reach(np.array([0.5] * 16), vectors, np.ones(16), np.arange(16), np.zeros(16))
    assert fit_boundary(off, None, 1.0).least == pytest.approx(0.5)


def test_what_the_shop_sells_is_no_longer_held_against_queries() -> None:
    off, wanted = reach([0.1, 0.5, 0.9]), reach([0.4, 0.6, 0.8], towards=1)
    assert leave_out_sold(off, Wanted(wanted, 0)).levels.tolist() == [0.1, 0.5]
    assert leave_out_sold(off, None).levels.tolist() == [0.1, 0.5, 0.9]


def test_what_a_product_has_the_words_of_is_sold_however_low_it_comes() -> None:
    off = replace(reach([0.1, 0.5, 0.9]), words=np.array([0.8, 0.79, 0.0]))
    assert leave_out_sold(off, None).levels.tolist() == [0.5, 0.9]
    everything = replace(off, words=np.ones(3))
    assert leave_out_sold(everything, None) is everything


def test_each_sentence_is_judged_by_a_fit_without_its_group() -> None:
    wanted = reach(spread(2, 3, 50), towards=1)
    low = 0.3 - ROUNDING
    wanted.levels[7] = 0.3  # alone so low: the fit that has seen it goes down to it
    off, held = hold_out(reach(spread(0, 1, 100)), Wanted(wanted, 0.0), FAR)
    assert held is not None
    assert fit_boundary(reach(spread(0, 1, 100)), Wanted(wanted, 0.0), FAR).least == low
    assert not held.accepted[7]
    assert held.accepted.sum() == 49
    assert set(off.least[np.arange(100) % FOLDS != 7 % FOLDS]) == {low}


def measured(gain: float, noise: float, queries: int = 40) -> NDArray[np.float64]:
    """The candidate in force, one that is better by ``gain``, and one that is worse."""
    random = np.random.default_rng(3)
    base = random.uniform(0.3, 0.9, size=queries)
    better = base + gain + random.normal(size=queries) * noise
    return np.stack([base, better, base - 0.1], axis=1)


def test_weights_are_taken_that_are_better_beyond_noise() -> None:
    assert best_weights(measured(gain=0.1, noise=0.05)) == 1
    assert best_weights(measured(gain=0.01, noise=0.3)) == 0
    assert best_weights(measured(gain=-0.1, noise=0.01)) == 0
    assert best_weights(measured(gain=0.1, noise=0, queries=1)) == 0


def test_held_out_scores_are_of_weights_that_the_query_had_no_part_in() -> None:
    scores = measured(gain=0.1, noise=0.05)
    assert hold_out_weights(scores).tolist() == scores[:, 1].tolist()
    # One query alone makes the second candidate the best: it must not profit from that.
    lonely = measured(gain=0.0, noise=0.0)
    lonely[5, 1] = 40.0
    assert hold_out_weights(lonely)[5] == lonely[5, 0]


def shown(kept: list[int], totals: list[int], queries: int = 20) -> Shown:
    """Every query alike: ten relevant products, all of the first page."""
    each = np.ones((queries, 1), dtype=np.int64)
    total = each * np.array(totals)
    return Shown(
        kept=each * np.array(kept),
        totals=total,
        hits=np.minimum(total, 10),
        first_page=np.full(queries, 10),
        judged=np.full(queries, 10),
    )


def test_the_share_is_taken_that_shows_what_was_judged_and_keeps_first_pages() -> None:
    every = np.arange(20)
    assert fit_share(shown(kept=[10, 10, 10], totals=[40, 11, 5]), every) == 1
    assert fit_share(shown(kept=[10, 9, 9], totals=[40, 11, 10]), every) == 0
    assert fit_share(shown(kept=[8, 7, 7], totals=[40, 11, 10]), every) == 0
    assert set(hold_out_share(shown([10, 10], [40, 11])).tolist()) == {1}


def test_f1_is_of_the_share_that_each_query_is_shown_by() -> None:
    some = shown(kept=[10, 10], totals=[30, 10], queries=2)
    assert some.f1(np.array([0, 1])).tolist() == [2 * 10 / 40, 1]


def test_folds_are_even_and_alike_in_every_run() -> None:
    assert sorted(np.bincount(folds_of(43)).tolist()) == [8, 8, 9, 9, 9]
    assert (folds_of(43) == folds_of(43)).all()


def cut(queries: int = 40) -> JudgedCut:
    """Judged queries that any share shows alike."""
    found = shown([10] * (len(SHARES) + 1), [10] * (len(SHARES) + 1), queries)
    return JudgedCut(found, reach([2.0] * queries, 1), SHARES[5], np.full(queries, 5))


def test_a_boundary_that_refuses_and_costs_nothing_is_better_than_none() -> None:
    off, wanted = reach(spread(0, 1, 100)), Wanted(reach(spread(2, 3, 50), 1), 0.03)
    level = Level(off_catalogue=0)
    fitted = Cutoff(least=fit_boundary(off, wanted, 0).least, level=level)
    result = compare_cutoffs(Cutoff(), fitted, off, wanted, None)
    assert result.better
    assert (result.before.refused, result.before.kept) == (0, 1)
    assert result.after.kept == 1
    assert result.after.refused == pytest.approx(REFUSED, abs=0.02)


def test_the_same_boundary_again_is_not_better() -> None:
    off, wanted = reach(spread(0, 1, 100)), Wanted(reach(spread(2, 3, 50), 1), 0.03)
    fitted = Cutoff(least=fit_boundary(off, wanted, 0).least, level=Level(off_catalogue=0))
    result = compare_cutoffs(fitted, fitted, off, wanted, None)
    assert not result.better
    assert result.refusals.low <= 0 <= result.refusals.high


def test_a_boundary_that_gives_lost_answers_back_is_better() -> None:
    off, judged = reach(spread(0, 1, 100)), cut()
    wanted = Wanted(judged.reach, 0.015)
    level = Level(off_catalogue=0)
    strict = Cutoff(least=5.0, level=level)
    fitted = Cutoff(least=fit_boundary(off, wanted, 0).least, level=level)
    result = compare_cutoffs(strict, fitted, off, wanted, judged)
    assert (result.before.kept, result.before.f1) == (0, 0)
    assert (result.after.kept, result.after.f1, result.after.total_ratio) == (1, 1, 1)
    assert result.better


def test_a_boundary_that_refuses_by_losing_answers_is_not_better() -> None:
    """Half of the queries lie where what is not sold lies."""
    off = reach(spread(0, 1, 100))
    wanted = Wanted(reach(spread(0, 1, 50), 1), 0.5)
    fitted = Cutoff(least=fit_boundary(off, wanted, 0).least, level=Level(off_catalogue=0))
    result = compare_cutoffs(Cutoff(), fitted, off, wanted, None)
    assert result.refusals.low > 0
    assert result.answers.mean < -0.3
    assert not result.better


def test_a_level_on_another_scale_is_not_compared() -> None:
    off, wanted = reach(spread(0, 1, 100)), Wanted(reach(spread(2, 3, 50), 1), 0.03)
    fitted = Cutoff(least=0.9, level=Level(off_catalogue=0))
    result = compare_cutoffs(Cutoff(least=99.0, level=Level(image=1)), fitted, off, wanted, None)
    assert (result.before.least, result.before.refused) == (None, 0)
