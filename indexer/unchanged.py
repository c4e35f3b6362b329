"""Whether a build would give what is in service already: told cheaply, or by comparing."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from core.errors import ImageError, SnapshotError
from indexer import generations
from indexer.basis import CatalogueBasis
from indexer.confirmed import ShownState, states_shown
from indexer.manifest import IndexManifest, read_manifest
from indexer.pipeline import ImageSource
from indexer.snapshot import REFUSED, check_files

log = logging.getLogger(__name__)


def unchanged_by_basis(
    root: Path, fingerprint: str, basis: CatalogueBasis, rules: str, images: ImageSource
) -> IndexManifest | None:
    """Find the generation in service if nothing that decides it has changed since.

    No product is read: the catalogue's revision and the next change of a price vouch for
    all of them, as the generation was made or as a build found it later. The generation is
    checked, and pictures that were not to be had are tried.
    """
    if not basis.revision:
        return None
    try:
        manifest = _served(root)
        shown = ShownState(basis, rules) in states_shown(root, manifest)
        if not shown or manifest.fingerprint != fingerprint:
            return None
        check_files(root / manifest.id, manifest)
        if manifest.refused and _can_be_had_now(root / manifest.id, images):
            return None
    except SnapshotError as error:
        log.info("the generation in service is not reused: %s", error)
        return None
    return manifest


def unchanged_by_content(
    root: Path, fingerprint: str, catalogue: str, fields: Mapping[str, int]
) -> IndexManifest | None:
    """Find the generation in service if products, texts, model and counts of rows are its own.

    The slow way, which reads every product; it needs no revision to trust.
    """
    try:
        manifest = _served(root)
        same = (
            manifest.catalogue == catalogue
            and manifest.fingerprint == fingerprint
            and manifest.fields == fields
        )
        if not same:
            return None
        check_files(root / manifest.id, manifest)
    except SnapshotError as error:
        log.info("the generation in service is not reused: %s", error)
        return None
    return manifest


def _served(root: Path) -> IndexManifest:
    return read_manifest(root / generations.current(root))


def _can_be_had_now(directory: Path, images: ImageSource) -> bool:
    """Tell whether a picture without a row can be read now; other bytes stay what they are."""
    for hash, _, lasting in json.loads((directory / REFUSED).read_bytes()):
        if lasting:
            continue
        try:
            images.read(hash)
        except (ImageError, OSError):
            continue
        return True
    return False
