"""Tells whether a page holds nothing but what everybody sees on it.

Only then it may go on as it is; everything else goes on as a picture. What this code does not
know counts as not plain. Runs in the limited child only.
"""

from __future__ import annotations

import ctypes

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_MOST_OBJECTS = 20_000
_SLACK = 2.0
"""Points by which bounds may differ."""
_LIGHT = 225
"""Text of lighter colour may not be seen."""
_BACKGROUND = 170
"""On a darker ground text may not be seen."""
_OPAQUE = 250
_LEAST_SIZE = 3.0
"""Points; smaller text is not read."""
_SHOWN_MODES = {0, 2}
"""Filled, or filled and outlined."""
_RECTANGLE = 6
"""Points of a path that is no more than a rectangle."""
_PLAIN_FILTERS = {"/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/RunLengthDecode", "/LZWDecode"}
_PLAIN_FONTS = {"/Type1", "/TrueType", "/Type0", "/MMType1"}
_Rect = tuple[float, float, float, float]


def is_plain(drawn: pdfium.PdfPage, built: pikepdf.Page) -> bool:
    """Say whether a page may go on as it is; ``drawn`` and ``built`` are the same page."""
    try:
        return _is_built_plainly(built) and _is_seen(drawn)
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, TypeError, KeyError, AttributeError):
        return False


def _is_built_plainly(page: pikepdf.Page) -> bool:
    resources = page.resources
    if (
        not all(map(_is_link, page.obj.get("/Annots", [])))
        or resources.get("/Pattern")
        or resources.get("/Shading")
    ):
        return False
    return (
        all(str(font.get("/Subtype")) in _PLAIN_FONTS for font in _named(resources, "/Font"))
        and all(map(_is_plain_picture, _named(resources, "/XObject")))
        and not any(map(_is_layer, _named(resources, "/Properties")))
        and all(
            str(one.get("/SMask", "/None")) == "/None" for one in _named(resources, "/ExtGState")
        )
    )


def _is_link(note: pikepdf.Object) -> bool:
    """Say whether a note is a mere link: it draws nothing, and stays behind."""
    return str(note.get("/Subtype")) == "/Link" and "/AP" not in note


def _named(resources: pikepdf.Object, room: str) -> list[pikepdf.Object]:
    return list(dict(resources.get(room, {})).values())


def _is_plain_picture(thing: pikepdf.Object) -> bool:
    if str(thing.get("/Subtype")) != "/Image" or "/OC" in thing or "/OPI" in thing:
        return False
    return _filters(thing) <= _PLAIN_FILTERS


def _is_masked(state: pikepdf.Object) -> bool:
    return str(state.get("/SMask", "/None")) != "/None"


def _is_layer(thing: pikepdf.Object) -> bool:
    """Say whether something can be switched on and off."""
    return isinstance(thing, pikepdf.Dictionary) and str(thing.get("/Type")) in {"/OCG", "/OCMD"}


def _filters(stream: pikepdf.Object) -> set[str]:
    given = stream.get("/Filter", pikepdf.Array())
    return {str(one) for one in given} if isinstance(given, pikepdf.Array) else {str(given)}


def _is_seen(page: pdfium.PdfPage) -> bool:
    """Say whether no object is hidden: by its own nature, the edge, a clip, or another above it."""
    count = pdfium_c.FPDFPage_CountObjects(page)
    sheet = _Sheet(page.get_bbox())
    return count <= _MOST_OBJECTS and all(
        sheet.takes(pdfium_c.FPDFPage_GetObject(page, number)) for number in range(count)
    )


class _Sheet:
    """What was painted on a page so far."""

    def __init__(self, edge: _Rect) -> None:
        self._edge = edge
        self._texts: list[_Rect] = []
        self._pictures: list[_Rect] = []
        self._dark: list[_Rect] = []

    def takes(self, one: object) -> bool:
        """Paint the next object; say whether all of it and all below it can be seen."""
        bounds, kind = _bounds(one), pdfium_c.FPDFPageObj_GetType(one)
        if bounds is None:
            return bool(kind != pdfium_c.FPDF_PAGEOBJ_FORM)
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            return self._takes_path(one, bounds)
        if not (_lies_in(bounds, self._edge) and _is_unclipped(one, bounds)):
            return False
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            self._texts.append(bounds)
            hidden = _covers(bounds, self._dark) or _covers(bounds, self._pictures)
            return not hidden and _is_shown_text(one)
        hides = _covers(bounds, self._texts) or _covers(bounds, self._pictures)
        self._pictures.append(bounds)
        return kind == pdfium_c.FPDF_PAGEOBJ_IMAGE and not hides

    def _takes_path(self, one: object, bounds: _Rect) -> bool:
        if not _is_filled(one):
            return True
        if min((_fill(one) or (0,))[:3]) < _BACKGROUND:
            self._dark.append(bounds)
        return not (_covers(bounds, self._texts) or _covers(bounds, self._pictures))


def _bounds(one: object) -> _Rect | None:
    """Return left, low, right, high of an object; nothing for one without extent."""
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetBounds(one, *edges):
        return None
    left, low, right, high = (edge.value for edge in edges)
    return (left, low, right, high) if right > left and high > low else None


def _is_shown_text(one: object) -> bool:
    size = ctypes.c_float()
    pdfium_c.FPDFTextObj_GetFontSize(one, size)
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(one, matrix)
    height = abs(size.value) * max(abs(matrix.c), abs(matrix.d))
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(one)
    colour = _fill(one)
    return (
        mode in _SHOWN_MODES and height >= _LEAST_SIZE and colour is not None
        and min(colour[:3]) < _LIGHT and colour[3] >= _OPAQUE
    )  # fmt: skip


def _fill(one: object) -> tuple[int, ...] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetFillColor(one, *parts):
        return None
    return tuple(part.value for part in parts)


def _is_filled(one: object) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(one, mode, stroke):
        return True
    return bool(mode.value != pdfium_c.FPDF_FILLMODE_NONE)


def _is_unclipped(one: object, bounds: _Rect) -> bool:
    """Say whether a clip shows the object whole."""
    clip = pdfium_c.FPDFPageObj_GetClipPath(one)
    paths = pdfium_c.FPDFClipPath_CountPaths(clip) if clip else 0
    for number in range(max(paths, 0)):
        points = []
        segments = pdfium_c.FPDFClipPath_CountPathSegments(clip, number)
        if segments > _RECTANGLE:
            return False
        for index in range(max(segments, 0)):
            segment = pdfium_c.FPDFClipPath_GetPathSegment(clip, number, index)
            x, y = ctypes.c_float(), ctypes.c_float()
            if not pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
                return False
            points.append((x.value, y.value))
        if not points:
            return False
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if not _lies_in(bounds, (min(xs), min(ys), max(xs), max(ys))):
            return False
    return True


def _lies_in(inner: _Rect, outer: _Rect) -> bool:
    return (
        inner[0] >= outer[0] - _SLACK and inner[1] >= outer[1] - _SLACK
        and inner[2] <= outer[2] + _SLACK and inner[3] <= outer[3] + _SLACK
    )  # fmt: skip


def _covers(above: _Rect, below: list[_Rect]) -> bool:
    """Say whether something painted later lies over more than the rim of what is there."""
    return any(
        min(above[2], one[2]) - max(above[0], one[0]) > _SLACK
        and min(above[3], one[3]) - max(above[1], one[1]) > _SLACK
        for one in below
    )
