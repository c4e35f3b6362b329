"""Contrastive losses over one batch of images and texts."""

from __future__ import annotations

import torch
from torch.nn import functional

MASKED = -1e9
"""A logit so low that the pair counts neither as a positive nor as a negative."""


def info_nce(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: torch.Tensor,
    same: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Compute the symmetric InfoNCE loss; row i of images and of texts belong together.

    Args:
        images: Embeddings of shape (n, dim), rows of L2 norm 1.
        texts: Embeddings of shape (n, dim), rows of L2 norm 1.
        scale: Inverse temperature, a scalar.
        same: Boolean (n, n); True where image i and text j belong together beside the
            diagonal (equal texts, equal pictures). Such pairs are no negatives.
        weights: Importance of each pair, shape (n,).

    Source: Radford et al. 2021 (CLIP), figure 3; the mask keeps duplicates of a title
    from being pushed apart.
    """
    logits = (scale * images @ texts.T).masked_fill(same, MASKED)
    targets = torch.arange(len(logits), device=logits.device)
    by_image = functional.cross_entropy(logits, targets, reduction="none")
    by_text = functional.cross_entropy(logits.T, targets, reduction="none")
    return ((by_image + by_text) * weights).sum() / (2 * weights.sum())


def belong_together(text_keys: torch.Tensor, image_keys: torch.Tensor) -> torch.Tensor:
    """Mark the pairs (i, j), i != j, that share a text or a picture: boolean (n, n)."""
    same = text_keys[:, None] == text_keys[None, :]
    same |= image_keys[:, None] == image_keys[None, :]
    return same.fill_diagonal_(False)
