"""One score from three fields."""

import numpy as np
import pytest
from numpy.typing import NDArray

from search.fusion import Evidence, Weights, fuse


def scores(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def test_each_field_counts_in_deviations_from_its_own_mean() -> None:
    # Deviations of (0, 1): -1 and 1. Those of (5, 3): 1 and -1.
    evidence = Evidence(image=scores(0, 1), text=scores(5, 3), lexical=scores(0, 0.5))
    fused = fuse(evidence, Weights(image=0.25, text=0.75, lexical=2))
    assert fused.tolist() == [-0.25 + 0.75, 0.25 - 0.75 + 2 * 0.5]


def test_the_scale_of_a_model_does_not_matter() -> None:
    random = np.random.default_rng(0)
    image, text = (random.normal(size=500).astype(np.float32) for _ in range(2))
    plain = fuse(Evidence(image=image, text=text))
    squeezed = fuse(Evidence(image=image * 0.01 + 0.2, text=text * 3 - 1))
    assert np.allclose(plain, squeezed, atol=1e-3)


@pytest.mark.parametrize("silent", [None, scores(0.3, 0.3)])
def test_a_field_that_says_nothing_leaves_its_weight_to_the_other(
    silent: NDArray[np.float32] | None,
) -> None:
    words = scores(0, 1)
    fused = fuse(Evidence(silent, scores(0, 1), words), Weights(image=0.4, text=0.6, lexical=2))
    assert fused.tolist() == [-1, 3]


def test_a_field_of_weight_nothing_still_ranks_where_it_is_alone() -> None:
    fused = fuse(Evidence(image=scores(0, 1)), Weights(image=0, text=1, lexical=1))
    assert fused.tolist() == [-1, 1]


def test_words_alone_rank_by_themselves() -> None:
    assert fuse(Evidence(lexical=scores(0.25, 0.5))).tolist() == [0.5, 1]


def test_rounding_in_the_seventh_digit_is_no_difference() -> None:
    flat = np.full(1000, 0.3, dtype=np.float32)
    flat[7] = np.nextafter(flat[7], np.float32(1))
    assert fuse(Evidence(text=flat)).tolist() == [0] * 1000


def test_most_words_are_those_of_the_product_that_has_most() -> None:
    assert Evidence(lexical=scores(0.25, 0.5, 0)).most_words == 0.5
    assert Evidence(lexical=scores()).most_words == 0
    assert Evidence(text=scores(1)).most_words == 0


def test_evidence_is_left_as_it_was() -> None:
    image = scores(1, 2, 4)
    fuse(Evidence(image=image, lexical=image))
    assert image.tolist() == [1, 2, 4]


def test_an_empty_catalogue_has_no_scores() -> None:
    assert fuse(Evidence(text=scores())).tolist() == []


def test_nothing_asked_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nothing was asked"):
        fuse(Evidence())


@pytest.mark.parametrize(
    "wrong", [{"image": -0.1}, {"lexical": float("nan")}, {"image": 0.0, "text": 0, "lexical": 0}]
)
def test_weights_that_rank_nothing_or_backwards_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="from 0 up"):
        Weights(**wrong)
