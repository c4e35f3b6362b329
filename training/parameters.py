"""Which of a model's weights learn, and how fast: the towers, their projections, their layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from torch import nn

from core.errors import TrainingError
from training.adapters import add_adapters
from training.config import TrainConfig

_HEADS = ("visual.head.", "visual.proj", "visual.attnpool.", "text.proj", "text_projection",
          "text.text_projection")  # fmt: skip
_LAYER = re.compile(r"\.(?:blocks|resblocks|layers|layer|stages)\.(\d+)\.|\.layer(\d+)\.")
"""The second form is a ResNet's, which counts its layers from 1."""
_FIRST = (
    "embed", "conv_stem", "stem.", "conv1.", "trunk.bn1.", "ln_pre",
    "visual.bn1.", "visual.conv2.", "visual.bn2.", "visual.conv3.", "visual.bn3.",
)  # fmt: skip
"""Parts of names of what comes before the first numbered layer; the rest comes after the last."""


def prepare(model: Any, config: TrainConfig) -> None:
    """Lock what the config locks, lay adapters on, and set gradient checkpointing.

    Raises:
        TrainingError: a projection alone shall learn, and the model has none; or adapters,
            and none fits.
    """
    for tower, mode in (("image", config.image_tower), ("text", config.text_tower)):
        names = {name for name, _ in _of_tower(model, tower)}
        for name, parameter in _of_tower(model, tower):
            parameter.requires_grad_(mode == "full" or (mode == "head" and is_head(name)))
        if mode == "head" and not any(is_head(name) for name in names):
            raise TrainingError(
                f"{tower}_tower is 'head', but this model's {tower} tower has no projection of "
                "its own. Choose full, adapters or locked."
            )
        if mode == "adapters":
            _adapt(model, tower, config.adapter_rank)
    if config.gradient_checkpointing:
        model.set_grad_checkpointing(True)


def _adapt(model: Any, tower: str, rank: int) -> None:
    if not sum(add_adapters(module, rank) for module in _modules(model, tower)):
        raise TrainingError(
            f"{tower}_tower is 'adapters', but this model's {tower} tower has no matrix larger "
            f"than adapter_rank {rank}. Lower it, or choose full, head or locked."
        )


def set_modes(model: nn.Module, config: TrainConfig) -> None:
    """Switch to training, but leave locked towers and all batch norms as in service.

    Batch norms that renormalised by the batch would wipe out what folded ones have learned.
    """
    model.train()
    for tower, mode in (("image", config.image_tower), ("text", config.text_tower)):
        if mode == "locked":
            for module in _modules(model, tower):
                module.eval()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def learning(model: nn.Module) -> dict[str, nn.Parameter]:
    """List what learns, by name."""
    return {name: each for name, each in model.named_parameters() if each.requires_grad}


def tower_learns(model: nn.Module, tower: str) -> bool:
    """Tell whether any weight of ``image`` or ``text`` takes a gradient."""
    return any(parameter.requires_grad for _, parameter in _of_tower(model, tower))


def groups(model: nn.Module, config: TrainConfig) -> list[dict[str, Any]]:
    """Sort what learns by rate; one-dimensional weights and adapters are spared the decay."""
    sorted_out: dict[tuple[float, float], list[nn.Parameter]] = {}
    last = {tower: _last_layer(model, tower) for tower in ("image", "text")}
    for name, parameter in learning(model).items():
        rate = config.rate * config.layer_decay ** _layers_after(name, last)
        if is_head(name) or ".parametrizations." in name or name.startswith("logit_"):
            rate = config.head_rate
        spared = parameter.ndim <= 1 or ".parametrizations." in name
        decay = 0.0 if spared else config.weight_decay
        sorted_out.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "peak": rate, "lr": 0.0, "weight_decay": decay}
        for (rate, decay), parameters in sorted_out.items()
    ]


def is_head(name: str) -> bool:
    """Tell whether a weight belongs to the projection into the common space."""
    return name.startswith(_HEADS)


def _tower(name: str) -> str:
    if name.startswith("logit_"):
        return "scale"
    return "image" if name.startswith("visual.") else "text"


def _of_tower(model: nn.Module, tower: str) -> Iterator[tuple[str, nn.Parameter]]:
    return ((name, each) for name, each in model.named_parameters() if _tower(name) == tower)


def _modules(model: Any, tower: str) -> list[nn.Module]:
    """List a tower's modules; a native CLIP keeps its text tower's beside the image tower."""
    if tower == "image":
        return [model.visual]
    return [module for name, module in model.named_children() if name != "visual"]


def _last_layer(model: nn.Module, tower: str) -> int:
    numbers = (_layer(name) for name, _ in _of_tower(model, tower))
    return max((number for number in numbers if number is not None), default=-1)


def _layer(name: str) -> int | None:
    """Number the layer that a weight is in, from 0."""
    found = _LAYER.search(f".{name}")
    if not found:
        return None
    return int(found[1]) if found[1] else int(found[2]) - 1


def _layers_after(name: str, last: dict[str, int]) -> int:
    """Count the layers between a weight and its tower's end; one more before the first."""
    end = last.get(_tower(name), -1)
    if (number := _layer(name)) is not None:
        return end - number
    return end + 1 if any(part in name for part in _FIRST) else 0
