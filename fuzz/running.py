"""Running one fuzz target for a bounded time, with seeds that are made by code.

The fuzzer ends the process itself when it is done, so each target is a module of its own:
``python -m fuzz.images --seconds 60``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "var" / "fuzz"
"""What the fuzzer has found worth keeping; each run goes on from there."""
MAX_BYTES = 64 * 1024
HANG_S = 10
"""For one input in an instrumented, possibly crowded process; without either, 1 s is the limit."""
MAX_MEMORY_MB = 2_048


def workplace(name: str) -> Path:
    """Make an empty folder for what a target writes: in memory, where there is such a place.

    The same each time, for the fuzzer ends the process without tidying up.
    """
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else CORPUS
    folder = place / f"vitrine-fuzz-{os.getuid()}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def atheris() -> ModuleType:
    """Import the fuzzer, or leave with a sentence on how to get it."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        sys.exit(
            "Fuzzing needs atheris, which there is for Linux on x86-64: "
            "python -m pip install -r requirements-dev.txt"
        )


def fuzz(
    name: str, target: Callable[[bytes], None], seeds: Iterable[bytes], arguments: Sequence[str]
) -> None:
    """Feed mutated bytes to ``target`` until the time is up or it fails; does not return.

    Args:
        name: The target's name, which is its corpus's folder, too.
        target: Takes any bytes; what it raises is a finding.
        seeds: Valid inputs to begin with.
        arguments: The command line: ``--seconds``, and what libFuzzer takes.
    """
    parser = argparse.ArgumentParser(prog=f"python -m fuzz.{name}", description=target.__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long to go on (60)")
    parser.add_argument("inputs", nargs="*", type=Path, help="try just these files, each once")
    chosen = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if chosen.inputs:
        for path in chosen.inputs:
            target(path.read_bytes())
            print(f"{path}: no finding")
        return
    fuzzer: Any = atheris()
    corpus = CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()[:40]).write_bytes(seed)
    options = [
        f"-max_total_time={chosen.seconds}",
        f"-max_len={MAX_BYTES}",
        f"-timeout={HANG_S}",
        f"-rss_limit_mb={MAX_MEMORY_MB}",
        f"-artifact_prefix={CORPUS / name}-",
        "-print_final_stats=1",
        "-verbosity=1",
        str(corpus),
    ]
    fuzzer.Setup([sys.argv[0], *options], target)
    fuzzer.Fuzz()
