"""Arrays on disk as NPY 1.0, the bytes that ``numpy.save`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SnapshotError


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array through Python's own files.

    ``numpy.save`` writes through C's, which on a full disk says "5 requested and 0 written"
    and not that the disk is full.

    Raises:
        OSError: it could not be written; it names the reason.
    """
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:
        write_header(file, array.dtype, array.shape)
        file.write(array.reshape(-1).view(np.uint8).data)


def open_array(path: Path, dtype: str, dimensions: int) -> NDArray[Any]:
    """Map an array for reading, as a plain one: ``np.memmap`` runs Python code for each view.

    Raises:
        SnapshotError: it is missing, or no array of that type and number of dimensions.
    """
    try:
        array = np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # a header is a Python literal; a broken one raises nearly anything
        raise SnapshotError(f"{path} cannot be read as an array ({error}).") from error
    if array.dtype != np.dtype(dtype) or array.ndim != dimensions or not array.flags.c_contiguous:
        raise SnapshotError(
            f"{path} holds {array.dtype} of {array.shape}, not {dtype} in {dimensions} dimensions."
        )
    return array


def write_header(file: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Begin an array of C order whose bytes follow."""
    np.lib.format.write_array_header_1_0(
        file,
        {
            "descr": np.lib.format.dtype_to_descr(dtype),
            "fortran_order": False,
            "shape": shape,
        },
    )
