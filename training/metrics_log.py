"""``metrics.jsonl``: one JSON object a line, of a step or of an epoch, in their order."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from core.files import replacing

METRICS = "metrics.jsonl"


class MetricsLog:
    """Appends lines; takes back those of steps that a killed run will take again.

    Args:
        path: The file.
        step: The first step that is yet to be taken.
    """

    def __init__(self, path: Path, step: int) -> None:
        kept = [line for line in read_metrics(path) if line["step"] < step]
        with replacing(path) as file:
            file.write("".join(json.dumps(line) + "\n" for line in kept).encode())
        self._path = path
        self._before_s = kept[-1]["seconds"] if kept else 0.0
        self._started = time.monotonic()

    def write(self, **values: Any) -> None:
        """Append a line, with the seconds that the run has worked so far."""
        seconds = round(self._before_s + time.monotonic() - self._started, 1)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**values, "seconds": seconds}) + "\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Read all whole lines; a kill may have torn the last, and a line may be no run's."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            break
        if isinstance(told, dict) and {"step", "seconds"} <= told.keys():
            found.append(told)
    return found
