"""Pages of a scan as they are: JPEG untouched, everything else without loss. Limited child only."""

from __future__ import annotations

import zlib
from typing import Any

import pikepdf
from PIL import Image

from efile.capture import pictures
from efile.capture.fault import Unreadable

_MOST_PAGES = 500
_A4_POINTS = (595.0, 842.0)
_LIKELY_DPI = (50, 1300)
_ORIENTATION = 0x0112
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
_MIRRORED = {2, 4, 5, 7}
_FLIPS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 7: Image.Transpose.TRANSVERSE,
}  # fmt: skip
_AS_THEY_ARE = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}


def bound(data: bytes) -> pikepdf.Pdf:
    """Return a document of the pages of a scan.

    Raises:
        Unreadable: it cannot be decoded, or has too many pages.
    """
    made = pikepdf.new()
    with pictures.opened(data) as scan:
        count = getattr(scan, "n_frames", 1)
        if count > _MOST_PAGES:
            raise Unreadable("rendition_too_long")
        for number in range(count):
            scan.seek(number)
            _add(made, scan, data if count == 1 else b"")
    return made


def _add(made: pikepdf.Pdf, scan: Image.Image, data: bytes) -> None:
    if scan.width * scan.height > pictures.MOST_PIXELS:
        raise Unreadable("picture_too_large")
    lies = int(scan.getexif().get(_ORIENTATION, 1))
    untouched = bool(data) and scan.format == "JPEG" and scan.mode in _AS_THEY_ARE
    if untouched and lies not in _MIRRORED:
        colours = _AS_THEY_ARE[scan.mode]
        picture = _stream(made, scan, data, pikepdf.Name.DCTDecode, colours, 8)
    else:
        turned = scan.transpose(_FLIPS[lies]) if lies in _MIRRORED else scan
        picture = _lossless(made, turned)
        scan, lies = turned, 1 if lies in _MIRRORED else lies
    across, down = _extent(scan)
    page = made.add_blank_page(page_size=(across, down))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({"/Bild": picture}))
    page.obj.Contents = made.make_stream(
        f"q {across:.2f} 0 0 {down:.2f} 0 0 cm /Bild Do Q".encode()
    )
    if turn := _TURNS.get(lies, 0):
        page.obj.Rotate = turn


def _lossless(made: pikepdf.Pdf, scan: Image.Image) -> pikepdf.Object:
    if scan.mode == "1":
        shown, colours, bits = scan, "/DeviceGray", 1
    elif scan.mode == "L":
        shown, colours, bits = scan, "/DeviceGray", 8
    else:
        shown, colours, bits = _opaque(scan), "/DeviceRGB", 8
    packed = zlib.compress(shown.tobytes(), 6)
    return _stream(made, shown, packed, pikepdf.Name.FlateDecode, colours, bits)


def _opaque(scan: Image.Image) -> Image.Image:
    """Return a picture in colours; what shines through is white, as on paper."""
    if not scan.has_transparency_data:
        return scan.convert("RGB")
    above = scan.convert("RGBA")
    sheet = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(sheet, above).convert("RGB")


def _stream(
    made: pikepdf.Pdf, scan: Image.Image, data: bytes, packing: pikepdf.Name, colours: str,
    bits: int,
) -> pikepdf.Object:  # fmt: skip
    facts: dict[str, Any] = {
        "Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": scan.width,
        "Height": scan.height, "ColorSpace": pikepdf.Name(colours), "BitsPerComponent": bits,
    }  # fmt: skip
    return made.make_stream(data, Filter=packing, **facts)


def _extent(scan: Image.Image) -> tuple[float, float]:
    """Return the size of a page in points: as the scanner says, else fitted to A4."""
    said = scan.info.get("dpi", (0, 0))
    across, down = (float(one) for one in said)
    low, high = _LIKELY_DPI
    if low <= across <= high and low <= down <= high:
        return scan.width * 72 / across, scan.height * 72 / down
    wide, tall = _A4_POINTS if scan.height >= scan.width else _A4_POINTS[::-1]
    scale = min(wide / scan.width, tall / scan.height)
    return scan.width * scale, scan.height * scale
