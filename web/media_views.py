"""Pictures over HTTP: the catalogue's thumbnails, and the neutral box for those that lack."""

from __future__ import annotations

import logging
import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from PIL import Image, ImageDraw
from werkzeug.exceptions import NotFound

from core.errors import ImageError
from web.media import RECIPE, encode_jpeg
from web.renditions import WIDTHS
from web.services import services

log = logging.getLogger(__name__)

bp = Blueprint("media", __name__)

PLACEHOLDER_RATIO = (3, 4)
"""Shape of a product picture where nothing else is known."""

PLACEHOLDER_GREY = (232, 230, 226)

_HASH = re.compile(r"[0-9a-f]{64}")


@bp.get("/media/<image_hash>/<int:width>.jpg")
def picture(image_hash: str, width: int) -> ResponseReturnValue:
    """Serve a picture; a missing one is a neutral box under the status 404."""
    if not _HASH.fullmatch(image_hash) or width not in WIDTHS:
        raise NotFound("There is no such picture.")
    try:
        data = services().thumbnails.read(image_hash, width)
    except ImageError as error:
        log.warning("picture %s cannot be shown: %s", image_hash, error)
        return Response(
            placeholder(width),
            404,
            mimetype="image/jpeg",
            headers={"Cache-Control": "no-store"},
        )
    response = Response(data, mimetype="image/jpeg")
    response.set_etag(f"{image_hash}-{width}-{RECIPE}")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


def placeholder(width: int) -> bytes:
    """Draw what stands for a missing picture: the empty window of the logo, on white."""
    across, down = PLACEHOLDER_RATIO
    height = width * down // across
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    left, right, top, foot = width * 3 // 8, width * 5 // 8, height * 3 // 8, height * 5 // 8
    draw.ellipse((left, top, right, top + right - left), fill=PLACEHOLDER_GREY)
    draw.rectangle((left, top + (right - left) // 2, right, foot), fill=PLACEHOLDER_GREY)
    return encode_jpeg(picture, width)
