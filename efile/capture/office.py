"""Word and Excel documents: which they are, what is active in them, and their text.

Their XML is read by a streaming parser that refuses document types; no tree is built, nothing
is fetched. Runs in the limited child only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from efile.capture import content
from efile.capture.fault import Unreadable
from efile.capture.package import Package

_TYPES = "[Content_Types].xml"
_MAINS = {
    "wordprocessingml.document.main": (content.DOCX, ()),
    "wordprocessingml.template.main": (content.DOCX, ()),
    "ms-word.document.macroEnabled": (content.DOCX, ("macros",)),
    "ms-word.template.macroEnabled": (content.DOCX, ("macros",)),
    "spreadsheetml.sheet.main": (content.XLSX, ()),
    "spreadsheetml.template.main": (content.XLSX, ()),
    "ms-excel.sheet.macroEnabled": (content.XLSX, ("macros",)),
    "ms-excel.template.macroEnabled": (content.XLSX, ("macros",)),
}
_OUTSIDE = re.compile(rb"""TargetMode\s*=\s*["']External["']""", re.IGNORECASE)
_LINK = re.compile(rb"""<[^>]*relationships/hyperlink["'][^>]*>""", re.IGNORECASE)
_FETCHING_FIELD = re.compile(rb"\bDDE(AUTO)?\b|\bINCLUDE(TEXT|PICTURE)\b")
_MOST_SHEETS = 100
_MOST_CELLS = 200_000
_MOST_COLUMNS = 300
_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


@dataclass(slots=True)
class Sheet:
    """A table: its name and its rows of texts."""

    name: str
    rows: list[list[str]] = field(default_factory=list)


def kind_of(package: Package) -> tuple[str, tuple[str, ...]]:
    """Return the media type of a package and what is remarkable about it."""
    if _TYPES not in package.names:
        return content.PACKAGE, ()
    types = package.read(_TYPES).decode(errors="replace")
    for main, (mime, remarks) in _MAINS.items():
        if main in types:
            return mime, tuple(dict.fromkeys((*remarks, *_active(package))))
    return content.PACKAGE, ()


def _active(package: Package) -> Iterator[str]:
    """Yield what would act when the document is opened by an office program."""
    names = sorted(package.names)
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        yield "macros"
    if any("/embeddings/" in name or "/activeX/" in name for name in names):
        yield "embedded_objects"
    relations = (package.read(name) for name in names if name.endswith(".rels"))
    if any(_OUTSIDE.search(_LINK.sub(b"", each)) for each in relations):
        yield "external_content"
    bodies = (name for name in names if name in {"word/document.xml", "xl/workbook.xml"})
    if any(_FETCHING_FIELD.search(package.read(name)) for name in bodies):
        yield "fetching_fields"


def words_of(package: Package) -> list[str]:
    """Return the paragraphs of a Word document: its body first, then what stands around it."""
    names = sorted(
        (name for name in package.names if _TEXT_PARTS.fullmatch(name)),
        key=lambda name: (name != "word/document.xml", name),
    )
    if "word/document.xml" not in names:
        raise Unreadable("document_unreadable")
    found: list[str] = []
    for name in names:
        reader = _Paragraphs()
        _parse(package.read(name), reader.begin, reader.end, reader.text)
        found += [text for each in reader.found if (text := each.strip())]
    return found


def sheets_of(package: Package) -> list[Sheet]:
    """Return the tables of a workbook, as they were last calculated."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in package.names:
        strings = _Strings()
        _parse(package.read("xl/sharedStrings.xml"), strings.begin, strings.end, strings.text)
        shared = strings.found
    titles = _titles(package)
    numbered = sorted((int(m[1]), m[0]) for n in package.names if (m := _SHEET.fullmatch(n)))
    if not numbered:
        raise Unreadable("document_unreadable")
    sheets = []
    for place, (_, name) in enumerate(numbered[:_MOST_SHEETS]):
        title = titles[place] if place < len(titles) else f"Tabelle {place + 1}"
        cells = _Cells(Sheet(title), shared)
        _parse(package.read(name), cells.begin, cells.end, cells.text)
        sheets.append(cells.sheet)
    return sheets


def _titles(package: Package) -> list[str]:
    titles: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            titles.append(attributes.get("name", ""))

    if "xl/workbook.xml" in package.names:
        _parse(package.read("xl/workbook.xml"), begin, lambda _: None, lambda _: None)
    return titles


def _parse(
    data: bytes,
    begin: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)  # noqa: FBT003  expat takes no keyword
    except (expat.ExpatError, ValueError, LookupError) as exc:
        raise Unreadable("document_unreadable") from exc


def _refuse(*_: object) -> None:
    raise ValueError("a document type is refused")


def _column(address: str) -> int:
    """Return the number of columns before a cell, ``C5`` has two; 0 beyond the bound."""
    number = 0
    for letter in address.rstrip("0123456789")[:3]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if 0 < number <= _MOST_COLUMNS else 0


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Paragraphs:
    """Collects runs of text into paragraphs; what was deleted with changes tracked is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._inside = 0

    def begin(self, name: str, _: dict[str, str]) -> None:
        """Enter an element."""
        match _local(name):
            case "t":
                self._inside += 1
            case "tab":
                self._pieces.append("\t")
            case "br" | "cr":
                self._pieces.append("\n")

    def end(self, name: str) -> None:
        """Leave an element."""
        match _local(name):
            case "t":
                self._inside -= 1
            case "p":
                self.found.append("".join(self._pieces))
                self._pieces.clear()
            case "tc":
                self._pieces.append("\t")

    def text(self, data: str) -> None:
        """Take characters."""
        if self._inside:
            self._pieces.append(data)


class _Strings:
    """Collects the strings cells point to."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._inside = 0

    def begin(self, name: str, _: dict[str, str]) -> None:
        """Enter an element."""
        self._inside += _local(name) == "t"

    def end(self, name: str) -> None:
        """Leave an element."""
        self._inside -= _local(name) == "t"
        if _local(name) == "si":
            self.found.append("".join(self._pieces))
            self._pieces.clear()

    def text(self, data: str) -> None:
        """Take characters."""
        if self._inside:
            self._pieces.append(data)


class _Cells:
    """Collects the cells of one sheet; beyond the bound the rest is left out."""

    def __init__(self, sheet: Sheet, shared: list[str]) -> None:
        self.sheet = sheet
        self._shared = shared
        self._pieces: list[str] = []
        self._kind = ""
        self._inside = 0
        self._left = _MOST_CELLS

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        match _local(name):
            case "row":
                self.sheet.rows.append([])
            case "c":
                self._kind = attributes.get("t", "")
                self._pieces.clear()
                # Empty cells are left out of a row; the address says how many.
                row = self.sheet.rows[-1] if self.sheet.rows else []
                row.extend([""] * (_column(attributes.get("r", "")) - len(row)))
            case "v" | "t":
                self._inside += 1

    def end(self, name: str) -> None:
        """Leave an element."""
        match _local(name):
            case "v" | "t":
                self._inside -= 1
            case "c" if self._left > 0 and self.sheet.rows:
                self._left -= 1
                self.sheet.rows[-1].append(self._value("".join(self._pieces)))

    def text(self, data: str) -> None:
        """Take characters."""
        if self._inside:
            self._pieces.append(data)

    def _value(self, text: str) -> str:
        if self._kind == "s":
            known = text.isdecimal() and int(text) < len(self._shared)
            return self._shared[int(text)] if known else ""
        if self._kind == "b":
            return "wahr" if text == "1" else "falsch"
        return text.strip()
