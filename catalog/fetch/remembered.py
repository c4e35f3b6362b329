"""What earlier imports fetched, so that an unchanged picture is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.database import Database
from catalog.models import FetchedImage, ProductImage


@dataclass(frozen=True, slots=True)
class RememberedPicture:
    """A URL's picture as it was last fetched, and what to ask with whether it changed."""

    url: str
    image_hash: str
    """SHA-256 of its bytes, which the image store has under this name."""
    etag: str = ""
    last_modified: str = ""


def url_hash(url: str) -> str:
    """Name a URL: some are longer than a database's index takes."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()


def find(session: Session, urls: Sequence[str]) -> dict[str, RememberedPicture]:
    """Look URLs up; those never fetched are left out."""
    hashes = [url_hash(url) for url in urls]
    rows = session.scalars(select(FetchedImage).where(FetchedImage.url_hash.in_(hashes)))
    return {
        row.url: RememberedPicture(row.url, row.image_hash, row.etag, row.last_modified)
        for row in rows
    }


def remember(session: Session, pictures: Iterable[RememberedPicture], now: datetime) -> None:
    """Note what was fetched, in the transaction of the products that show it.

    Call it only once the pictures are safe in the image store: a row whose picture is
    missing would be asked about, and never fetched again.
    """
    rows = {
        url_hash(each.url): {
            "url_hash": url_hash(each.url),
            "url": each.url,
            "etag": each.etag,
            "last_modified": each.last_modified,
            "image_hash": each.image_hash,
            "checked_at": now,
        }
        for each in pictures
    }
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(FetchedImage)
    new = {name: insert.excluded[name] for name in next(iter(rows.values())) if name != "url_hash"}
    # In the order of the key, so that two imports never wait for each other's rows.
    session.execute(
        insert.on_conflict_do_update(index_elements=[FetchedImage.url_hash], set_=new),
        [rows[key] for key in sorted(rows)],
    )


def forget_unused(session: Session) -> None:
    """Forget the URLs whose picture no product shows any more."""
    shown = select(ProductImage.hash).where(ProductImage.hash == FetchedImage.image_hash)
    session.execute(
        delete(FetchedImage).where(~shown.exists()).execution_options(synchronize_session=False)
    )


def lookup(database: Database) -> Callable[[str], RememberedPicture | None]:
    """Make a function that looks one URL up, for several threads; a transaction each."""

    def known(url: str) -> RememberedPicture | None:
        return database.consult(lambda session: find(session, [url]).get(url))

    return known
