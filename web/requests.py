"""What a request asks, checked: arguments, form fields, an uploaded picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from flask import g, request
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from catalog.images import ImageLimits, read_image
from core.errors import ImageError, InvalidQueryError, OverloadedError
from core.settings import Settings
from search.results import SearchResults
from web.media import decode_target
from web.services import services
from web.uploads import STORED_WIDTH

MULTIPART = "multipart/form-data"
SHOWN_CHARS = 40

DECODERS = 2
"""Uploads decoded at the same time, in the whole process: the largest that is allowed takes
hundreds of megabytes while it is decoded, and every web thread may be given one."""

_decoding = threading.BoundedSemaphore(DECODERS)


def strict_arguments(given: MultiDict[str, str], *allowed: str) -> dict[str, str]:
    """Read arguments; a misspelt one that is silently ignored costs its caller an evening.

    Raises:
        InvalidQueryError: one is unknown, or given twice.
    """
    for name, values in given.lists():
        shown = name[:SHOWN_CHARS]
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            raise InvalidQueryError(
                pointer_to(shown),
                "unknown_parameter",
                f"There is no {shown!r} (there is: {known}).",
            )
        if len(values) > 1:
            raise InvalidQueryError(pointer_to(shown), "repeated", f"{shown} is given twice.")
    return given.to_dict()


def lenient_arguments(given: Mapping[str, str], *known: str) -> dict[str, str]:
    """Read arguments of a page; others come from newsletters and are not our business."""
    return {name: given[name] for name in known if name in given}


def form_fields() -> MultiDict[str, str]:
    """Read the text fields of a multipart form.

    Raises:
        UnsupportedMediaType: the body is no multipart form.
        BadRequest: a field has no name, or is not UTF-8.
    """
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType(f"Send the picture as {MULTIPART}, in the field 'image'.")
    names: set[str | None] = {*request.form, *request.files}
    if None in names:  # what Werkzeug makes of a part whose name it cannot read
        raise BadRequest("The form has a field without a name.")
    if any("\ufffd" in value for values in request.form.listvalues() for value in values):
        raise BadRequest("The form holds bytes that are not UTF-8.")
    return request.form


def uploaded_image(settings: Settings) -> Image.Image:
    """Decode the picture in the form's field ``image``, within the settings' bounds.

    Raises:
        ImageError: there is none, or it cannot be used.
        InvalidQueryError: there are several.
        OverloadedError: too many others are being decoded.
    """
    sent = [each for each in request.files.getlist("image") if each.filename or _size(each)]
    if not sent:
        raise ImageError("missing", "No picture was sent. Choose one, in the field 'image'.")
    if len(sent) > 1:
        raise InvalidQueryError("/image", "repeated", "Send one picture, not several.")
    return decoded_image(sent[0].stream.read(settings.max_image_bytes + 1), settings)


def decoded_image(data: bytes, settings: Settings) -> Image.Image:
    """Decode a picture within the settings' bounds, when it is its turn.

    Raises:
        ImageError: it cannot be used.
        OverloadedError: too many others are being decoded.
    """
    with _decoder(settings.query_timeout_s):
        return read_image(data, image_limits(settings), decode_target(STORED_WIDTH))


class PointedImageError(ImageError):
    """One picture of several cannot be used."""

    def __init__(self, error: ImageError, pointer: str) -> None:
        super().__init__(error.code, str(error))
        self.pointer = pointer


@contextmanager
def _decoder(timeout_s: float) -> Iterator[None]:
    """Wait for one of the few turns to decode."""
    if not _decoding.acquire(timeout=timeout_s):
        raise OverloadedError()
    try:
        yield
    finally:
        _decoding.release()


def image_limits(settings: Settings) -> ImageLimits:
    """Bound pictures as the settings say."""
    return ImageLimits(settings.max_image_bytes, settings.max_image_pixels)


def record_timings(results: SearchResults) -> None:
    """Let the answer's Server-Timing header tell the engine's stages, and who counts count."""
    g.timings_ms = results.timings_ms
    g.results = results


def named_query() -> str | None:
    """Name this request's search for clicks; None where the shop records none."""
    if "query_id" not in g:
        g.query_id = uuid4().hex if services().settings.events else None
    name: str | None = g.query_id
    return name


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size


def pointer_to(*names: str) -> str:
    """Point to a value by the names on the way to it, escaped as RFC 6901 asks.

    >>> pointer_to("a/b~"), pointer_to("texts", "0", "weight")
    ('/a~1b~0', '/texts/0/weight')
    """
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
