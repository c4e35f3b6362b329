"""Small models, saved for real in each form that open_clip loads."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, PreTrainedTokenizerFast

from encoder.checkpoint import CONFIG, WEIGHTS
from encoder.torchvision_operators import import_open_clip

WORDS = ["red", "green", "blue", "shoe", "shoes", "dress", "a", "for", "the", "summer", "in"]
PREPROCESS = {
    "mean": [0.4, 0.5, 0.6],
    "std": [0.2, 0.3, 0.25],
    "interpolation": "bicubic",
    "resize_mode": "longest",
    "fill_color": 255,
}
VISION = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}


def save_native(folder: Path, seed: int = 0, **text: Any) -> Path:
    """A CLIP with open_clip's own text tower; ``text`` overrides its config."""
    text_cfg = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
    custom = {"custom_text": True} if text else {}
    return _save(
        folder,
        {"embed_dim": 24, "vision_cfg": dict(VISION), "text_cfg": {**text_cfg, **text}, **custom},
        seed,
    )


def save_with_bias(folder: Path) -> Path:
    """A CLIP that brings the bias of the sigmoid loss, as SigLIP does."""
    text_cfg = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
    return _save(
        folder,
        {
            "embed_dim": 24,
            "vision_cfg": dict(VISION),
            "text_cfg": text_cfg,
            "init_logit_bias": -4.0,
        },
        seed=0,
    )


def save_with_sentence_tower(folder: Path, seed: int = 0) -> Path:
    """A CLIP whose text tower is a Hugging Face BERT, its files inside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    ids = {word: number for number, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="[CLS]", mask_token="[MASK]", **special
    ).save_pretrained(folder)
    BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    ).save_pretrained(folder)
    text_cfg = {
        "hf_model_name": ".",
        "hf_tokenizer_name": ".",
        "hf_model_pretrained": False,
        "hf_proj_type": "linear",
        "hf_pooler_type": "mean_pooler",
        "context_length": 20,
    }
    return _save(folder, {"embed_dim": 24, "vision_cfg": dict(VISION), "text_cfg": text_cfg}, seed)


def _save(folder: Path, model_cfg: dict[str, Any], seed: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": model_cfg, "preprocess_cfg": PREPROCESS}
    (folder / CONFIG).write_text(json.dumps(config))
    text = dict(model_cfg["text_cfg"])
    if "hf_model_name" in text:
        text["hf_model_name"] = str(folder)
    torch.manual_seed(seed)
    model = import_open_clip().create_model(
        f"local-dir:{folder}", load_weights=False, pretrained_text=False, text_cfg=text
    )
    save_file({name: value.contiguous() for name, value in model.state_dict().items()},
              folder / WEIGHTS[0])  # fmt: skip
    return folder
