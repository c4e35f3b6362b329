"""What is stopped, refused or damaged leaves a whole generation in service, and loses nothing."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from catalog.records import ProductRecord
from core.errors import (
    BusyError,
    ModelError,
    SnapshotError,
)
from core.vectors import Embeddings
from encoder.base import PreparedImages
from encoder.fake import FakeEncoder
from indexer import generations, reindex, verify
from indexer.draft import SnapshotDraft
from indexer.embedding_store import HEADER_BYTES, ContentKind, EmbeddingStore
from indexer.manifest import MANIFEST

from .conftest import Shop, png


def test_refused_snapshot_leaves_the_old_one_in_service(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shop.build()
    shop.add("new", "new thing", png((5, 5, 5)))

    def refuse(*_: object) -> None:
        raise SnapshotError("The generation is refused: a test says so.")

    with monkeypatch.context() as patched:
        patched.setattr(verify, "verify_snapshot", refuse)
        with pytest.raises(SnapshotError, match="a test says so"):
            shop.build()
    assert generations.current(shop.generations) == first.generation
    assert [path.name for path in _folders(shop)] == [first.generation]
    last = shop.build()
    assert (last.published, last.embedded) == (True, 0)


def test_crash_between_commit_and_publish_leaves_the_old_one_and_the_next_build_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shop.build()
    shop.add("new", "new thing", png((5, 5, 5)))

    def crash(root: Path, generation_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations, "publish", crash)
        with pytest.raises(KeyboardInterrupt):
            shop.build()
    assert generations.current(shop.generations) == first.generation
    assert len(_folders(shop)) == 2
    last = shop.build()
    assert (last.published, last.embedded) == (True, 0)
    assert generations.current(shop.generations) == last.generation


def test_a_generation_that_a_crash_left_partial_is_never_served_and_is_swept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(draft: SnapshotDraft) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SnapshotDraft, "commit", crash)
        patched.setattr(SnapshotDraft, "discard", lambda draft: None)  # as kill -9 would
        with pytest.raises(KeyboardInterrupt):
            shop.build()
    (partial,) = _folders(shop)
    assert partial.suffix == ".partial"
    assert generations.list_generations(shop.generations) == []
    report = shop.build()
    assert [path.name for path in _folders(shop)] == [report.generation]


def test_a_damaged_generation_in_service_is_built_anew_though_nothing_changed(shop: Shop) -> None:
    first = shop.build()
    (shop.generations / first.generation / "text.products.npy").write_bytes(b"")
    second = shop.build()
    assert (second.published, second.embedded) == (True, 0)
    shop.open(second.generation)


def test_a_damaged_stored_embedding_is_made_again(
    shop: Shop, flip: Callable[[Path, int], None], caplog: pytest.LogCaptureFixture
) -> None:
    shop.build()
    (path,) = shop.home.glob("embeddings/*/image.vectors")
    flip(path, HEADER_BYTES + 50)
    with caplog.at_level(logging.WARNING):
        report = shop.build(force=True)
    assert "1 damaged records" in caplog.text
    assert (report.damaged_records, report.fields["image"].embedded) == (1, 1)


def test_two_builds_at_once_give_one_busy_error_that_names_the_holder(shop: Shop) -> None:
    refusals: list[BusyError] = []

    def products() -> Iterator[ProductRecord]:
        with pytest.raises(BusyError) as refused:
            shop.build()
        refusals.append(refused.value)
        return iter(shop.products)

    report = reindex.build_index(products, shop.job())
    assert report.published
    (refusal,) = refusals
    assert f"An index build is already running: process {os.getpid()} since 20" in str(refusal)


def test_one_can_roll_back_while_a_build_runs(shop: Shop) -> None:
    first = shop.build()
    shop.build(force=True)
    served: list[str] = []

    def products() -> Iterator[ProductRecord]:
        generations.rollback(shop.generations)
        served.append(generations.current(shop.generations))
        return iter(shop.products)

    reindex.build_index(products, shop.job(force=True))
    assert served == [first.generation]


class _Broken(FakeEncoder):
    """Gives NaN, as half precision on a broken device does."""

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        return np.full((len(images), self.dim), np.nan, dtype=np.float32)


def test_embeddings_without_direction_are_neither_stored_nor_published(shop: Shop) -> None:
    shop.encoder = _Broken()
    with pytest.raises(ModelError, match="not of norm 1"):
        shop.build()
    with EmbeddingStore(
        shop.home / "embeddings", shop.encoder.fingerprint, ContentKind.IMAGE
    ) as store:
        assert len(store) == 0


KILLED_BUILD = """
import os, signal, sys
from pathlib import Path
from tests_indexer_conftest import Shop, png
from encoder.fake import FakeEncoder

class Dying(FakeEncoder):
    def encode_prepared(self, images):
        if self.images_encoded >= int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_prepared(images)

shop = Shop(Path(sys.argv[1]), encoder=Dying())
for at in range(30):
    shop.add(f"p{at:02d}", f"thing {at}", png((at, 200, 9), at))
shop.build()
"""


@pytest.mark.parametrize("encoded", [0, 16])
def test_killed_build_resumes_and_embeds_nothing_twice(
    empty_shop: Shop, encoded: int, tmp_path: Path
) -> None:
    # The subprocess imports this folder's conftest by its path.
    loader = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('tests_indexer_conftest', "
        f"{str(Path(__file__).with_name('conftest.py'))!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "sys.modules[spec.name] = module\n"
        "spec.loader.exec_module(module)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", loader + KILLED_BUILD, str(empty_shop.home), str(encoded)],
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert died.returncode == -signal.SIGKILL
    for at in range(30):
        empty_shop.add(f"p{at:02d}", f"thing {at}", png((at, 200, 9), at))

    report = empty_shop.build()

    assert report.published
    assert empty_shop.encoder.images_encoded == 30 - encoded
    assert empty_shop.encoder.texts_encoded == 0
    uninterrupted = Shop(tmp_path / "other", empty_shop.products, empty_shop.pictures)
    other = uninterrupted.generations / uninterrupted.build().generation
    for path in (empty_shop.generations / report.generation).iterdir():
        if path.name != MANIFEST:
            assert path.read_bytes() == (other / path.name).read_bytes()


def _folders(shop: Shop) -> list[Path]:
    return sorted(path for path in shop.generations.iterdir() if path.is_dir())
