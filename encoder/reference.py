"""How people name a model: bundled, local-dir:PATH, hf-hub:NAME or ARCHITECTURE/TAG."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.errors import ModelError

BUNDLED = Path(__file__).parent / "bundled"
_FORMS = "Name a model as promoted, bundled, local-dir:PATH, hf-hub:OWNER/NAME or ARCHITECTURE/TAG."


class Source(Enum):
    """Where a model's files come from."""

    DIRECTORY = "local-dir"
    HUB = "hf-hub"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model's name, taken apart."""

    source: Source
    name: str
    """A folder, a hub name, or an architecture that open_clip knows."""
    tag: str = ""
    """The pretrained weights of an architecture; empty otherwise."""

    @classmethod
    def parse(cls, text: str) -> ModelReference:
        """Take a model's name apart.

        Raises:
            ModelError: it has none of the four forms.
        """
        if text == "bundled":
            return cls(Source.DIRECTORY, str(BUNDLED))
        prefix, colon, rest = text.partition(":")
        if colon and prefix in (Source.DIRECTORY.value, Source.HUB.value) and rest:
            return cls(Source(prefix), rest)
        architecture, _, tag = text.partition("/")
        if not colon and architecture and tag and "/" not in tag:
            return cls(Source.TAG, architecture, tag)
        raise ModelError(f"{text!r} names no model. {_FORMS}")

    def __str__(self) -> str:
        if self.source is Source.TAG:
            return f"{self.name}/{self.tag}"
        if self.source is Source.DIRECTORY and self.name == str(BUNDLED):
            return "bundled"
        return f"{self.source.value}:{self.name}"
