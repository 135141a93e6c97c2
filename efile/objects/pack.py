"""A pack: many small documents of one tenant in one object.

::

    pack    MAGIC  head  document ...  index  tail
    head    entry "H": format and tenant
    document  entry "P" for each part in order, then entry "M": the sealed manifest
    index   entry "I": identifier, version, begin and end of each document
    tail    where the index begins (8 bytes)  MAGIC
    entry   kind (1 byte)  length (4 bytes)  SHA-256 (32 bytes)  content

Numbers are big-endian, ``H`` and ``I`` canonical JSON. A pack is appended to until it is closed
and never changed after that. Its name follows from its bytes, and the documents stand in the
order of their identifiers, so equal documents give an equal pack.

A damaged pack still yields what is whole in it: by its index if that is whole, else from front
to back. What it yields is believed only after seal and digest were checked.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from efile.integrity.digest import canonical_json

FORMAT = "efile-pack-1"
MAGIC = b"EFPACK1\n"
MAX_BYTES = 4 * 1024 * 1024
"""A pack is closed before it grows beyond this."""
MAX_DOCUMENTS = 1000
LARGEST = 2 * MAX_BYTES
"""An object beyond this is no pack of ours and is not read as one."""
_FRAME = 512
"""Bytes of head, index without lines, and tail, rounded up."""
_ENTRY = struct.Struct(">cI32s")
_TAIL = struct.Struct(">Q8s")


@dataclass(frozen=True, slots=True)
class Item:
    """A document to be packed."""

    id: str
    version: int
    manifest: bytes
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes it takes in the pack, its line in the index included."""
        contents = sum(_ENTRY.size + len(each) for each in (*self.parts, self.manifest))
        return contents + len(self.id) + 32


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a content lies in the pack, and whether its digest holds."""

    start: int
    size: int
    sound: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """A document found in a pack: the places of its parts and its manifest."""

    parts: tuple[Slot, ...]
    manifest: Slot


@dataclass(frozen=True, slots=True)
class Contents:
    """What a pack was read as."""

    tenant: str
    """Empty if the head cannot be read."""
    documents: tuple[Packed, ...]
    sound: bool
    """Whether every byte is accounted for and the index says the same as the entries."""


def portions(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield the items in the order of their identifiers, as many as fit into one pack each."""
    portion: list[Item] = []
    size = _FRAME
    for item in sorted(items, key=lambda each: each.id):
        if portion and (size + item.size > MAX_BYTES or len(portion) == MAX_DOCUMENTS):
            yield portion
            portion, size = [], _FRAME
        portion.append(item)
        size += item.size
    if portion:
        yield portion


def build(tenant: str, items: Sequence[Item]) -> tuple[bytes, list[tuple[int, ...]]]:
    """Return the pack, and where in it the parts of each document begin."""
    writer = _Writer()
    writer.add(b"H", canonical_json({"format": FORMAT, "tenant": tenant}))
    spans: list[tuple[str, int, int, int]] = []
    starts: list[tuple[int, ...]] = []
    for item in items:
        begin = len(writer.data)
        starts.append(tuple(writer.add(b"P", part) for part in item.parts))
        writer.add(b"M", item.manifest)
        spans.append((item.id, item.version, begin, len(writer.data)))
    index = len(writer.data)
    writer.add(b"I", canonical_json({"documents": spans}))
    return bytes(writer.data + _TAIL.pack(index, MAGIC)), starts


def read(data: bytes) -> Contents:
    """Return what lies in the pack, as far as it can be made out."""
    entries = list(_entries(data, len(MAGIC), len(data) - _TAIL.size))
    scanned = _documents(entries)
    spans = _spans(data)
    documents = scanned
    if spans and spans != list(map(_span, scanned)):
        # From front to back something does not fit; the index may still lead to what is whole.
        indexed = [_documents(list(_entries(data, begin, end))) for begin, end in spans]
        documents = [each for found in indexed for each in found]
    head = entries[0] if entries else None
    return Contents(
        _tenant(data, head),
        tuple(documents),
        sound=spans is not None and documents == scanned and _is_whole(data, entries),
    )


def without(data: bytes, dropped: Collection[str]) -> tuple[bytes, dict[str, tuple[int, ...]]]:
    """Return the pack without these documents, and where the parts of the others begin in it.

    Empty, where nothing else is in it.

    Raises:
        ValueError: the pack is damaged; then nobody can say that nothing else would get lost.
    """
    spans = _spans(data)
    contents = read(data)
    if spans is None or not contents.sound:
        raise ValueError("a damaged pack is not rewritten")
    there = zip(named(data), contents.documents, strict=True)
    kept = [
        Item(
            name, version, content(data, each.manifest), tuple(content(data, p) for p in each.parts)
        )
        for (name, version), each in there
        if name not in dropped
    ]
    if not kept:
        return b"", {}
    rewritten, starts = build(contents.tenant, kept)
    return rewritten, {item.id: begin for item, begin in zip(kept, starts, strict=True)}


def named(data: bytes) -> list[tuple[str, int]]:
    """Return identifier and version of each document of a whole pack, in order."""
    begin, _ = _TAIL.unpack_from(data, len(data) - _TAIL.size)
    entry = next(_entries(data, begin, len(data) - _TAIL.size))
    return [(str(n), int(v)) for n, v, _, _ in json.loads(content(data, entry.slot))["documents"]]


class _Writer:
    """Appends entries."""

    def __init__(self) -> None:
        self.data = bytearray(MAGIC)

    def add(self, kind: bytes, content: bytes) -> int:
        """Append an entry and return where its content begins."""
        digest = hashlib.sha256(content).digest()
        self.data += _ENTRY.pack(kind, len(content), digest)
        start = len(self.data)
        self.data += content
        return start


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: bytes
    slot: Slot


def _entries(data: bytes, begin: int, end: int) -> Iterator[_Entry]:
    """Yield the entries between two places, up to the first that does not fit."""
    while begin + _ENTRY.size <= end:
        kind, size, digest = _ENTRY.unpack_from(data, begin)
        start = begin + _ENTRY.size
        if start + size > end:
            return
        content = memoryview(data)[start : start + size]
        yield _Entry(kind, Slot(start, size, hashlib.sha256(content).digest() == digest))
        begin = start + size


def _documents(entries: Sequence[_Entry]) -> list[Packed]:
    """Return the documents these entries make: parts up to a manifest."""
    found: list[Packed] = []
    parts: list[Slot] = []
    for entry in entries:
        if entry.kind == b"P":
            parts.append(entry.slot)
        elif entry.kind == b"M":
            found.append(Packed(tuple(parts), entry.slot))
            parts = []
    return found


def _span(document: Packed) -> tuple[int, int]:
    """Return where a document begins and ends."""
    first = document.parts[0] if document.parts else document.manifest
    return first.start - _ENTRY.size, document.manifest.start + document.manifest.size


def _spans(data: bytes) -> list[tuple[int, int]] | None:
    """Return where each document begins and ends, if the index is whole and in order."""
    if len(data) < len(MAGIC) + _TAIL.size:
        return None
    begin, magic = _TAIL.unpack_from(data, len(data) - _TAIL.size)
    entry = next(_entries(data, begin, len(data) - _TAIL.size), None)
    if magic != MAGIC or entry is None or entry.kind != b"I" or not entry.slot.sound:
        return None
    try:
        listed = json.loads(content(data, entry.slot))["documents"]
        spans = [(int(start), int(end)) for _, _, start, end in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    places = [len(MAGIC), *(place for span in spans for place in span), begin]
    return spans if places == sorted(places) else None


def _is_whole(data: bytes, entries: Sequence[_Entry]) -> bool:
    kinds = b"".join(entry.kind for entry in entries)
    last = entries[-1].slot if entries else Slot(0, 0, sound=False)
    return (
        data.startswith(MAGIC)
        and kinds.startswith(b"H")
        and kinds.endswith(b"I")
        and not kinds[1:-1].strip(b"PM")
        and last.start + last.size == len(data) - _TAIL.size
        and all(entry.slot.sound for entry in entries)
    )


def _tenant(data: bytes, head: _Entry | None) -> str:
    if head is None or head.kind != b"H" or not head.slot.sound:
        return ""
    try:
        said = json.loads(content(data, head.slot))
        return str(said["tenant"]) if said["format"] == FORMAT else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def content(data: bytes, slot: Slot) -> bytes:
    """Return what lies in a slot of a pack."""
    return data[slot.start : slot.start + slot.size]


HEADER_BYTES = _ENTRY.size
"""Stands before each content."""


def content_size(header: bytes) -> int:
    """Return the length of the content behind a header; 0 if it is none."""
    return int(_ENTRY.unpack(header)[1]) if len(header) == HEADER_BYTES else 0
