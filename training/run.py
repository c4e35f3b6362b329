"""``vitrine train run``: from a catalogue, or a file of pairs, to a model's folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelError, TrainingError
from core.files import replacing
from core.lock import exclusive
from core.settings import Settings
from core.terminal import NoProgress, Progress
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, WEIGHTS, Checkpoint
from encoder.learned import LEARNED, learned_from, read_learned, write_learned
from training.checkpoint import STATE
from training.config import TrainConfig
from training.curves import CURVES
from training.data import RunData, Sources, gather
from training.distributed import ALONE, World
from training.metrics_log import METRICS
from training.record import (
    FINISHED,
    STARTED,
    check_same_run,
    describe_device,
    describe_run,
    digest_data,
    read_record,
    write_record,
)
from training.session import CACHE, Session
from training.weights import save_weights

_LOCK = "run.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks of ``vitrine train run``."""

    parent: Path
    """Folder of the model to start from."""
    config: TrainConfig
    out: Path
    sources: Sources = field(default_factory=Sources)
    restart: bool = False
    """Forget what an earlier run left in ``out``."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made."""

    fingerprint: str
    examples: int
    held_out: int
    steps: int
    alpha: float
    """Share of the tuned weights; the rest is the parent's (WiSE-FT)."""
    alpha_reason: str
    """Why this share was kept."""
    measures: dict[str, float]
    """Of the held-out examples, with the weights that were kept."""
    skipped: dict[str, Any]
    """What was left out of the data, by reason."""


def run_training(
    settings: Settings, request: RunRequest, progress: Progress, world: World = ALONE
) -> RunResult:
    """Adapt the model in ``request.parent``, and write it to ``request.out``.

    The same request goes on where a killed run stopped, to the same result: bit for bit on
    a CPU with as many threads. A run that has ended is not run again.

    Raises:
        ModelError: the parent is no local-dir model.
        TrainingError: the data cannot be used, the folder holds something else, the loss
            is not a number, or the model of a run that has ended is gone.
        BusyError: another process trains into the folder.
    """
    parent, out = Checkpoint.open(request.parent), request.out
    if out.resolve() == request.parent.resolve():
        raise TrainingError(
            f"The run would write over {out}, the model that it starts from. Choose another --out."
        )
    progress = progress if world.leads else NoProgress()
    data = gather(settings, request.sources, request.config, progress)
    record = _record(settings, request, parent, data, world)
    with _only_one(out, world):
        if world.leads:
            _begin(request, record)
        world.wait()
        if not (out / FINISHED).is_file():
            _train(settings, request, parent, data, record, (world, progress))
        world.wait()
        return _read_result(out)


@contextmanager
def _only_one(out: Path, world: World) -> Iterator[None]:
    """Keep other runs out of the folder: they would write each other's files."""
    if not world.leads:
        yield
        return
    with exclusive(out / _LOCK, f"A run in {out}"):
        yield


def _begin(request: RunRequest, record: dict[str, Any]) -> None:
    """Make the folder this run's own, and clear what a kill left in it."""
    out = request.out
    if not (out / STARTED).is_file() and any((out / name).is_file() for name in WEIGHTS):
        raise TrainingError(f"{out} holds a model that no run made. Choose another --out.")
    for path in out.glob(".*.partial"):
        path.unlink(missing_ok=True)
    if request.restart:
        _forget(out)
    check_same_run(out, record)
    if (out / FINISHED).is_file():
        _clear(out)  # a kill may have come after the record of the end


def _train(
    settings: Settings,
    request: RunRequest,
    parent: Checkpoint,
    data: RunData,
    record: dict[str, Any],
    told: tuple[World, Progress],
) -> None:
    """Take the steps that are left, and write the model and the record of its end."""
    out, (world, progress) = request.out, told
    before = read_learned(request.parent)
    tuned = Session(settings, request.config, parent, data, out, world, progress).train()
    if not world.leads:
        return
    _copy_description(request.parent, out)
    write_learned(out, learned_from(tuned.pictures, before))
    save_weights(tuned.model, out / WEIGHTS[0])
    result = RunResult(
        fingerprint=Checkpoint.open(out).fingerprint(),
        examples=len(tuned.pictures),
        held_out=tuned.held_out,
        steps=tuned.steps,
        alpha=tuned.choice.alpha,
        alpha_reason=tuned.choice.reason,
        measures=tuned.choice.measures,
        skipped=data.skipped.to_json(),
    )
    write_record(out / FINISHED, {**record, **asdict(result)})
    _clear(out)


def _record(
    settings: Settings, request: RunRequest, parent: Checkpoint, data: RunData, world: World
) -> dict[str, Any]:
    return describe_run(
        request.config.to_json(),
        digest_data(data.training, data.held_out),
        parent.fingerprint(),
        world.size,
        settings.compute_threads,
        describe_device(settings.device),
    )


def _read_result(out: Path) -> RunResult:
    """Read what a run that has ended made, and see that it is still there."""
    told = read_record(out / FINISHED)
    try:
        result = RunResult(**{name: told[name] for name in RunResult.__dataclass_fields__})
        found = Checkpoint.open(out).fingerprint()
    except (KeyError, ModelError) as error:
        reason = f"{error} is not recorded" if isinstance(error, KeyError) else str(error)
        raise TrainingError(
            f"The run in {out} has ended, but what it made is not whole ({reason.rstrip('.')}). "
            "Start it over with --restart."
        ) from error
    if found != result.fingerprint:
        raise TrainingError(
            f"The model in {out} is no longer what its run made: its fingerprint is {found[:12]}, "
            f"not {result.fingerprint[:12]}. Start the run over with --restart."
        )
    return result


def _forget(folder: Path) -> None:
    # The record of the start goes last: it tells that the weights are this folder's own.
    for name in (*WEIGHTS, LEARNED, METRICS, CURVES, FINISHED):
        (folder / name).unlink(missing_ok=True)
    _clear(folder)
    (folder / STARTED).unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Remove what only an unfinished run needs."""
    (folder / STATE).unlink(missing_ok=True)
    shutil.rmtree(folder / CACHE, ignore_errors=True)


def _copy_description(parent: Path, out: Path) -> None:
    for name in (CONFIG, *TOKENIZER_FILES):
        if (parent / name).is_file():
            with replacing(out / name) as file:
                file.write((parent / name).read_bytes())
