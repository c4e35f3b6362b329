"""The floors and the doors of the house, held by reading every import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "core": 0,
    "catalog": 1,
    "encoder": 1,
    "indexer": 2,
    "training": 2,
    "search": 3,
    "web": 4,
    "operations": 4,
    "migrations": 2,  # beside the floors: it knows the catalogue's tables and nothing above
}
DOORS = {
    "faiss": ("indexer/faiss_index.py",),
    "open_clip": ("encoder/openclip.py", "encoder/text_padding.py"),
    "sqlalchemy": ("catalog/", "migrations/"),
    "alembic": ("catalog/", "migrations/"),
    "flask": ("web/",),
    "waitress": ("web/",),
    "flask_openapi": ("web/api/",),
    "pydantic": ("web/api/",),
    "babel": ("web/money.py",),
    "prometheus_client": ("web/metrics.py",),
    "nh3": ("catalog/text.py",),
    "urllib3": ("catalog/fetch/",),
    "pyarrow": ("catalog/feeds/parquet_feed.py",),
    "torch": ("encoder/", "training/"),
    "torchvision": ("encoder/",),
    "bm25s": ("indexer/lexical.py", "indexer/lexical_writer.py"),
    "Stemmer": ("indexer/lexical_words.py",),
    "rapidfuzz": ("search/",),
    "transformers": (),
    "timm": (),
}
CORE_MAY_IMPORT = {"numpy", "click", "tqdm"}
LIGHT_WITHOUT_TORCH = (
    "cli", "catalog.commands", "indexer.commands", "search.commands", "web.commands",
    "web.query_commands", "encoder.loading", "encoder.checkpoint", "search.engine", "web.app",
    "encoder.registry", "indexer.jobs", "search.model_commands", "search.promotion",
    "search.trial", "search.untouched", "search.held_out", "encoder.learned",
    "training.gate.verdict", "operations.doctor", "operations.backup", "operations.restore",
    "indexer.room", "search.tune_commands", "search.tuning_job", "search.tuning_upkeep",
    "catalog.key_commands", "catalog.event_commands",
)  # fmt: skip


def sources() -> list[Path]:
    return sorted(path for package in FLOORS for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_point_down_and_neighbours_never_meet() -> None:
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sources()
        for name in imported(path)
        if (target := name.split(".")[0]) in FLOORS
        and target != (own := relative(path).split("/")[0])
        and FLOORS[target] >= FLOORS[own]
    ]
    assert wrong == []


def test_each_third_party_has_one_door() -> None:
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sources()
        for name in imported(path)
        if (library := name.split(".")[0]) in DOORS
        and not relative(path).startswith(DOORS[library] or ("nowhere",))
    ]
    assert wrong == []


def test_the_environment_is_read_in_one_place() -> None:
    wrong = [
        relative(path)
        for path in [*sources(), ROOT / "cli.py"]
        if relative(path) != "core/settings.py"
        and any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert wrong == []


def test_the_ground_floor_stands_on_numpy_and_the_terminal_alone() -> None:
    known = {*sys.stdlib_module_names, *FLOORS, *CORE_MAY_IMPORT}
    wrong = [
        f"{relative(path)} imports {name}"
        for path in (ROOT / "core").rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] not in known
    ]
    assert wrong == []


@pytest.mark.parametrize("module", LIGHT_WITHOUT_TORCH)
def test_importing_a_light_module_does_not_import_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
