"""What a generation is, file by file: the part of it that vouches for the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import SnapshotError

MANIFEST = "manifest.json"
FORMAT = 3
"""Raised when a generation's files change in name or meaning; others are not opened."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a generation."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """What a generation holds and what it was made from."""

    id: str
    created_at: str
    """UTC, ISO 8601."""
    program: str
    """Version of the program that built it."""
    format: int
    fingerprint: str
    """Of the encoder."""
    model: str
    """The encoder's name as it was configured, for people."""
    dim: int
    products: int
    fields: Mapping[str, int]
    """Field to rows: ``image`` and ``text``."""
    refused: int
    """Pictures that could not be embedded."""
    catalogue: str
    """Digest of the products; equal where nothing in the catalogue has changed."""
    revision: str
    """Database and revision that the products were read at or after; empty if not known."""
    prices_until: str
    """UTC, ISO 8601: when a sale next began or ended; empty where none would."""
    rules: str
    """Digest of what decides besides catalogue and encoder; see ``basis.rules_digest``."""
    files: Mapping[str, FileEntry]

    def to_bytes(self) -> bytes:
        """Write it as JSON, closed by a checksum over the rest."""
        told = asdict(self)
        return _canonical({**told, "checksum": _checksum(told)})

    @classmethod
    def parse(cls, data: bytes) -> IndexManifest:
        """Read a manifest strictly: exactly the bytes that ``to_bytes`` would write.

        Raises:
            SnapshotError: a byte is not as it was written, or the format is another.
        """
        try:
            told = json.loads(data)
            checksum = told.pop("checksum")
            if told["format"] != FORMAT:
                raise SnapshotError(
                    f"it has format {told['format']!r} and this program reads {FORMAT}: "
                    "build the index again"
                )
            if _checksum(told) != checksum:
                raise SnapshotError("its checksum does not fit")
            _check_types(told)
            files = {name: FileEntry(**entry) for name, entry in told.pop("files").items()}
            manifest = cls(files=files, **told)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise SnapshotError(f"it is not a manifest ({error!r})") from error
        if manifest.to_bytes() != data:
            raise SnapshotError("its bytes are not as they were written")
        return manifest


def read_manifest(directory: Path) -> IndexManifest:
    """Read the manifest of a generation and check that it is that generation's.

    Raises:
        SnapshotError: it is missing, damaged, of another format or another generation.
    """
    path = directory / MANIFEST
    try:
        manifest = IndexManifest.parse(path.read_bytes())
    except FileNotFoundError as error:
        raise SnapshotError(f"There is no generation in {directory}: no {MANIFEST}.") from error
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
    except SnapshotError as error:
        raise SnapshotError(f"{path} cannot be used: {error}.") from error
    if directory.name.split(".")[0] != manifest.id:
        raise SnapshotError(f"{path} is of the generation {manifest.id}, not of its folder's.")
    return manifest


def describe_file(path: Path) -> FileEntry:
    """Measure a file's length and SHA-256."""
    with path.open("rb") as file:
        return FileEntry(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _check_types(told: Mapping[str, Any]) -> None:
    """Refuse a manifest whose values have other types: its checksum proves no meaning."""
    types = {"int": int, "str": str}
    for each in fields(IndexManifest):
        wanted = types.get(str(each.type), dict)
        if type(told[each.name]) is not wanted:
            raise TypeError(f"{each.name} is {told[each.name]!r}")
    if not all(type(rows) is int for rows in told["fields"].values()):
        raise TypeError(f"fields is {told['fields']!r}")
    for name, entry in told["files"].items():
        if type(entry["bytes"]) is not int or type(entry["sha256"]) is not str or "/" in name:
            raise TypeError(f"files has {name!r}: {entry!r}")


def _checksum(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(told)).hexdigest()


def _canonical(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
