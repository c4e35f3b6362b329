"""The faster gradient against torch's own."""

import pytest
import torch
from torch import nn

from training.depthwise import FastDepthwise, speed_up


def convolution(side: int = 3, **changes: object) -> nn.Conv2d:
    settings = {"groups": 6, "stride": 2, "padding": side // 2, "bias": False, **changes}
    return nn.Conv2d(6, 6, side, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize("size", [(8, 6), (9, 7), (1, 1)])
def test_output_and_gradients_equal_torchs_own(side: int, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    module, images = convolution(side).double(), torch.randn(3, 6, *size, dtype=torch.float64)

    def work() -> list[torch.Tensor]:
        module.zero_grad()
        inputs = images.clone().requires_grad_()
        output = module(inputs)
        (output * torch.arange(output.numel()).view_as(output)).sum().backward()
        assert inputs.grad is not None
        assert module.weight.grad is not None
        return [output.detach(), inputs.grad, module.weight.grad.clone()]

    expected = work()
    assert speed_up(module) == 1
    assert isinstance(module, FastDepthwise)
    for found, wanted in zip(work(), expected, strict=True):
        assert torch.allclose(found, wanted, atol=1e-10)


def test_it_works_under_autocast_and_with_a_locked_weight() -> None:
    module = convolution()
    speed_up(module)
    module.weight.requires_grad_(False)
    inputs = torch.randn(2, 6, 8, 8, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = module(inputs)
    assert output.dtype is torch.bfloat16
    output.float().sum().backward()
    assert inputs.grad is not None
    assert inputs.grad.dtype is torch.float32


@pytest.mark.parametrize(
    "changes", [{"stride": 1}, {"groups": 1}, {"groups": 3}, {"bias": True}, {"padding": 0},
                {"dilation": 2}, {"padding_mode": "reflect"}]
)  # fmt: skip
def test_any_other_convolution_stays_as_it_is(changes: dict[str, object]) -> None:
    module = convolution(**changes)  # type: ignore[arg-type]
    assert speed_up(module) == 0
    assert type(module) is nn.Conv2d
