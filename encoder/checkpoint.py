"""A model's folder in open_clip's local-dir form: what is in it, and its fingerprint.

Nothing here imports torch, so that a job which finds nothing to embed stays quick.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelError

CONFIG = "open_clip_config.json"
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors")
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
    "config.json",  # of a Hugging Face text tower
)
_UNSAFE_SUFFIXES = (".bin", ".pt", ".pth")
_SCHEME = b"vitrine-encoder-1\n"
"""Raised when the way embeddings are computed changes, so that old vectors are not mixed in."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that holds one model."""

    directory: Path
    config: Mapping[str, Any]
    weights: Path

    @classmethod
    def open(cls, directory: Path) -> Checkpoint:
        """Find the config and the weights of a model's folder.

        Raises:
            ModelError: the folder, its config or its safetensors weights are missing.
        """
        if not directory.is_dir():
            raise ModelError(f"The model folder {directory} does not exist.")
        return cls(directory, _read_config(directory / CONFIG), _find_weights(directory))

    @property
    def text_config(self) -> dict[str, Any]:
        """The text tower's part of the config, a Hugging Face tower's path made absolute.

        open_clip hands ``hf_model_name`` to transformers as it is; a relative one would be
        looked up from the current folder, and on a hub when it is not there.
        """
        text = dict(self.config["model_cfg"]["text_cfg"])
        if "hf_model_name" in text and self._has_own_tower:
            text["hf_model_name"] = str(self.directory.absolute())
            text["hf_model_pretrained"] = False
        return text

    def fingerprint(self) -> str:
        """Hash architecture, preprocessing, weights and tokenizer: SHA-256 in hex.

        The folder's own path is no part of it, nor is a name in the config that only
        says where files were once loaded from.
        """
        digest = hashlib.sha256(_SCHEME)
        digest.update(_canonical_config(self.config, self._has_own_tower))
        for path in (self.weights, *self._tokenizer_files()):
            name = "weights" if path == self.weights else path.name
            digest.update(f"\n{name}:{_file_digest(path)}".encode())
        return digest.hexdigest()

    @property
    def _has_own_tower(self) -> bool:
        """Whether the config of a Hugging Face text tower lies in the folder itself."""
        return (self.directory / "config.json").is_file()

    def _tokenizer_files(self) -> list[Path]:
        paths = (self.directory / name for name in TOKENIZER_FILES)
        return [path for path in paths if path.is_file()]


def fingerprint_parts(config: Mapping[str, Any], weights: str, tokenizer: str) -> str:
    """Fingerprint a model that has no folder, from digests of its loaded parts."""
    digest = hashlib.sha256(_SCHEME + _canonical_config(config))
    digest.update(f"\nloaded weights:{weights}\nloaded tokenizer:{tokenizer}".encode())
    return digest.hexdigest()


def _read_config(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise ModelError(f"{path} is missing: a local-dir model needs its {CONFIG}.")
    try:
        config = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelError(f"{path} is not JSON ({error}).") from error
    parts = config.get("model_cfg") if isinstance(config, dict) else None
    towers = parts if isinstance(parts, dict) else {}
    if not all(isinstance(towers.get(name), dict) for name in ("vision_cfg", "text_cfg")):
        raise ModelError(f"{path} has no model_cfg with a vision_cfg and a text_cfg: no model.")
    if not isinstance(config.get("preprocess_cfg", {}), dict):
        raise ModelError(f"{path} has a preprocess_cfg that is no object.")
    found: Mapping[str, Any] = config
    return found


def _find_weights(directory: Path) -> Path:
    for name in WEIGHTS:
        if (directory / name).is_file():
            return directory / name
    unsafe = [path.name for path in directory.iterdir() if path.suffix in _UNSAFE_SUFFIXES]
    found = f" It holds {', '.join(sorted(unsafe))}, which can run code." if unsafe else ""
    raise ModelError(
        f"{directory} has no {WEIGHTS[0]}.{found} Weights are read from safetensors only."
    )


def _canonical_config(config: Mapping[str, Any], has_own_tower: bool = False) -> bytes:
    """Leave out where files came from, but keep that a tower or tokenizer of that kind is used."""
    model = json.loads(json.dumps(config["model_cfg"]))
    text = model["text_cfg"]
    text.pop("hf_model_pretrained", None)
    text["hf_tokenizer_name"] = bool(text.get("hf_tokenizer_name"))
    if has_own_tower:
        text["hf_model_name"] = bool(text.get("hf_model_name"))
    model["vision_cfg"].pop("timm_model_pretrained", None)
    kept = {"model": model, "preprocess": config.get("preprocess_cfg", {})}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
