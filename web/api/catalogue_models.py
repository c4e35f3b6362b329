"""What the API's catalogue addresses are asked and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal, cast

from pydantic import Field
from pydantic.config import JsonDict

from catalog.api_writes import MAX_ITEMS, ImportState, ItemResult
from catalog.feeds.detect import FORMATS
from catalog.import_report import ImportReport
from catalog.ledger import Entry, RunCounts
from catalog.named_withdrawal import NamedWithdrawal
from web.api.answers import Answer
from web.api.arguments import Arguments, Body, Number, WholeNumber

PUBLISHING = (
    "Searches find this once an index with it is published: `vitrine index watch` does so by "
    "itself, `vitrine index build` at once."
)


ITEM: JsonDict = {
    "type": "object",
    "title": "CatalogueProduct",
    "description": "As `vitrine catalog schema` prints: id, title, price and so on; other keys "
    "become attributes.",
    "required": ["id", "title"],
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
    "additionalProperties": True,
}
"""In short: the schema's unions of types are more than the document's library takes."""


class ProductBatch(Body):
    """Products to add, or to replace those that are there; the rest of the catalogue stays."""

    max_bytes: ClassVar[int] = 16 * 2**20
    checked_levels: ClassVar[int] = 1

    products: list[Any] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        json_schema_extra={"items": ITEM},
    )
    """As in a JSON Lines feed; pictures by URL, where the server is set to fetch them."""


class IdBatch(Body):
    """Products to take out of the catalogue."""

    ids: list[str] = Field(min_length=1, max_length=MAX_ITEMS)
    """The shop's own ids."""


class ImportArguments(Arguments):
    """How a feed is read."""

    mode: str = Field("update", json_schema_extra={"enum": ["update", "full"]})
    """`full`: products that the feed does not name are withdrawn; `update`: they stay."""
    max_withdrawn: Number | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    """With `full`: withdraw nothing if it would be more of the products than this share."""
    format: str = Field(
        "", json_schema_extra={"enum": ["", *sorted(each.name for each in FORMATS)]}
    )
    """The feed's format, where its content is mistaken."""
    currency: str = ""
    """ISO 4217 code for prices that name none."""


class ImportPath(Arguments):
    """Which import."""

    import_id: WholeNumber = Field(json_schema_extra={"minimum": 1, "maximum": 2**31 - 1})
    """The number that it was given."""


class Found(Answer):
    """Something that was mended, or why an item was refused."""

    code: str
    """For programs: stable."""
    hint: str
    """What to do about it."""
    value: str
    """What was written, shortened."""

    @classmethod
    def of(cls, entry: Entry) -> Found:
        """Present an entry of an import's ledger."""
        return cls(code=entry.code, hint=entry.hint, value=entry.value)


ItemOutcome = Literal["taken", "mended", "refused", "withheld"]
FeedOutcome = Literal["mended", "refused", "withheld", "withdrawn"]


class Item(Answer):
    """What became of one product of a batch."""

    id: str
    """Empty where it could not be read."""
    outcome: ItemOutcome
    """`withheld`: what was sent says that it is not for shoppers (a draft, say)."""
    problems: tuple[Found, ...]

    @classmethod
    def of(cls, result: ItemResult) -> Item:
        """Present a result."""
        return cls(
            id=result.product_id,
            outcome=cast(ItemOutcome, result.outcome.value),
            problems=tuple(map(Found.of, result.problems)),
        )


class Counts(Answer):
    """How the items ended, and what that did to the catalogue."""

    taken: int
    mended: int
    refused: int
    withheld: int
    added: int
    changed: int
    unchanged: int
    withdrawn: int

    @classmethod
    def of(cls, counts: RunCounts | ImportReport) -> Counts:
        """Present the counts of an import."""
        return cls(**{name: getattr(counts, name) for name in cls.model_fields})


class BatchAnswer(Answer):
    """What became of a batch of products."""

    import_id: int
    """Under which number it is on record."""
    items: tuple[Item, ...]
    """One for each product, in the order in which they were sent."""
    counts: Counts
    publishing: str
    """What it takes until searches find them."""


class WithdrawnItem(Answer):
    """What became of one product that was to be withdrawn."""

    id: str
    outcome: Literal["withdrawn", "unknown"]


class WithdrawalAnswer(Answer):
    """What became of products that were to be withdrawn."""

    items: tuple[WithdrawnItem, ...]
    """One for each id, in the order in which they were sent; a repeated one counts once."""
    withdrawn: int
    publishing: str
    """What it takes until searches no longer find them."""

    @classmethod
    def of(cls, result: NamedWithdrawal) -> WithdrawalAnswer:
        """Present a withdrawal."""
        gone = result.withdrawn
        items = tuple(
            WithdrawnItem(id=each, outcome="withdrawn" if each in gone else "unknown")
            for each in result.ids
        )
        return cls(items=items, withdrawn=len(gone), publishing=PUBLISHING)


class FoundInFeed(Found):
    """Something that was mended or refused in a feed."""

    line: int
    """Of the feed, from 1."""
    id: str
    """The product's; empty where it could not be read."""
    outcome: FeedOutcome


class ImportAnswer(Answer):
    """How an import stands."""

    import_id: int
    state: Literal["running", "done", "incomplete", "failed", "interrupted"]
    """`incomplete`: a full feed was not let withdraw what it does not name; `interrupted`: the
    server ended meanwhile."""
    reason: str
    """Why it is not done; else empty."""
    source: str
    mode: Literal["update", "full"]
    started_at: datetime
    finished_at: datetime | None
    counts: Counts
    """So far, batch by batch."""
    problems: tuple[FoundInFeed, ...]
    """The first 100; `vitrine catalog report` lists all."""
    publishing: str
    """What it takes until searches find what was imported."""

    @classmethod
    def of(cls, state: ImportState) -> ImportAnswer:
        """Present an import."""
        run = state.run
        problems = tuple(
            FoundInFeed(
                **dict(Found.of(each)),
                line=each.line,
                id=each.product_id,
                outcome=cast(FeedOutcome, each.outcome.value),
            )
            for each in state.entries
        )
        return cls(
            import_id=run.id,
            state=run.status.value,
            reason=run.reason,
            source=run.source,
            mode=run.mode.value,
            started_at=run.started_at,
            finished_at=run.finished_at,
            counts=Counts.of(run),
            problems=problems,
            publishing=PUBLISHING,
        )
