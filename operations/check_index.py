"""Can the index answer: its pointer, generations, model and stored embeddings?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import (
    FingerprintMismatchError,
    ModelError,
    NoGenerationError,
    SnapshotError,
    StoreError,
)
from core.settings import Settings
from core.terminal import counted
from encoder.checkpoint import Checkpoint
from encoder.loading import model_fingerprint, model_reference
from encoder.reference import ModelReference, Source
from encoder.registry import ModelRegistry
from indexer import generations
from indexer.embedding_store import ContentKind, EmbeddingStore
from indexer.generations import Generation
from indexer.manifest import IndexManifest
from indexer.snapshot import IndexSnapshot
from operations.findings import Finding, error, ok, warning

_BUILD = "Build it: vitrine index build"
_REPAIR = "Mend it: vitrine index repair"
_SET_ASIDE = "Set it aside: vitrine index repair"
_FUTURE = timedelta(minutes=5)
"""More than this ahead is no drift between two machines' clocks."""


def check_model(settings: Settings) -> Iterator[Finding]:
    """Look at the model that the settings name, as far as it goes without loading it."""
    reference = model_reference(settings)
    if reference.source is not Source.DIRECTORY:
        yield warning(
            "model",
            f"{reference} is not in a folder, and is checked only when it is loaded.",
            "Try it: vitrine search shoe --limit 1",
        )
        return
    fingerprint = Checkpoint.open(Path(reference.name)).fingerprint()
    yield from _check_weights(Checkpoint.open(Path(reference.name)))
    yield ok("model", f"{reference} has the fingerprint {fingerprint[:12]}.")


def check_registry(settings: Settings) -> Iterator[Finding]:
    """Look at the record of promotions and the models that it names."""
    registry = ModelRegistry(settings.models)
    promoted, before = registry.in_service(), registry.previous()
    if not promoted:
        return
    if registry.holds(promoted):
        yield ok("models", f"The promoted model {promoted[:12]} is whole.")
    else:
        yield error(
            "models",
            f"The promoted model {promoted[:12]} is missing or damaged in "
            f"{registry.folder(promoted)}.",
            "Go back to the one before: vitrine model rollback",
        )
    if before and not registry.holds(before):
        yield warning(
            "models",
            f"The model before, {before[:12]}, is missing or damaged: there is no way back.",
            f"Restore {registry.folder(before)} from a backup.",
        )


def check_generations(settings: Settings) -> Iterator[Finding]:
    """Look at the pointer and every manifest."""
    root = settings.generations
    try:
        served = generations.current(root)
    except NoGenerationError:
        yield warning("index", "No index has been built yet.", _BUILD)
        return
    except SnapshotError as failure:
        yield error("index", str(failure), "Choose one: vitrine index rollback ID")
        return
    listed = generations.list_generations(root)
    if served not in {each.id for each in listed}:
        yield error("index", f"The generation in service, {served}, is not in {root}.", _REPAIR)
    for each in listed:
        yield from _check_generation(settings, each)


def check_files(settings: Settings) -> Iterator[Finding]:
    """Read every file of every generation and compare its checksum."""
    for each in generations.list_generations(settings.generations):
        if each.manifest is not None:  # else told by the check of the index
            yield from _check_checksums(settings.generations / each.id, each)


def check_stores(settings: Settings) -> Iterator[Finding]:
    """Open every embedding store and count what is damaged."""
    for path in sorted(settings.embeddings.glob("*/*.vectors")):
        try:
            kind = ContentKind(path.stem)
            fingerprint = _store_fingerprint(path)
            with EmbeddingStore(settings.embeddings, fingerprint, kind) as store:
                held, damaged = len(store), store.damaged
        except (StoreError, FingerprintMismatchError, ValueError) as failure:
            yield error("embeddings", f"{path} cannot be used: {failure}", f"Remove it: rm {path}")
            continue
        if damaged:
            yield warning(
                "embeddings",
                f"{path} has {damaged:,} damaged records beside {held:,} good ones.",
                "The next build makes them again: vitrine index build",
            )
        else:
            yield ok("embeddings", f"{path} holds {held:,} embeddings, all whole.")


def _check_weights(checkpoint: Checkpoint) -> Iterator[Finding]:
    """Compare the weights' length with what their header says: a copy may have been cut short."""
    path = checkpoint.weights
    size = path.stat().st_size
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
        told = file.read(min(header, size))
    try:
        expected = 8 + header + _tensor_bytes(told)
    except (ValueError, TypeError, KeyError, AttributeError):
        expected = -1
    if size != expected:
        yield error(
            "model",
            f"{path} is damaged: it has {size:,} bytes, and its header does not fit.",
            "Copy the model's folder again, or go back: vitrine model rollback",
        )


def _tensor_bytes(header: bytes) -> int:
    """Tell where the last tensor ends (safetensors: data_offsets are from the header's end)."""
    told = json.loads(header)
    return max(
        (each["data_offsets"][1] for name, each in told.items() if name != "__metadata__"),
        default=0,
    )


def _check_checksums(folder: Path, each: Generation) -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        IndexSnapshot(folder).close()
    except SnapshotError as failure:
        if folder.is_dir():  # else a build has pruned it meanwhile
            yield _damage("checksums", str(failure), each)
        return
    assert each.manifest is not None
    size = sum(file.bytes for file in each.manifest.files.values())
    yield ok(
        "checksums",
        f"All {len(each.manifest.files)} files of {each.id} are as they were written "
        f"({size / 2**20:.0f} MB read in {time.perf_counter() - began:.1f} s).",
    )


def _damage(area: str, what: str, each: Generation) -> Finding:
    """Tell that a generation is damaged: that in service at once, one to go back to later."""
    if each.current:
        return error(area, what, _REPAIR)
    return warning(area, f"One cannot go back to {each.id}. {what}", _SET_ASIDE)


def _check_generation(settings: Settings, each: Generation) -> Iterator[Finding]:
    if each.manifest is None:
        yield _damage("index", each.problem, each)
        return
    built = datetime.fromisoformat(each.manifest.created_at)
    if built > datetime.now(UTC) + _FUTURE:
        yield warning(
            "clock",
            f"The generation {each.id} is dated in the future: this clock or the one that it "
            "was built by is wrong.",
            "Set the clock (timedatectl status); newer generations sort after it all the same.",
        )
    yield from _check_sizes(settings.generations / each.id, each)
    if each.current:
        yield from _check_served(settings, each.manifest)


def _check_sizes(folder: Path, each: Generation) -> Iterator[Finding]:
    assert each.manifest is not None
    for name, told in each.manifest.files.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else -1
        if found != told.bytes:
            state = "is missing" if found < 0 else f"has {found:,} bytes and not {told.bytes:,}"
            yield _damage("index", f"{path} {state}.", each)


def _check_served(settings: Settings, manifest: IndexManifest) -> Iterator[Finding]:
    age = datetime.now(UTC) - datetime.fromisoformat(manifest.created_at)
    if manifest.products:
        products = counted(manifest.products, "product")
        yield ok("index", f"{manifest.id} is in service: {products}, built {_duration(age)} ago.")
    else:
        yield warning(
            "index",
            f"{manifest.id} is in service, and the site shows no products: all were withdrawn.",
            "Fill the catalogue: vitrine catalog import FILE",
        )
    try:
        configured = _fingerprint_without_loading(settings)
    except ModelError:
        return  # told by the check of the model
    if not configured or configured == manifest.fingerprint:
        return
    known = ModelRegistry(settings.models).holds(manifest.fingerprint) or (
        Checkpoint.open(Path(ModelReference.parse("bundled").name)).fingerprint()
        == manifest.fingerprint
    )
    if known:
        yield warning(
            "index",
            f"It was made by the model {manifest.fingerprint[:12]}; the settings name "
            f"{configured[:12]}.",
            _BUILD,
        )
    else:
        yield error(
            "index",
            f"It was made by the model {manifest.fingerprint[:12]}, which this home does not have: "
            "the site cannot answer from it.",
            _BUILD,
        )


def _fingerprint_without_loading(settings: Settings) -> str:
    if model_reference(settings).source is not Source.DIRECTORY:
        return ""
    return model_fingerprint(settings)


def _store_fingerprint(path: Path) -> str:
    """Read which encoder a store says that it is of; its header's checksum is checked later."""
    with path.open("rb") as file:
        header = file.read(88)
    return header[24:88].decode("ascii", "replace")


def _duration(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
