"""Scanned pictures: whether they can be read within bounds. Runs in the limited child only."""

from __future__ import annotations

import io

from PIL import Image

from efile.capture.fault import Unreadable

MOST_PIXELS = 60_000_000
"""A scan of A3 at 500 dpi; larger pictures are refused before they are decoded."""
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses beyond twice this number


def opened(data: bytes) -> Image.Image:
    """Open a picture; nothing is decoded yet.

    Raises:
        Unreadable: ``picture_too_large`` or ``document_unreadable``.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
    except Image.DecompressionBombError as exc:
        raise Unreadable("picture_too_large") from exc
    except (OSError, ValueError, SyntaxError) as exc:
        raise Unreadable("document_unreadable") from exc
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable("picture_too_large")
    return picture


def judge(data: bytes) -> None:
    """Decode the first picture of a file.

    Raises:
        Unreadable: it cannot be shown.
    """
    with opened(data) as picture:
        try:
            picture.load()
        except (OSError, ValueError, SyntaxError) as exc:
            raise Unreadable("document_unreadable") from exc
