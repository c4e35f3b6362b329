from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SnapshotError
from indexer.manifest import (
    FORMAT,
    MANIFEST,
    FileEntry,
    IndexManifest,
    describe_file,
    read_manifest,
)

ID = "20260102T030405-000006Z"


@pytest.fixture
def manifest() -> IndexManifest:
    return IndexManifest(
        id=ID,
        created_at="2026-01-02T03:04:05+00:00",
        program="0.1.0",
        format=FORMAT,
        fingerprint="ab" * 32,
        model="local-dir:größe",
        dim=4,
        products=2,
        fields={"image": 3, "text": 2},
        refused=1,
        catalogue="cd" * 32,
        revision="12ab.7",
        prices_until="2026-02-03T00:00:00+00:00",
        rules="01" * 32,
        files={"documents.jsonl": FileEntry(10, "ef" * 32)},
    )


def test_a_manifest_comes_back_as_it_was_written(manifest: IndexManifest) -> None:
    assert IndexManifest.parse(manifest.to_bytes()) == manifest


def test_every_flipped_bit_of_a_manifest_is_detected(manifest: IndexManifest) -> None:
    data = manifest.to_bytes()
    for at in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            with pytest.raises(SnapshotError):
                IndexManifest.parse(bytes(flipped))


def test_every_truncation_of_a_manifest_is_detected(manifest: IndexManifest) -> None:
    data = manifest.to_bytes()
    for length in range(len(data)):
        with pytest.raises(SnapshotError):
            IndexManifest.parse(data[:length])


def test_another_format_says_to_build_again(manifest: IndexManifest) -> None:
    newer = replace(manifest, format=FORMAT + 1)
    with pytest.raises(SnapshotError, match=rf"format {FORMAT + 1} .*build the index again"):
        IndexManifest.parse(newer.to_bytes())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("products", "2"),
        ("products", True),
        ("model", 3),
        ("files", []),
        ("files", {"../../etc": {"bytes": 1, "sha256": ""}}),
        ("files", {"a": {"bytes": 1}}),
        ("fields", {"image": "3"}),
    ],
)
def test_values_of_another_type_are_refused_though_the_checksum_fits(
    manifest: IndexManifest, name: str, value: object
) -> None:
    with pytest.raises(SnapshotError):
        IndexManifest.parse(replace(manifest, **{name: value}).to_bytes())  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        IndexManifest.parse(data)


def test_a_manifest_is_only_good_in_its_own_folder(manifest: IndexManifest, tmp_path: Path) -> None:
    for name in (ID, f"{ID}.partial", "20260102T030405-000007Z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_bytes(manifest.to_bytes())
    assert read_manifest(tmp_path / ID) == read_manifest(tmp_path / f"{ID}.partial") == manifest
    with pytest.raises(SnapshotError, match="not of its folder"):
        read_manifest(tmp_path / "20260102T030405-000007Z")


def test_the_manifest_is_json_that_other_programs_read(manifest: IndexManifest) -> None:
    assert json.loads(manifest.to_bytes())["fields"] == {"image": 3, "text": 2}


def test_a_file_is_described_by_its_bytes_and_sha256(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert describe_file(tmp_path / "f") == FileEntry(3, digest)
