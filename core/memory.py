"""Keep freed memory in the process: a batch frees and asks again for all of its activations."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Parameters of glibc's mallopt(3)."""


def keep_freed_memory() -> bool:
    """Have glibc give memory back to the system no more; tell whether it is glibc.

    By default each activation of more than 32 MB is a mapping of its own, which the kernel
    fills with zeros page by page at every step: on two cores that was more than half of a
    training step (111 to 129 pictures a second at 128 × 96 with it, 222 to 287 without), and
    half of what embedding takes (244 to 281 pictures a second with it, 503 to 538 without).
    For jobs that end: a server that met one huge picture would keep its memory for good.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 2**28))
    return all(library.mallopt(*setting) for setting in settings)
