"""The job that mends an index: what is damaged goes aside, and the rest is built anew."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import SnapshotError
from core.files import make_folder
from core.lock import exclusive
from core.terminal import Progress
from indexer import generations
from indexer.reindex import BUILD, IndexJob, Products, build_locked
from indexer.report import BuildReport
from indexer.snapshot import IndexSnapshot
from indexer.store_repair import StoreRepair, repair_stores

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRepair:
    """What a repair found and did."""

    whole: tuple[str, ...]
    """Generations that every check found whole."""
    damaged: tuple[tuple[str, str], ...]
    """Generations that were set aside, and why."""
    stores: tuple[StoreRepair, ...]
    repointed: str | None
    """The generation that the pointer was moved to, empty where none was left; None where it
    stayed."""
    build: BuildReport
    """Of the build that followed, which made anew what was missing."""

    def to_text(self) -> str:
        """Say it in a few lines."""
        lines = [f"{len(self.whole)} generations are whole."]
        lines += [f"Set aside {name}: {reason}" for name, reason in self.damaged]
        for each in self.stores:
            if each.aside:
                lines.append(f"{each.path} could not be read; it is now {each.aside}.")
            elif each.damaged:
                lines.append(f"{each.path}: left out {each.damaged} damaged of its records.")
        if self.repointed is not None:
            lines.append(f"The pointer was moved to {self.repointed or 'none: none was whole'}.")
        if self.damaged or any(each.aside for each in self.stores):
            lines.append("What was set aside may be deleted.")
        return "\n".join([*lines, self.build.to_text()])


def repair_index(
    products: Products, job: IndexJob, progress: Progress | None = None
) -> IndexRepair:
    """Check every generation and store, set aside what is damaged, and build what is missing.

    It may be stopped at any moment and run again. What the stores still hold is not
    embedded again.

    Raises:
        BusyError: a build is running, or a store is being written.
        SnapshotError: the build found nothing to index; the rest has been mended.
    """
    make_folder(job.generations)
    with exclusive(job.generations / generations.BUILD_LOCK, BUILD):
        generations.sweep(job.generations)
        whole, damaged = _check_generations(job.generations)
        repointed = generations.repoint(job.generations)
        if repointed is not None:
            log.warning("the pointer was moved to %s", repointed or "none")
        stores = repair_stores(job.embeddings)
        build = build_locked(products, replace(job, thorough=True), progress)
    return IndexRepair(
        whole=tuple(whole),
        damaged=tuple(damaged),
        stores=tuple(stores),
        repointed=repointed,
        build=build,
    )


def _check_generations(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Check every file of every generation, and set the damaged ones aside."""
    whole, damaged = [], []
    for each in generations.list_generations(root):
        try:
            IndexSnapshot(root / each.id).close()
        except SnapshotError as error:
            generations.set_aside(root, each.id)
            log.warning("set aside: %s", error)
            damaged.append((each.id, str(error)))
        else:
            whole.append(each.id)
    return whole, damaged
