"""Pictures by URL: fetched once, and after that only asked whether they changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from catalog.fetch.client import FetchClient, Wanted
from catalog.fetch.remembered import RememberedPicture
from catalog.fetch.rules import FetchRules
from catalog.images import ImageLimits, image_hash
from core.errors import FetchError, ImageError
from core.settings import Settings

_ACCEPT = "image/jpeg, image/png, image/webp, image/gif, */*;q=0.1"
"""What is read first, so that a server with a choice does not send AVIF."""
_KEPT = 10_000
_KEPT_BYTES = 64 * 2**20
"""How many URLs' outcomes, and bytes with them, are kept during a run: variants share
pictures, and a placeholder for missing ones may be named by every other product."""
_GONE = frozenset(
    {
        "url_scheme", "url_userinfo", "url_malformed", "host_not_allowed", "port_not_allowed",
        "address_not_public", "redirect_refused", "gone",
    }
)  # fmt: skip
"""Codes after which a picture that was fetched before is not shown any more: it may not be
asked for now, or its server says that it is gone for good."""


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A picture's bytes, new or as the image store has them."""

    data: bytes
    remembered: RememberedPicture | None
    """To be noted once the picture is safe in the image store; None where nothing is new."""
    is_unchanged: bool = False
    """Whether the server said that it is as it was."""
    problem: ImageError | None = None
    """Why it could not be fetched this time; ``data`` is then the known picture."""


class PictureFetcher:
    """Fetches pictures for one import; safe for several threads.

    Content types are not believed, and bytes not looked at: whoever reads the picture
    decides what it is.
    """

    def __init__(
        self,
        client: FetchClient,
        rules: FetchRules,
        limits: ImageLimits,
        known: Callable[[str], RememberedPicture | None],
        stored: Callable[[str], bytes],
    ) -> None:
        """``known`` finds what was fetched before; ``stored`` reads the image store by hash."""
        self._client = client
        self._timeout_s = rules.timeout_s
        self._max_bytes = limits.max_bytes
        self._known = known
        self._stored = stored
        self._lock = threading.Lock()
        self._outcomes: OrderedDict[str, FetchedPicture | ImageError] = OrderedDict()
        self._kept_bytes = 0

    def fetch(self, url: str) -> FetchedPicture:
        """Get a URL's picture; the network is asked once in a run.

        Where it fails for the moment and an earlier import had the picture, that one is
        given, with the problem.

        Raises:
            ImageError: there is no picture; its code is one of docs/fetching.md.
        """
        with self._lock:
            outcome = self._outcomes.get(url)
            if outcome is not None:
                self._outcomes.move_to_end(url)
        if isinstance(outcome, ImageError):
            raise ImageError(outcome.code, str(outcome))
        if outcome is not None:
            return outcome
        try:
            picture = self._ask(url)
        except ImageError as error:
            self._keep(url, error)
            raise
        self._keep(url, picture)
        return picture

    def earlier(self, url: str) -> bytes | None:
        """Read the picture that an earlier import had of a URL; None where there is none."""
        known = self._known(url)
        return self._read_stored(known) if known else None

    def close(self) -> None:
        """End connections and waiting."""
        self._client.close()

    def _ask(self, url: str) -> FetchedPicture:
        known = self._known(url)
        data = self._read_stored(known) if known else None
        if known is None or data is None:
            try:
                return self._get(url)
            except FetchError as error:
                raise ImageError(error.code, str(error)) from error
        try:
            return self._get(url, known, data)
        except FetchError as error:
            problem = ImageError(error.code, str(error))
            if error.code in _GONE:
                raise problem from error
            return FetchedPicture(data, None, problem=problem)

    def _get(
        self, url: str, known: RememberedPicture | None = None, data: bytes = b""
    ) -> FetchedPicture:
        wanted = Wanted(b"".join, self._max_bytes, self._timeout_s, _ACCEPT)
        if known is not None:
            wanted = replace(wanted, conditions=_conditions(known))
        answer = self._client.get(url, wanted)
        if answer.body is None:
            assert known is not None, "only a conditional request may be answered with 304"
            kept = replace(
                known,
                etag=answer.etag or known.etag,
                last_modified=answer.last_modified or known.last_modified,
            )
            return FetchedPicture(data, kept, is_unchanged=True)
        fetched = RememberedPicture(url, image_hash(answer.body), answer.etag, answer.last_modified)
        return FetchedPicture(answer.body, fetched)

    def _read_stored(self, picture: RememberedPicture) -> bytes | None:
        """Read the bytes that a 304 would stand for; without them it must not be asked for."""
        try:
            return self._stored(picture.image_hash)
        except ImageError:
            return None

    def _keep(self, url: str, outcome: FetchedPicture | ImageError) -> None:
        with self._lock:
            self._kept_bytes += _size(outcome) - _size(self._outcomes.pop(url, None))
            self._outcomes[url] = outcome
            while len(self._outcomes) > _KEPT or self._kept_bytes > _KEPT_BYTES:
                _, oldest = self._outcomes.popitem(last=False)
                self._kept_bytes -= _size(oldest)


def picture_fetcher(
    settings: Settings,
    known: Callable[[str], RememberedPicture | None],
    stored: Callable[[str], bytes],
) -> PictureFetcher | None:
    """Make the fetcher that the settings allow; None where pictures are not fetched."""
    if not settings.fetch_images:
        return None
    rules = FetchRules.from_settings(settings)
    limits = ImageLimits(settings.max_image_bytes, settings.max_image_pixels)
    return PictureFetcher(FetchClient(rules), rules, limits, known, stored)


def _size(outcome: FetchedPicture | ImageError | None) -> int:
    return len(outcome.data) if isinstance(outcome, FetchedPicture) else 0


def _conditions(known: RememberedPicture) -> dict[str, str]:
    """Source: RFC 9110, section 13.1: ask with both; a server prefers the tag."""
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}
