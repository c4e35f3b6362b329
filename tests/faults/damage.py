"""Ways in which bytes on a disk come to harm, and the counting of what was noticed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Harm = Callable[[random.Random, bytearray], None]


def flip_bit(chance: random.Random, data: bytearray) -> None:
    """Flip one bit."""
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def overwrite(chance: random.Random, data: bytearray) -> None:
    """Write other bytes over a few, as a stray write does."""
    at = chance.randrange(len(data))
    length = chance.randint(1, 16)
    data[at : at + length] = chance.randbytes(min(length, len(data) - at))


def zero_sector(chance: random.Random, data: bytearray) -> None:
    """Lose a sector: it reads as zeros."""
    at = chance.randrange(len(data)) // 512 * 512
    length = min(512, len(data) - at)
    data[at : at + length] = bytes(length)


def cut(chance: random.Random, data: bytearray) -> None:
    """Lose the end."""
    del data[chance.randrange(len(data)) :]


def lengthen(chance: random.Random, data: bytearray) -> None:
    """Gain bytes at the end."""
    data += chance.randbytes(chance.randint(1, 600))


def lose_middle(chance: random.Random, data: bytearray) -> None:
    """Lose bytes in the middle; what follows moves up."""
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 64)]


def repeat(chance: random.Random, data: bytearray) -> None:
    """Have a part twice."""
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randint(1, 64)]


def exchange(chance: random.Random, data: bytearray) -> None:
    """Have two bytes in each other's place: a sum over all of them would not notice."""
    first, second = chance.randrange(len(data)), chance.randrange(len(data))
    data[first], data[second] = data[second], data[first]


HARMS: tuple[Harm, ...] = (
    flip_bit, overwrite, zero_sector, cut, lengthen, lose_middle, repeat, exchange,
)  # fmt: skip


def harmed(chance: random.Random, data: bytes) -> tuple[str, bytes]:
    """Do some harm to a copy of some bytes, for certain; tell which."""
    while True:
        harm = chance.choice(HARMS)
        changed = bytearray(data)
        harm(chance, changed)
        if changed != data:
            return harm.__name__, bytes(changed)


@contextmanager
def holding(path: Path, data: bytes) -> Iterator[None]:
    """Have a file hold other bytes for a while."""
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


def bits_of(data: bytes, every: int = 1) -> Iterator[bytes]:
    """Give copies with one bit flipped: of every byte all eight, or one in turn.

    With ``every`` above 1 only that part of all bits is flipped, each byte's at least
    once while ``every`` is at most 8.
    """
    for bit in range(0, 8 * len(data), every):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)
