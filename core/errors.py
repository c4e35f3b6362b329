"""The one tree of named failures.

A class per reason, carrying its evidence. Messages say what went wrong, where,
with which value, and what to do about it. There is no HTTP in here: one table in
``web/errors.py`` maps these classes to statuses.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class VitrineError(Exception):
    """Any failure that a person can do something about.

    Commands print its message as one sentence and exit with ``exit_status``; no traceback.
    """

    exit_status: ClassVar[int] = 1


class SettingsError(VitrineError):
    """A setting has a value that cannot be used."""

    def __init__(self, variable: str, value: str, expected: str) -> None:
        super().__init__(f"{variable} is {value!r}, but {expected}.")
        self.variable = variable
        self.value = value


class UnknownSettingError(SettingsError):
    """A ``VITRINE_*`` variable that no setting has; its value is not told, it may be a secret."""

    def __init__(self, variable: str, known: str) -> None:
        VitrineError.__init__(self, f"{variable} names no setting. There are: {known}.")
        self.variable = variable


class HomeError(VitrineError):
    """The home folder cannot be used for writing."""

    def __init__(self, home: Path, reason: str) -> None:
        super().__init__(
            f"The home folder {home} cannot be used: {reason}. "
            "Choose another with --home DIR or VITRINE_HOME."
        )
        self.home = home


class DatabaseError(VitrineError):
    """The catalogue's database cannot be reached, or its schema is not the program's."""


class DatabaseUnavailableError(DatabaseError):
    """The database was away or locked; the same transaction may succeed a little later."""


class FeedError(VitrineError):
    """A feed cannot be read at all (single bad rows go to the ledger instead)."""

    def __init__(self, feed: str, reason: str) -> None:
        super().__init__(f"The feed {feed} cannot be read: {reason}")
        self.feed = feed
        self.reason = reason


class WithdrawalRefusedError(VitrineError):
    """A full feed would take so much out of the catalogue that it may be a truncated one."""


class NothingImportedError(VitrineError):
    """A feed was read to its end, and not one of its rows could be taken."""


class UnknownProductsError(VitrineError):
    """None of the products that were named is in the catalogue."""


class ImageError(VitrineError):
    """A picture cannot be used; ``code`` is stable for ledgers and APIs."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class FetchError(VitrineError):
    """Something cannot be fetched over http(s); ``code`` is stable for ledgers and APIs."""

    def __init__(
        self,
        code: str,
        reason: str,
        is_temporary: bool = False,
        *,
        host: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.is_temporary = is_temporary
        """Whether the same request may well succeed soon."""
        self.host = host
        """Whose fault it was, where a host was asked or looked up."""
        self.retry_after_s = retry_after_s
        """The pause that the host asked for."""


class PriceError(VitrineError):
    """A price or a currency cannot be read; ``code`` is stable for ledgers and APIs."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class ModelError(VitrineError):
    """An encoder's files are missing, damaged, or not what they claim to be."""


class EncoderMemoryError(ModelError):
    """The memory does not suffice for what is to be encoded at once."""

    def __init__(self, inputs: int, reason: str) -> None:
        super().__init__(
            f"The memory does not suffice to encode {inputs} of the inputs at once ({reason}). "
            "End what else takes memory, or set VITRINE_DEVICE=cpu or a smaller VITRINE_MODEL."
        )
        self.inputs = inputs


class FingerprintMismatchError(VitrineError):
    """Vectors of one encoder were about to meet those of another."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(
            f"{where} holds vectors of the encoder {found[:12]}, but the encoder in use is "
            f"{expected[:12]}. Build the index again with `vitrine index build`, or point "
            "VITRINE_MODEL at the model that made it."
        )
        self.expected = expected
        self.found = found


class ModelRegistryError(VitrineError):
    """The record of promoted models is damaged, or cannot do what was asked of it."""


class ModelPinnedError(VitrineError):
    """A setting names the model, so that promoting another would change nothing."""

    def __init__(self, pinned: str) -> None:
        super().__init__(
            f"VITRINE_MODEL is {pinned!r}, so no promotion or rollback would be heeded. "
            "Unset it, or set it to promoted."
        )
        self.pinned = pinned


class AlreadyInServiceError(VitrineError):
    """A model was to be promoted that is in service."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(
            f"The model {fingerprint[:12]} is already in service: `vitrine index build` embeds "
            "with it."
        )
        self.fingerprint = fingerprint


class GateRefusedError(VitrineError):
    """A model has not earned its place; ``reasons`` are sentences with the figures."""

    exit_status = 3
    """Apart from 1, so that a script tells a worse model from a command that failed."""

    def __init__(self, fingerprint: str, reasons: tuple[str, ...]) -> None:
        super().__init__(
            f"The model {fingerprint[:12]} is not promoted. {' '.join(reasons)} "
            "(--force promotes it anyway.)"
        )
        self.fingerprint = fingerprint
        self.reasons = reasons


class StoreError(VitrineError):
    """The embedding store cannot be used."""


class DamagedStoreError(StoreError):
    """The header of an embedding store is damaged, so that none of it can be read."""


class SnapshotError(VitrineError):
    """A generation is missing, incomplete or damaged, and is not served."""


class NoGenerationError(SnapshotError):
    """Nothing has been published yet."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            f"No index has been published under {root} yet. Import a catalogue with "
            "`vitrine catalog import FILE` and build its index with `vitrine index build`."
        )


class NoRoomError(VitrineError):
    """A job would not fit this machine's disk or memory, and has not begun."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}. VITRINE_CHECK_ROOM=0 tries all the same.")


class CatalogueEmptyError(VitrineError):
    """A question about the catalogue's size that an empty one cannot answer."""

    def __init__(self) -> None:
        super().__init__("The catalogue is empty. Say how many products: --products N.")


class BackupError(VitrineError):
    """A home cannot be backed up, or a backup cannot be restored from."""


class BusyError(VitrineError):
    """Another process holds a lock that this job needs."""


class InvalidQueryError(VitrineError):
    """A query is readable, but one of its values cannot be used.

    ``pointer`` names the field (``/q``, ``/per_page``), ``code`` the reason.
    """

    def __init__(self, pointer: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.pointer = pointer
        self.code = code


class ProductNotFoundError(VitrineError):
    """No product of that id is in the generation in service."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"There is no product {product_id!r} in the catalogue being served.")
        self.product_id = product_id


class OverloadedError(VitrineError):
    """More queries wait than the engine accepts; come back in ``retry_after_s`` seconds."""

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__("The search engine has more queries waiting than it accepts. Try again.")
        self.retry_after_s = retry_after_s


class NotReadyError(VitrineError):
    """The engine is still opening its generation or warming up."""


class ServeError(VitrineError):
    """The site cannot listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The site cannot listen on {host}, port {port}: {reason}. "
            "Choose another with --host and --port, or VITRINE_HOST and VITRINE_PORT."
        )
        self.host = host
        self.port = port


class ImportNotFoundError(VitrineError):
    """No import of that number is on record."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"There is no import {run_id}.")
        self.run_id = run_id


class EventsOffError(VitrineError):
    """Events were sent to a shop that records none."""

    def __init__(self) -> None:
        super().__init__("No events are recorded here; VITRINE_EVENTS=1 switches that on.")


class UnknownKeyError(VitrineError):
    """No live API key has this id or name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no live key {name!r}. `vitrine keys list` lists them.")
        self.name = name


class RuleError(VitrineError):
    """A merchandising rule has a value that no rule can have; ``field`` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class UnknownRuleError(VitrineError):
    """There is no merchandising rule of this id."""

    def __init__(self, rule_id: int) -> None:
        super().__init__(f"There is no rule {rule_id}. `vitrine rules list` lists them.")
        self.rule_id = rule_id


class KeyRequiredError(VitrineError):
    """An address of the API was asked without a key, and opens to none."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This address needs a key with the scope {scope!r}. Send it as "
            "'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
        )
        self.scope = scope


class KeyRefusedError(VitrineError):
    """A key was sent that opens nothing; why is not told, for who sent it may be guessing."""

    def __init__(self) -> None:
        super().__init__("This key is not known here, has expired, or was revoked.")


class ScopeMissingError(VitrineError):
    """A key was sent that opens other addresses than this one."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This key has not the scope {scope!r}, which this address needs.")
        self.scope = scope


class RateLimitedError(VitrineError):
    """A caller asked more than is allowed; come back in ``retry_after_s`` seconds."""

    def __init__(self, per_minute: int, retry_after_s: int) -> None:
        super().__init__(
            f"More than {per_minute:,} requests a minute are not answered here. "
            f"Try again in {retry_after_s} s."
        )
        self.retry_after_s = retry_after_s


class UploadNotFoundError(VitrineError):
    """A shopper's uploaded picture is not kept, or no longer."""

    def __init__(self) -> None:
        super().__init__("That picture is no longer kept. Choose it again to repeat the search.")


class TrainingError(VitrineError):
    """A training run cannot start or go on."""


class EvaluationError(VitrineError):
    """Queries to measure with cannot be used."""
