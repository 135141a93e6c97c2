"""The filing protocol; order is the protocol.

1. describe: identifiers, digests and manifest, all derived from the request;
2. write the bytes of every part, each read back and compared;
3. write the manifest, read back: **this is the commit point**;
4. one database transaction: rows and full text;
5. acknowledge.

A crash between any two steps leaves either bytes nobody refers to or a manifest the index does
not know yet; filing again, or the reconciler, completes it. Nothing is ever overwritten, and
nothing is taken from the clock or from chance, so filing again writes the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from efile.errors import Conflict, InvalidRequest
from efile.index import fulltext, metadata
from efile.index.text import text_of
from efile.isolation.pool import LimitedPool
from efile.model import Direction, Document, FiledDocument, FilingRequest, Part, Role, TextState
from efile.objects import layout, manifest
from efile.ports import Database, ObjectStore, Transaction

_CONTROL = re.compile(r"[\x00-\x1f]")
_LONGEST = {
    "aktenzeichen": 120, "akte_title": 300, "aktenplan": 200, "vorgang": 300, "title": 300,
    "doc_type": 120, "document_key": 400, "source_id": 200, "actor": 200,
}  # fmt: skip
_MAY_BE_EMPTY = {"source_id", "aktenplan"}


@dataclass(frozen=True, slots=True)
class Archive:
    """What filing works with."""

    database: Database
    objects: ObjectStore
    readers: LimitedPool
    secret: bytes


async def file(request: FilingRequest, archive: Archive) -> FiledDocument:
    """File one document and return once it is stored, proven and findable.

    The same document key with the same bytes in the same file changes nothing and returns the
    document as it was first filed.

    Raises:
        InvalidRequest: the request breaks a rule.
        Conflict: the key is taken by other bytes or in another file.
        IntegrityBroken: storage does not keep what was written.
    """
    check(request)
    document, sealed = manifest.describe(request, archive.secret)
    known = await _known(archive.database, document)
    if known is not None:
        return _receipt(document, known)
    await _store_parts(document, request.parts, archive.objects)
    stored = await _store_manifest(document, sealed, archive)
    receipt = _receipt(document, stored)
    await enter(stored, request.parts, archive)
    return receipt


async def enter(document: Document, parts: tuple[Part, ...], archive: Archive) -> bool:
    """Enter a stored document into the index; say whether it was new there."""
    text, state = await searchable(document, parts, archive)
    return await archive.database.write(lambda tx: add(tx, document, text, state))


async def searchable(
    document: Document, parts: tuple[Part, ...], archive: Archive
) -> tuple[str, TextState]:
    """Return the text a document is found by, and how it went; a lost part is a failure."""
    text, state = await text_of(parts, archive.readers)
    return text, "failed" if len(parts) < len(document.parts) else state


def add(tx: Transaction, document: Document, text: str, state: TextState) -> bool:
    """Write rows and full text of one document; say whether it was new."""
    new = metadata.insert(tx, document, state)
    if new:
        metadata.sum_up(tx, document)
        fulltext.insert(tx, document, text)
    return new


def check(request: FilingRequest) -> None:
    """Refuse what could not be filed in order.

    Raises:
        InvalidRequest: names the field.
    """
    layout.checked_tenant(request.tenant)
    for name, longest in _LONGEST.items():
        value = getattr(request, name)
        if len(value) > longest or not (value.strip() or name in _MAY_BE_EMPTY):
            raise _invalid(name)
        if _CONTROL.search(value):
            raise _invalid(name)
    if request.direction not in get_args(Direction):
        raise _invalid("direction")
    if not request.parts or any(part.role not in get_args(Role) for part in request.parts):
        raise _invalid("parts")


def _invalid(field: str) -> InvalidRequest:
    return InvalidRequest(
        "invalid_filing_request",
        "Eine Angabe zur Ablage fehlt, ist zu lang oder enthält Steuerzeichen.",
        remedy="Die genannte Angabe berichtigen und erneut ablegen.",
        place=field,
    )


async def _known(database: Database, document: Document) -> Document | None:
    return await database.read(lambda tx: metadata.find_document(tx, document.tenant, document.id))


async def _store_parts(document: Document, parts: tuple[Part, ...], objects: ObjectStore) -> None:
    """Write each different content once; equal parts share one object."""
    contents = {
        listed.object_key: part.data for listed, part in zip(document.parts, parts, strict=True)
    }
    for key, data in contents.items():
        await objects.put_once(document.tenant, key, data)


async def _store_manifest(document: Document, sealed: bytes, archive: Archive) -> Document:
    """Write the manifest; if one lies there already, it is the truth."""
    key = layout.manifest_key(document.akte_id, document.id, document.version)
    try:
        await archive.objects.put_once(document.tenant, key, sealed)
    except Conflict:
        stored = await archive.objects.get(document.tenant, key)
        return manifest.read(stored, archive.secret, key)
    return document


def _receipt(document: Document, known: Document) -> FiledDocument:
    """Acknowledge, unless what is filed under this key is something else."""
    if (document.akte_id, document.parts) != (known.akte_id, known.parts):
        raise metadata.differs(document.id)
    return FiledDocument(known.id, known.akte_id, known.version, known.sha256, known.size)
