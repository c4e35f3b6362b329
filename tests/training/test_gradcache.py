"""A large batch in chunks has the loss and the gradients of the whole one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.encoder.models import save_native, save_with_sentence_tower
from tests.training.shop import gradients, trainer
from training.batches import batches
from training.gradcache import ChunkedEmbeddings
from training.phrases import Phrasebook


@pytest.mark.parametrize("loss", ["info_nce", "sigmoid"])
@pytest.mark.parametrize("save", [save_native, save_with_sentence_tower])
@pytest.mark.parametrize("chunk", [1, 5])
def test_chunks_give_the_gradients_of_the_whole_batch(
    loss: str, save: Callable[[Path], Path], chunk: int, tmp_path: Path
) -> None:
    parent = save(tmp_path / "parent")
    whole = trainer(parent, text_tower="full", loss=loss)
    parts = trainer(parent, text_tower="full", loss=loss, chunk_size=chunk)
    batch = next(batches(whole.examples, 12, 0, 0, Phrasebook()))
    losses = [each.backward(batch, 0) for each in (whole, parts)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    expected, found = gradients(whole), gradients(parts)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.allclose(found[name], value, rtol=1e-4, atol=1e-5), name
    assert max(float(value.abs().max()) for value in expected.values()) > 1e-2


def test_dropout_falls_on_the_same_units_the_second_time() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 4), nn.Dropout(0.5))
    inputs, gradient = torch.randn(10, 6), torch.randn(10, 4)
    seen: list[torch.Tensor] = []

    def encode(part: slice) -> torch.Tensor:
        output: torch.Tensor = model(inputs[part])
        seen.append(output.detach().clone())
        return output

    ChunkedEmbeddings(encode, 10, 4).backward(gradient)
    assert len(seen) == 6
    for first, second in zip(seen[:3], seen[3:], strict=True):
        assert torch.equal(first, second)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_dropout_falls_on_the_same_units_of_a_gpu_the_second_time() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 64), nn.Dropout(0.5)).cuda()
    inputs, gradient = torch.randn(10, 6, device="cuda"), torch.randn(10, 64, device="cuda")
    seen: list[torch.Tensor] = []

    def encode(part: slice) -> torch.Tensor:
        output: torch.Tensor = model(inputs[part])
        seen.append(output.detach().clone())
        return output

    cached = ChunkedEmbeddings(encode, 10, 4)
    before = torch.cuda.get_rng_state()
    cached.backward(gradient)
    assert torch.equal(torch.cuda.get_rng_state(), before)
    for first, second in zip(seen[:3], seen[3:], strict=True):
        assert torch.equal(first, second)


def test_one_chunk_is_embedded_once() -> None:
    calls: list[slice] = []
    weight = nn.Parameter(torch.ones(2))

    def encode(part: slice) -> torch.Tensor:
        calls.append(part)
        return torch.ones(part.stop - part.start, 2) * weight

    ChunkedEmbeddings(encode, 3, 3).backward(torch.full((3, 2), 2.0))
    assert calls == [slice(0, 3)]
    assert weight.grad is not None
    assert weight.grad.tolist() == [6.0, 6.0]
