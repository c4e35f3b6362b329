"""Every setting, read in one place: command-line option, then environment, then default."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import HomeError, SettingsError, UnknownSettingError
from core.files import make_folder

PREFIX = "VITRINE_"
_MASK = "********"
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*(?=@)|([?&]\w*password=)[^&]*", re.IGNORECASE)
"""The password of a URL; what surrounds it helps to see a mistake."""

_HOST = re.compile(r"(?:(?:\*\.)?[^\s/@:\[\]*?#%\\]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
"""As browsers send it: in small letters, with nothing after the port. Source: RFC 6454."""
_WIDEST_PRIVATE = {4: 8, 6: 7}
"""10.0.0.0/8 and fc00::/7, the largest private networks. Source: RFC 1918, RFC 4193."""

_PROBE_BYTES = 64 * 1024


class _Parser(NamedTuple):
    """How a variable's text becomes a value, and the end of the sentence when it can't."""

    parse: Callable[[str], object]
    expected: str = "it cannot be read"


def _whole(low: int, high: int) -> _Parser:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return _Parser(parse, f"it must be a whole number from {low} to {high}")


def _one_of(*choices: str) -> _Parser:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    return _Parser(parse, f"it must be one of {', '.join(choices)}")


def _list_of(each: Callable[[str], object], expected: str) -> _Parser:
    """Take text that is a list with commas, of entries that ``each`` can read."""

    def parse(value: str) -> str:
        for entry in filter(None, map(str.strip, value.split(","))):
            each(entry)
        return value

    return _Parser(parse, expected)


def _host(entry: str) -> None:
    if not _HOST.fullmatch(entry):
        raise ValueError


def _origin(entry: str) -> None:
    if entry != "*" and not _ORIGIN.fullmatch(entry):
        raise ValueError


def _private_network(entry: str) -> None:
    """Refuse what no list of networks should hold: nearly everything, and link-local.

    Clouds give their machines' credentials away at a link-local address.
    """
    network = ip_network(entry)
    if network.prefixlen < _WIDEST_PRIVATE[network.version] or network.is_link_local:
        raise ValueError


def _proxy(entry: str) -> None:
    """Refuse to believe everyone what they write of themselves."""
    if ip_network(entry).prefixlen == 0:
        raise ValueError


_TEXT = _Parser(str)
_HOSTS = _list_of(_host, "it must be hosts with commas: host, *.host or host:port")
_ORIGINS = _list_of(
    _origin,
    "it must be origins with commas, as https://shop.example or http://localhost:3000, or *",
)
_NETWORKS = _list_of(
    _private_network,
    "it must be networks with commas, as 10.1.0.0/16; none wider than /8 (IPv6: /7) or link-local",
)
_PROXIES = _list_of(
    _proxy, "it must be networks with commas, as 10.1.0.7 or 10.2.0.0/16, and not all there are"
)
_PATH = _Parser(Path)
_YES_OR_NO = _Parser({"0": False, "1": True}.__getitem__, "it must be 1 (yes) or 0 (no)")


def _setting(
    default: object,
    about: str,
    parser: _Parser = _TEXT,
    secret: bool = False,
) -> Any:
    """Declare one setting; Any because dataclass fields take the type of their annotation."""
    return field(
        default=default, metadata={"about": about, "parser": parser, "secret": secret}, kw_only=True
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the program's parts are built from; the only reader of the environment.

    Each field ``name`` is set by the variable ``VITRINE_NAME``.
    """

    home: Path = _setting(Path("var"), "folder that holds all state", _PATH)
    database_url: str = _setting("", "SQLAlchemy URL; empty means HOME/vitrine.db", secret=True)
    model: str = _setting(
        "promoted",
        "promoted (the last promoted one, else bundled), bundled, local-dir:PATH, hf-hub:NAME "
        "or ARCHITECTURE/TAG",
    )
    device: str = _setting("auto", "where the encoder runs", _one_of("auto", "cpu", "cuda"))
    index: str = _setting(
        "auto", "vector index", _one_of("auto", "numpy", "faiss-cpu", "faiss-gpu")
    )
    threads: int = _setting(0, "compute threads; 0 means one per core", _whole(0, 1024))
    encode_batch: int = _setting(64, "images or texts per encoder batch", _whole(1, 4096))
    shop_name: str = _setting("Vitrine", "name shown on the site")
    host: str = _setting("127.0.0.1", "address the site listens on")
    port: int = _setting(8000, "port the site listens on", _whole(1, 65535))
    web_threads: int = _setting(8, "threads that answer requests", _whole(1, 256))
    cors_origins: str = _setting(
        "", "origins whose pages may use the API from browsers; * means any", _ORIGINS
    )
    require_keys: bool = _setting(False, "ask for an API key to search over the API", _YES_OR_NO)
    rate_per_key: int = _setting(
        6000, "requests a minute of one API key; 0 means any", _whole(0, 10**6)
    )
    rate_per_address: int = _setting(
        600, "requests a minute of one public address without a key; 0 means any", _whole(0, 10**6)
    )
    trusted_proxies: str = _setting(
        "", "proxies whose X-Forwarded-For is believed, as networks", _PROXIES
    )
    metrics_port: int = _setting(
        0, "port that gives /metrics without a key; 0 means none", _whole(0, 65535)
    )
    events: bool = _setting(False, "record queries and clicks (docs/events.md)", _YES_OR_NO)
    events_days: int = _setting(90, "days that queries and clicks are kept", _whole(1, 3650))
    queue_size: int = _setting(64, "queries that may wait before 503", _whole(1, 10_000))
    query_batch: int = _setting(32, "queries answered in one go", _whole(1, 1024))
    batch_wait_ms: int = _setting(2, "longest wait for a fuller batch, ms", _whole(0, 1000))
    query_timeout_s: int = _setting(30, "longest wait for an answer, s", _whole(1, 600))
    refresh_s: int = _setting(2, "how often a new generation is looked for, s", _whole(1, 3600))
    max_query_chars: int = _setting(500, "longest query text", _whole(1, 10_000))
    max_image_bytes: int = _setting(
        20 * 2**20, "largest picture in a catalogue or an upload, bytes", _whole(1024, 2**30)
    )
    max_image_pixels: int = _setting(
        50_000_000, "most pixels of a picture before it is decoded", _whole(1024, 10**9)
    )
    max_feed_bytes: int = _setting(
        2**31, "largest feed that is fetched or sent, bytes", _whole(1024, 2**40)
    )
    fetch_images: bool = _setting(False, "fetch pictures that a feed gives as URLs", _YES_OR_NO)
    fetch_feeds: bool = _setting(False, "fetch feeds from http(s) URLs", _YES_OR_NO)
    fetch_allow: str = _setting("", "hosts that may be asked; empty means any public one", _HOSTS)
    fetch_private: str = _setting(
        "", "own networks that may be asked although they are not public", _NETWORKS
    )
    fetch_timeout_s: int = _setting(30, "longest time for one picture, s", _whole(1, 600))
    fetch_per_host: int = _setting(4, "requests of one host at once", _whole(1, 64))
    fetch_per_second: int = _setting(20, "requests of one host a second", _whole(1, 10_000))
    check_room: bool = _setting(
        True, "refuse an index build that does not fit the disk or the memory", _YES_OR_NO
    )
    log_level: str = _setting(
        "warning", "least level logged", _one_of("debug", "info", "warning", "error")
    )
    log_json: bool = _setting(False, "log lines as JSON", _YES_OR_NO)
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, kw_only=True)

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Settings:
        """Read every setting; ``options`` from the command line win over the environment.

        Raises:
            SettingsError: a value cannot be used, or a ``VITRINE_*`` name is unknown.
        """
        environ = os.environ if environ is None else environ
        declared = {PREFIX + each.name.upper(): each for each in fields(cls) if each.metadata}
        _refuse_unknown(environ, set(declared))
        values: dict[str, Any] = {}
        sources = {each.name: "default" for each in declared.values()}
        for variable, each in declared.items():
            if variable in environ:
                values[each.name] = _parse(variable, environ[variable], each.metadata["parser"])
                sources[each.name] = variable
        for name, value in (options or {}).items():
            if value is not None:
                values[name] = value
                sources[name] = "command line"
        return cls(**values, sources=sources)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'vitrine.db'}"

    @property
    def compute_threads(self) -> int:
        """How many threads encoder and index may use together."""
        return self.threads or _usable_cores()

    @property
    def images(self) -> Path:
        """Folder of the catalogue's pictures, by content hash."""
        return self.home / "images"

    @property
    def embeddings(self) -> Path:
        """Folder of the embedding stores, one per fingerprint."""
        return self.home / "embeddings"

    @property
    def models(self) -> Path:
        """Folder of the promoted models and the record of their promotions."""
        return self.home / "models"

    @property
    def trials(self) -> Path:
        """Folder of what models were measured with; may be deleted at any time."""
        return self.home / "trials"

    @property
    def untouched(self) -> Path:
        """Folder of a catalogue that no model is adapted to; may be deleted at any time."""
        return self.home / "untouched"

    @property
    def generations(self) -> Path:
        """Folder of index generations and the pointer to the one in service."""
        return self.home / "index"

    @property
    def tuning(self) -> Path:
        """Folder of how each model ranks this catalogue, as `vitrine tune` fitted it."""
        return self.home / "tuning"

    @property
    def thumbnails(self) -> Path:
        """Folder of re-encoded pictures for pages; may be deleted at any time."""
        return self.home / "thumbnails"

    @property
    def uploads(self) -> Path:
        """Folder of shoppers' pictures, each kept for an hour; may be deleted at any time."""
        return self.home / "uploads"

    @property
    def reports(self) -> Path:
        """Folder of what jobs reported when they ended; may be deleted at any time."""
        return self.home / "reports"

    def ensure_home(self) -> Path:
        """Make the home folder and check that it can be written.

        Raises:
            HomeError: it cannot be made or written, with the reason.
        """
        probe = self.home / f".writable.{os.getpid()}"
        # Not empty: an empty file can be made even where the disk is full.
        content = bytes(_PROBE_BYTES)
        try:
            make_folder(self.home)
            probe.write_bytes(content)
            probe.unlink()
        except OSError as error:
            with suppress(OSError):
                probe.unlink(missing_ok=True)
            raise HomeError(self.home.absolute(), error.strerror or str(error)) from error
        return self.home

    def rows(self) -> list[tuple[str, str, str, str]]:
        """List (variable, value, source, about) of each setting, secrets masked."""
        return [
            (
                PREFIX + each.name.upper(),
                _shown(getattr(self, each.name), secret=each.metadata["secret"]),
                self.sources.get(each.name, "default"),
                each.metadata["about"],
            )
            for each in fields(self)
            if each.metadata
        ]


def prepare_process(environ: dict[str, str] | os._Environ[str] = os.environ) -> None:
    """Make a process fit to begin; call before importing native libraries.

    They read some variables once, when they are loaded: waiting OpenMP threads that spin take
    the core that the web server needs on a small machine, and BLAS's own threads wait for each
    other where it is busy (docs/decisions/0004-threads.md). A value the caller already set is
    kept.
    """
    _open_missing_streams()
    environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")


def _open_missing_streams() -> None:
    """Put the null device in the place of standard streams that the caller has closed.

    The next file to be opened would otherwise get the free number, and what a library
    prints would go into a database.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)  # the lowest free one: the stream's own
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _usable_cores() -> int:
    """Count the cores this process may use, which a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _refuse_unknown(environ: Mapping[str, str], declared: set[str]) -> None:
    """Refuse a misspelt variable: one that is silently ignored costs an evening."""
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in declared:
            known = ", ".join(sorted(declared))
            raise UnknownSettingError(variable, known)


def _parse(variable: str, value: str, parser: _Parser) -> object:
    try:
        return parser.parse(value)
    except (ValueError, KeyError):
        raise SettingsError(variable, value, parser.expected) from None


def _shown(value: object, secret: bool) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return _PASSWORD.sub(rf"\g<1>\g<2>{_MASK}", str(value)) if secret else str(value)
