"""No picture crashes, hangs or fills the reader, and each is told from the others by its code."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from catalog import ledger
from catalog.database import Database
from catalog.image_blocks import MAX_BLOCKS, has_too_many_blocks
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, probe_image, read_image
from catalog.importer import import_feed
from core.errors import ImageError
from tests.catalog.hostile_pictures import (
    Picture,
    cut_pictures,
    encoded,
    hostile_pictures,
    noise,
    whole_pictures,
)

MAX_SECONDS = 1.0
MAX_MEMORY_BYTES = 150 * 2**20
"""For any hostile one; the largest that is read at all is measured on its own."""
HARD_LIMIT_S = 120
"""For the whole corpus: what a hang in C, which no Python timer ends, runs into."""

# Reads pictures as they come, under a hard limit of memory; tells of each what it cost.
# The peak is set back before each: Linux, proc_pid_clear_refs(5).
READER = f"""
import json, re, resource, sys, time
from pathlib import Path
from catalog.images import ImageLimits, read_image
from core.errors import ImageError

resource.setrlimit(resource.RLIMIT_AS, ({4 * 2**30}, {4 * 2**30}))

def peak_bytes():
    status = Path("/proc/self/status").read_text().expandtabs()
    return 1024 * int(re.search("VmHWM: *([0-9]+)", status)[1])

for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    Path("/proc/self/clear_refs").write_text("5")
    before, began = peak_bytes(), time.process_time()
    try:
        code, reason = "", read_image(data, ImageLimits()).mode
    except ImageError as error:
        code, reason = error.code, str(error)
    cost = time.process_time() - began
    print(json.dumps([path.name, code, reason, cost, peak_bytes() - before]), flush=True)
"""

needs_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="peaks of memory are told by Linux's /proc"
)


class Reading(NamedTuple):
    """What became of a picture, and what it cost."""

    code: str
    reason: str
    seconds: float
    """Of CPU: another program's load is not the reader's."""
    memory_bytes: int


def read_apart(pictures: Iterable[Picture], folder: Path) -> dict[str, Reading]:
    """Read pictures in another process, which a crash or a hang ends, and not the tests."""
    folder.mkdir()
    names = {}
    for number, picture in enumerate(pictures):
        (folder / f"{number:05d}").write_bytes(picture.data)
        names[f"{number:05d}"] = picture.name
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READER, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=HARD_LIMIT_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {names[name]: Reading(*rest) for name, *rest in told}


@pytest.fixture(scope="module")
def corpus() -> dict[str, Picture]:
    return {each.name: each for each in hostile_pictures()}


@pytest.fixture(scope="module")
def readings(
    corpus: Mapping[str, Picture], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Reading]:
    return read_apart(corpus.values(), tmp_path_factory.mktemp("hostile") / "pictures")


@needs_linux
def test_every_hostile_picture_is_read_or_refused_with_its_code(
    corpus: Mapping[str, Picture], readings: Mapping[str, Reading]
) -> None:
    assert len(corpus) >= 50
    wrong = {
        name: readings[name].code
        for name, picture in corpus.items()
        if readings[name].code not in (picture.codes or {""})
    }
    assert wrong == {}


@needs_linux
def test_no_hostile_picture_takes_a_second_or_much_memory(
    corpus: Mapping[str, Picture], readings: Mapping[str, Reading]
) -> None:
    assert set(readings) == set(corpus)
    slow = {name: each.seconds for name, each in readings.items() if each.seconds > MAX_SECONDS}
    large = {
        name: each.memory_bytes
        for name, each in readings.items()
        if each.memory_bytes > MAX_MEMORY_BYTES
    }
    assert (slow, large) == ({}, {})


@needs_linux
def test_every_refusal_is_a_sentence(readings: Mapping[str, Reading]) -> None:
    for name, each in readings.items():
        if each.code:
            assert each.reason[0].isupper(), name
            assert each.reason.endswith("."), name


@needs_linux
def test_a_picture_cut_at_every_kilobyte_is_refused(tmp_path: Path) -> None:
    cut = {each.name: each for each in cut_pictures()}
    assert len(cut) >= 250
    readings = read_apart(cut.values(), tmp_path / "cut")
    # An animation that ends within a later frame still has its first.
    wrong = {
        name: each.code
        for name, each in readings.items()
        if each.code not in cut[name].codes and not (each.code == "" and "animated" in name)
    }
    assert (set(readings), wrong) == (set(cut), {})
    assert max(each.seconds for each in readings.values()) < MAX_SECONDS


@pytest.mark.slow
@needs_linux
def test_the_largest_pictures_that_are_read_stay_within_bounds(tmp_path: Path) -> None:
    side = 7_000  # 49 million pixels; 50 million are allowed
    plain = Image.new("RGB", (side, side), (10, 20, 30))
    largest = [
        Picture("JPEG", encoded(plain, "JPEG"), frozenset()),
        Picture("progressive JPEG", encoded(plain, "JPEG", progressive=True), frozenset()),
        Picture("PNG", encoded(plain, "PNG", compress_level=1), frozenset()),
        Picture("RGBA PNG", encoded(plain.convert("RGBA"), "PNG", compress_level=1), frozenset()),
        Picture("WebP", encoded(plain, "WEBP", lossless=True, quality=0, method=0), frozenset()),
        Picture("GIF", encoded(plain.convert("P"), "GIF"), frozenset()),
    ]
    readings = read_apart(largest, tmp_path / "largest")
    assert {each.code for each in readings.values()} == {""}
    # WebP is the largest: libwebp holds the canvas twice, Pillow its bytes and the picture.
    assert max(each.memory_bytes for each in readings.values()) < 17 * side * side
    assert max(each.seconds for each in readings.values()) < 5


def test_an_import_names_what_is_wrong_with_each_picture(
    sqlite_database: Database, store: ImageStore, tmp_path: Path, corpus: Mapping[str, Picture]
) -> None:
    chosen = [each for each in corpus.values() if len(each.data) < 2**20]
    assert len(chosen) >= 40
    folder = tmp_path / "feed"
    folder.mkdir()
    with (folder / "products.jsonl").open("w", encoding="utf-8") as file:
        for number, picture in enumerate(chosen):
            (folder / f"{number}.jpg").write_bytes(picture.data)
            row = {"id": f"p{number}", "title": picture.name, "image": f"{number}.jpg"}
            file.write(json.dumps(row) + "\n")
    report = import_feed(sqlite_database, store, folder / "products.jsonl")
    assert (report.rows, report.refused) == (len(chosen), 0), "a picture never costs a product"
    with sqlite_database.read() as session:
        entries = {each.line: each for each in ledger.list_entries(session, report.run_id, 1_000)}
    for line, picture in enumerate(chosen, start=1):
        if not picture.codes:
            assert line not in entries, picture.name
            continue
        entry = entries[line]
        assert entry.code.removeprefix("image_") in picture.codes, picture.name
        assert entry.value == f"{line - 1}.jpg"
        assert entry.hint.endswith("."), picture.name
    assert report.images_stored == sum(not each.codes for each in chosen)


SMALL = ImageLimits(max_bytes=10**5, max_pixels=10**5)


def assert_is_bounded(data: bytes) -> None:
    """Read a picture both ways: an error of ours, or RGB within the limits."""
    with contextlib.suppress(ImageError):
        info = probe_image(data, SMALL)
        assert info.width * info.height <= SMALL.max_pixels
    with contextlib.suppress(ImageError):
        picture = read_image(data, SMALL)
        assert picture.mode == "RGB"
        assert 0 < picture.width * picture.height <= SMALL.max_pixels
        assert len(picture.tobytes()) == 3 * picture.width * picture.height


MAGICS = st.sampled_from(
    [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"GIF89a"]
)


@given(magic=MAGICS, rest=st.binary(max_size=3_000))
@pytest.mark.filterwarnings("ignore")
def test_any_bytes_give_a_bounded_picture_or_an_image_error(magic: bytes, rest: bytes) -> None:
    assert_is_bounded(magic + rest)


WHOLE = {name: data for name, data in whole_pictures().items() if "animated" not in name} | {
    f"small {kind}": encoded(noise((24, 16)), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")
}


@given(name=st.sampled_from(sorted(WHOLE)), draw=st.data())
@pytest.mark.filterwarnings("ignore")
def test_mutated_pictures_give_a_bounded_picture_or_an_image_error(
    name: str, draw: st.DataObject
) -> None:
    data = bytearray(WHOLE[name])
    for _ in range(draw.draw(st.integers(1, 6), label="changes")):
        at = draw.draw(st.integers(0, len(data) - 1), label="at")
        kind = draw.draw(st.sampled_from(["set", "cut", "insert", "repeat"]), label="kind")
        if kind == "set":
            data[at] = draw.draw(st.integers(0, 255), label="value")
        elif kind == "cut":
            del data[at : at + draw.draw(st.integers(1, 200), label="length")]
        elif kind == "insert":
            data[at:at] = draw.draw(st.binary(min_size=1, max_size=40), label="inserted")
        else:
            data[at:at] = data[at : at + 60] * 3
        if not data:
            break
    assert_is_bounded(bytes(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_blocks_are_counted_up_to_the_limit_and_no_further(kind: str) -> None:
    data = encoded(Image.new("RGB", (8, 8)), kind)
    start, block = {
        "JPEG": (2, b"\xff\xfe\0\2"),
        "PNG": (33, b"\0\0\0\0abCd\0\0\0\0"),
        "GIF": (data.find(b"\x2c", 13), b"!\xfe\0"),
    }[kind]

    def with_blocks(count: int) -> bytes:
        return data[:start] + block * count + data[start:]

    assert not has_too_many_blocks(kind, with_blocks(MAX_BLOCKS - 50))
    assert has_too_many_blocks(kind, with_blocks(MAX_BLOCKS + 1))


@given(kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]), data=st.binary(max_size=500))
def test_counting_blocks_takes_any_bytes(kind: str, data: bytes) -> None:
    assert not has_too_many_blocks(kind, data)
