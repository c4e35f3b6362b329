"""Pictures so narrow that a checkpoint's own resizing would leave nothing of them."""

from __future__ import annotations

from PIL import Image

MAX_ASPECT = 16
"""Longer side over shorter; wider than any product photo, banner or belt."""

_WHITE = (255, 255, 255)


def bound_aspect(image: Image.Image, longest: int) -> Image.Image:
    """Stand a picture beyond ``MAX_ASPECT`` on white; give any other back as it is.

    open_clip scales the shorter side with the longer one, down to 0 pixels, which Pillow
    refuses. The picture is reduced to ``longest`` pixels first, so that a strip of
    1 x 20,000 pixels does not grow a canvas of millions.
    """
    if max(image.size) <= MAX_ASPECT * min(image.size):
        return image
    scale = min(1.0, longest / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    least = -(-max(width, height) // MAX_ASPECT)
    canvas = Image.new("RGB", (max(width, least), max(height, least)), _WHITE)
    reduced = image.resize((width, height), Image.Resampling.BOX)
    canvas.paste(reduced, ((canvas.width - width) // 2, (canvas.height - height) // 2))
    return canvas
