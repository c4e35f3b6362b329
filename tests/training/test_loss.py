"""The loss against a slow oracle that a person can read."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from training.loss import belong_together, info_nce


def slow_info_nce(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: float,
    same: torch.Tensor,
    weights: list[float],
) -> float:
    total = 0.0
    for i in range(len(images)):
        rivals = [j for j in range(len(texts)) if j == i or not same[i, j]]
        positive = math.exp(scale * float(images[i] @ texts[i]))
        by_image = sum(math.exp(scale * float(images[i] @ texts[j])) for j in rivals)
        rivals = [j for j in range(len(images)) if j == i or not same[j, i]]
        by_text = sum(math.exp(scale * float(images[j] @ texts[i])) for j in rivals)
        total += weights[i] * (-math.log(positive / by_image) - math.log(positive / by_text)) / 2
    return total / sum(weights)


@pytest.mark.parametrize("weights", [[1.0] * 6, [1, 2, 0.5, 1, 3, 1]])
def test_the_loss_equals_the_slow_oracle(weights: list[float]) -> None:
    generator = torch.Generator().manual_seed(0)
    images, texts = (normalize(torch.randn(6, 8, generator=generator), dim=1) for _ in range(2))
    same = belong_together(torch.tensor([0, 1, 0, 2, 3, 4]), torch.tensor([0, 1, 2, 3, 3, 5]))
    fast = info_nce(images, texts, torch.tensor(9.0), same, torch.tensor(weights))
    assert fast.item() == pytest.approx(slow_info_nce(images, texts, 9.0, same, weights), rel=1e-5)


def test_equal_texts_and_equal_pictures_belong_together_and_the_diagonal_is_no_mask() -> None:
    same = belong_together(torch.tensor([0, 1, 0]), torch.tensor([0, 1, 1]))
    assert same.tolist() == [[False, False, True], [False, False, True], [True, True, False]]


def test_a_duplicate_title_is_no_negative() -> None:
    images = normalize(torch.tensor([[1.0, 0.1], [1.0, 0.1], [0.0, 1.0]]), dim=1)
    texts = images.clone()
    ones = torch.ones(3)
    masked = belong_together(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 2]))
    unmasked = torch.zeros(3, 3, dtype=torch.bool)
    scale = torch.tensor(20.0)
    assert info_nce(images, texts, scale, masked, ones) < 0.01
    assert info_nce(images, texts, scale, unmasked, ones) > 0.4
