"""The jobs of the crash matrix, and the homes that they begin with, each grown once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.catalog.fetch.server import Server
from tests.faults.matrix import Job, Reference, Runners, reference
from tests.faults.shop import damage_index, write_feed_of_urls, write_feeds


@dataclass(frozen=True, slots=True)
class _Step:
    """A job before its folders are known."""

    follows: str
    """The job whose home it begins with; none: an empty one."""
    command: tuple[str, ...]
    shop: str = ""
    done_already: str = ""
    harm: Callable[[Path], None] | None = None
    """What comes over the home before it begins."""


_STEPS = {
    "import of a new catalogue": _Step("", ("catalog", "import", "{first}")),
    "first index build": _Step("import of a new catalogue", ("index", "build")),
    "import of changes": _Step("first index build", ("catalog", "import", "{changed}")),
    "full import": _Step(
        "first index build",
        ("catalog", "import", "{whole}", "--mode", "full", "--max-withdrawn", "50%"),
    ),
    "import by URL": _Step("", ("catalog", "import", "{first_urls}")),
    "import of changes by URL": _Step("import by URL", ("catalog", "import", "{changed_urls}")),
    "withdrawal": _Step(
        "first index build",
        ("catalog", "withdraw", "p00", "p03"),
        done_already="Not in the catalogue",
    ),
    "index build of changes": _Step("import of changes", ("index", "build")),
    "round of a watch": _Step("import of changes", ("watch",)),
    "index repair": _Step("index build of changes", ("index", "repair"), harm=damage_index),
    "third index build": _Step("index build of changes", ("index", "build", "--force")),
    "forced index build": _Step("third index build", ("index", "build", "--force")),
    "prune": _Step("third index build", ("index", "prune", "--keep", "1")),
    "rollback": _Step("third index build", ("index", "rollback", "{oldest}")),
    "promotion of a model": _Step("", ("promote", "{model}")),
    "backup": _Step("first index build", ("backup", "{home}/backup.tar")),
    "restore": _Step("", ("restore", "--force", "{backup}"), shop="shop"),
}

NAMES = tuple(name for name in _STEPS if name != "third index build")


class Jobs:
    """Finds a job and what it does undisturbed."""

    def __init__(self, runners: Runners, folder: Path, server: Server) -> None:
        """Make the feeds; ``server`` has their pictures, which are in ``folder/feeds``."""
        self._runners = runners
        self._folder = folder / "jobs"
        self._folder.mkdir()
        self._feeds = write_feeds(folder / "feeds")
        self._server = server
        self._known: dict[str, tuple[Job, Reference]] = {}
        (self._folder / "empty").mkdir()

    def __getitem__(self, name: str) -> tuple[Job, Reference]:
        if name not in self._known:
            self._known[name] = self._run(name)
        return self._known[name]

    def _run(self, name: str) -> tuple[Job, Reference]:
        step = _STEPS[name]
        folder = self._folder / name.replace(" ", "-")
        folder.mkdir()
        template = self._home(step.follows) if step.follows else self._folder / "empty"
        if step.harm:
            template = Path(shutil.copytree(template, folder / "harmed"))
            step.harm(template)
        words = self._words(name, template)
        command = tuple(word.format(**words) for word in step.command)
        job = Job(name, template, command, step.shop, step.done_already, self._environment())
        return job, reference(self._runners, job, folder)

    def _words(self, name: str, template: Path) -> dict[str, object]:
        generations = sorted(each.name for each in template.glob("index/2*"))
        feeds = self._feeds
        return {
            "first": feeds.first,
            "changed": feeds.changed,
            "whole": feeds.whole,
            "first_urls": write_feed_of_urls(feeds.first, self._server),
            "changed_urls": write_feed_of_urls(feeds.changed, self._server),
            "model": feeds.model,
            "oldest": (generations or [""])[0],
            "home": "{home}",
            "backup": self._home("backup") / "backup.tar" if name == "restore" else "",
        }

    def _environment(self) -> dict[str, str]:
        """Allow the pictures' server and no other, as a shop does with its own."""
        return {
            "VITRINE_FETCH_IMAGES": "1",
            "VITRINE_FETCH_ALLOW": f"{self._server.address}:{self._server.port}",
            "VITRINE_FETCH_PRIVATE": "127.0.0.0/8",
            "VITRINE_FETCH_PER_SECOND": "10000",
        }

    def _home(self, name: str) -> Path:
        assert self[name]
        return self._folder / name.replace(" ", "-") / "home"
