"""The jobs of the crash matrix, and the homes that they begin with, each grown once."""

from __future__ import annotations

from pathlib import Path

from tests.faults.matrix import Job, Reference, Runners, reference
from tests.faults.shop import write_feeds

_STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "import of a new catalogue": ("", ("catalog", "import", "{first}")),
    "first index build": ("import of a new catalogue", ("index", "build")),
    "import of changes": ("first index build", ("catalog", "import", "{changed}")),
    "full import": (
        "first index build",
        ("catalog", "import", "{whole}", "--mode", "full", "--max-withdrawn", "50%"),
    ),
    "withdrawal": ("first index build", ("catalog", "withdraw", "p00", "p03")),
    "index build of changes": ("import of changes", ("index", "build")),
    "third index build": ("index build of changes", ("index", "build", "--force")),
    "forced index build": ("third index build", ("index", "build", "--force")),
    "prune": ("third index build", ("index", "prune", "--keep", "1")),
    "rollback": ("third index build", ("index", "rollback", "{oldest}")),
    "promotion of a model": ("", ("promote", "{model}")),
    "backup": ("first index build", ("backup", "{home}/backup.tar")),
    "restore": ("", ("restore", "--force", "{backup}")),
}
"""Job to the job whose home it begins with (none: an empty one), and its command."""

NAMES = tuple(name for name in _STEPS if name != "third index build")


class Jobs:
    """Finds a job and what it does undisturbed."""

    def __init__(self, runners: Runners, folder: Path) -> None:
        self._runners = runners
        self._folder = folder / "jobs"
        self._folder.mkdir()
        self._feeds = write_feeds(folder / "feeds")
        self._known: dict[str, tuple[Job, Reference]] = {}
        (self._folder / "empty").mkdir()

    def __getitem__(self, name: str) -> tuple[Job, Reference]:
        if name not in self._known:
            self._known[name] = self._run(name)
        return self._known[name]

    def _run(self, name: str) -> tuple[Job, Reference]:
        follows, command = _STEPS[name]
        template = self._home(follows) if follows else self._folder / "empty"
        generations = sorted(each.name for each in template.glob("index/2*"))
        feeds = self._feeds
        words = {
            "first": feeds.first,
            "changed": feeds.changed,
            "whole": feeds.whole,
            "model": feeds.model,
            "oldest": (generations or [""])[0],
            "home": "{home}",
            "backup": self._home("backup") / "backup.tar" if name == "restore" else "",
        }
        done_already = "Not in the catalogue" if name == "withdrawal" else ""
        shop = "shop" if name == "restore" else ""
        job = Job(
            name, template, tuple(word.format(**words) for word in command), shop, done_already
        )
        folder = self._folder / name.replace(" ", "-")
        folder.mkdir()
        return job, reference(self._runners, job, folder)

    def _home(self, name: str) -> Path:
        assert self[name]
        return self._folder / name.replace(" ", "-") / "home"
