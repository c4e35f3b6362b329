"""Training pictures: decoded and resized once, kept on disk, varied on the way to the model."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from core.errors import ImageError, TrainingError
from core.files import replacing
from core.terminal import Progress
from training.stored import digest_of

Pixels = NDArray[np.uint8]
"""Shape (n, height, width, 3)."""

_WORKERS = 2
_CHUNK = 256
_CANNOT_TAKE = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)
"""What file systems say that cannot take room beforehand."""
_Open = Callable[[str], Pixels]


@dataclass(frozen=True, slots=True)
class CachedPictures:
    """Pictures in the model's geometry; those that could not be read are black and named."""

    pixels: Pixels
    refused: dict[int, str]
    """Row to reason."""


def cache_pictures(
    keys: Sequence[str],
    open_picture: _Open,
    size: tuple[int, int],
    folder: Path,
    progress: Progress,
) -> CachedPictures:
    """Decode and resize every picture into one memory-mapped array; reuse a complete one.

    Args:
        keys: Content hashes; the array keeps their order.
        open_picture: Gives the picture of a hash as uint8 (height, width, 3); called from
            several threads. What raises ImageError or OSError is refused, and the rest go on.
        size: (height, width) in pixels.
        folder: Where the arrays lie, named by their keys and size.
        progress: Where to tell how far it is.

    Raises:
        TrainingError: the disk has no room for the array.
    """
    height, width = size
    path = folder / f"pictures-{digest_of(keys)}-{height}x{width}.npy"
    refusals = path.with_suffix(".refused.json")
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        refused = _decode_all(keys, open_picture, size, path, progress)
        with replacing(refusals) as file:
            file.write(json.dumps(refused).encode())
        _partial(path).replace(path)
    told = json.loads(refusals.read_bytes())
    pixels = np.asarray(np.load(path, mmap_mode="r"))
    return CachedPictures(pixels, {int(row): reason for row, reason in told.items()})


def _decode_all(
    keys: Sequence[str], open_picture: _Open, size: tuple[int, int], path: Path, progress: Progress
) -> dict[int, str]:
    refused: dict[int, str] = {}

    def decode(key: str) -> Pixels | str:
        try:
            return open_picture(key)
        except ImageError as error:
            return str(error)
        except OSError as error:
            return error.strerror or str(error)

    with (
        _new_array(_partial(path), (len(keys), *size, 3)) as pixels,
        ThreadPoolExecutor(_WORKERS) as pool,
        progress.stage("Pictures", len(keys), "img") as tick,
    ):
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            for row, picture in enumerate(pool.map(decode, chunk), start):
                if isinstance(picture, str):
                    refused[row] = picture
                else:
                    pixels[row] = picture
            tick(len(chunk))
    return refused


@contextmanager
def _new_array(path: Path, shape: tuple[int, ...]) -> Iterator[Pixels]:
    """Open a mapped array whose room on the disk is taken beforehand; durable on leaving.

    A mapped file is sparse: a disk that fills up as its pages are written would end the
    process with SIGBUS, and not with an error.

    Raises:
        TrainingError: the disk has no room for it; nothing is left behind.
    """
    try:
        pixels = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        _take_room(path)
        yield pixels
        pixels.flush()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _take_room(path: Path) -> None:
    size = path.stat().st_size
    try:
        with path.open("r+b") as file:
            if hasattr(os, "posix_fallocate"):  # not on macOS
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno in _CANNOT_TAKE:
            return
        raise TrainingError(
            f"There is no room for {size / 1e6:,.0f} MB of decoded pictures in {path.parent} "
            f"({error.strerror}). Free some, or put --out on another disk."
        ) from error


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.stem}.partial.npy")


def to_model_input(
    pixels: Pixels, mean: Sequence[float], std: Sequence[float], device: torch.device
) -> torch.Tensor:
    """Scale and normalise pixels as the model wants them: float32 (n, 3, height, width)."""
    batch = torch.from_numpy(np.array(pixels)).to(device).permute(0, 3, 1, 2)
    shape = (1, 3, 1, 1)
    centre = torch.tensor(mean, device=device).view(shape)
    spread = torch.tensor(std, device=device).view(shape)
    return ((batch.float() / 255 - centre) / spread).contiguous(memory_format=torch.channels_last)


def draw_views(count: int, crop: float, flip: bool, generator: torch.Generator) -> torch.Tensor:
    """Draw how each picture is seen: shifted, zoomed and mirrored a little.

    Args:
        count: How many pictures.
        crop: Most of a side that falls away.
        flip: Whether half of the pictures are mirrored.
        generator: The step's chance, on the CPU.

    Returns:
        Affine maps, shape (count, 2, 3).
    """
    zoom = 1 - crop * torch.rand(count, 2, generator=generator)
    shift = (1 - zoom) * (2 * torch.rand(count, 2, generator=generator) - 1)
    if flip:
        zoom[:, 0] *= torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    views = torch.zeros(count, 2, 3)
    views[:, 0, 0], views[:, 1, 1] = zoom[:, 0], zoom[:, 1]
    views[:, :, 2] = shift
    return views


def vary(batch: torch.Tensor, views: torch.Tensor) -> torch.Tensor:
    """Show each picture by its view; colours stay, since people search by them.

    Args:
        batch: Shape (n, 3, height, width).
        views: As ``draw_views`` gives them, shape (n, 2, 3).
    """
    grid = functional.affine_grid(views.to(batch.device), list(batch.shape), align_corners=False)
    varied = functional.grid_sample(batch, grid, padding_mode="border", align_corners=False)
    return varied.contiguous(memory_format=torch.channels_last)
