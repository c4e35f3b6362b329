from __future__ import annotations

import errno
import hashlib
import logging
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BusyError, DamagedStoreError, FingerprintMismatchError, StoreError
from core.vectors import Embeddings, normalize
from indexer.embedding_store import HEADER_BYTES, ContentKind, EmbeddingStore, text_key

FINGERPRINT = hashlib.sha256(b"one encoder").hexdigest()
DIM = 6
RECORD_BYTES = 32 + 4 * DIM + 4

Flip = Callable[[Path, int], None]


def _keys(*names: str) -> list[bytes]:
    return [text_key(name) for name in names]


def _vectors(count: int, seed: int = 0) -> Embeddings:
    return normalize(np.random.default_rng(seed).standard_normal((count, DIM)))


def _open(root: Path, writable: bool = False, fingerprint: str = FINGERPRINT) -> EmbeddingStore:
    return EmbeddingStore(root, fingerprint, ContentKind.IMAGE, writable)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A store of the keys a, b and c; gives its root."""
    with _open(tmp_path, writable=True) as store:
        store.append(_keys("a", "b"), _vectors(3)[:2])
        store.append(_keys("c"), _vectors(3)[2:])
    return tmp_path


def _file(root: Path) -> Path:
    return root / FINGERPRINT[:16] / "image.vectors"


def test_appended_embeddings_are_found_again_in_the_order_asked(filled: Path) -> None:
    with _open(filled) as store:
        embeddings, found = store.get_many(_keys("c", "x", "a"))
        assert found.tolist() == [True, False, True]
        assert np.array_equal(embeddings, np.stack([_vectors(3)[2], np.zeros(DIM), _vectors(3)[0]]))
        assert (len(store), store.dim, store.damaged) == (3, DIM, 0)
        assert text_key("b") in store
        assert text_key("x") not in store


def test_a_writer_sees_what_it_has_just_appended(filled: Path) -> None:
    with _open(filled, writable=True) as store:
        before, _ = store.get_many(_keys("a"))
        store.append(_keys("d"), _vectors(1, seed=5))
        after, found = store.get_many(_keys("a", "d"))
        assert found.all()
        assert np.array_equal(after, np.concatenate([before, _vectors(1, seed=5)]))


def test_a_store_that_is_not_there_is_empty_and_not_made_by_a_reader(tmp_path: Path) -> None:
    with _open(tmp_path) as store:
        assert (len(store), store.dim) == (0, 0)
        assert store.get_many(_keys("a"))[1].tolist() == [False]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [1, 31, RECORD_BYTES - 1])
def test_a_torn_tail_is_cut_off_and_written_anew(
    filled: Path, torn: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = _file(filled)
    os.truncate(path, HEADER_BYTES + 2 * RECORD_BYTES + torn)
    with _open(filled) as reader:
        assert (len(reader), reader.damaged) == (2, 0)
    assert path.stat().st_size == HEADER_BYTES + 2 * RECORD_BYTES + torn, "readers change nothing"
    with caplog.at_level(logging.WARNING), _open(filled, writable=True) as writer:
        assert f"cut off {torn} bytes" in caplog.text
        assert path.stat().st_size == HEADER_BYTES + 2 * RECORD_BYTES
        writer.append(_keys("c"), _vectors(3)[2:])
    with _open(filled) as store:
        embeddings, found = store.get_many(_keys("a", "b", "c"))
        assert found.all()
        assert np.array_equal(embeddings, _vectors(3))


def test_every_flipped_byte_of_a_record_is_detected_and_only_that_record_left_out(
    filled: Path, flip: Flip
) -> None:
    path = _file(filled)
    for at in range(HEADER_BYTES + RECORD_BYTES, HEADER_BYTES + 2 * RECORD_BYTES):
        flip(path, at)
        with _open(filled) as store:
            embeddings, found = store.get_many(_keys("a", "b", "c"))
            assert found.tolist() == [True, False, True]
            assert store.damaged == 1
            assert np.array_equal(embeddings[[0, 2]], _vectors(3)[[0, 2]])
        flip(path, at)


def test_a_damaged_record_can_be_embedded_again(filled: Path, flip: Flip) -> None:
    flip(_file(filled), HEADER_BYTES + 40)
    with _open(filled, writable=True) as store:
        store.append(_keys("a"), _vectors(1, seed=8))
    with _open(filled) as store:
        embeddings, found = store.get_many(_keys("a", "b"))
        assert found.all()
        assert np.array_equal(embeddings[:1], _vectors(1, seed=8))


def test_a_tail_of_zeros_is_damage(filled: Path) -> None:
    # What a file system may leave of a write that a power cut interrupted.
    with _file(filled).open("ab") as file:
        file.write(bytes(RECORD_BYTES))
    with _open(filled) as store:
        assert (len(store), store.damaged) == (3, 1)
        assert bytes(32) not in store


def test_every_flipped_byte_of_the_header_is_refused(filled: Path, flip: Flip) -> None:
    path = _file(filled)
    for at in range(HEADER_BYTES):
        flip(path, at)
        with pytest.raises(DamagedStoreError, match=r"vitrine index repair"):
            _open(filled)
        flip(path, at)
    _open(filled).close()


def test_a_writer_sets_a_store_with_a_damaged_header_aside_and_begins_anew(
    filled: Path, flip: Flip, caplog: pytest.LogCaptureFixture
) -> None:
    path = _file(filled)
    flip(path, 20)
    damaged = path.read_bytes()
    with _open(filled, writable=True) as store:
        assert (len(store), store.dim) == (0, 0)
        store.append(_keys("a"), _vectors(1))
    (aside,) = path.parent.glob("image.vectors.damaged-*")
    assert aside.read_bytes() == damaged
    assert f"It is now {aside.name}" in caplog.text
    with _open(filled) as store:
        assert store.get_many(_keys("a"))[1].tolist() == [True]


def test_another_version_is_neither_read_nor_set_aside(filled: Path) -> None:
    path = _file(filled)
    data = bytearray(path.read_bytes())
    data[8:12] = (2).to_bytes(4, "little")
    data[124:128] = zlib.crc32(data[:124]).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(StoreError, match="has format 2; this program reads 1"):
        _open(filled, writable=True)
    assert path.read_bytes() == data


def test_what_a_failed_append_could_not_cut_off_is_cut_off_by_the_next(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _file(filled).stat().st_size
    with _open(filled, writable=True) as store:
        with monkeypatch.context() as patched:
            broken = OSError(errno.EIO, "Input/output error")

            def fail(*_: object) -> None:
                raise broken

            patched.setattr(os, "fsync", fail)
            patched.setattr(os, "ftruncate", fail)
            with pytest.raises(OSError, match="Input/output"):
                store.append(_keys("x"), _vectors(1, seed=3))
        assert _file(filled).stat().st_size > whole
        store.append(_keys("y"), _vectors(1, seed=4))
    with _open(filled) as store:
        embeddings, found = store.get_many(_keys("x", "y"))
        assert (found.tolist(), store.damaged) == ([False, True], 0)
        assert np.array_equal(embeddings[1:], _vectors(1, seed=4))


def test_another_encoders_vectors_are_refused(filled: Path) -> None:
    # Same first 16 digits, so the same folder: only the header tells.
    other = FINGERPRINT[:16] + "0" * 48
    with pytest.raises(FingerprintMismatchError) as refused:
        _open(filled, fingerprint=other)
    assert (refused.value.expected, refused.value.found) == (other, FINGERPRINT)


def test_pictures_and_texts_do_not_share_a_file(filled: Path) -> None:
    _file(filled).rename(_file(filled).with_name("text.vectors"))
    with pytest.raises(StoreError, match="not text"):
        EmbeddingStore(filled, FINGERPRINT, ContentKind.TEXT)


@pytest.mark.parametrize(
    ("keys", "embeddings"),
    [
        (_keys("d"), np.full((1, DIM), np.nan, dtype=np.float32)),
        (_keys("d"), np.full((1, DIM), 2, dtype=np.float32)),
        (_keys("d"), normalize(np.ones((1, DIM + 1)))),
        (_keys("d", "e"), _vectors(1)),
        ([b"short"], _vectors(1)),
    ],
    ids=["nan", "not normalized", "another dim", "another count", "no hash"],
)
def test_what_is_no_embedding_is_not_stored(
    filled: Path, keys: list[bytes], embeddings: Embeddings
) -> None:
    size = _file(filled).stat().st_size
    with _open(filled, writable=True) as store, pytest.raises(ValueError, match=r"."):
        store.append(keys, embeddings)
    assert _file(filled).stat().st_size == size


def test_a_failed_write_leaves_the_store_as_it_was(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = _file(filled).stat().st_size
    with _open(filled, writable=True) as store:

        def disk_full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", disk_full)
            with pytest.raises(OSError, match="No space left"):
                store.append(_keys("d"), _vectors(1))
        assert _file(filled).stat().st_size == size
        assert text_key("d") not in store
        store.append(_keys("d"), _vectors(1))
    with _open(filled) as store:
        assert store.get_many(_keys("d"))[1].all()


def test_a_second_writer_is_told_who_holds_the_store_and_since_when(filled: Path) -> None:
    with (
        _open(filled, writable=True),
        pytest.raises(BusyError, match=rf"process {os.getpid()} since 20\d\d-\d\d-\d\dT"),
    ):
        _open(filled, writable=True)
    _open(filled, writable=True).close()


def test_a_dead_writers_lock_is_taken_over(filled: Path) -> None:
    holder = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from indexer.embedding_store import ContentKind, EmbeddingStore\n"
        f"EmbeddingStore(Path(sys.argv[1]), {FINGERPRINT!r}, ContentKind.IMAGE, True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", holder, str(filled)], check=False)
    assert died.returncode == -9
    with _open(filled, writable=True) as store:
        assert len(store) == 3
