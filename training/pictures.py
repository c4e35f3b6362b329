"""Training pictures: decoded and resized once, kept on disk, varied on the way to the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional

from core.terminal import Progress

Pixels = NDArray[np.uint8]
"""Shape (n, height, width, 3)."""

_WORKERS = 2
_CHUNK = 256


def cache_pictures(
    keys: Sequence[str],
    open_picture: Callable[[str], Image.Image],
    resize: Callable[[Image.Image], Image.Image],
    size: tuple[int, int],
    path: Path,
    progress: Progress,
) -> Pixels:
    """Decode and resize every picture into one memory-mapped array; reuse a complete one.

    Args:
        keys: What names each picture to ``open_picture``; the array keeps their order.
        open_picture: Gives the decoded RGB picture; called from several threads.
        resize: The model's own geometry, to ``size``.
        size: (height, width) in pixels.
        path: Where the array lives; a name must stand for its keys and size.
        progress: Where to tell how far it is.
    """
    if path.is_file():
        return np.asarray(np.load(path, mmap_mode="r"))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npy")
    pixels = np.lib.format.open_memmap(
        partial, mode="w+", dtype=np.uint8, shape=(len(keys), *size, 3)
    )
    with ThreadPoolExecutor(_WORKERS) as pool, progress.stage("Pictures", len(keys), "img") as tick:
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            for offset, picture in enumerate(pool.map(lambda k: resize(open_picture(k)), chunk)):
                pixels[start + offset] = np.asarray(picture)
            tick(len(chunk))
    pixels.flush()
    del pixels
    partial.replace(path)
    return np.asarray(np.load(path, mmap_mode="r"))


def to_model_input(
    pixels: Pixels, mean: Sequence[float], std: Sequence[float], device: torch.device
) -> torch.Tensor:
    """Scale and normalise pixels as the model wants them: float32 (n, 3, height, width)."""
    batch = torch.from_numpy(np.array(pixels)).to(device).permute(0, 3, 1, 2)
    shape = (1, 3, 1, 1)
    centre = torch.tensor(mean, device=device).view(shape)
    spread = torch.tensor(std, device=device).view(shape)
    return ((batch.float() / 255 - centre) / spread).contiguous(memory_format=torch.channels_last)


def vary(batch: torch.Tensor, crop: float, flip: bool, generator: torch.Generator) -> torch.Tensor:
    """Shift, zoom and mirror each picture a little; colours stay, since people search by them.

    Args:
        batch: Shape (n, 3, height, width).
        crop: Most of a side that falls away.
        flip: Whether half of the pictures are mirrored.
        generator: The run's randomness, on the CPU.
    """
    count = len(batch)
    zoom = 1 - crop * torch.rand(count, 2, generator=generator)
    shift = (1 - zoom) * (2 * torch.rand(count, 2, generator=generator) - 1)
    if flip:
        zoom[:, 0] *= torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    affine = torch.zeros(count, 2, 3)
    affine[:, 0, 0], affine[:, 1, 1] = zoom[:, 0], zoom[:, 1]
    affine[:, :, 2] = shift
    grid = functional.affine_grid(affine.to(batch.device), list(batch.shape), align_corners=False)
    varied = functional.grid_sample(batch, grid, padding_mode="border", align_corners=False)
    return varied.contiguous(memory_format=torch.channels_last)
