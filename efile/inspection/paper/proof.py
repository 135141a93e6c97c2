"""Proves of a finished copy that nothing redacted is left in it.

Four ways, each blind to what the others see: three programs that read the text, the picture of
every page read anew, every byte of the file unpacked, and its build. A single find stops the
copy. Runs in the limited child only.
"""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pikepdf
import pypdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from efile.capture import pdf
from efile.capture.fault import Unreadable
from efile.inspection.paper import reading
from efile.inspection.paper.finding import lines_of
from efile.inspection.plan import READER
from efile.inspection.spelling import Box, find, text_tokens, tokens
from efile.inspection.subjects import Term

logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_FORBIDDEN = (
    "/Annots", "/AcroForm", "/EmbeddedFiles", "/EmbeddedFile", "/AF", "/Metadata", "/JavaScript",
    "/JS", "/OCProperties", "/OCG", "/OCMD", "/ActualText", "/Alt", "/StructTreeRoot",
    "/PieceInfo", "/XFA", "/Thumb", "/OpenAction", "/AA", "/Names", "/Outlines", "/RichMedia",
)  # fmt: skip
"""What a copy never has, because words can stand in it that no page shows."""
_LEAST_BYTES = 5
"""Shorter words are by chance somewhere in a file's bytes; the other ways look for them."""
_MOST_UNPACKED = 256 * 1024 * 1024
_WINDOW = 4 * 1024 * 1024
"""Bytes looked through at once."""
_BLACK = 70
_LABEL = 1.0
"""Side of the label in parts of its box's shorter side."""
_DRAWN = ("Seite", "Datenstrom", "Inhalt")
"""Where words stand that people decided to leave."""
_DICTIONARY = 1_000
"""Bytes before a stream in which it says what it is."""
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def texts(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return finds in the text of pages ``first`` to ``last`` as three programs read it.

    ``boxes`` has the burnt boxes of each page: no word may stand in them.
    """
    first, last = int(params["first"]), int(params["last"])
    hits: list[dict[str, Any]] = []
    for way, pages in (
        ("pypdf", _by_pypdf(data, first, last)),
        ("pdfium", _by_pdfium(data, first, last)),
        (READER, _by_pdftotext(data, first, last)),
    ):
        for number, text in zip(range(first, last + 1), pages, strict=True):
            hits += _judged(way, number, text, params)
    with pdf.opened(data) as document:
        for number in range(first, last + 1):
            page = reading.page_of(document, number)
            words = [(sign, box) for sign, box in reading.signs(page) if not sign.isspace()]
            hits += _within("pdfium", number, words, params)
            page.close()
    return {"hits": hits}, b""


def pictures(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return finds on the pictures of pages ``first`` to ``last``, with their places."""
    hits: list[dict[str, Any]] = []
    terms = _terms(params)
    with pdf.opened(data) as document:
        for number in range(int(params["first"]), int(params["last"]) + 1):
            page = reading.page_of(document, number)
            picture = reading.drawn(page)
            words = reading.seen_words(picture)
            said = {one.form for one in tokens(reading.signs(page))}
            page.close()
            found = tokens(reading.seen_signs(words))
            sure = find(found, terms)
            finds = [
                one for one in find(found, terms, similar=True)
                # Another word of which the text of the page says that it is another.
                if one in sure or found[one.first].form not in said
            ]  # fmt: skip
            hits += [
                _hit("ocr", one.term, number, lines_of(found, one))
                for one in _beyond(finds, number, params)
            ]
            hits += _uncovered(picture, number, params)
    return {"hits": hits}, b""


def raw(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return finds in the bytes of the file, packed and unpacked, and in how it is built."""
    spelt = {one["id"]: list(_spelt(Term(**one))) for one in params["terms"]}
    free = set(params["spoken"])
    hits = [_hit("build", "", 0, [], what) for what in _built(data)]
    for place, piece in _pieces(data):
        kept = free if place.startswith(_DRAWN) else ()
        hits += [
            _hit("raw", name, 0, [], place) for name in _standing(piece, spelt) if name not in kept
        ]
    return {"hits": _once(hits)}, b""


def _by_pypdf(data: bytes, first: int, last: int) -> list[str]:
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        return [document.pages[n - 1].extract_text() for n in range(first, last + 1)]
    except Exception as exc:  # the library raises anything on a broken file
        raise Unreadable("document_unreadable") from exc


def _by_pdfium(data: bytes, first: int, last: int) -> list[str]:
    with pdf.opened(data) as document:
        return [_text(reading.page_of(document, n)) for n in range(first, last + 1)]


def _text(page: pdfium.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range())
    finally:
        textpage.close()


def _by_pdftotext(data: bytes, first: int, last: int) -> list[str]:
    program = shutil.which(READER)
    if program is None:
        raise Unreadable("document_reader_died")
    pages = ["-f", str(first), "-l", str(last)]
    answer = subprocess.run(  # noqa: S603  a fixed program; the file comes on its input
        [program, "-enc", "UTF-8", *pages, "-", "-"],
        input=data, capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if answer.returncode != 0:
        raise Unreadable("document_unreadable")
    return answer.stdout.decode(errors="replace").split("\f")[: last - first + 1]


def _judged(way: str, number: int, text: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in _beyond(find(text_tokens(text), _terms(params)), number, params):
        yield _hit(way, one.term, number, [])


def _beyond(finds: Sequence[Any], number: int, params: dict[str, Any]) -> Iterator[Any]:
    """Yield the finds of terms that stand on a page more often than people allowed."""
    allowed = params["allowed"].get(str(number), {})
    counted = Counter(one.term for one in finds)
    for one in finds:
        if one.term in params["free"]:
            continue
        if counted[one.term] > int(allowed.get(one.term, 0)):
            yield one


def _within(
    way: str, number: int, words: Iterable[tuple[str, Box]], params: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield words that stand in a burnt box, but for its own label."""
    boxes = params["boxes"].get(str(number), [])
    inside: dict[int, list[str]] = {}
    for text, place in words:
        x, y = place[0] + place[2] / 2, place[1] + place[3] / 2
        for index, one in enumerate(boxes):
            if one[0] < x < one[0] + one[2] and one[1] < y < one[1] + one[3]:
                inside.setdefault(index, []).append(text)
    labels = {f"geschwärzt{one[4]}".casefold() for one in boxes}
    joined = [one + other + one for one in labels for other in labels]
    for index, found in inside.items():
        said = re.sub(r"[^\w]", "", "".join(found)).casefold()
        if not any(said in label for label in joined):
            yield _hit(way, "", number, [tuple(boxes[index][:4])], "Wort im geschwärzten Feld")


def _uncovered(
    picture: Image.Image, number: int, params: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield burnt boxes that are not black all over, but for their label in the middle."""
    for one in params["boxes"].get(str(number), []):
        left, top = int(one[0] * picture.width), int(one[1] * picture.height)
        right = max(left + 1, int((one[0] + one[2]) * picture.width))
        low = max(top + 1, int((one[1] + one[3]) * picture.height))
        box = picture.crop((left, top, right, low)).convert("L")
        half = _LABEL * min(box.width, box.height) / 2
        x, y = box.width / 2, box.height / 2
        ImageDraw.Draw(box).rectangle((x - half, y - half, x + half, y + half), fill=0)
        if max(box.tobytes()) > _BLACK:
            yield _hit("ocr", "", number, [tuple(one[:4])], "Feld nicht ganz geschwärzt")


def _terms(params: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    return [(one["id"], Term(**one).wordings()) for one in params["terms"]]


def _hit(way: str, name: str, page: int, boxes: Sequence[Box], note: str = "") -> dict[str, Any]:
    return {"way": way, "term": name, "page": page, "boxes": [list(b) for b in boxes], "note": note}


def _once(hits: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(one["way"], one["term"], one["note"]): one for one in hits}.values())


def _spelt(one: Term) -> Iterator[str]:
    """Yield how a term may stand in bytes: as it is, in hex, and turned round."""
    plain = one.value.casefold()
    forms = {plain, plain.replace(" ", ""), _unmarked(plain), _unmarked(plain).replace(" ", "")}
    forms |= {plain.replace("ß", "ss"), _latin(plain)}
    for form in {form for form in forms if len(form) >= _LEAST_BYTES}:
        yield form
        yield form[::-1]
        for code in ("utf-16-be", "utf-8", "latin-1"):
            for cased in (form, form.title(), form.upper()):
                yield cased.encode(code, "replace").hex()


def _unmarked(text: str) -> str:
    for sign, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(sign, written)
    return text


def _latin(text: str) -> str:
    """Return how UTF-8 looks to somebody who takes it for Latin-1."""
    return text.encode().decode("latin-1").casefold()


def _standing(piece: bytes, spelt: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the terms that stand in bytes, of which only a window is held as text."""
    longest = max((len(word) for words in spelt.values() for word in words), default=1)
    left, text = dict(spelt), ""
    for begin in range(0, len(piece), _WINDOW):
        # What the last window ended with may go on in this one.
        text = text[-longest:] + _readable(piece[begin : begin + _WINDOW])
        for name, words in list(left.items()):
            if any(word in text for word in words):
                del left[name]
    return [name for name in spelt if name not in left]


def _readable(piece: bytes) -> str:
    """Return bytes as text in which plain, wide and spaced out words are found."""
    wide = piece.replace(b"\0", b"")
    return wide.decode("latin-1").casefold()


def _built(data: bytes) -> Iterator[str]:
    """Yield what the file has and a copy never has."""
    if data.count(b"startxref") != 1 or data.count(b"%%EOF") != 1:
        yield "frühere Fassung"
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
        if document.is_encrypted:
            yield "Verschlüsselung"
        for thing in [*document.objects, document.Root, document.trailer]:
            yield from _forbidden(thing)


def _forbidden(thing: pikepdf.Object) -> Iterator[str]:
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in thing.keys():  # noqa: SIM118  its own iteration yields other things for streams
            value = thing.get(key)
            if key in _FORBIDDEN or str(value) in _FORBIDDEN:
                yield key
            elif isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                yield from _forbidden(value)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                yield from _forbidden(value)


def _pieces(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file, whatever can be unpacked of it, and every text the objects hold."""
    yield "Datei", data
    for number, hit in enumerate(_STREAM.finditer(data), 1):
        head = data[max(0, hit.start() - _DICTIONARY) : hit.start()].rpartition(b" obj")[2]
        # Points of a picture are no words; what it shows is read off it.
        unpacked = b"" if b"/Image" in head else _unpacked(hit[1])
        if unpacked:
            yield f"Datenstrom {number}", unpacked
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
        for number, page in enumerate(document.pages, 1):
            yield f"Seite {number}", _said(page)
        for thing in [*document.objects, document.Root, document.trailer]:
            texts = list(_strings(thing))
            if texts:
                yield "Angaben im Aufbau", "\n".join(texts).encode("latin-1", "replace")
                yield "Angaben im Aufbau", "\n".join(texts).encode()
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") != "/Image":
                yield "Inhalt im Aufbau", _decoded(thing)


def _unpacked(packed: bytes) -> bytes:
    """Return what a stream holds, also one no object leads to any more."""
    try:
        return zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        return b""


def _decoded(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()


def _said(page: pikepdf.Page) -> bytes:
    """Return every string a page's content draws, one after the other."""
    drawn: list[bytes] = []
    for step in pikepdf.parse_content_stream(page):
        for word in step.operands:
            drawn += [bytes(one) for one in _words(word)]
    return b"".join(drawn) + b"\n" + b" ".join(drawn)


def _words(word: object) -> Iterator[pikepdf.String]:
    if isinstance(word, pikepdf.String):
        yield word
    elif isinstance(word, pikepdf.Array):
        for one in word:
            yield from _words(one)
    elif isinstance(word, pikepdf.Dictionary):
        for one in word.values():
            yield from _words(one)


def _strings(thing: object) -> Iterator[str]:
    """Yield every text and name of an object; others it leads to are looked at by themselves."""
    if isinstance(thing, pikepdf.String | pikepdf.Name):
        yield str(thing)
    for value in _own(thing):
        if not (isinstance(value, pikepdf.Object) and value.is_indirect):
            yield from _strings(value)


def _own(thing: object) -> list[object]:
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return [thing.get(key) for key in thing.keys()]  # noqa: SIM118  its own iteration yields other things for streams
    return list(thing) if isinstance(thing, pikepdf.Array) else []
