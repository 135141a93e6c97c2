"""An extract: what the index needs of a run of documents that follow each other in the log.

It lies under ``v1/x/{first place}/{reading}`` in the form of a pack (:mod:`efile.objects.pack`).
Of each document it holds the manifest, where that is an object of its own, and the text with
its analysed words. Both are sealed with the key of the document's file and go with it. The
words are sealed for the leaf of the document, from which every digest of it follows, and for
the way in which text is read: what was sealed for anything else does not open.
"""

from __future__ import annotations

import json
import zlib

from efile.index.entries import Entry, entry_of
from efile.index.text import READING
from efile.index.words.engines import ANALYSIS, Words
from efile.integrity.digest import canonical_json
from efile.model import Document
from efile.objects import layout, pack
from efile.sealing.envelope import DataKey, seal

LARGEST_ENTRY = 64 * 1024
"""Bytes of packed words; longer texts are read from their document again."""
MANIFEST_PLACE = "extract/manifest"
"""For what a manifest is sealed; which document it is of stands within."""


def key_of(place: int) -> str:
    """Return where the extract of today's reading lies that covers a place in the log."""
    return f"{layout.extract_prefix(place)}{READING}"


def is_read_today(key: str) -> bool:
    """Say whether an extract is of today's reading."""
    return key.endswith(f"/{READING}")


def item_of(entry: Entry, manifest: bytes, key: DataKey) -> pack.Item | None:
    """Return a document for an extract; None where its text is too long."""
    words = _packed(entry)
    if len(words) > LARGEST_ENTRY:
        return None
    sealed = seal(key, MANIFEST_PLACE, manifest) if manifest else b""
    document = entry.document
    return pack.Item(
        document.id, document.version, sealed, (seal(key, words_place(document), words),)
    )


def words_place(document: Document) -> str:
    """Return for what the words of a document are sealed."""
    return f"extract/{READING}/{document.leaf}"


def _packed(entry: Entry) -> bytes:
    said = entry.words
    return zlib.compress(
        canonical_json(
            {
                "state": entry.state, "analysis": ANALYSIS, "body": said.body,
                "words": said.words, "marks": said.marks,
            }
        )
    )  # fmt: skip


def entry_from(document: Document, packed: bytes) -> Entry:
    """Return what :func:`item_of` was given; analysed anew, where search has learned since."""
    said = json.loads(zlib.decompress(packed))
    if said["analysis"] != ANALYSIS:
        return entry_of(document, said["body"], said["state"])
    return Entry(document, said["state"], Words(said["body"], said["words"], said["marks"]))
