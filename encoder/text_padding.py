"""Text padded only as far as a batch needs, where that changes nothing.

A causal text tower pooled at the end-of-text token never looks at what follows it,
and a Hugging Face tower masks its padding: 77 positions shrink to about 12, for a sixth
of the work. SigLIP's tower looks both ways over its padding and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

TextTower = Callable[[torch.Tensor], torch.Tensor]
"""Tokens of shape (n, context) to features of shape (n, dim)."""


def padding_is_inert(model: Any) -> bool:
    """Tell whether a model's text vectors stay the same without their padding."""
    tower = getattr(model, "text", None)
    if tower is not None and hasattr(tower, "config"):
        return True  # open_clip's HFTextEncoder builds its attention mask from the pad id
    return _is_causal(model if tower is None else tower)


def used_length(model: Any, tokens: torch.Tensor) -> int:
    """Count the positions up to the last one that any text of the batch uses."""
    tower = getattr(model, "text", None)
    if tower is not None and hasattr(tower, "config"):
        used = tokens != tower.config.pad_token_id
        return int(used.nonzero()[:, 1].max()) + 1 if bool(used.any()) else 1
    owner = model if tower is None else tower
    if _pool_type(owner) == "eos":
        ends = torch.eq(tokens, _eos_id(owner) or 0).int().argmax(dim=1)
    else:
        ends = tokens.argmax(dim=1)
    return int(ends.max()) + 1


def encode_trimmed(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Encode tokens that were cut at ``used_length``; equal to the padded encoding."""
    tower = getattr(model, "text", None)
    if tower is not None and hasattr(tower, "config"):
        features: torch.Tensor = tower(tokens)
        return features
    return _encode_causal(model if tower is None else tower, tokens)


def _encode_causal(owner: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Run open_clip's CLIP text tower on fewer positions than its context.

    Its own forward adds the whole positional embedding, and so takes full length only.
    Source: open_clip 3.3, CLIP.encode_text.
    """
    from open_clip.transformer import text_global_pool

    length = tokens.shape[1]
    dtype = owner.transformer.get_cast_dtype()
    features = owner.token_embedding(tokens).to(dtype)
    features = features + owner.positional_embedding[:length].to(dtype)
    features = owner.transformer(features, attn_mask=owner.attn_mask[:length, :length])
    pooled = text_global_pool(
        owner.ln_final(features), tokens, _pool_type(owner), eos_token_id=_eos_id(owner)
    )
    if owner.text_projection is None:
        return torch.as_tensor(pooled)
    if isinstance(owner.text_projection, torch.nn.Linear):
        projected: torch.Tensor = owner.text_projection(pooled)
        return projected
    return torch.as_tensor(pooled @ owner.text_projection)


def _is_causal(owner: Any) -> bool:
    return (
        getattr(owner, "attn_mask", None) is not None
        and getattr(owner, "cls_emb", None) is None
        and not getattr(owner, "use_pad_mask", False)
        and _pool_type(owner) in ("argmax", "eos")
    )


def _pool_type(owner: Any) -> str:
    return str(getattr(owner, "text_pool_type", None) or getattr(owner, "pool_type", ""))


def _eos_id(owner: Any) -> int | None:
    return getattr(owner, "text_eos_id", None) or getattr(owner, "eos_id", None)
