"""What every dual encoder promises, run against every implementation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.vectors import are_normalized
from encoder.base import DualEncoder
from encoder.fake import FakeEncoder
from encoder.openclip import OpenClipEncoder
from encoder.reference import BUNDLED, ModelReference
from tests.encoder.models import save_native, save_with_sentence_tower

TEXTS = ["red shoes", "a blue dress for the summer", "shoe", "", "red shoes", "x " * 400]


@pytest.fixture(scope="module", params=["fake", "native", "sentence tower", "bundled"])
def encoder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> DualEncoder:
    if request.param == "fake":
        return FakeEncoder()
    folder = tmp_path_factory.mktemp("model")
    makers = {"native": save_native, "sentence tower": save_with_sentence_tower}
    made: Path = makers[request.param](folder) if request.param in makers else BUNDLED
    return OpenClipEncoder.load(
        ModelReference.parse(f"local-dir:{made}"), device="cpu", batch_size=4
    )


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    sizes = [(40, 30), (20, 50), (33, 33), (480, 640), (1, 1), (3, 200)]
    return [Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)) for size in sizes]


def test_rows_have_norm_1_and_the_promised_shape(encoder: DualEncoder) -> None:
    for embeddings in (encoder.encode_texts(TEXTS), encoder.encode_images(pictures())):
        assert embeddings.shape == (6, encoder.dim)
        assert embeddings.dtype == np.float32
        assert embeddings.flags["C_CONTIGUOUS"]
        assert are_normalized(embeddings)


def test_an_input_gets_the_same_row_alone_and_in_a_batch(encoder: DualEncoder) -> None:
    together = encoder.encode_texts(TEXTS)
    alone = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-3)
    together = encoder.encode_images(pictures())
    alone = np.concatenate([encoder.encode_images([picture]) for picture in pictures()])
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_order_is_kept(encoder: DualEncoder) -> None:
    np.testing.assert_allclose(
        encoder.encode_texts(TEXTS[::-1]), encoder.encode_texts(TEXTS)[::-1], atol=1e-3
    )
    np.testing.assert_allclose(
        encoder.encode_images(pictures()[::-1]), encoder.encode_images(pictures())[::-1], atol=1e-3
    )


def test_equal_inputs_give_equal_rows_and_others_do_not(encoder: DualEncoder) -> None:
    rows = encoder.encode_texts(TEXTS)
    assert float(rows[0] @ rows[4]) == pytest.approx(1, abs=1e-3)
    assert float(rows[0] @ rows[1]) < 0.999


def test_nothing_in_gives_nothing_of_the_right_width_out(encoder: DualEncoder) -> None:
    assert encoder.encode_texts([]).shape == (0, encoder.dim)
    assert encoder.encode_images([]).shape == (0, encoder.dim)


def test_pictures_prepared_elsewhere_encode_as_pictures_do(encoder: DualEncoder) -> None:
    prepared = np.stack([encoder.prepare_image(picture) for picture in pictures()])
    np.testing.assert_allclose(
        encoder.encode_prepared(prepared), encoder.encode_images(pictures()), atol=1e-6
    )


def test_inputs_are_left_as_they_were(encoder: DualEncoder) -> None:
    prepared = np.stack([encoder.prepare_image(picture) for picture in pictures()])
    before = prepared.copy()
    encoder.encode_prepared(prepared)
    np.testing.assert_array_equal(prepared, before)


def test_fingerprint_is_a_sha256_in_hex(encoder: DualEncoder) -> None:
    assert len(bytes.fromhex(encoder.fingerprint)) == 32
