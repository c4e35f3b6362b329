"""Hits spread over a window: what moves, and that nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidQueryError
from core.vectors import Embeddings, normalize
from search.diversity import WINDOW, defer_near_duplicates, mmr

SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)


def _directions(*degrees: float) -> Embeddings:
    radians = np.radians(degrees)
    return np.stack((np.cos(radians), np.sin(radians)), axis=1).astype(np.float32)


def test_a_hit_like_a_better_one_waits_behind_the_others() -> None:
    order = np.array([7, 3, 9, 1, 4])
    pictures = _directions(0, 90, 1, 180, 91)
    assert defer_near_duplicates(order, pictures).tolist() == [7, 3, 1, 9, 4]


def test_a_likeness_counts_to_what_is_kept_and_not_to_what_waits_itself() -> None:
    # Each is within 11 degrees (cosine 0.98) of the one before, the third not of the first.
    chain = _directions(0, 10, 20, 30)
    assert defer_near_duplicates(np.arange(4), chain).tolist() == [0, 2, 1, 3]


def test_products_without_pictures_are_like_no_other() -> None:
    pictures = np.zeros((4, 2), dtype=np.float32)
    assert defer_near_duplicates(np.arange(4), pictures).tolist() == [0, 1, 2, 3]


def test_nothing_moves_in_or_out_of_the_window() -> None:
    order = np.arange(WINDOW + 5)[::-1].copy()
    same = np.tile(_directions(0), (WINDOW + 5, 1))
    same[WINDOW:] = _directions(180)  # which any spreading would want first
    assert defer_near_duplicates(order, same).tolist() == order.tolist()
    spread = mmr(order, np.linspace(1, 0, len(order), dtype=np.float32), same, 0.9)
    assert spread.tolist() == order.tolist()


@SETTINGS
@given(size=st.integers(0, 30), seed=st.integers(0, 99), strength=st.sampled_from((0, 0.3, 1)))
def test_every_hit_stays_once(size: int, seed: int, strength: float) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation(size)
    pictures = _directions(*rng.choice([0, 5, 90, 200], size))
    scores = -np.sort(-rng.random(size).astype(np.float32))
    assert sorted(defer_near_duplicates(order, pictures).tolist()) == list(range(size))
    assert sorted(mmr(order, scores, pictures, strength).tolist()) == list(range(size))


@SETTINGS
@given(size=st.integers(1, 12), seed=st.integers(0, 99), strength=st.sampled_from((0.2, 0.5, 0.9)))
def test_the_next_hit_is_the_most_relevant_that_is_least_like_those_before(
    size: int, seed: int, strength: float
) -> None:
    rng = np.random.default_rng(seed)
    pictures = normalize(rng.normal(size=(size, 3)))
    scores = -np.sort(-rng.random(size).astype(np.float32))
    span = float(scores[0] - scores[-1]) or 1.0
    relevance = [(float(score) - float(scores[-1])) / span for score in scores]
    chosen = [0]
    while len(chosen) < size:
        likeness = [max(float(pictures[i] @ pictures[j]) for j in chosen) for i in range(size)]
        values = [
            -np.inf if i in chosen else (1 - strength) * relevance[i] - strength * likeness[i]
            for i in range(size)
        ]
        chosen.append(int(np.argmax(values)))
    assert mmr(np.arange(size), scores, pictures, strength).tolist() == chosen


def test_strength_nought_changes_nothing_and_more_than_one_is_refused() -> None:
    order, scores = np.array([4, 2, 7]), np.array([3, 2, 1], dtype=np.float32)
    same = _directions(0, 0, 90)
    assert mmr(order, scores, same, 0.0).tolist() == [4, 2, 7]
    assert mmr(order, scores, same, 1.0).tolist() == [4, 7, 2]
    for strength in (-0.1, 1.1, float("nan")):
        with pytest.raises(InvalidQueryError) as caught:
            mmr(order, scores, same, strength)
        assert (caught.value.pointer, caught.value.code) == ("/diversity", "out_of_range")
