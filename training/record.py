"""What a run depends on, written beside its weights: at its start, and with its end."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from core import VERSION
from core.errors import TrainingError
from core.files import replacing
from encoder.openclip import choose_device
from training.config import changed
from training.pairs import TrainingExample

STARTED = "run.json"
FINISHED = "training.json"


def describe_run(
    config: dict[str, Any], data: str, parent: str, processes: int, threads: int, device: str
) -> dict[str, Any]:
    """Tell everything that decides a run's result.

    Args:
        config: The settings, as plain values.
        data: Digest of the examples.
        parent: Fingerprint of the model it starts from.
        processes: How many train together.
        threads: Of each; another number sums in another order.
        device: What computes.
    """
    return {
        "config": config,
        "data": data,
        "parent": parent,
        "processes": processes,
        "threads": threads,
        "device": device,
        "program": VERSION,
        "commit": _commit(),
        "torch": str(torch.__version__),
        "machine": f"{platform.machine()} {platform.system()}",
    }


def describe_device(name: str) -> str:
    """Name what a run computes on: another device comes to other last digits.

    Raises:
        ModelError: a GPU is asked for, and there is none.
    """
    device = choose_device(name)
    return f"cuda ({torch.cuda.get_device_name()})" if device == "cuda" else device


def digest_data(training: Sequence[TrainingExample], held_out: Sequence[TrainingExample]) -> str:
    """Hash what is learned from and what is held out, each in its order: SHA-256 in hex."""
    digest = hashlib.sha256()
    for side, examples in (("training", training), ("held out", held_out)):
        # With its name and length, so that what changes sides changes the digest.
        digest.update(f"{side} {len(examples)}\n".encode())
        for each in examples:
            texts = [(text.text, text.weight) for text in each.texts]
            told = (
                each.product_id, each.title, each.image, texts, each.facts, each.group, each.weight,
            )  # fmt: skip
            digest.update(json.dumps(told).encode() + b"\n")
    return digest.hexdigest()


def check_same_run(folder: Path, now: dict[str, Any]) -> None:
    """Write down a new run, or see that the one in the folder is this one.

    Raises:
        TrainingError: the folder holds another run; it says what differs.
    """
    path = folder / STARTED
    if path.is_file():
        before = read_record(path)
        config = changed(before.get("config", {}), now["config"])
        rest = changed(
            {name: before.get(name) for name in ("data", "parent", "processes", "threads")},
            {name: now[name] for name in ("data", "parent", "processes", "threads")},
        )
        if config or rest:
            differs = ", ".join(each for each in (config, rest) if each)
            raise TrainingError(
                f"{folder} holds another run ({differs}). Choose another --out, or start it "
                "over with --restart."
            )
        return
    write_record(path, now)


def read_record(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises:
        TrainingError: it is damaged.
    """
    try:
        told = json.loads(path.read_bytes())
    except ValueError as error:
        raise TrainingError(f"{path} is damaged ({error}). Start over with --restart.") from error
    if not isinstance(told, dict):
        raise TrainingError(f"{path} is no JSON object. Start over with --restart.")
    return told


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write a record aside, and move it into place."""
    with replacing(path) as file:
        file.write(json.dumps(record, indent=2).encode() + b"\n")


def _commit() -> str:
    """Name the commit that the program runs from; empty where it was installed without one."""
    try:
        told = subprocess.run(
            ("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"),
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
