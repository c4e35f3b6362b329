"""Contrastive losses over one batch of images and texts."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

MASKED = -1e9
"""A logit so low that the pair counts neither as a positive nor as a negative."""

Loss = Callable[
    [torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor],
    torch.Tensor,
]
"""(images, texts, scale, bias, same, weights) to a scalar."""


def info_nce(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: torch.Tensor,
    bias: torch.Tensor,
    same: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Compute the symmetric InfoNCE loss; row i of images and of texts belong together.

    Args:
        images: Embeddings of shape (n, dim), rows of L2 norm 1.
        texts: Embeddings of shape (n, dim), rows of L2 norm 1.
        scale: Inverse temperature, a scalar.
        bias: Not used: a constant on all logits changes no softmax.
        same: Boolean (n, n); True where image i and text j belong together beside the
            diagonal (equal texts, equal pictures). Such pairs are no negatives.
        weights: Importance of each pair, shape (n,).

    Source: Radford et al. 2021 (CLIP), figure 3; the mask keeps duplicates of a title
    from being pushed apart, and the weights are those of generalised contrastive learning
    (Zhu et al. 2024).
    """
    logits = (scale * images @ texts.T).masked_fill(same, MASKED)
    targets = torch.arange(len(logits), device=logits.device)
    by_image = functional.cross_entropy(logits, targets, reduction="none")
    by_text = functional.cross_entropy(logits.T, targets, reduction="none")
    return ((by_image + by_text) * weights).sum() / (2 * weights.sum())


def sigmoid(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: torch.Tensor,
    bias: torch.Tensor,
    same: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Compute the pairwise sigmoid loss: each image with each text is one yes or no.

    Args as in ``info_nce``; ``bias`` is learned. A negative counts by the weight of its image.

    Source: Zhai et al. 2023 (SigLIP), algorithm 1.
    """
    logits = scale * images @ texts.T + bias
    signs = 2 * torch.eye(len(logits), device=logits.device) - 1
    each = functional.logsigmoid(signs * logits).masked_fill(same, 0.0)
    return -(each.sum(dim=1) * weights).sum() / weights.sum()


LOSSES: dict[str, Loss] = {"info_nce": info_nce, "sigmoid": sigmoid}
