"""Put an image tower and a text tower together into one open_clip model to start from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from core.errors import TrainingError
from core.files import replacing
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, WEIGHTS, Checkpoint
from encoder.torchvision_operators import import_open_clip
from training.weights import save_weights

_WHITE = 255
"""Product photos stand on white, and so does what pads them."""


def compose(
    image_weights: Path, text_folder: Path, out: Path, *, image_size: tuple[int, int]
) -> Path:
    """Write an open_clip local-dir model of a MobileNetV2 and a sentence encoder.

    The image projection starts at random; the text side is the sentence encoder as it is.

    Args:
        image_weights: safetensors of timm's ``mobilenetv2_100``.
        text_folder: A Hugging Face sentence encoder: config, tokenizer, safetensors.
        out: The folder to write.
        image_size: (height, width) that the image tower shall see.

    Raises:
        TrainingError: a file is missing or does not fit.
    """
    config = _config(_hidden_size(text_folder / "config.json"), image_size)
    image = _read_weights(image_weights, drop="classifier.")
    text = _read_weights(text_folder / "model.safetensors", drop="pooler.")
    out.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        if (text_folder / name).is_file():
            shutil.copyfile(text_folder / name, out / name)
    with replacing(out / CONFIG) as file:
        file.write(json.dumps(config, indent=2).encode())
    try:
        model = create(Checkpoint(out, config, out / WEIGHTS[0]))
    except Exception as error:  # transformers raises a dozen kinds at a config that is none
        raise TrainingError(
            f"{text_folder / 'config.json'} makes no text tower: {str(error)[:300]}"
        ) from error
    _load(model.visual.trunk, image, image_weights)
    _load(model.text.transformer, text, text_folder / "model.safetensors")
    torch.nn.init.eye_(model.text.proj.weight)
    save_weights(model, out / WEIGHTS[0])
    return out


def create(checkpoint: Checkpoint) -> Any:
    """Build a checkpoint's architecture with random weights."""
    return import_open_clip().create_model(
        f"local-dir:{checkpoint.directory}", load_weights=False, text_cfg=checkpoint.text_config
    )


def _config(dim: int, image_size: tuple[int, int]) -> dict[str, Any]:
    return {
        "model_cfg": {
            "embed_dim": dim,
            "vision_cfg": {
                "timm_model_name": "mobilenetv2_100",
                "timm_pool": "",
                "timm_proj": "mlp",
                "timm_drop": 0.1,
                "image_size": list(image_size),
            },
            "text_cfg": {
                "hf_model_name": ".",
                "hf_tokenizer_name": ".",
                "hf_model_pretrained": False,
                "hf_proj_type": "linear",
                "hf_pooler_type": "mean_pooler",
                "context_length": 48,
            },
        },
        "preprocess_cfg": {
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bicubic",
            "resize_mode": "longest",
            "fill_color": _WHITE,
        },
    }


def _hidden_size(path: Path) -> int:
    """Read how long a sentence encoder's vectors are."""
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        raise TrainingError(f"The text tower's {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TrainingError(f"The text tower's {path} is not JSON ({error}).") from error
    size = told.get("hidden_size") if isinstance(told, dict) else None
    if type(size) is not int or size < 1:
        raise TrainingError(f"{path} tells no hidden_size: it is no sentence encoder's.")
    return size


def _read_weights(path: Path, drop: str) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise TrainingError(f"The weights {path} to start from are missing.")
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise TrainingError(f"{path} is no safetensors file ({error}).") from error
    return {
        name: value.float()
        for name, value in state.items()
        if not name.startswith(drop) and not name.endswith("position_ids")
    }


def _load(module: torch.nn.Module, state: dict[str, torch.Tensor], path: Path) -> None:
    try:
        missing, unexpected = module.load_state_dict(state, strict=False)
    except RuntimeError as error:  # a shape is another
        raise TrainingError(f"{path} does not fit: {' '.join(str(error).split())[:300]}") from error
    lost = [name for name in missing if not name.endswith("num_batches_tracked")]
    if lost or unexpected:
        raise TrainingError(f"{path} does not fit: missing {lost[:3]}, unknown {unexpected[:3]}.")
