"""Any open_clip model as a dual encoder: the only door to open_clip."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.errors import EncoderMemoryError, ModelError
from core.vectors import Embeddings, empty, normalize
from encoder.base import PreparedImages
from encoder.checkpoint import Checkpoint, fingerprint_parts
from encoder.extremes import bound_aspect
from encoder.reference import ModelReference, Source
from encoder.text_padding import encode_trimmed, padding_is_inert, used_length
from encoder.torchvision_operators import import_open_clip

open_clip = import_open_clip()
from open_clip.transform import (  # noqa: E402 - only importable after the cure
    PreprocessCfg,
    image_transform_v2,
)

_FEW_INPUTS = 2
_SUMMARY_CHARS = 300

_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "bad_alloc")
"""How CUDA, torch's allocators on the CPU (two systems') and C++ say that memory ran out."""

_BOUNDED_SIDE = 4
"""How many times the tower's own size a reduced strip keeps."""


class OpenClipEncoder:
    """Encodes with an open_clip model, in batches, on the CPU (float32) or a GPU (bfloat16)."""

    def __init__(
        self, model: Any, tokenizer: Any, fingerprint: str, *, device: str, batch_size: int
    ) -> None:
        self._device = torch.device(device)
        self._model = model.to(self._device).eval()
        if self._device.type == "cpu":
            # MobileNetV2: 182 to 208 pictures a second on this layout, 106 to 113 on the other.
            self._model.visual.to(memory_format=torch.channels_last)
        self._tokenizer = tokenizer
        self._preprocess = image_transform_v2(
            PreprocessCfg(**model.visual.preprocess_cfg), is_train=False
        )
        self._fingerprint = fingerprint
        self._batch_size = batch_size
        self._trims = padding_is_inert(model)
        self._dim = self._measure_dim()

    @classmethod
    def load(cls, reference: ModelReference, *, device: str, batch_size: int) -> OpenClipEncoder:
        """Load a model from a folder, a hub, or open_clip's own list.

        Raises:
            ModelError: a file is missing or damaged, or a hub cannot be reached.
        """
        place = choose_device(device)
        if reference.source is Source.DIRECTORY:
            return cls._load_directory(reference, place, batch_size)
        name = f"hf-hub:{reference.name}" if reference.source is Source.HUB else reference.name
        try:
            model = open_clip.create_model(
                name, pretrained=reference.tag or None, require_pretrained=True
            )
            tokenizer = open_clip.get_tokenizer(name)
        except Exception as error:  # open_clip and the hub client raise a dozen kinds
            raise _unreachable(reference, error) from error
        config = {
            "model_cfg": open_clip.get_model_config(name),
            "preprocess_cfg": model.visual.preprocess_cfg,
        }
        fingerprint = fingerprint_parts(config, _state_digest(model), _tokenizer_digest(tokenizer))
        return cls(model, tokenizer, fingerprint, device=place, batch_size=batch_size)

    @classmethod
    def _load_directory(
        cls, reference: ModelReference, device: str, batch_size: int
    ) -> OpenClipEncoder:
        checkpoint = Checkpoint.open(Path(reference.name))
        with _named_load_errors(checkpoint):
            model, tokenizer = load_directory(checkpoint)
            fingerprint = checkpoint.fingerprint()
            return cls(model, tokenizer, fingerprint, device=device, batch_size=batch_size)

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self._dim

    @property
    def fingerprint(self) -> str:
        """SHA-256 over architecture, weights, tokenizer and preprocessing, in hex."""
        return self._fingerprint

    @property
    def image_size(self) -> tuple[int, int]:
        """(height, width) in pixels that the image tower sees."""
        size = self._model.visual.preprocess_cfg["size"]
        return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))

    def prepare_image(self, image: Image.Image) -> NDArray[Any]:
        """Resize and normalise one RGB picture as the checkpoint asks: float32 (3, h, w)."""
        bounded = bound_aspect(image, _BOUNDED_SIDE * max(self.image_size))
        prepared: torch.Tensor = self._preprocess(bounded)
        return np.asarray(prepared.numpy(), dtype=np.float32)

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        """Embed prepared pictures, in order."""
        if len(images) == 0:
            return empty(self._dim)
        return self._in_batches(torch.from_numpy(images), self._encode_pixels)

    def encode_images(self, images: Sequence[Image.Image]) -> Embeddings:
        """Prepare and embed RGB pictures, in order."""
        if not images:
            return empty(self._dim)
        return self.encode_prepared(np.stack([self.prepare_image(image) for image in images]))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts, in order, each cut at the tokenizer's context length."""
        if not texts:
            return empty(self._dim)
        tokens: torch.Tensor = self._tokenizer(list(texts))
        if not self._trims or len(texts) <= self._batch_size:
            return self._in_batches(tokens, self._encode_tokens)
        # Texts of like length share a batch, so that a long one does not stretch short ones.
        order = (tokens != tokens[:, -1:]).sum(dim=1).argsort(stable=True)
        embeddings = np.empty((len(texts), self._dim), dtype=np.float32)
        embeddings[order.numpy()] = self._in_batches(tokens[order], self._encode_tokens)
        return embeddings

    def _encode_pixels(self, batch: torch.Tensor) -> torch.Tensor:
        layout = torch.channels_last if self._device.type == "cpu" else torch.contiguous_format
        features: torch.Tensor = self._model.encode_image(
            batch.to(self._device, memory_format=layout)
        )
        return features

    def _encode_tokens(self, batch: torch.Tensor) -> torch.Tensor:
        if self._trims:
            batch = batch[:, : used_length(self._model, batch)].contiguous()
            return encode_trimmed(self._model, batch.to(self._device))
        features: torch.Tensor = self._model.encode_text(batch.to(self._device))
        return features

    def _in_batches(self, inputs: torch.Tensor, encode: Any) -> Embeddings:
        with (
            _named_memory_errors(len(inputs)),
            torch.inference_mode(),
            self._precision(),
            _threads_for(len(inputs)),
        ):
            outputs = [encode(part).float().cpu() for part in torch.split(inputs, self._batch_size)]
        return normalize(torch.cat(outputs).numpy())

    def _precision(self) -> AbstractContextManager[Any]:
        on_gpu = self._device.type == "cuda"
        return torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=on_gpu)

    def _measure_dim(self) -> int:
        tokens = self._tokenizer(["a"])
        with torch.inference_mode():
            return int(self._encode_tokens(tokens).shape[1])


def pixel_transform(preprocess: dict[str, Any]) -> Callable[[Image.Image], NDArray[np.uint8]]:
    """Give a model's own geometry alone: RGB pictures to uint8 (height, width, 3).

    Args:
        preprocess: The ``preprocess_cfg`` of an open_clip model's image tower.
    """
    plain = PreprocessCfg(**{**preprocess, "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)})
    transform = image_transform_v2(plain, is_train=False)
    size = preprocess["size"]
    longest = _BOUNDED_SIDE * (size if isinstance(size, int) else max(size))

    def resize(image: Image.Image) -> NDArray[np.uint8]:
        values: torch.Tensor = transform(bound_aspect(image, longest))
        return (values * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()

    return resize


@contextmanager
def _threads_for(inputs: int) -> Iterator[None]:
    """Run a query or two on one thread: there, waking another costs more than it computes.

    One sentence took 13.8 ms on two threads and 10.9 on one, one picture 24.3 and 11.4.
    """
    threads = torch.get_num_threads()
    if inputs > _FEW_INPUTS or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def load_directory(checkpoint: Checkpoint) -> tuple[Any, Any]:
    """Load the model, on the CPU, and the tokenizer of a folder.

    Raises:
        ModelError: a file is damaged, or the weights are of another architecture.
    """
    name = f"local-dir:{checkpoint.directory}"
    with _named_load_errors(checkpoint):
        model = open_clip.create_model(
            name, text_cfg=checkpoint.text_config, require_pretrained=True
        )
        return model, open_clip.get_tokenizer(name)


@contextmanager
def _named_load_errors(checkpoint: Checkpoint) -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # a damaged file surfaces as whatever its parser raises
        raise ModelError(
            f"The model in {checkpoint.directory} cannot be loaded: {_summary(error)}"
        ) from error


@contextmanager
def _named_memory_errors(inputs: int) -> Iterator[None]:
    """Name what torch raises where memory does not suffice, and give back what it cached."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        told = str(error).lower()
        if isinstance(error, RuntimeError) and not (
            isinstance(error, torch.OutOfMemoryError) or any(sign in told for sign in _NO_MEMORY)
        ):
            raise
        torch.cuda.empty_cache()  # does nothing where there is no GPU
        raise EncoderMemoryError(inputs, _summary(error).rstrip(".")) from error


def choose_device(device: str) -> str:
    """Resolve ``auto``; refuse a GPU that is not there.

    Raises:
        ModelError: ``cuda`` was asked for, and torch finds none.
    """
    available = torch.cuda.is_available()
    if device == "auto":
        return "cuda" if available else "cpu"
    if device == "cuda" and not available:
        raise ModelError("VITRINE_DEVICE is cuda, but torch finds no CUDA device here. Use auto.")
    return device


def _unreachable(reference: ModelReference, error: Exception) -> ModelError:
    wanted = (
        f"open_clip_config.json and its weights of {reference.name}"
        if reference.source is Source.HUB
        else f"the weights {reference.tag!r} of {reference.name}"
    )
    return ModelError(
        f"The model {reference} could not be loaded: {wanted} could not be had: "
        f"{_summary(error)} Without a network, copy the model's folder "
        "(open_clip_config.json, open_clip_model.safetensors, tokenizer files) to this machine "
        "and set VITRINE_MODEL=local-dir:PATH."
    )


def _summary(error: Exception) -> str:
    """Say an error in a line; torch names the missing weights in the second of its own."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return " ".join(line.strip() for line in lines[:2])[:_SUMMARY_CHARS].rstrip(".") + "."


def _state_digest(model: Any) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        array = tensor.detach().cpu().contiguous()
        digest.update(f"{name}:{array.dtype}:{tuple(array.shape)}\n".encode())
        digest.update(array.view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _tokenizer_digest(tokenizer: Any) -> str:
    inner = getattr(tokenizer, "tokenizer", None)
    if inner is not None and hasattr(inner, "backend_tokenizer"):
        rules = inner.backend_tokenizer.to_str()
    else:
        rules = repr(sorted(tokenizer.encoder.items())) + repr(tokenizer.context_length)
    return hashlib.sha256(rules.encode()).hexdigest()
