"""What a killed process left beside a file or folder that it was making."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path


def sweep_dead(path: Path, suffix: str) -> None:
    """Remove ``.<name>.<pid>…<suffix>`` beside ``path`` where that process is no more."""
    parent = path.absolute().parent
    if not parent.is_dir():
        return
    made = re.compile(rf"\.{re.escape(path.name)}\.(\d+)(?:\.\w+)?{re.escape(suffix)}(?:-\w+)?")
    for each in parent.iterdir():
        match = made.fullmatch(each.name)
        if match is None or _is_alive(int(match[1])):
            continue
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
