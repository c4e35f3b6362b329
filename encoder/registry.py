"""The models that were promoted in this home: their files, and the record of who replaced whom.

Each model has a folder named by the beginning of its fingerprint, copied there so that no
one else's folder has to stay as it was. The record is appended to and never changed; what
is in service follows from it. docs/decisions/0005-models-in-service.md says why.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import ModelError, ModelRegistryError
from core.files import fsync_directory, make_folder, replacing
from core.lock import exclusive
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, Checkpoint
from encoder.learned import LEARNED

EVENTS = "events.jsonl"
NAME_CHARS = 16
"""As many characters of a fingerprint as the embedding store's folders have."""
_TRAINING_RECORD = "training.json"
_PARTIAL = ".partial"


class ModelAction(Enum):
    """What was done about the model in service."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEvent:
    """One change of the model in service."""

    action: ModelAction
    at: str
    """UTC, ISO 8601."""
    fingerprint: str
    """Of the model that is in service from now on."""
    reference: str
    """Its name as a person gave it."""
    previous: str
    """Fingerprint of the model it replaces."""
    forced: bool = False
    reasons: tuple[str, ...] = ()
    """Why the gate had refused a model that was promoted by force."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """The figures that it was promoted with, in short."""

    def to_bytes(self) -> bytes:
        """Write it as one line of JSON."""
        told = {**asdict(self), "action": self.action.value}
        return json.dumps(told, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> ModelEvent:
        """Read one line.

        Raises:
            ValueError: it is not as ``to_bytes`` writes it.
        """
        try:
            told = json.loads(line)
            action, reasons = ModelAction(told.pop("action")), tuple(told.pop("reasons"))
            event = cls(action=action, reasons=reasons, **told)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(str(error)) from error
        if not (_is_fingerprint(event.fingerprint) and _is_fingerprint(event.previous)):
            raise ValueError("a fingerprint is not 64 hexadecimal digits")
        return event


class ModelRegistry:
    """The promoted models under one folder. Reading needs no lock, changing does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._events = root / EVENTS

    def folder(self, fingerprint: str) -> Path:
        """Name the folder of a model, whether it is there or not."""
        return self._root / fingerprint[:NAME_CHARS]

    def holds(self, fingerprint: str) -> bool:
        """Tell whether a model is kept here, whole; reads all of it."""
        try:
            return Checkpoint.open(self.folder(fingerprint)).fingerprint() == fingerprint
        except (ModelError, OSError):
            return False

    def events(self) -> list[ModelEvent]:
        """List all changes, oldest first. A last line that a crash cut short is none.

        Raises:
            ModelRegistryError: another line cannot be read.
        """
        return [event for event, _ in self._read()]

    def history(self) -> list[str]:
        """List fingerprints from the one before the first promotion to the one in service.

        A rollback takes the last one off, so that the next goes back further. Empty where
        nothing has been promoted.
        """
        models: list[str] = []
        for event in self.events():
            if event.action is ModelAction.PROMOTE:
                models = [*(models or [event.previous]), event.fingerprint]
            else:
                models = models[:-1]
        return models

    def in_service(self) -> str:
        """Tell the fingerprint of the last promoted model; empty where there is none."""
        return (self.history() or [""])[-1]

    def previous(self) -> str:
        """Tell the fingerprint that a rollback returns to; empty where there is none."""
        return ([""] * 2 + self.history())[-2]

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock that whoever changes the registry needs.

        Raises:
            BusyError: another process holds it.
        """
        with exclusive(self._root / "registry.lock", "A change of the model in service"):
            yield

    def keep(self, checkpoint: Checkpoint, fingerprint: str) -> Path:
        """Copy a model's files here, unless it is here already; give its folder.

        They are written aside, made durable and renamed, so that a folder of that name is
        always whole. To be called under ``changing``.

        Raises:
            ModelError: the files changed while they were being copied.
            OSError: they could not be read or written; nothing is left behind.
        """
        final = self.folder(fingerprint)
        if self.holds(fingerprint):
            if not (final / LEARNED).is_file():  # kept by a program that did not write it
                _copy_file(checkpoint.directory / LEARNED, final)
            return final
        self._sweep()
        staged = self._root / f"{final.name}{_PARTIAL}"
        try:
            _copy(checkpoint, staged)
            if Checkpoint.open(staged).fingerprint() != fingerprint:
                raise ModelError(f"{checkpoint.directory} changed while it was being copied.")
            if final.exists():  # what is left of a damaged one
                shutil.rmtree(final)
            staged.rename(final)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        fsync_directory(self._root)
        return final

    def record(self, event: ModelEvent) -> None:
        """Append an event durably. To be called under ``changing``."""
        whole = sum(size for _, size in self._read())
        make_folder(self._root)
        descriptor = os.open(self._events, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(whole)  # the remains of an append that was cut short
            file.seek(whole)
            file.write(event.to_bytes())
            file.flush()
            os.fsync(file.fileno())
        fsync_directory(self._root)

    def _read(self) -> list[tuple[ModelEvent, int]]:
        """Read all events and how many bytes each takes."""
        try:
            lines = self._events.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        events = []
        for number, line in enumerate(lines, start=1):
            is_last = number == len(lines)
            if is_last and not line.endswith(b"\n"):
                break
            try:
                events.append((ModelEvent.parse(line), len(line)))
            except ValueError as error:
                raise ModelRegistryError(
                    f"{self._events}, line {number}, is not as it was written ({error}). Set "
                    "VITRINE_MODEL to the model to use, or remove the file to begin anew."
                ) from error
        return events

    def _sweep(self) -> None:
        """Clear what killed promotions left."""
        for path in self._root.glob(f"*{_PARTIAL}"):
            shutil.rmtree(path, ignore_errors=True)


def _copy(checkpoint: Checkpoint, target: Path) -> None:
    """Copy what belongs to a model and nothing else that may lie in its folder."""
    target.mkdir(parents=True)
    names = (CONFIG, checkpoint.weights.name, *TOKENIZER_FILES, LEARNED, _TRAINING_RECORD)
    for name in names:
        _copy_file(checkpoint.directory / name, target)
    fsync_directory(target)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file, if it is there, into a folder; it is whole there or not at all."""
    if not source.is_file():
        return
    with source.open("rb") as original, replacing(target / source.name) as copy:
        shutil.copyfileobj(original, copy, 2**20)


def _is_fingerprint(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and set(text) <= set("0123456789abcdef")
