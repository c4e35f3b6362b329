from __future__ import annotations

import mmap
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from core.memory import use_large_pages

MEGABYTE = 2**20


def large_bytes(address: int) -> int:
    """Tell how much of the mapping at an address is in large pages, from proc_pid_smaps(5)."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if bounds := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
            inside = int(bounds[1], 16) <= address < int(bounds[2], 16)
        elif inside and line.startswith("AnonHugePages:"):
            return int(line.split()[1]) * 1024
    return 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_an_array_keeps_its_content_in_large_pages() -> None:
    held = mmap.mmap(-1, 16 * MEGABYTE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    held.madvise(mmap.MADV_NOHUGEPAGE)
    array = np.frombuffer(held, dtype=np.int64)
    array[:] = np.arange(len(array))
    assert large_bytes(array.ctypes.data + 4 * MEGABYTE) == 0
    if not use_large_pages(array):
        pytest.skip("this kernel has no large pages to give")
    assert large_bytes(array.ctypes.data + 4 * MEGABYTE) >= 8 * MEGABYTE
    assert array.tolist() == list(range(len(array)))


def test_a_small_array_stays_as_it_is() -> None:
    array = np.arange(10)
    assert not use_large_pages(array)
    assert array.tolist() == list(range(10))
