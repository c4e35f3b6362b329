"""Import open_clip where torchvision's compiled operators do not load."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

_kept_alive: list[Any] = []
"""The library below undefines its operators when it is collected."""


def import_open_clip() -> ModuleType:
    """Import open_clip, curing a torchvision whose operators are missing.

    A CPU build of torch beside a torchvision from the package index is a common pair:
    torchvision then registers fake kernels for two operators that it never defined,
    and dies with "operator torchvision::nms does not exist". Nothing here uses them,
    so declaring them is enough. Any other failure is raised as it is.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        _declare_missing_operators()
        importlib.import_module("torchvision")
    return importlib.import_module("open_clip")


def _declare_missing_operators() -> None:
    library = importlib.import_module("torch.library").Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept_alive.append(library)
