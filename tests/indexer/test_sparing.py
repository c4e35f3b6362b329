"""Out of memory: a batch halves and goes on, and gives what it would have given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import EncoderMemoryError
from core.vectors import Embeddings
from encoder.base import PreparedImages
from encoder.fake import COLOURS, FakeEncoder
from indexer.sparing import SparingEncoder

from .conftest import Shop, png


class _Small(FakeEncoder):
    """Refuses batches beyond a size, as a device does whose memory is taken."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.sizes: list[int] = []

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        self._take(len(images))
        return super().encode_prepared(images)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self._take(len(texts))
        return super().encode_texts(texts)

    def _take(self, size: int) -> None:
        self.sizes.append(size)
        if size > self.room:
            raise EncoderMemoryError(size, "a test says so")


TEXTS = [f"{colour} thing {at}" for at, colour in enumerate(COLOURS)]


@pytest.mark.parametrize("room", [1, 2, 3, 5, 11, 12])
def test_a_batch_that_does_not_fit_gives_the_same_in_parts(room: int) -> None:
    encoder = _Small(room)
    embeddings = SparingEncoder(encoder).encode_texts(TEXTS)
    assert np.array_equal(embeddings, FakeEncoder().encode_texts(TEXTS))
    assert encoder.texts_encoded == 12


def test_a_size_that_did_not_fit_is_not_tried_again_and_pictures_keep_theirs() -> None:
    encoder = _Small(4)
    sparing = SparingEncoder(encoder)
    sparing.encode_texts(TEXTS)
    sparing.encode_texts(TEXTS)
    assert encoder.sizes == [12, 6, 3, 3, 3, 3, 3, 3, 3, 3]
    sparing.encode_prepared(np.zeros((4, 3, 8, 8), dtype=np.float32))
    assert encoder.sizes[-1] == 4


def test_no_room_for_one_is_a_named_error() -> None:
    with pytest.raises(EncoderMemoryError, match=r"1 of the inputs at once.*VITRINE_DEVICE=cpu"):
        SparingEncoder(_Small(0)).encode_texts(TEXTS)


def test_nothing_is_embedded_without_asking_for_memory() -> None:
    assert SparingEncoder(_Small(0)).encode_texts([]).shape == (0, 32)


def test_a_build_short_of_memory_gives_the_same_generation(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    plain = Shop(shop.home / "plain", shop.products, shop.pictures)
    wanted = plain.generations / plain.build(batch=8).generation
    shop.encoder = small = _Small(3)
    report = shop.build(batch=8)
    assert max(size for size in small.sizes if size <= small.room) == 2
    assert "did not suffice for 8 pictures at once; going on with 4" in caplog.text
    assert (report.embedded, small.images_encoded, small.texts_encoded) == (25, 13, 12)
    for path in wanted.glob("*.[nj]*"):
        if path.name != "manifest.json":
            found = shop.generations / report.generation / path.name
            assert found.read_bytes() == path.read_bytes(), path.name


def test_a_build_that_ran_out_of_memory_is_continued_by_the_next(shop: Shop) -> None:
    shop.encoder = small = _Small(0)
    with pytest.raises(EncoderMemoryError):
        shop.build()
    small.room = 4
    shop.add("new", "new thing", png((7, 7, 7)))
    report = shop.build()
    assert (report.published, report.embedded) == (True, 27)
