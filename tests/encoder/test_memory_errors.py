"""What torch says where memory runs out has one name; other failures keep theirs."""

import pytest
import torch

from core.errors import EncoderMemoryError
from encoder.openclip import _named_memory_errors


@pytest.mark.parametrize(
    "raised",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_running_out_of_memory_is_named(raised: Exception) -> None:
    with pytest.raises(EncoderMemoryError) as named, _named_memory_errors(64):
        raise raised
    assert named.value.inputs == 64
    assert named.value.__cause__ is raised


def test_other_failures_pass_as_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), _named_memory_errors(1):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
