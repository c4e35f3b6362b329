import numpy as np
import pytest

from core.vectors import are_normalized, empty, normalize


def test_rows_are_scaled_to_norm_1() -> None:
    expected = np.array([[0.6, 0.8], [0, -1]])
    np.testing.assert_allclose(normalize([[3, 4], [0, -2]]), expected)


@pytest.mark.parametrize("bad", [[[0, 0]], [[np.nan, 1]], [[np.inf, 1]]])
def test_a_row_without_direction_is_refused(bad: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="row 1 has norm"):
        normalize([[1.0, 0.0], *bad])


def test_anything_but_rows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        normalize([1, 2])


def test_norms_are_judged_to_half_precision() -> None:
    assert are_normalized(np.array([[0.6, 0.8005]], dtype=np.float32))
    assert not are_normalized(np.array([[0.6, 0.81]], dtype=np.float32))
    assert are_normalized(empty(4))
