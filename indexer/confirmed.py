"""A later state of the catalogue that the generation in service was found to show as well.

A generation names the state that it was made from and is never changed. Where a build
compares every product and finds no difference (a change was undone, the database was
restored, a sale began that changes no price), what it found is kept in a small file beside
the pointer, so that the next build need not compare again. The file may be lost: that costs
one comparison.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from core.files import replacing
from indexer.basis import CatalogueBasis
from indexer.manifest import IndexManifest

log = logging.getLogger(__name__)

CONFIRMED = "confirmed.json"


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state of the catalogue, and the rules by which a generation shows it."""

    basis: CatalogueBasis
    rules: str


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """What the file says, besides its checksum."""

    generation: str
    revision: str
    prices_until: str
    rules: str


def confirm(root: Path, generation_id: str, state: ShownState) -> None:
    """Keep that a generation shows this state, in place of what was kept before.

    For the holder of the build lock only. A disk that takes no file costs the next build
    a comparison, and this one nothing.
    """
    basis = state.basis
    told = asdict(_Confirmation(generation_id, basis.revision, basis.prices_until, state.rules))
    try:
        with replacing(root / CONFIRMED) as file:
            file.write(_to_bytes({**told, "checksum": _checksum(told)}))
    except OSError as error:
        log.warning("the next build will compare all products again: %s", error)


def states_shown(root: Path, manifest: IndexManifest) -> tuple[ShownState, ...]:
    """List the states that a generation is known to show: that of its making, then a later one."""
    made_from = CatalogueBasis(manifest.revision, manifest.prices_until)
    states = [ShownState(made_from, manifest.rules)]
    found = _read(root / CONFIRMED)
    if found is not None and found.generation == manifest.id:
        later = CatalogueBasis(found.revision, found.prices_until)
        states.append(ShownState(later, found.rules))
    return tuple(states)


def _read(path: Path) -> _Confirmation | None:
    """Read what was kept; None where there is nothing, or nothing to be trusted."""
    try:
        told = json.loads(path.read_bytes())
        if told.pop("checksum") != _checksum(told):
            raise ValueError("its checksum does not fit")
        if not all(isinstance(each, str) for each in told.values()):
            raise ValueError("its values are not text")
        return _Confirmation(**told)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        log.info("%s is not used: %r", path, error)
        return None


def _checksum(told: Mapping[str, str]) -> str:
    return hashlib.sha256(_to_bytes(told)).hexdigest()


def _to_bytes(told: Mapping[str, str]) -> bytes:
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"
