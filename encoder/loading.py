"""From settings to an encoder; the fingerprint of a folder's model without loading it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.errors import FingerprintMismatchError, ModelError
from core.settings import Settings
from encoder.base import DualEncoder
from encoder.checkpoint import Checkpoint
from encoder.reference import ModelReference, Source
from encoder.registry import ModelRegistry

PROMOTED = "promoted"
"""Stands for the last promoted model of a home, else for the bundled one."""


def model_reference(settings: Settings, name: str = "") -> ModelReference:
    """Find out which model a name means, by default the one that the settings name.

    Raises:
        ModelError: it names no model, or the promoted one has been removed.
        ModelRegistryError: the record of promotions is damaged.
    """
    name = name or settings.model
    if name != PROMOTED:
        return ModelReference.parse(name)
    registry = ModelRegistry(settings.models)
    fingerprint = registry.in_service()
    if not fingerprint:
        return ModelReference.parse("bundled")
    folder = registry.folder(fingerprint)
    if not folder.is_dir():
        raise ModelError(
            f"The promoted model {fingerprint[:12]} is no longer in {folder}. Go back to the one "
            "before it with `vitrine model rollback`, or name another with VITRINE_MODEL."
        )
    return ModelReference(Source.DIRECTORY, str(folder))


def pin_model(settings: Settings, name: str = "") -> Settings:
    """Name a model once and for all, so that a promotion meanwhile changes nothing for a job."""
    return replace(settings, model=str(model_reference(settings, name)))


def load_encoder(settings: Settings) -> DualEncoder:
    """Load the encoder that the settings name; takes seconds, most of them importing torch.

    Raises:
        ModelError: it cannot be loaded.
    """
    return load_model(model_reference(settings), settings)


def load_model(reference: ModelReference, settings: Settings) -> DualEncoder:
    """Load any model onto the device and threads that the settings name.

    Raises:
        ModelError: it cannot be loaded.
    """
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
    reference = model_reference(settings)
    if reference.source is Source.DIRECTORY:
        return _fingerprint_of(reference)
    return load_model(reference, settings).fingerprint


def encoder_for(settings: Settings, fingerprint: str, where: str) -> DualEncoder:
    """Load the encoder that made ``where``, among those kept, bundled and configured.

    Raises:
        FingerprintMismatchError: none of them has that fingerprint.
        ModelError: the one that should have it cannot be loaded.
    """
    registry = ModelRegistry(settings.models)
    if registry.holds(fingerprint):
        kept = ModelReference(Source.DIRECTORY, str(registry.folder(fingerprint)))
        return load_model(kept, settings)
    bundled = ModelReference.parse("bundled")
    if _fingerprint_of(bundled) == fingerprint:
        return load_model(bundled, settings)
    configured = model_reference(settings)
    if configured.source is Source.DIRECTORY:
        expected = _fingerprint_of(configured)
        if expected == fingerprint:
            return load_model(configured, settings)
    else:
        encoder = load_model(configured, settings)
        expected = encoder.fingerprint
        if expected == fingerprint:
            return encoder
    raise FingerprintMismatchError(where, expected, fingerprint)


def _fingerprint_of(reference: ModelReference) -> str:
    return Checkpoint.open(Path(reference.name)).fingerprint()
