"""The fake encoder's numbers, by hand."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from PIL import Image

from core.vectors import are_normalized
from encoder.base import DualEncoder
from encoder.fake import COLOURS, FakeEncoder


def _plain(colour: str) -> Image.Image:
    return Image.new("RGB", (30, 40), COLOURS[colour])


def test_red_is_one_minus_one_minus_one_and_a_quarter() -> None:
    row = FakeEncoder().encode_images([_plain("red")])[0]
    norm = math.sqrt(1 + 1 + 1 + 1 / 16)
    assert row[:4].tolist() == pytest.approx([1 / norm, -1 / norm, -1 / norm, 0.25 / norm])
    assert row[4:].tolist() == [0] * 28


@pytest.mark.parametrize("colour", sorted(COLOURS))
def test_a_plain_picture_lies_where_its_colours_word_does(colour: str) -> None:
    encoder = FakeEncoder()
    cosine = encoder.encode_images([_plain(colour)])[0] @ encoder.encode_texts([colour])[0]
    assert cosine == pytest.approx(1, abs=1e-5)


def test_quadrants_tell_pictures_of_one_mean_apart() -> None:
    encoder = FakeEncoder()
    left, right = Image.new("RGB", (8, 8)), Image.new("RGB", (8, 8))
    left.paste((255, 0, 0), (0, 0, 4, 8))
    right.paste((255, 0, 0), (4, 0, 8, 8))
    rows = encoder.encode_images([left, right])
    # Red is at 1/2 in both; by quadrant it is 1/2 above or below, at half weight.
    scale = math.sqrt(0 + 1 + 1 + 1 / 16 + 4 / 16)
    assert (rows[0, [4, 7, 10, 13]] * scale).tolist() == pytest.approx([0.25, -0.25, 0.25, -0.25])
    assert (rows[1, [4, 7, 10, 13]] * scale).tolist() == pytest.approx([-0.25, 0.25, -0.25, 0.25])


def test_another_word_counts_at_the_place_its_hash_names() -> None:
    row = FakeEncoder().encode_texts(["Bag, bag"])[0]
    place = 16 + hashlib.sha256(b"bag").digest()[0] % 16
    assert row.tolist() == [float(at == place) for at in range(32)]


def test_rows_do_not_depend_on_their_batch() -> None:
    encoder = FakeEncoder()
    texts = ["red shoe", "", "a blue bag"]
    together = encoder.encode_texts(texts)
    assert are_normalized(together)
    assert np.array_equal(together, np.stack([encoder.encode_texts([each])[0] for each in texts]))


def test_nothing_gives_no_rows() -> None:
    encoder: DualEncoder = FakeEncoder()
    assert encoder.encode_texts([]).shape == (0, 32)
    assert encoder.encode_images([]).shape == (0, 32)


def test_versions_have_different_fingerprints() -> None:
    assert FakeEncoder().fingerprint == FakeEncoder().fingerprint
    assert FakeEncoder("2").fingerprint != FakeEncoder().fingerprint
