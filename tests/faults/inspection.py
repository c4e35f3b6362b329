"""What a home holds, as a reader that comes next finds it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog import repository
from catalog.database import Database
from catalog.image_store import ImageStore
from core.errors import ImageError, NoGenerationError, VitrineError
from encoder.fake import FakeEncoder
from encoder.registry import ModelRegistry
from indexer import generations
from indexer.embedding_store import ContentKind, EmbeddingStore
from operations.restore import verify_backup

_VARYING = {"id", "created_at", "checksum", "revision", "run_id"}
"""What a manifest may tell differently although the generation is the same."""


def inspect(home: Path) -> dict[str, Any]:
    """Open everything as a reader would. What cannot be opened is a problem."""
    problems: list[str] = []
    told = {
        "products": _catalogue(home, problems),
        "generation": _generation(home, problems),
        "generations": _generations(home, problems),
        "stored": _stored(home, problems),
        "models": _models(home, problems),
        "backup": _backup(home / "backup.tar", problems),
    }
    # Problems of two homes compare only where they do not say which home it is.
    return told | {"problems": [each.replace(str(home), "{home}") for each in problems]}


def catalogue_digest(session: Session) -> str:
    """Digest all products; equal where they are."""
    digest = hashlib.sha256()
    for product in repository.stream_products(session):
        digest.update(repr(product).encode())
    return digest.hexdigest()


def _backup(path: Path, problems: list[str]) -> bool:
    if not path.exists():
        return False
    try:
        verify_backup(path)
    except VitrineError as error:
        problems.append(f"backup: {error}")
    return True


NO_PRODUCTS = hashlib.sha256().hexdigest()


def _catalogue(home: Path, problems: list[str]) -> str:
    path = home / "vitrine.db"
    if not path.exists():
        return NO_PRODUCTS
    database, images = Database(f"sqlite:///{path}"), ImageStore(home / "images")
    try:
        if not database.schema():
            return NO_PRODUCTS
        with database.read() as session:
            for product in repository.stream_products(session):
                for image in product.images:
                    images.read(image.hash)
            digest = catalogue_digest(session)
    except (VitrineError, ImageError) as error:
        problems.append(f"catalogue: {error}")
        return "unreadable"
    finally:
        database.close()
    with closing(sqlite3.connect(path)) as connection:
        if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            problems.append(f"database: {found}")
    return digest


def _generation(home: Path, problems: list[str]) -> dict[str, Any] | None:
    """Digest the generation that a reader opens; None where nothing has been published."""
    root = home / "index"
    try:
        snapshot = generations.open_current(root)
    except NoGenerationError:
        return None
    except VitrineError as error:
        problems.append(f"index: {error}")
        return None
    if (named := _named(root, problems)) not in ("", snapshot.id):
        problems.append(f"index: {snapshot.id} is served though {named} is named")
    told = {
        field: getattr(snapshot.manifest, field)
        for field in snapshot.manifest.__dataclass_fields__
        if field not in _VARYING
    }
    snapshot.close()
    return {"id": snapshot.id, "digest": hashlib.sha256(repr(told).encode()).hexdigest()}


def _named(root: Path, problems: list[str]) -> str:
    """Tell which generation the pointer names; none where the first was not yet published."""
    try:
        return generations.current(root)
    except NoGenerationError:
        return ""
    except VitrineError as error:
        problems.append(f"index: {error}")
        return ""


def _generations(home: Path, problems: list[str]) -> dict[str, list[str]]:
    root = home / "index"
    listed = generations.list_generations(root)
    problems += [f"index: {each.problem}" for each in listed if each.manifest is None]
    folders = [path.name for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    whole = [each.id for each in listed]
    return {"whole": whole, "remains": sorted(set(folders) - set(whole))}


def _stored(home: Path, problems: list[str]) -> dict[str, int]:
    found = {}
    for kind in ContentKind:
        try:
            with EmbeddingStore(home / "embeddings", FakeEncoder().fingerprint, kind) as store:
                found[kind.value] = len(store)
        except VitrineError as error:
            problems.append(f"embeddings: {error}")
            found[kind.value] = 0
    return found


def _models(home: Path, problems: list[str]) -> list[str]:
    registry = ModelRegistry(home / "models")
    try:
        told = [event.fingerprint for event in registry.events()]
    except VitrineError as error:
        problems.append(f"models: {error}")
        return []
    problems += [f"models: {each} is not whole" for each in told if not registry.holds(each)]
    return told
