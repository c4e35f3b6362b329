"""The commands ``vitrine train …``."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.reports import reported_run
from core.settings import Settings
from core.terminal import BarProgress, NoProgress, VitrineGroup, emit, json_option

if TYPE_CHECKING:
    from training.run import RunResult

_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
_SIDES = (32, 1024)
"""MobileNetV2 halves a side five times: of 32 pixels one is left."""
_PATH = click.Path(path_type=Path)


@click.group("train", cls=VitrineGroup)
def train() -> None:
    """Adapt a model to the catalogue."""


@train.command("run")
@click.option(
    "--pairs",
    default="catalog",
    show_default=True,
    help='The catalogue, or a file of {"image": …, "text": …, "weight": …} lines.',
)
@click.option(
    "--searches", type=_PATH, help='Logged {"query", "product_id", "weight"} lines that teach, too.'
)
@click.option("--hold-out", type=_PATH, help='Lines of {"query": …}; no such title is trained on.')
@click.option(
    "--from", "parent", default=None, help="Model to start from (default: the one in service)."
)
@click.option("--config", type=_PATH, help="TOML file of settings (docs/training.md).")
@click.option("--out", type=_PATH, help="Folder of the run and its model.")
@click.option("--restart", is_flag=True, help="Forget an earlier run in the folder.")
@json_option
@click.pass_obj
def run_command(settings: Settings, /, as_json: bool, **options: Any) -> None:
    """Fine-tune a model on pictures and the words that go with them.

    A run that was killed goes on from its last checkpoint. The new model is not put in
    service: `vitrine model promote` does that, if it is better.
    """
    # Imported here: torch costs seconds that other commands need not spend.
    from core.memory import keep_freed_memory
    from training.config import TrainConfig
    from training.data import Sources
    from training.distributed import join_world
    from training.run import RunRequest, run_training

    pairs, folder = options["pairs"], options["out"] or settings.home / "models" / "tuned"
    request = RunRequest(
        parent=_parent_folder(settings, options["parent"]),
        config=TrainConfig.read(options["config"]) if options["config"] else TrainConfig(),
        out=folder,
        sources=Sources(
            None if pairs == "catalog" else Path(pairs), options["searches"], options["hold_out"]
        ),
        restart=options["restart"],
    )
    keep_freed_memory()
    with join_world() as world:
        if not world.leads:  # of several processes one tells
            run_training(settings, request, NoProgress(), world)
            return
        with reported_run(settings.reports, "train") as run:
            result = run_training(settings, request, BarProgress(), world)
            run.result = {"model": f"local-dir:{folder}", **asdict(result)}
    emit({"model": f"local-dir:{folder}", **asdict(result)}, _told(result, folder), as_json)


@train.command("compose")
@click.argument("image_weights", type=_PATH)
@click.argument("text_folder", type=_PATH)
@click.argument("out", type=_PATH)
@click.option("--size", default="128x96", show_default=True, help="Picture HEIGHTxWIDTH.")
def compose_command(image_weights: Path, text_folder: Path, out: Path, size: str) -> None:
    """Put a MobileNetV2 and a sentence encoder together, to train from."""
    from training.compose import compose

    found = _SIZE.fullmatch(size)
    height, width = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (_SIDES[0] <= height <= _SIDES[1] and _SIDES[0] <= width <= _SIDES[1]):
        raise click.BadParameter(
            f"{size!r} must be HEIGHTxWIDTH, as in 128x96, each from {_SIDES[0]} to {_SIDES[1]}.",
            param_hint="--size",
        )
    folder = compose(image_weights, text_folder, out, image_size=(height, width))
    emit({}, f"The model to start from is in {folder}.", as_json=False)


def _parent_folder(settings: Settings, name: str | None) -> Path:
    from encoder.loading import model_reference
    from encoder.reference import Source

    reference = model_reference(settings, name or "")
    if reference.source is not Source.DIRECTORY:
        raise click.UsageError("--from must be bundled or local-dir:PATH.")
    return Path(reference.name)


def _told(result: RunResult, folder: Path) -> str:
    measured = ", ".join(f"{name} {value:.3f}" for name, value in result.measures.items())
    among = f"; among the held-out: {measured}" if measured else ""
    skipped = result.skipped["total"]
    left_out = f" {skipped} skipped: see training.json." if skipped else ""
    return (
        f"Trained {result.steps} steps on {result.examples} pictures{among}.{left_out}\n"
        f"Kept {result.alpha:g} of the tuned weights, the rest the parent's (alpha): "
        f"{result.alpha_reason}.\n"
        f"The model is in {folder} (fingerprint {result.fingerprint[:12]}).\n"
        f"Put it in service if it is better: vitrine model promote local-dir:{folder}"
    )
