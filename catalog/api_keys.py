"""Keys to the API: made, looked up and revoked. Functions take a session and never commit.

Only a key's SHA-256 is kept. A slow hash (bcrypt, Argon2) makes guessing of what people
choose expensive; a key has 192 random bits, which nobody guesses whatever a guess costs, and
a slow hash would only be paid on each request. Source: NIST SP 800-63B, 5.1.2.2 (secrets of
112 bits and more need a one-way hash, and no password hashing).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from catalog.models import ApiKey

PREFIX = "vitrine_"
"""Lets people, and programs that look for leaked secrets, know one where they see it."""
PUBLIC_BYTES = 4
SECRET_BYTES = 24
"""192 bits."""
MAX_NAME_CHARS = 100

_KEY = re.compile(rf"{PREFIX}([0-9a-f]{{{2 * PUBLIC_BYTES}}})_[0-9a-f]{{{2 * SECRET_BYTES}}}")


class Scope(Enum):
    """What a key opens; none includes another."""

    SEARCH = "search"
    CATALOGUE = "catalogue"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is on record of a key."""

    id: int
    public_id: str
    name: str
    scopes: frozenset[Scope]
    digest: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def opens_with(self, key: str, now: datetime) -> bool:
        """Tell whether ``key`` is this one, neither revoked nor expired; in constant time."""
        same = hmac.compare_digest(self.digest, digest_of(key))
        return same and self.is_live(now)

    def is_live(self, now: datetime) -> bool:
        """Tell whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def make_key(
    session: Session,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[str, KeyRecord]:
    """Make a key; what is given first is the key itself, which can never be told again."""
    public_id = secrets.token_hex(PUBLIC_BYTES)
    key = f"{PREFIX}{public_id}_{secrets.token_hex(SECRET_BYTES)}"
    row = ApiKey(
        public_id=public_id,
        name=name,
        scopes=",".join(sorted(scope.value for scope in scopes)),
        digest=digest_of(key),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return key, _record(row)


def list_keys(session: Session, with_revoked: bool = False) -> tuple[KeyRecord, ...]:
    """List the keys, oldest first."""
    statement = select(ApiKey).order_by(ApiKey.id)
    if not with_revoked:
        statement = statement.where(ApiKey.revoked_at.is_(None))
    return tuple(_record(row) for row in session.scalars(statement))


def live_keys(session: Session, now: datetime) -> Mapping[str, KeyRecord]:
    """Give the keys that open something, by their public ids; one statement."""
    return {each.public_id: each for each in list_keys(session) if each.is_live(now)}


def revoke_keys(session: Session, name: str, now: datetime) -> tuple[KeyRecord, ...]:
    """Revoke every key of this public id or name; give those that were not yet revoked."""
    wanted = or_(ApiKey.public_id == name, ApiKey.name == name)
    found = session.scalars(select(ApiKey).where(wanted, ApiKey.revoked_at.is_(None))).all()
    for row in found:
        row.revoked_at = now
    return tuple(_record(row) for row in found)


def note_uses(session: Session, ids: Iterable[int], now: datetime) -> None:
    """Note that keys were used, to the hour: finer would follow people, and write all day."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    older = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < hour)
    session.execute(
        update(ApiKey)
        .where(ApiKey.id.in_(list(ids)), older)
        .values(last_used_at=hour)
        .execution_options(synchronize_session=False)
    )


def digest_of(key: str) -> str:
    """Hash a key as it is kept."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def public_id_of(key: str) -> str:
    """Read the part of a key that names it; empty where the text has not a key's form.

    >>> public_id_of("vitrine_0a1b2c3d_" + "0" * 48), public_id_of("secret")
    ('0a1b2c3d', '')
    """
    match = _KEY.fullmatch(key)
    return match[1] if match else ""


def _record(row: ApiKey) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        scopes=frozenset(Scope(each) for each in row.scopes.split(",")),
        digest=row.digest,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
