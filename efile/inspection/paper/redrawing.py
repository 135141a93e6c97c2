"""Makes pages anew: what is blackened is gone, not covered.

A page that holds nothing hidden and needs no box goes on with its text and its pictures, taken
over piece by piece; nothing else of it does. Every other page becomes a picture with the boxes
burnt in, and behind it the words that are left: its own where all of them can be seen, else
those read off the picture. Runs in the limited child only.
"""

from __future__ import annotations

import io
import itertools
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from efile.capture import pdf
from efile.inspection.paper import reading
from efile.inspection.paper.layer import Layer
from efile.inspection.paper.plainness import is_plain
from efile.inspection.spelling import Box, around
from efile.renditions.recognition import DPI
from efile.renditions.typesetting import font_file

_A4 = (595, 842)
_TAKEN = ("/Font", "/XObject", "/ExtGState", "/ColorSpace")
_PICTURE_KEYS = (
    "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/ImageMask",
    "/Mask", "/SMask", "/Decode", "/Interpolate", "/Intent", "/Filter", "/DecodeParms", "/Length",
)  # fmt: skip
_TOLD = ("/Metadata", "/PieceInfo", "/LastModified")
_DEPTH = 4
"""From a font to its descendant, its description, its file."""
_MARKS = {"BDC", "BMC", "EMC", "DP", "MP", "BX", "EX"}
"""What marks content: tags, replacing texts, layers."""
_RIM = 1.5
"""Points by which a box is larger than what it hides."""
_BRUSHED = 0.2
"""Of a word this much may be under the rim of a box and it is still read."""
_COLOURED = 40
_COLOURED_SHARE = 0.002
_GREYS = 16
_QUALITY = 80
_MARKER, _SCAN, _REMARK = 0xFF, 0xDA, 0xFE
_PROGRAMS = range(0xE0, 0xF0)
_KEPT_SEGMENTS = {0xE0, 0xEE}
"""Of a JPEG: its own head, and how its colours are meant."""


def remake(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return pages ``first`` to ``last`` made anew, and which became pictures.

    ``boxes`` has for each page number, as text, a list of boxes with the code of the ground.
    """
    pictured: list[int] = []
    with (
        pdf.opened(data) as drawn,
        pikepdf.open(io.BytesIO(data), suppress_warnings=True) as built,
        pikepdf.new() as made,
    ):
        layer = Layer(made)
        for number in range(int(params["first"]), int(params["last"]) + 1):
            boxes = params["boxes"].get(str(number), [])
            page, origin = reading.page_of(drawn, number), built.pages[number - 1]
            plain = is_plain(page, origin)
            if plain and not boxes:
                _take_over(made, built, origin)
            else:
                pictured.append(number)
                _picture(made, layer, page, boxes, plain=plain)
            page.close()
        layer.finish()
        stream = io.BytesIO()
        made.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return {"pictured": pictured}, stream.getvalue()


def _take_over(made: pikepdf.Pdf, source: pikepdf.Pdf, origin: pikepdf.Page) -> None:
    """Add a page with the drawing of another, and only what that needs."""
    steps = [one for one in pikepdf.parse_content_stream(origin) if str(one.operator) not in _MARKS]
    page = made.add_blank_page(page_size=_A4)
    page.obj.MediaBox = pikepdf.Array([float(edge) for edge in origin.mediabox])
    page.obj.CropBox = pikepdf.Array([float(edge) for edge in origin.cropbox])
    if turn := int(origin.obj.get("/Rotate", 0)):
        page.obj.Rotate = turn
    names = {str(word) for one in steps for word in one.operands if isinstance(word, pikepdf.Name)}
    page.obj.Resources = _needed(made, source, origin.resources, names)
    page.obj.Contents = made.make_stream(pikepdf.unparse_content_stream(steps))


def _needed(
    made: pikepdf.Pdf, source: pikepdf.Pdf, resources: pikepdf.Object, names: set[str]
) -> pikepdf.Dictionary:
    taken = pikepdf.Dictionary()
    for room in _TAKEN:
        things = {
            name: _cleaned(made, source, thing)
            for name, thing in dict(resources.get(room, {})).items()
            if name in names
        }
        if things:
            taken[room] = pikepdf.Dictionary(things)
    return taken


def _cleaned(made: pikepdf.Pdf, source: pikepdf.Pdf, thing: pikepdf.Object) -> pikepdf.Object:
    """Return a font, a picture or a setting for the new document, without what is said of it."""
    if isinstance(thing, pikepdf.Stream):
        _strip_picture(thing)
    _silence(thing, _DEPTH)
    return made.copy_foreign(thing if thing.is_indirect else source.make_indirect(thing))


def _strip_picture(thing: pikepdf.Stream) -> None:
    _drop(thing, [key for key in list(thing.keys()) if key not in _PICTURE_KEYS])
    if _filters(thing) == ["/DCTDecode"]:
        thing.write(_bare_jpeg(thing.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def _silence(thing: object, depth: int) -> None:
    """Drop what is said of a thing and of what belongs to it, as a font's own file."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        _drop(thing, [key for key in _TOLD if key in thing])
        inner = [thing.get(key) for key in thing.keys()]  # noqa: SIM118  its own iteration yields other things for streams
    else:
        inner = list(thing) if isinstance(thing, pikepdf.Array) else []
    for one in inner if depth else []:
        _silence(one, depth - 1)


def _drop(thing: pikepdf.Object, keys: Sequence[str]) -> None:
    for key in keys:
        del thing[key]


def _filters(stream: pikepdf.Object) -> list[str]:
    given = stream.get("/Filter", pikepdf.Array())
    return [str(one) for one in given] if isinstance(given, pikepdf.Array) else [str(given)]


def _bare_jpeg(data: bytes) -> bytes:
    """Return a JPEG without what cameras and programs write into it."""
    kept, place = bytearray(data[:2]), 2
    while place + 4 <= len(data) and data[place] == _MARKER:
        kind = data[place + 1]
        if kind == _SCAN:
            break
        size = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        told = kind in _PROGRAMS or kind == _REMARK
        if not told or kind in _KEPT_SEGMENTS:
            kept += data[place : place + size]
        place += size
    end = data.rfind(b"\xff\xd9")
    return bytes(kept) + data[place : end + 2 if end >= place else len(data)]


def _picture(
    made: pikepdf.Pdf, layer: Layer, page: pdfium.PdfPage, boxes: list[list[Any]], *, plain: bool
) -> None:
    across, down = page.get_size()
    picture = reading.drawn(page)
    places = [_wider(one, across, down) for one in boxes]
    for place, one in zip(places, boxes, strict=True):
        _burn(picture, place, str(one[4]))
    signs = list(reading.signs(page))
    trusted = plain and reading.speaks(page, len(signs))
    words = own_words(signs) if trusted else _read_words(picture)
    left = [(text, box) for text, box in words if not any(_touch(box, one) for one in places)]
    left += [(f"[geschwärzt {one[4]}]", place) for place, one in zip(places, boxes, strict=True)]
    layer.lay(sheet_of(made, (across, down), picture), left)


def sheet_of(made: pikepdf.Pdf, size: tuple[float, float], picture: Image.Image) -> pikepdf.Page:
    """Add a page of this size, in points, that consists of a picture."""
    across, down = size
    sheet = made.add_blank_page(page_size=(across, down))
    sheet.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({"/Seite": _stored(made, picture)})
    )
    drawing = f"q {across:.2f} 0 0 {down:.2f} 0 0 cm /Seite Do Q"
    sheet.obj.Contents = made.make_stream(drawing.encode())
    return sheet


def _wider(box: list[Any], across: float, down: float) -> Box:
    left, top = max(0.0, box[0] - _RIM / across), max(0.0, box[1] - _RIM / down)
    right = min(1.0, box[0] + box[2] + _RIM / across)
    low = min(1.0, box[1] + box[3] + _RIM / down)
    return (left, top, max(right - left, 0.0), max(low - top, 0.0))


def _burn(picture: Image.Image, place: Box, code: str) -> None:
    pen = ImageDraw.Draw(picture)
    left, top = place[0] * picture.width, place[1] * picture.height
    right, low = left + place[2] * picture.width, top + place[3] * picture.height
    pen.rectangle((int(left), int(top), int(right + 1), int(low + 1)), fill="black")
    size = int(min((low - top) * 0.7, (right - left) * 0.7, DPI / 72 * 11))
    file = font_file(bold=True)
    if size >= DPI / 72 * 5 and file is not None:
        font = ImageFont.truetype(str(file), size)
        pen.text(((left + right) / 2, (top + low) / 2), code, fill="white", font=font, anchor="mm")


def own_words(signs: Sequence[tuple[str, Box]]) -> Iterator[tuple[str, Box]]:
    """Yield the words of a page's text, each with its place."""
    groups = itertools.groupby(signs, key=lambda one: _is_gap(one[0]))
    for gap, group in groups:
        if not gap:
            letters = list(group)
            yield "".join(sign for sign, _ in letters), around([box for _, box in letters])


def _is_gap(sign: str) -> bool:
    return sign.isspace() or sign == "\ufffe"


def _read_words(picture: Image.Image) -> list[tuple[str, Box]]:
    return [(one.text, one.box) for one in reading.seen_words(picture)]


def _touch(word: Box, box: Box) -> bool:
    """Say whether a box hides something of a word; its rim may brush the next line."""
    across = min(word[0] + word[2], box[0] + box[2]) - max(word[0], box[0])
    down = min(word[1] + word[3], box[1] + box[3]) - max(word[1], box[1])
    return across > 0 and down > _BRUSHED * word[3] and across > _BRUSHED * word[2]


def _stored(made: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    """Return the picture in few bytes: greys without loss, colours as JPEG."""
    facts: dict[str, Any] = {
        "Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": picture.width,
        "Height": picture.height,
    }  # fmt: skip
    if _is_coloured(picture):
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=_QUALITY)
        facts |= {"ColorSpace": pikepdf.Name.DeviceRGB, "BitsPerComponent": 8}
        return made.make_stream(stream.getvalue(), Filter=pikepdf.Name.DCTDecode, **facts)
    grey = picture.convert("L")
    packed = zlib.compress(_nibbles(grey), 6)
    facts |= {"ColorSpace": pikepdf.Name.DeviceGray, "BitsPerComponent": 4}
    return made.make_stream(packed, Filter=pikepdf.Name.FlateDecode, **facts)


def _is_coloured(picture: Image.Image) -> bool:
    small = picture.reduce(4)
    hues = small.convert("HSV")
    _, saturation, value = hues.split()
    strong = sum(
        1 for s, v in zip(saturation.tobytes(), value.tobytes(), strict=True)
        if s * v > _COLOURED * 255
    )  # fmt: skip
    return strong > _COLOURED_SHARE * small.width * small.height


def _nibbles(grey: Image.Image) -> bytes:
    """Return 16 greys in half a byte each, rows padded."""
    data, wide = grey.tobytes(), grey.width
    rows = []
    for begin in range(0, len(data), wide):
        row = data[begin : begin + wide] + b"\xff" * (wide % 2)
        high, low = row[::2].translate(_HIGH), row[1::2].translate(_LOW)
        merged = int.from_bytes(high, "big") | int.from_bytes(low, "big")
        rows.append(merged.to_bytes(len(high), "big"))
    return b"".join(rows)


def _level(value: int) -> int:
    return round(value * (_GREYS - 1) / 255)


_HIGH = bytes(_level(value) << 4 for value in range(256))
_LOW = bytes(_level(value) for value in range(256))
