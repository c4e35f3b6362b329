"""From settings to an encoder; the fingerprint of a folder's model without loading it."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from encoder.base import DualEncoder
from encoder.checkpoint import Checkpoint
from encoder.reference import ModelReference, Source


def load_encoder(settings: Settings) -> DualEncoder:
    """Load the encoder that the settings name; takes seconds, most of them importing torch.

    Raises:
        ModelError: it cannot be loaded.
    """
    reference = ModelReference.parse(settings.model)
    if reference.source is Source.DIRECTORY:
        Checkpoint.open(Path(reference.name))  # a wrong folder is named before torch is imported
    import torch

    from encoder.openclip import OpenClipEncoder

    torch.set_num_threads(settings.compute_threads)
    return OpenClipEncoder.load(reference, device=settings.device, batch_size=settings.encode_batch)


def model_fingerprint(settings: Settings) -> str:
    """Fingerprint the model that the settings name.

    A folder's model is fingerprinted from its files in about a tenth of a second; one
    from a hub must be loaded first.
    """
    reference = ModelReference.parse(settings.model)
    if reference.source is Source.DIRECTORY:
        return Checkpoint.open(Path(reference.name)).fingerprint()
    return load_encoder(settings).fingerprint
