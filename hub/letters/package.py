"""Safety check of a Word file (an OOXML zip) before anything opens it.

The zip directory is judged before any part is inflated, and parts are searched for
active content: macros, links to the outside, embedded objects, fields that load files.

Residual risk: the content of pictures is not looked at. Templates come from the release
or from administrators, and are opened in limited processes.
"""

from __future__ import annotations

import io
import itertools
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator

from hub.core.findings import Finding

MAX_ENTRIES = 2_000
MAX_TOTAL_BYTES = 200_000_000
MAX_RATIO = 100
_RATIO_FLOOR_BYTES = 100_000
"""Small parts compress extremely well without being a bomb."""

_BODY = "word/document.xml"
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What zipfile is seen to raise for damaged and encrypted archives."""
_NESTED = re.compile(r"\.(zip|docx|docm|dotm|xlsx|pptx|jar|7z|rar|gz)$", re.IGNORECASE)
_ACTIVE_PART = re.compile(r"vbaProject|vbaData|/activeX/|/embeddings/|oleObject", re.IGNORECASE)
_ACTIVE_TEXT = (
    (re.compile(r"<!DOCTYPE|<!ENTITY"), "eine DOCTYPE-Angabe"),
    (re.compile(r"""TargetMode\s*=\s*["'](?!Internal["'])"""), "einen Verweis nach außen"),
    (re.compile(r"attachedTemplate"), "eine angehängte Dokumentvorlage"),
    (re.compile(r"macroEnabled", re.IGNORECASE), "Makros"),
    (re.compile(r"<w:altChunk|<w:object\b|<o:OLEObject"), "ein eingebettetes Objekt"),
)
_INSTRUCTION = re.compile(r"<w:instrText\b[^>]*>([^<]*)<|w:instr\s*=\s*[\"']([^\"']*)")
_LOADING_FIELD = re.compile(
    r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT)\b", re.IGNORECASE
)


def check_package(data: bytes) -> tuple[Finding, ...]:
    """Return why this Word file must not be opened; empty when nothing speaks against it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            unsafe = tuple(_unsafe(text) for text in _directory_faults(package.infolist()))
            return unsafe or tuple(_active(text) for text in _content_faults(package))
    except _UNREADABLE as fault:
        return (_unsafe(f"Die Datei ist kein lesbares Word-Dokument: {type(fault).__name__}."),)


def _unsafe(message: str) -> Finding:
    return Finding("template_archive_unsafe", message)


def _active(message: str) -> Finding:
    return Finding("template_active_content", message)


def _directory_faults(entries: list[zipfile.ZipInfo]) -> Iterator[str]:
    if _BODY not in (entry.filename for entry in entries):
        yield "Die Datei ist kein Word-Dokument."
    if len(entries) > MAX_ENTRIES:
        yield f"Das Archiv hat {len(entries)} Einträge; erlaubt sind {MAX_ENTRIES}."
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        yield f"Das Archiv ist entpackt größer als {MAX_TOTAL_BYTES // 1_000_000} MB."
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) != len(names):
        yield "Das Archiv enthält denselben Namen mehrfach."
    if _overlapping(entries):
        yield "Die Einträge des Archivs überlappen sich."
    for entry in entries:
        yield from _entry_faults(entry)


def _entry_faults(entry: zipfile.ZipInfo) -> Iterator[str]:
    name = entry.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        yield f"Der Eintrag {name!r} zeigt aus dem Archiv hinaus."
    if stat.S_ISLNK(entry.external_attr >> 16):
        yield f"Der Eintrag {name!r} ist eine Verknüpfung."
    if _NESTED.search(name):
        yield f"Der Eintrag {name!r} ist ein verschachteltes Archiv."
    inflated = entry.file_size > max(_RATIO_FLOOR_BYTES, MAX_RATIO * entry.compress_size)
    if inflated and not name.startswith("word/media/"):
        yield f"Der Eintrag {name!r} ist auffällig stark komprimiert."


def _overlapping(entries: list[zipfile.ZipInfo]) -> bool:
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return any(
        left.header_offset + left.compress_size > right.header_offset
        for left, right in itertools.pairwise(ordered)
    )


def _content_faults(package: zipfile.ZipFile) -> Iterator[str]:
    for name in package.namelist():
        if _ACTIVE_PART.search(name):
            yield f"Das Dokument enthält aktive Inhalte: {name!r}."
        elif name.endswith((".xml", ".rels")):
            yield from _part_faults(name, package.read(name))


def _part_faults(name: str, part: bytes) -> Iterator[str]:
    try:
        text = part.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        # Another encoding would hide from the searches below what Word still reads.
        yield f"Der Teil {name!r} ist nicht in UTF-8 geschrieben."
        return
    for pattern, what in _ACTIVE_TEXT:
        if pattern.search(text):
            yield f"Der Teil {name!r} enthält {what}."
    instructions = "".join(a or f" {b} " for a, b in _INSTRUCTION.findall(text))
    if field := _LOADING_FIELD.search(instructions):
        yield f"Der Teil {name!r} enthält das Feld {field.group()}, das Fremdes nachlädt."
