"""The losses against slow oracles that a person can read."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from training.loss import info_nce, sigmoid

ZERO = torch.tensor(0.0)
WEIGHTS = [[1.0] * 6, [1, 2, 0.5, 1, 3, 1]]


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


def slow_sigmoid(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: float,
    bias: float,
    same: torch.Tensor,
    weights: list[float],
) -> float:
    total = 0.0
    for i in range(len(images)):
        for j in range(len(texts)):
            logit = scale * float(images[i] @ texts[j]) + bias
            if i == j:
                total += weights[i] * math.log(1 + math.exp(-logit))
            elif not same[i, j]:
                total += weights[i] * math.log(1 + math.exp(logit))
    return total / sum(weights)


def some_batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    images, texts = (normalize(torch.randn(6, 8, generator=generator), dim=1) for _ in range(2))
    same = torch.zeros(6, 6, dtype=torch.bool)
    same[0, 2] = same[2, 0] = same[3, 4] = True
    return images, texts, same


@pytest.mark.parametrize("weights", WEIGHTS)
def test_info_nce_equals_the_slow_oracle(weights: list[float]) -> None:
    images, texts, same = some_batch()
    fast = info_nce(images, texts, torch.tensor(9.0), ZERO, same, torch.tensor(weights))
    assert fast.item() == pytest.approx(slow_info_nce(images, texts, 9.0, same, weights), rel=1e-5)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_sigmoid_loss_equals_the_slow_oracle(weights: list[float]) -> None:
    images, texts, same = some_batch()
    fast = sigmoid(
        images, texts, torch.tensor(9.0), torch.tensor(-3.0), same, torch.tensor(weights)
    )
    slow = slow_sigmoid(images, texts, 9.0, -3.0, same, weights)
    assert fast.item() == pytest.approx(slow, rel=1e-5)


def test_a_duplicate_title_is_no_negative() -> None:
    images = normalize(torch.tensor([[1.0, 0.1], [1.0, 0.1], [0.0, 1.0]]), dim=1)
    texts, ones, scale = images.clone(), torch.ones(3), torch.tensor(20.0)
    masked = torch.zeros(3, 3, dtype=torch.bool)
    unmasked = masked.clone()
    masked[0, 1] = masked[1, 0] = True
    assert info_nce(images, texts, scale, ZERO, masked, ones) < 0.01
    assert info_nce(images, texts, scale, ZERO, unmasked, ones) > 0.4
    bias = torch.tensor(-10.0)
    assert sigmoid(images, texts, scale, bias, masked, ones) < 0.01
    assert sigmoid(images, texts, scale, bias, unmasked, ones) > 5
