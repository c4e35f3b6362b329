"""Who may ask what, and how often: keys, their scopes, and rates; see docs/access.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, g, request

from catalog.api_keys import KeyRecord, Scope
from core.errors import (
    DatabaseUnavailableError,
    KeyRefusedError,
    KeyRequiredError,
    RateLimitedError,
    ScopeMissingError,
    VitrineError,
)
from core.settings import Settings
from web.access_addresses import Network, caller_of, client_address, parse_networks
from web.access_keys import KeyRing
from web.access_rates import Allowance, RateLimiter

SCOPES: tuple[tuple[str, Scope], ...] = (
    ("/api/v1/catalogue/", Scope.CATALOGUE),
    ("/metrics", Scope.ADMIN),
)
"""By what a path begins with, so that no address below one is forgotten."""
API = "/api/v1/"
FEEDS = "/api/v1/catalogue/imports"
"""Takes the longest bodies by far."""
OPEN = (
    "/static/", "/media/", "/uploads/", "/healthz", "/readyz",
    "/api/v1/docs", "/api/v1/openapi.json",
)  # fmt: skip
"""Held against nothing: a page has dozens of pictures, who watches over us must get through,
and how to use the API is read before one has a key."""

REALM = 'Bearer realm="vitrine"'


def challenge(error: VitrineError) -> str:
    """Say what would open an address, in the words of RFC 6750; empty where a key is no matter."""
    if isinstance(error, KeyRequiredError):
        return REALM
    if isinstance(error, KeyRefusedError):
        return f'{REALM}, error="invalid_token"'
    if isinstance(error, ScopeMissingError):
        return f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
    return ""


@dataclass(frozen=True, slots=True)
class Access:
    """What requests are held against."""

    ring: KeyRing
    limiter: RateLimiter
    trusted: tuple[Network, ...]
    requires_keys: bool
    per_key: int
    per_address: int

    @classmethod
    def of(cls, settings: Settings, ring: KeyRing) -> Access:
        """Take what the settings say."""
        return cls(
            ring=ring,
            limiter=RateLimiter(),
            trusted=parse_networks(settings.trusted_proxies),
            requires_keys=settings.require_keys,
            per_key=settings.rate_per_key,
            per_address=settings.rate_per_address,
        )


def install_access(app: Flask, access: Access) -> None:
    """Hold every request against keys and rates before it is answered."""
    app.before_request(partial(_check, access))
    app.after_request(_tell_rate)


def _check(access: Access) -> None:
    # Browsers ask OPTIONS without a key, before they send one.
    if request.method == "OPTIONS" or request.path.startswith(OPEN):
        return
    wanted = scope_of(request.path, access.requires_keys)
    try:
        holder = _holder(access.ring, wanted)
    except KeyRefusedError:
        _count(access, None)  # else guessing would be free
        raise
    g.key_holder = holder
    _count(access, holder)
    if wanted is None:
        return
    if holder is None:
        raise KeyRequiredError(wanted.value)
    if wanted not in holder.scopes:
        raise ScopeMissingError(wanted.value)


def scope_of(path: str, requires_keys: bool) -> Scope | None:
    """Tell what an address needs; None where it is open."""
    for beginning, scope in SCOPES:
        if path.startswith(beginning):
            return scope
    return Scope.SEARCH if requires_keys and path.startswith(API) else None


def _holder(ring: KeyRing, wanted: Scope | None) -> KeyRecord | None:
    """Find whose key was sent; None where none was.

    Raises:
        KeyRefusedError: one was sent that opens nothing.
        DatabaseUnavailableError: it cannot be looked up, and the address needs one.
    """
    headers = request.headers
    key = sent_key(headers.get("Authorization", ""), headers.get("X-API-Key", ""))
    if not key:
        return None
    try:
        holder = ring.find(key)
    except DatabaseUnavailableError:
        if wanted is None:
            return None  # what is open stays so
        raise
    if holder is None:
        raise KeyRefusedError
    return holder


def sent_key(authorization: str, api_key: str) -> str:
    """Read the key of a request from the two headers that may bear one; empty without.

    >>> sent_key("Bearer a", "b"), sent_key("Basic a", "b"), sent_key("", "")
    ('a', 'b', '')
    """
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    return api_key.strip()


def _count(access: Access, holder: KeyRecord | None) -> None:
    """Count the request against its key, or else against its address.

    Raises:
        RateLimitedError: it is too many.
    """
    if holder is not None:
        caller, per_minute = f"key {holder.public_id}", access.per_key
    else:
        forwarded = request.headers.getlist("X-Forwarded-For")
        address = client_address(request.remote_addr or "", forwarded, access.trusted)
        if address is None or not address.is_global:
            return  # our own machines, or a proxy that all shoppers come through
        caller, per_minute = caller_of(address), access.per_address
    if per_minute == 0:
        return
    g.allowance = access.limiter.take(caller, per_minute)
    if g.allowance.is_exceeded:
        raise RateLimitedError(per_minute, g.allowance.retry_after_s)


def _tell_rate(response: Response) -> Response:
    """Tell how much is left. Source: draft-ietf-httpapi-ratelimit-headers-10."""
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        response.headers["RateLimit-Policy"] = f'"minute";q={allowance.per_minute};w=60'
        told = f'"minute";r={allowance.remaining};t={allowance.reset_s}'
        response.headers["RateLimit"] = told
    return response
