"""Where a URL leads, taken apart once: what is checked is what is connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from core.errors import FetchError

MAX_URL_CHARS = 4_096
"""Google Merchant takes 2,000; a longer one than this is a mistake."""
MAX_SHOWN_CHARS = 200
PORTS = {"http": 80, "https": 443}

_HTTP = re.compile(r"https?://", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^/]*//([^/?#]*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Location:
    """An http(s) URL that may be asked for, as far as its form goes."""

    scheme: str
    host: str
    """In ASCII and lower case, IDNA applied; an IPv6 address without its brackets."""
    port: int
    target: str
    """Path and query as they are sent, percent-encoded."""

    @property
    def authority(self) -> str:
        """Host, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL, without a fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown(self) -> str:
        """The URL for messages: without its query, which may hold a secret."""
        return self.url.partition("?")[0][:MAX_SHOWN_CHARS]


def is_http(url: str) -> bool:
    """Tell whether a reference is a URL that may be fetched, rather than a path."""
    return _HTTP.match(url.lstrip()) is not None


def parse_location(url: str) -> Location:
    """Take a URL apart.

    Raises:
        FetchError: with the code url_scheme, url_userinfo or url_malformed.
    """
    url = url.strip()
    if not is_http(url):
        raise FetchError("url_scheme", "Only http:// and https:// URLs are fetched.")
    if len(url) > MAX_URL_CHARS:
        raise _malformed(f"it has {len(url):,} characters; at most {MAX_URL_CHARS:,} are taken")
    found = _AUTHORITY.match(url)
    authority = found.group(1) if found else ""
    if "@" in authority:
        raise FetchError("url_userinfo", "The URL has a user name or password; give one without.")
    # Others read a backslash as a slash, and end the host there.
    if "\\" in authority or "%" in authority or _CONTROL.search(url):
        raise _malformed("its host or one of its characters is not allowed in a URL")
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise _malformed("its host or port cannot be read") from error
    host = (parsed.host or "").strip("[]")
    if not host.strip(".") or parsed.scheme is None or parsed.port == 0:
        raise _malformed("it names no host, or the port 0")
    port = parsed.port or PORTS[parsed.scheme]
    return Location(parsed.scheme, host, port, parsed.request_uri)


def redirected(location: Location, header: str) -> Location:
    """Find out where a redirect leads.

    Raises:
        FetchError: as ``parse_location``; or with the code redirect_refused, because
            it leads from https to http.
    """
    # http.client decodes headers as Latin-1, and servers send UTF-8.
    header = header.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        target = parse_location(urljoin(location.url, header.strip()))
    except ValueError as error:  # urljoin's, on broken brackets
        raise _malformed("the server redirects to what is no URL") from error
    if location.scheme == "https" and target.scheme == "http":
        raise FetchError(
            "redirect_refused",
            f"{location.shown} redirects from https to http, where anyone on the way may change "
            "the answer. Give a URL that stays on https.",
        )
    return target


def _malformed(what: str) -> FetchError:
    return FetchError("url_malformed", f"The URL cannot be used: {what}.")
