from __future__ import annotations

import numpy as np
import pytest

from search.exclusion import (
    CONTRAST_WEIGHTS,
    DOUBTFUL,
    SHOWN,
    Concept,
    Likeness,
    concept_texts,
    distance,
    evidence,
    steer,
)

PRODUCTS = 400
SHIRTS = np.arange(40)
STRIPED = np.arange(0, 40, 4)
"""Every fourth shirt has stripes; the other products are no shirts."""


def scores(seed: int, level: float, raised: np.ndarray, by: float) -> np.ndarray:
    """Cosines around a level, higher for some products."""
    made = np.random.default_rng(seed).normal(level, 0.01, PRODUCTS).astype(np.float32)
    made[raised] += np.float32(by)
    return made


RELEVANCE = scores(1, 0.1, SHIRTS, 0.3)


def field(seed: int, raised: np.ndarray = STRIPED) -> Likeness:
    positive = scores(seed, 0.1, SHIRTS, 0.3)
    together = positive + scores(seed + 2, -0.04, raised, 0.12)
    return Likeness(positive, scores(seed + 1, 0.1, raised, 0.15), together)


def stripes(**other: object) -> Concept:
    told = {"images": field(2), "texts": field(7), "distance": 0.2} | other
    return Concept(**told)  # type: ignore[arg-type]


def crowd_of(relevance: np.ndarray) -> np.ndarray:
    """The 50 that answer best: a twentieth of the catalogue would be too few."""
    return np.argsort(-relevance)[:50]


def top(steered_scores: np.ndarray, shown: np.ndarray, count: int = 10) -> set[int]:
    order = np.argsort(-np.where(shown, -np.inf, steered_scores), kind="stable")
    return set(order[:count].tolist())


def test_what_shows_a_concept_is_excluded_and_the_rest_stays_in_front() -> None:
    steered = steer(RELEVANCE, [stripes()])
    assert np.flatnonzero(steered.shown).tolist() == STRIPED.tolist()
    plain = np.setdiff1d(SHIRTS, STRIPED).tolist()
    assert top(steered.scores, steered.shown) <= set(plain)


@pytest.mark.parametrize("missing", ["images", "texts"])
def test_one_field_is_enough(missing: str) -> None:
    steered = steer(RELEVANCE, [stripes(**{missing: None})])
    assert np.flatnonzero(steered.shown).tolist() == STRIPED.tolist()


def test_a_concept_that_no_product_has_excludes_few() -> None:
    nowhere = np.empty(0, dtype=np.int64)
    steered = steer(RELEVANCE, [stripes(images=field(2, nowhere), texts=field(7, nowhere))])
    assert steered.shown[SHIRTS].sum() <= 0.15 * len(SHIRTS)


def test_where_all_seem_to_show_a_concept_those_that_least_do_are_left() -> None:
    every = np.arange(60)
    found = steer(RELEVANCE, [stripes(images=field(2, every), texts=field(7, every))])
    best = crowd_of(RELEVANCE)
    left = best[~found.shown[best]]
    assert len(left) == 10
    weighed = evidence(stripes(images=field(2, every), texts=field(7, every)), best)
    assert set(left.tolist()) <= set(best[np.argsort(weighed[best])[:20]].tolist())


def test_products_are_compared_with_what_the_filters_let_through() -> None:
    """Half of 100 shirts have stripes, and each shirt is nearer to them than what is no shirt."""
    shirts, striped = np.arange(100), np.arange(0, 100, 2)
    positive = scores(1, 0.1, shirts, 0.05)

    def made(seed: int) -> Likeness:
        alone = scores(seed, 0.1, shirts, 0.1)
        alone[striped] += np.float32(0.05)
        return Likeness(positive, alone, positive + scores(seed + 1, -0.03, striped, 0.04))

    concept = Concept(made(20), made(30), distance=0.2)
    sought = np.isin(np.arange(PRODUCTS), shirts)
    # What is asked for by name is answered by all that the brand makes, not by shirts first.
    relevance = scores(5, 0.1, np.arange(60, PRODUCTS), 0.05)
    apart = steer(relevance, [concept], sought).shown
    mixed = steer(relevance, [concept]).shown
    assert not apart[np.setdiff1d(shirts, striped)].any()
    assert apart[striped].mean() > 0.9
    assert mixed[np.setdiff1d(shirts, striped)].mean() > 0.5


def test_where_filters_leave_few_some_of_them_are_shown() -> None:
    for left in ([3], [0, 4], [0, 4, 8, 12, 16]):
        sought = np.isin(np.arange(PRODUCTS), left)
        shown = steer(RELEVANCE, [stripes()], sought).shown
        assert not shown[left].all()
    nothing = np.zeros(PRODUCTS, dtype=np.bool_)
    assert (
        steer(RELEVANCE, [stripes()], nothing).shown == steer(RELEVANCE, [stripes()]).shown
    ).all()


def test_doubt_puts_a_product_behind_without_excluding_it() -> None:
    product = 39
    images = field(2)
    before = evidence(stripes(images=images), crowd_of(RELEVANCE))[product]
    # Nearer to the concept by as much as makes three points more than nothing speaks for.
    images.together[product] += np.float32((-3 - before) * 0.2 / CONTRAST_WEIGHTS[0])
    steered = steer(RELEVANCE, [stripes(images=images)])
    assert not steered.shown[product]
    lost = steer(RELEVANCE, [stripes()]).scores[product] - steered.scores[product]
    unit = RELEVANCE[crowd_of(RELEVANCE)].std()
    assert lost == pytest.approx(2 * unit * (-3 - max(before, DOUBTFUL)), rel=1e-3)


def test_several_concepts_each_exclude() -> None:
    hooded = np.array([1, 5, 9])
    hood = stripes(images=field(12, hooded), texts=field(17, hooded))
    shown = steer(RELEVANCE, [stripes(), hood]).shown
    assert np.flatnonzero(shown).tolist() == sorted({*STRIPED.tolist(), *hooded.tolist()})


def test_without_anything_asked_for_what_stands_out_is_excluded() -> None:
    alone = [Likeness(None, each.alone, each.alone) for each in (field(2), field(7))]
    steered = steer(
        np.zeros(PRODUCTS, dtype=np.float32), [Concept(alone[0], alone[1], distance=0.0)]
    )
    assert np.flatnonzero(steered.shown).tolist() == STRIPED.tolist()


def test_words_alone_exclude_nothing_but_weigh() -> None:
    plain = evidence(stripes(), SHIRTS)
    product = int(plain[SHIRTS].argmin())
    words = np.zeros(PRODUCTS, dtype=np.float32)
    words[product] = 1
    said = evidence(stripes(words=words), SHIRTS)
    assert said[product] - plain[product] == pytest.approx(2)
    assert (said == plain).sum() == PRODUCTS - 1
    assert said[product] < SHOWN


def test_a_concept_that_the_query_has_already_moves_nothing_by_contrast() -> None:
    asked = scores(2, 0.1, SHIRTS, 0.3)
    same = [Likeness(asked, each.alone, asked) for each in (field(2), field(7))]
    found = evidence(Concept(same[0], same[1], distance=0.0), SHIRTS)
    assert np.isfinite(found).all()


def test_equal_scores_are_no_evidence() -> None:
    flat = np.full(PRODUCTS, 0.5, dtype=np.float32)
    likeness = Likeness(flat, flat, flat)
    found = evidence(Concept(likeness, likeness, distance=0.1), SHIRTS)
    assert found.tolist() == [pytest.approx(-1.3)] * PRODUCTS


def test_nothing_excluded_changes_nothing() -> None:
    steered = steer(RELEVANCE, [])
    assert steered.scores is RELEVANCE
    assert not steered.shown.any()
    assert steer(RELEVANCE[:0], [stripes()]).scores.shape == (0,)


def test_the_texts_of_a_concept() -> None:
    assert concept_texts("shirt", "stripes") == ("stripes", "stripes shirt")
    assert concept_texts("", "stripes") == ("stripes", "stripes")


def test_the_distance_is_one_minus_the_cosine() -> None:
    first, second = np.array([1, 0], np.float32), np.array([0.6, 0.8], np.float32)
    assert distance(first, second) == pytest.approx(0.4)
