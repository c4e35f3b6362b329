"""Is the database reachable, whole and of this program's schema, and is every picture there?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.database import SCHEMA
from core.errors import DatabaseError, SnapshotError
from core.settings import Settings
from core.terminal import counted
from indexer import generations
from indexer.basis import CatalogueBasis
from indexer.confirmed import states_shown
from indexer.manifest import read_manifest
from operations.catalogue_view import CatalogueView, sqlite_file, view_catalogue
from operations.findings import Finding, error, ok, warning

_SHOWN = 3
_RESTORE = "Restore a backup: vitrine restore FILE.tar"


def check_database(settings: Settings) -> Iterator[Finding]:
    """Look at the database: reached, whole, current."""
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        yield warning(
            "database",
            f"There is no database {path} yet.",
            "Import a catalogue: vitrine catalog import FILE",
        )
        return
    try:
        with view_catalogue(settings) as view:
            if path is not None:
                yield from _check_integrity(view, path)
            yield from _check_schema(view)
            products = view.rows("SELECT count(*) FROM product")[0][0]
            yield ok("database", f"It holds {counted(products, 'product')}.")
    except DatabaseError as failure:
        yield error("database", str(failure), _RESTORE if path is not None else "Start the server.")


def check_images(settings: Settings) -> Iterator[Finding]:
    """Compare the pictures that products refer to with those in the store, by name."""
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        return
    with view_catalogue(settings) as view:
        shown_by = dict(view.rows("SELECT hash, min(product_id) FROM product_image GROUP BY hash"))
    stored = _stored_images(settings.images)
    missing = sorted(shown_by.keys() - stored)
    if missing:
        named = ", ".join(f"{shown_by[each]} ({each[:12]}…)" for each in missing[:_SHOWN])
        yield error(
            "images",
            f"{len(missing):,} of {counted(len(shown_by), 'picture')} are missing from "
            f"{settings.images}, among them those of {named}.",
            "Import the catalogue again: vitrine catalog import FILE",
        )
    else:
        unused = len(stored - shown_by.keys())
        also = f"; {unused:,} more belong to no product" if unused else ""
        yield ok("images", f"Every picture is in the store ({len(shown_by):,}){also}.")


def check_freshness(settings: Settings) -> Iterator[Finding]:
    """Tell whether the index in service shows the catalogue as it is."""
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        return
    try:
        root = settings.generations
        served = read_manifest(root / generations.current(root))
    except SnapshotError:
        return  # told by the check of the index
    with view_catalogue(settings) as view:
        if _schema(view) != SCHEMA:
            return  # told by the check of the database
        instance, revision, changed = view.rows(
            "SELECT instance, revision, changed_at FROM catalogue_state"
        )[0]
    moment = _as_moment(changed)
    if moment > datetime.now(UTC) + timedelta(minutes=5):
        yield warning(
            "clock",
            f"The catalogue's last change is dated {moment:%Y-%m-%d %H:%M:%S} UTC: in the future.",
            "Set the clock: timedatectl status",
        )
    shown = [state.basis for state in states_shown(root, served)]
    yield judge_freshness(served.id, shown, f"{instance}.{revision}", moment)


def judge_freshness(
    generation_id: str, shown: Sequence[CatalogueBasis], revision: str, changed: datetime
) -> Finding:
    """Compare the states that a generation shows with the one that the catalogue is in."""
    instance = CatalogueBasis(revision).instance
    if all(basis.instance != instance for basis in shown):
        return warning(
            "index",
            f"{generation_id} was not made from this database: it may show something else.",
            "Compare them: vitrine index build",
        )
    present = [basis for basis in shown if basis.revision == revision]
    if not present:
        return warning(
            "index",
            f"The catalogue has changed since {generation_id} was compared with it, last at "
            f"{changed:%Y-%m-%d %H:%M:%S} UTC.",
            "Bring it up: vitrine index build",
        )
    until = present[-1].prices_until  # the latest comparison's
    if until and _as_moment(until) <= datetime.now(UTC):
        return warning(
            "index",
            f"A sale has begun or ended since {generation_id} was compared, at {until}.",
            "Bring it up: vitrine index build",
        )
    return ok("index", f"{generation_id} shows the catalogue as it is.")


def _check_integrity(view: CatalogueView, path: Path) -> Iterator[Finding]:
    problems = [row[0] for row in view.rows("PRAGMA quick_check(5)")]
    if problems == ["ok"]:
        yield ok("database", f"{path} is whole.")
    else:
        yield error("database", f"{path} is damaged: {problems[0]}.", _RESTORE)


def _check_schema(view: CatalogueView) -> Iterator[Finding]:
    schema = _schema(view)
    if schema == SCHEMA:
        yield ok("database", f"Its schema {schema} is this program's.")
    elif schema > SCHEMA:
        yield error(
            "database",
            f"Its schema {schema} is newer than this program's {SCHEMA}.",
            "Update the program.",
        )
    else:
        yield warning(
            "database",
            f"Its schema {schema or '(none)'} is older than this program's {SCHEMA}.",
            "Bring it up: vitrine catalog migrate",
        )


def _stored_images(root: Path) -> set[str]:
    """Name what the image store holds; folders are listed and nothing is opened."""
    if not root.is_dir():
        return set()
    return {
        entry.name
        for folder in os.scandir(root)
        if folder.is_dir()
        for entry in os.scandir(folder.path)
        if not entry.name.startswith(".")
    }


def _schema(view: CatalogueView) -> str:
    found = view.rows("SELECT version_num FROM alembic_version")
    return str(found[0][0]) if found else ""


def _as_moment(told: str | datetime) -> datetime:
    """Read a time that a database gave: SQLite gives text, and neither tells the zone: UTC."""
    moment = datetime.fromisoformat(told) if isinstance(told, str) else told
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
