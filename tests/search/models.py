"""Model folders whose encoder is computable by hand, from good to ruined."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.settings import Settings
from core.vectors import Embeddings, normalize
from encoder.checkpoint import CONFIG, WEIGHTS, Checkpoint
from encoder.fake import DIM, FakeEncoder
from encoder.reference import ModelReference


def save_noisy(folder: Path, noise: float, name: str = "") -> Path:
    """A folder in local-dir form; its encoder errs by ``noise`` on every text."""
    folder.mkdir(parents=True)
    config = {"model_cfg": {"vision_cfg": {}, "text_cfg": {}, "noise": noise}}
    (folder / CONFIG).write_text(json.dumps(config))
    (folder / WEIGHTS[0]).write_bytes(f"weights {name}".encode())
    return folder


class NoisyEncoder(FakeEncoder):
    """The fake encoder, its texts moved by as much as its folder says, alike in every run."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        self.fingerprint = checkpoint.fingerprint()
        self._noise = float(checkpoint.config["model_cfg"]["noise"])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        exact = super().encode_texts(texts)
        return normalize(exact + self._noise * np.stack([_error_of(text) for text in texts]))


def load_noisy(reference: ModelReference, settings: Settings) -> NoisyEncoder:
    return NoisyEncoder(Checkpoint.open(Path(reference.name)))


def _error_of(text: str) -> Embeddings:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    error = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return np.asarray(error / np.linalg.norm(error), dtype=np.float32)
