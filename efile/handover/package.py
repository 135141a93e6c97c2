"""The package of a delivery: the message (0503) and the contents beside it, in one ZIP.

Contents are written piece by piece, uncompressed, and proven on the way. Beside the ZIP lie the
digests of it and of every file in it, in the form ``sha256sum -c`` and ``sha512sum -c`` read;
xdomea itself has no place for them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from efile.errors import Conflict
from efile.filing import Archive
from efile.model import AkteView, Document
from efile.proof.copying import copy_part
from efile.xdomea.elements import Element
from efile.xdomea.heads import Head
from efile.xdomea.records import Event, Record, delivered, file_name
from efile.xdomea.writing import write_objects

ALGORITHMS = ("sha256", "sha512")
_ZIP64_FROM = 2**31
_MODE = 0o644 << 16
_UNIX = 3
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Contents:
    """A file and everything in it."""

    record: Record
    view: AkteView
    history: Sequence[Event]
    counted: int
    """Documents that are neither notes nor evidence."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything in it, oldest first."""
        return self.view.documents


Source = Callable[[], AsyncIterator[Contents]]
"""Yields the files of a delivery, the same each time it is asked."""


@dataclass(frozen=True, slots=True)
class Written:
    """A package that lies on the disk."""

    package: Path
    sums: tuple[Path, ...]
    """Lists of digests, SHA-256 first."""
    size: int
    sha256: str
    """Of the ZIP."""
    parts: int
    documents: int
    contents: Mapping[str, int]
    """Documents handed over by file, notes aside."""


class _Digests:
    """A file that is being written, and its digests."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digests = [hashlib.new(name) for name in ALGORITHMS]

    def write(self, data: bytes) -> int:
        """Write on."""
        for digest in self._digests:
            digest.update(data)
        return self._file.write(data)

    def hex(self) -> tuple[str, ...]:
        """Return the digests of what was written, in the order of the algorithms."""
        return tuple(digest.hexdigest() for digest in self._digests)


@dataclass(slots=True)
class _Tally:
    parts: int = 0
    documents: dict[str, frozenset[str]] = field(default_factory=dict)
    """Those the message names, by file."""
    contents: dict[str, int] = field(default_factory=dict)
    sums: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Name and digests of each file in the ZIP."""


async def write_package(head: Head, source: Source, folder: Path, archive: Archive) -> Written:
    """Write package and digests into a folder; they are there whole or not at all.

    Raises:
        Conflict: somebody took a document away meanwhile.
        IntegrityBroken: storage holds other bytes than were filed; nothing is to be given away.
        OSError: the folder takes nothing.
    """
    target = folder / head.kind.file_name(head.process, ".zip")
    temporary = target.with_name(f".{target.name}.tmp")
    tally = _Tally()
    try:
        with temporary.open("wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as package:
                await _write_message(package, head, source, tally)
                await _write_contents(package, head, source, tally, archive)
            await asyncio.to_thread(_settle, raw)
        await asyncio.to_thread(temporary.replace, target)
    finally:
        temporary.unlink(missing_ok=True)
    digests, size = await asyncio.to_thread(_digests_of, target)
    listed = [(target.name, digests), *tally.sums]
    sums = await asyncio.to_thread(_write_lists, target, listed)
    documents = sum(len(named) for named in tally.documents.values())
    return Written(target, sums, size, digests[0], tally.parts, documents, tally.contents)


async def _write_message(
    package: zipfile.ZipFile, head: Head, source: Source, tally: _Tally
) -> None:
    async def objects() -> AsyncIterator[Element]:
        async for each in source():
            named = frozenset(one.id for one in each.documents)
            tally.documents[each.record.akte.id] = named
            tally.contents[each.record.akte.id] = each.counted
            yield delivered(each.record, each.view, each.history)

    name = head.kind.file_name(head.process, ".xml")
    with package.open(_info(name, head), "w", force_zip64=True) as entry:
        digests = _Digests(entry)
        await write_objects(digests, head, objects())
    tally.sums.append((name, digests.hex()))


async def _write_contents(
    package: zipfile.ZipFile, head: Head, source: Source, tally: _Tally, archive: Archive
) -> None:
    async for each in source():
        named = tally.documents.get(each.record.akte.id, frozenset())
        held = [one for one in each.documents if one.id in named]
        if len(held) < len(named):
            raise _disturbed(each.record)
        for document in held:
            for part in document.parts:
                name = file_name(document, part)
                large = part.size >= _ZIP64_FROM
                with package.open(_info(name, head), "w", force_zip64=large) as entry:
                    digests = _Digests(entry)
                    await copy_part(digests, document, part, archive)
                tally.sums.append((name, digests.hex()))
                tally.parts += 1


def _disturbed(record: Record) -> Conflict:
    return Conflict(
        "delivery_disturbed",
        "Während die Übergabe geschrieben wurde, verschwand ein Dokument aus einer Akte.",
        remedy="Die Übergabe noch einmal erstellen.",
        place=record.akte.aktenzeichen,
    )


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digests_of(path: Path) -> tuple[tuple[str, ...], int]:
    digests: list[Any] = [hashlib.new(name) for name in ALGORITHMS]
    size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size += len(block)
            for digest in digests:
                digest.update(block)
    return tuple(digest.hexdigest() for digest in digests), size


def _write_lists(target: Path, listed: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Path, ...]:
    return tuple(
        _write_sums(target, name, [(file, digests[at]) for file, digests in listed])
        for at, name in enumerate(ALGORITHMS)
    )


def _write_sums(target: Path, algorithm: str, lines: Sequence[tuple[str, str]]) -> Path:
    """Write a list of digests beside the package: first its own, then those of its files."""
    path = target.with_name(f"{target.name}.{algorithm}")
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(f"{digest}  {name}\n".encode() for name, digest in lines)
            _settle(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _info(name: str, head: Head) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, head.moment)
    info.external_attr, info.create_system = _MODE, _UNIX
    return info
