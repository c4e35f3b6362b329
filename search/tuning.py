"""How one model ranks one shop's catalogue, as `vitrine tune` fitted it, and its file."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.files import make_folder, replacing
from core.vectors import Embeddings, empty, normalize
from search.cutoff import Cutoff, Level
from search.fusion import Weights

log = logging.getLogger(__name__)

FORMAT = 1
"""Raised when a field changes in name or meaning; a file of another format is not read."""

Stamp = tuple[int, int, int] | None
"""Another with each writing of a tuning; None where there is none."""

_NAME_CHARS = 16
"""As many characters of a fingerprint as the embedding store's folders have."""
_STORED = np.dtype("<f2")
"""Half precision moves a cosine by less than 0.001 and halves the file, some 400 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedOn:
    """Where a tuning comes from."""

    at: str
    """UTC, ISO 8601."""
    generation: str
    catalogue: str
    """Digest of the generation's documents."""
    products: int
    queries: int
    """Judged ones; 0 where it was fitted on the catalogue alone."""
    off_catalogue: int
    """Sentences that nothing in it answers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tuning:
    """Everything about ranking that depends on the model and on the catalogue."""

    fingerprint: str
    """Of the model whose scores it is about."""
    weights: Weights = Weights()
    cutoff: Cutoff = Cutoff()
    off_catalogue: Embeddings = field(default_factory=lambda: empty(0))
    """What this shop does not sell, embedded; no rows where nothing was fitted."""
    fitted_on: FittedOn | None = None
    """None for the defaults, which suit any model and refuse no query."""

    def as_json(self) -> dict[str, Any]:
        """Give what people may want to see of it."""
        return {
            "fingerprint": self.fingerprint,
            "weights": asdict(self.weights),
            "cutoff": asdict(self.cutoff),
            "fitted_on": None if self.fitted_on is None else asdict(self.fitted_on),
        }


def tuning_path(folder: Path, fingerprint: str) -> Path:
    """Name the file of a model's tuning."""
    return folder / f"{fingerprint[:_NAME_CHARS]}.json"


def stamp_of(folder: Path, fingerprint: str) -> Stamp:
    """Tell which writing of a model's tuning is there; cheap."""
    try:
        found = tuning_path(folder, fingerprint).stat()
    except OSError:  # what cannot be read is told when it is
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def write_tuning(folder: Path, tuning: Tuning) -> Path:
    """Put a tuning in the place of the one before, in one step.

    Raises:
        OSError: it could not be written; the one before is still there.
    """
    path = tuning_path(folder, tuning.fingerprint)
    told = {
        **tuning.as_json(),
        "format": FORMAT,
        "off_catalogue": {
            "shape": list(tuning.off_catalogue.shape),
            "float16": base64.b64encode(tuning.off_catalogue.astype(_STORED).tobytes()).decode(),
        },
    }
    make_folder(folder)
    with replacing(path) as file:
        file.write(json.dumps({**told, "checksum": _checksum(told)}, indent=1).encode() + b"\n")
    return path


def read_tuning(folder: Path, fingerprint: str) -> Tuning:
    """Read a model's tuning; the defaults where there is none that can be used.

    A damaged one, or one of another model, is logged: answers without it are worse, not wrong.
    """
    path = tuning_path(folder, fingerprint)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Tuning(fingerprint=fingerprint)
    except OSError as error:
        log.warning("%s cannot be read (%s); ranking by the defaults.", path, error.strerror)
        return Tuning(fingerprint=fingerprint)
    try:
        return _parse(content, fingerprint)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning(
            "%s cannot be used (%s); ranking by the defaults. `vitrine tune` makes it anew.",
            path,
            error,
        )
        return Tuning(fingerprint=fingerprint)


def _parse(content: bytes, fingerprint: str) -> Tuning:
    """Read a tuning, and believe nothing that is not checked.

    Raises:
        ValueError: it is damaged, of another format, or of another model. What is no tuning at
            all raises KeyError, TypeError or AttributeError besides.
    """
    told = json.loads(content)
    if told["format"] != FORMAT:
        raise ValueError(f"it has format {told['format']}, and this program reads {FORMAT}")
    if told.pop("checksum") != _checksum(told):
        raise ValueError("it is damaged: its checksum does not fit")
    if told["fingerprint"] != fingerprint:
        raise ValueError(f"it is of the model {str(told['fingerprint'])[:12]}")
    cutoff, fitted_on = dict(told["cutoff"]), told["fitted_on"]
    return Tuning(
        fingerprint=fingerprint,
        weights=Weights(**told["weights"]),
        cutoff=Cutoff(**{**cutoff, "level": Level(**cutoff["level"])}),
        off_catalogue=_embeddings(told["off_catalogue"]),
        fitted_on=None if fitted_on is None else FittedOn(**fitted_on),
    )


def _embeddings(told: Mapping[str, Any]) -> Embeddings:
    rows, dim = told["shape"]
    content = base64.b64decode(told["float16"], validate=True)
    stored = np.frombuffer(content, dtype=_STORED).reshape(rows, dim)
    return normalize(stored) if rows else empty(dim)


def _checksum(told: Mapping[str, Any]) -> str:
    """Digest all of it but the checksum itself."""
    content = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
