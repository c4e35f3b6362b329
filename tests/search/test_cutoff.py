"""Where a ranking ends, and whether it begins."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.cutoff import Cutoff, Level
from search.fusion import Evidence, Weights

PLAIN = Level(image=0.5, text=0.5, lexical=0, off_catalogue=0.5)
GATED = Cutoff(share=0.5, least=0.4, level=PLAIN)


def scores(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def evidence(best: float, off_catalogue: float | None = 0.2) -> Evidence:
    """Three products; the second one fits best, by picture and text alike."""
    field = scores(0, best, 0.1)
    return Evidence(image=field, text=field, off_catalogue=off_catalogue)


def test_products_are_relevant_from_a_share_of_the_way_up_to_the_best() -> None:
    # Twenty products have one best; the mean of 0 … 19 is 9.5, half way up to 19 is 14.25.
    fused = np.arange(20, dtype=np.float32)
    cutoff = Cutoff(share=0.5)
    assert cutoff.threshold(fused) == 14.25
    found = cutoff.relevant(Evidence(lexical=fused), fused)
    assert np.flatnonzero(found).tolist() == [15, 16, 17, 18, 19]


def test_the_best_are_ten_where_there_are_many() -> None:
    fused = np.concatenate([np.zeros(990), np.arange(1, 11)]).astype(np.float32)
    mean, top = 55 / 1000, 5.5
    assert Cutoff(share=0.5).threshold(fused) == pytest.approx(mean + 0.5 * (top - mean))


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=60),
    st.floats(0, 1),
)
def test_the_best_product_is_always_relevant_and_the_rest_follow_in_order(
    values: list[float], share: float
) -> None:
    fused = scores(*values)
    found = Cutoff(share=share).relevant(Evidence(lexical=fused), fused)
    assert found[fused.argmax()]
    if not found.all():
        assert fused[~found].max() < fused[found].min()


def test_a_product_that_may_not_be_found_does_not_move_the_rest() -> None:
    fused = scores(*range(20), -math.inf)
    assert Cutoff(share=0.5).threshold(fused) == 14.25
    assert not Cutoff(share=0.5).relevant(Evidence(lexical=fused), fused)[-1]
    assert Cutoff().threshold(scores(-math.inf)) == math.inf


def test_nothing_is_relevant_where_the_best_does_not_reach_the_least_level() -> None:
    # 0.52 - 0.5 * 0.2 reaches .4, 0.48 - 0.5 * 0.2 does not.
    assert GATED.relevant(evidence(0.52), scores(0, 9, 0)).tolist() == [False, True, False]
    assert GATED.relevant(evidence(0.48), scores(0, 9, 0)).tolist() == [False, False, False]


def test_what_the_shop_does_not_sell_is_held_against_a_query() -> None:
    assert GATED.fits(evidence(0.6, off_catalogue=0.3))
    assert not GATED.fits(evidence(0.6, off_catalogue=0.5))


@pytest.mark.parametrize(
    "asked",
    [
        evidence(0.0, off_catalogue=None),
        Evidence(image=scores(0, 0), off_catalogue=0.9),
        Evidence(text=scores(0, 0), off_catalogue=0.9),
    ],
)
def test_what_lacks_a_field_of_the_level_has_the_benefit_of_the_doubt(asked: Evidence) -> None:
    assert GATED.fits(asked)


def test_what_is_asked_for_by_name_fits_whatever_the_level() -> None:
    low = evidence(0.1, off_catalogue=0.9)
    assert not GATED.fits(low)
    assert GATED.fits(replace(low, lexical=scores(0, 0.8, 0.1)))
    assert not GATED.fits(replace(low, lexical=scores(0, 0.79, 0.1)))


def test_defaults_refuse_no_query() -> None:
    assert Cutoff().fits(evidence(-1.0, off_catalogue=1.0))


def test_fields_of_no_weight_are_not_asked_for() -> None:
    level = replace(PLAIN, image=0.0, off_catalogue=0.0)
    assert level.best(Evidence(text=scores(0.25, 0.5))) == 0.25


def test_a_level_has_the_proportions_of_the_weights() -> None:
    level = Level.fitting(Weights(image=0.1, text=0.3, lexical=4))
    assert level.image == 0.25
    assert level.text == pytest.approx(0.75)
    assert level.lexical == Level().lexical
    assert Level.fitting(Weights(image=0, text=0, lexical=1)) == Level()


def test_an_empty_catalogue_has_nothing_relevant() -> None:
    assert Cutoff().relevant(Evidence(text=scores()), scores()).tolist() == []


def test_shares_and_levels_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        Cutoff(share=1.1)
    with pytest.raises(ValueError, match="level"):
        Cutoff(least=math.nan)
    with pytest.raises(ValueError, match="from 0 up"):
        Level(text=-1)
