"""Draws a page with frames around what is to be redacted, for whoever decides.

Runs in the limited child only.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from efile.capture import pdf
from efile.inspection.paper import reading
from efile.renditions.typesetting import font_file

_FILLS = {"open": (255, 190, 0, 90), "redact": (0, 0, 0, 110), "keep": (0, 0, 0, 0)}
_EDGES = {"open": (150, 80, 0), "redact": (0, 0, 0), "keep": (90, 110, 130)}
_LINE = 2


def view(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return page ``page`` as PNG of a width; ``marks`` are numbered frames with their state."""
    with pdf.opened(data) as document:
        page = reading.page_of(document, int(params["page"]))
        across, _ = page.get_size()
        scale = (int(params["width"]) - 0.5) / max(across, 1)
        picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        total = len(document)
    pen = ImageDraw.Draw(picture, "RGBA")
    file = font_file(bold=True)
    font = ImageFont.truetype(str(file), 13) if file else None
    for mark in params["marks"]:
        for box in mark["boxes"]:
            _frame(pen, picture, box, str(mark["state"]))
        if mark["boxes"]:
            left, top = mark["boxes"][0][0] * picture.width, mark["boxes"][0][1] * picture.height
            _number(pen, (left, top), str(mark["number"]), font)
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return {"pages": total, "width": picture.width, "height": picture.height}, stream.getvalue()


def _frame(pen: ImageDraw.ImageDraw, picture: Image.Image, box: list[float], state: str) -> None:
    left, top = box[0] * picture.width - _LINE, box[1] * picture.height - _LINE
    right = (box[0] + box[2]) * picture.width + _LINE
    low = (box[1] + box[3]) * picture.height + _LINE
    pen.rectangle((left, top, right, low), fill=_FILLS[state], outline=_EDGES[state], width=_LINE)


def _number(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str,
    font: ImageFont.FreeTypeFont | None,
) -> None:  # fmt: skip
    """A number at the upper left of a frame, as the list beside the page has it."""
    x, y = max(place[0] - 18, 0), max(place[1] - 12, 0)
    wide = 8 + 8 * len(text)
    pen.rectangle((x, y, x + wide, y + 16), fill=(20, 60, 110))
    pen.text((x + wide / 2, y + 8), text, fill="white", font=font, anchor="mm" if font else None)
