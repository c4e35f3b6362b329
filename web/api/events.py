"""Clicks and what follows them, in the shape of User Behavior Insights 1.3 (docs/events.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, ClassVar

from flask import Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from catalog.events import EventEntry
from catalog.named_withdrawal import normal_id
from catalog.row_parser import MAX_ID_CHARS
from core.errors import EventsOffError
from search.query import MAX_WINDOW
from web.api.answers import Answer
from web.api.arguments import Body
from web.api.operations import Operations
from web.backstage import backstage
from web.events import CLIENT_ID
from web.services import services

operations = Operations("events")

MAX_EVENTS = 100
OLDEST = timedelta(days=7)
"""What a client's clock may say of a batch that it sends late."""


def _normal(written: str) -> str:
    """Read an id as a feed's is read; what a database does not take must not reach it."""
    product_id = normal_id(written)
    if not product_id:
        raise ValueError("it names no product")
    return product_id


_Opaque = Annotated[str, StringConstraints(pattern=rf"^({CLIENT_ID})?$")]
_ProductId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_ID_CHARS),
    AfterValidator(_normal),
]
_Name = Annotated[str, StringConstraints(pattern="^[A-Za-z][A-Za-z0-9_-]{0,99}$")]


class Loose(BaseModel):
    """A part of an event; what is not named here is neither refused nor kept."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class EventObject(Loose):
    """The product that something was done with."""

    object_id: _ProductId
    """Its id."""


class EventPosition(Loose):
    """Where it was shown."""

    ordinal: int | None = Field(default=None, ge=1, le=MAX_WINDOW)
    """From 1, counted over the pages."""


class EventAttributes(Loose):
    """What was done with what."""

    object: EventObject
    position: EventPosition = EventPosition()


class UbiEvent(Loose):
    """One thing that a shopper did after a search."""

    action_name: _Name
    """`click`, `add_to_cart` and `purchase` are learned from; others are kept."""
    query_id: _Opaque
    """The answer's `X-Query-Id`."""
    client_id: _Opaque = ""
    """Opaque, chosen by the client, best anew for each visit; never a name or an address."""
    timestamp: AwareDatetime
    event_attributes: EventAttributes

    def to_entry(self, now: datetime) -> EventEntry:
        """Keep what is kept; a time that cannot be is taken to be now."""
        # Compared first: a moment of the year 1 or 9999 may have none in UTC.
        is_likely = now - OLDEST <= self.timestamp <= now
        return EventEntry(
            query_id=self.query_id,
            client_id=self.client_id,
            action_name=self.action_name,
            object_id=self.event_attributes.object.object_id,
            ordinal=self.event_attributes.position.ordinal,
            happened_at=self.timestamp.astimezone(UTC) if is_likely else now,
        )


class EventBatch(Body):
    """Events to record."""

    max_bytes: ClassVar[int] = 2**18

    events: list[UbiEvent] = Field(min_length=1, max_length=MAX_EVENTS)


class EventsAnswer(Answer):
    """How many events will be recorded."""

    accepted: int
    """Less than were sent where too many wait to be written; do not send them again."""


@operations.post(
    "/api/v1/events",
    EventsAnswer, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.SERVICE_UNAVAILABLE,
    tag="Events", status=HTTPStatus.ACCEPTED,
)  # fmt: skip
def record_events(body: EventBatch) -> Response:
    """Record what shoppers did after a search, where the shop has that switched on.

    The shape is UBI's; of what it may hold only the fields named here are kept.
    """
    if not services().settings.events:
        raise EventsOffError
    now, events = datetime.now(UTC), backstage().events
    accepted = sum(events.put(each.to_entry(now)) for each in body.events)
    answer = EventsAnswer(accepted=accepted).model_dump_json()
    response = Response(answer, HTTPStatus.ACCEPTED, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
