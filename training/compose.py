"""Put an image tower and a text tower together into one open_clip model to start from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from core.errors import TrainingError
from core.files import replacing
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, WEIGHTS, Checkpoint
from encoder.torchvision_operators import import_open_clip

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
    text = json.loads((text_folder / "config.json").read_bytes())
    out.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        if (text_folder / name).is_file():
            shutil.copyfile(text_folder / name, out / name)
    config = _config(text["hidden_size"], image_size)
    with replacing(out / CONFIG) as file:
        file.write(json.dumps(config, indent=2).encode())
    model = create(Checkpoint(out, config, out / WEIGHTS[0]))
    _load(model.visual.trunk, image_weights, drop="classifier.")
    _load(model.text.transformer, text_folder / "model.safetensors", drop="pooler.")
    torch.nn.init.eye_(model.text.proj.weight)
    save_weights(model, out / WEIGHTS[0])
    return out


def create(checkpoint: Checkpoint) -> Any:
    """Build a checkpoint's architecture with random weights."""
    return import_open_clip().create_model(
        f"local-dir:{checkpoint.directory}", load_weights=False, text_cfg=checkpoint.text_config
    )


def save_weights(model: Any, path: Path, dtype: torch.dtype = torch.float16) -> None:
    """Write a model's weights as safetensors, aside and then in place.

    Half precision halves the file, and moves an embedding by less than 1e-3.
    """
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).contiguous().cpu()
        for name, value in model.state_dict().items()
    }
    staged = path.with_name(f".{path.name}.partial")
    save_file(state, staged)
    staged.replace(path)


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


def _load(module: torch.nn.Module, path: Path, drop: str) -> None:
    if not path.is_file():
        raise TrainingError(f"The weights {path} to start from are missing.")
    state = {
        name: value.float()
        for name, value in load_file(path).items()
        if not name.startswith(drop) and not name.endswith("position_ids")
    }
    missing, unexpected = module.load_state_dict(state, strict=False)
    lost = [name for name in missing if not name.endswith("num_batches_tracked")]
    if lost or unexpected:
        raise TrainingError(f"{path} does not fit: missing {lost[:3]}, unknown {unexpected[:3]}.")
