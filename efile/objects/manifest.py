"""The filing manifest: the commit point and the only truth about a document.

Everything needed to rebuild the index stands in it. The seal is an HMAC under the file's
secret over all other fields: it makes a forged manifest visible without the index, and it makes
the leaf unguessable for whoever knows the content but not the secret.

The manifest of a packed document names no objects: the pack holds its parts right before it,
and its bytes must not depend on the neighbours it is packed with.
"""

from __future__ import annotations

import hmac
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from efile.errors import IntegrityBroken, InvalidRequest
from efile.integrity.digest import canonical_json, keyed_hex, leaf_hash, sha256_hex
from efile.kinds.catalog import FIRST_KIND
from efile.model import Document, DocumentPart, FilingRequest, LargeFile
from efile.objects import layout

FORMAT = "efile-manifest-1"
PACKED = "efile-manifest-1-packed"
_MAX_BYTES = 65_536
_TEXTS = (
    "tenant", "aktenzeichen", "akte_title", "aktenplan", "vorgang", "title", "doc_type",
    "document_key", "source_id", "direction", "actor",
)  # fmt: skip
_TIMES = ("received_at_us", "filed_at_us")
_FIELDS = ("id", "version", "akte_id", "vorgang_id", *_TEXTS, *_TIMES)
_texts_of = attrgetter(*_TEXTS)
_PART_FIELDS = (
    "position", "role", "name", "mime", "sha256", "size", "object_key", "remark", "parent",
)  # fmt: skip
_HEAD = tuple(field.name for field in fields(Document) if field.name != "parts")
_head_of = attrgetter(*_HEAD)
_NOWHERE = ""
"""Object of a part that is not in its pack yet."""


def describe(
    request: FilingRequest,
    secret: bytes,
    *,
    packed: bool = False,
    aktenplan: str = "",
    own: bytes = b"",
    subfile: str = "",
) -> tuple[Document, bytes]:
    """Return the document this request files, and its manifest.

    The parts of a packed document have no place until :func:`placed` gives them one. A request
    without a class in the Aktenplan gets ``aktenplan``. From ``own``, which goes with the key
    of the file, come names and salt: without it nobody can try out what a document said. Where
    a ``subfile`` is said, its matter is another than one of the same title elsewhere in the file.

    Raises:
        InvalidRequest: the manifest would be too large.
    """
    akte = layout.akte_id(request.tenant, request.aktenzeichen)
    key = layout.file_key(secret, request.tenant, akte)
    content: dict[str, Any] = dict(zip(_TEXTS, map(_normal, _texts_of(request)), strict=True))
    content |= {name: getattr(request, name) for name in _TIMES}
    content["aktenplan"] = content["aktenplan"] or aktenplan
    content |= _sometimes(request, subfile)
    content |= {
        "format": PACKED if packed else FORMAT,
        "id": layout.document_id(request.tenant, request.document_key),
        "version": 1,
        "akte_id": akte,
        "vorgang_id": layout.vorgang_id(
            request.tenant, request.aktenzeichen, request.vorgang, subfile
        ),
        "parts": _parts(request, None if packed else own or key, akte),
    }
    if own:
        content["salt"] = keyed_hex(own, f"salt{content['id']}".encode())
    content["seal"] = keyed_hex(key, b"seal" + canonical_json(content))
    manifest = canonical_json(content)
    if len(manifest) > _MAX_BYTES:
        raise InvalidRequest(
            "manifest_too_large",
            "Die Angaben zum Dokument sind zu umfangreich.",
            remedy="Betreff und Dateinamen kürzen oder Anlagen auf mehrere Dokumente verteilen.",
        )
    return _document(content, manifest), manifest


def _sometimes(request: FilingRequest, subfile: str) -> dict[str, Any]:
    """Return what only some documents have; the manifests of the others stay as they were."""
    said: dict[str, Any] = {}
    if request.kind != FIRST_KIND:
        said["kind"] = request.kind
    if request.retention is not None:
        said["retention"] = request.retention.content()
    if subfile:
        said["subfile"] = subfile
    return said


def placed(document: Document, pack: str, starts: Sequence[int]) -> Document:
    """Return the document with its parts where they lie in the pack."""
    parts = tuple(
        replace(p, object_key=pack, start=start)
        for p, start in zip(document.parts, starts, strict=True)
    )
    return Document(**dict(zip(_HEAD, _head_of(document), strict=True)), parts=parts)


def read(manifest: bytes, secret: bytes, key: str) -> Document:
    """Return the document a stored manifest describes.

    Raises:
        IntegrityBroken: the manifest is unreadable, forged, or lies under a wrong key.
    """
    document = _sealed(manifest, secret, key, FORMAT)
    if layout.manifest_key(document.akte_id, document.id, document.version) != key:
        raise _altered(key)
    return document


def read_packed(manifest: bytes, secret: bytes, pack: str, starts: Sequence[int]) -> Document:
    """Return the document whose manifest lies in a pack behind parts that begin there.

    Raises:
        IntegrityBroken: the manifest is unreadable, forged, or has other parts.
    """
    place = f"{pack}#{starts[0] if starts else 0}"
    document = _sealed(manifest, secret, place, PACKED)
    if len(document.parts) != len(starts):
        raise _altered(place)
    return placed(document, pack, starts)


def _sealed(manifest: bytes, secret: bytes, place: str, form: str) -> Document:
    """Return the document if the manifest has this form and its seal is right."""
    try:
        content = json.loads(manifest)
        document = _document(content, manifest)
        seal = content.pop("seal")
        secret_of_file = layout.file_key(secret, document.tenant, document.akte_id)
        sealed = keyed_hex(secret_of_file, b"seal" + canonical_json(content))
        if content["format"] != form or not hmac.compare_digest(seal, sealed):
            raise _altered(place)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as exc:
        raise _altered(place) from exc
    return document


def _altered(key: str) -> IntegrityBroken:
    return IntegrityBroken(
        "manifest_altered",
        "Das Ablageverzeichnis eines Dokuments ist unlesbar oder verändert.",
        remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen.",
        place=key,
    )


def _document(content: dict[str, Any], manifest: bytes) -> Document:
    parts = tuple(
        DocumentPart(**{"object_key": _NOWHERE} | {n: part[n] for n in _PART_FIELDS if n in part})
        for part in content["parts"]
    )
    if not parts:
        raise ValueError("a document has parts")
    fields = {name: content[name] for name in _FIELDS}
    said = content.get("retention")
    fields["kind"] = content.get("kind", FIRST_KIND)
    fields["retention"] = canonical_json(said).decode() if said else ""
    fields["subfile"] = content.get("subfile", "")
    return Document(**fields, leaf=leaf_hash(manifest), parts=parts)


def _parts(request: FilingRequest, key: bytes | None, akte: str) -> list[dict[str, Any]]:
    """Describe the parts; with the file's key, each with an object of its own."""
    listed = []
    for position, part in enumerate(request.parts):
        # What is said of a large file is proven while it is stored.
        digest = part.data.sha256 if isinstance(part.data, LargeFile) else sha256_hex(part.data)
        described = {
            "position": position,
            "role": part.role,
            "name": _normal(part.name),
            "mime": part.mime,
            "sha256": digest,
            "size": part.size,
        }
        if part.remark:
            described["remark"] = part.remark
        if part.parent is not None:
            described["parent"] = part.parent
        if key is not None:
            described["object_key"] = layout.blob_key(key, akte, digest)
        listed.append(described)
    return listed


def _normal(value: str) -> str:
    """NFC, so that a name typed on another system is the same name."""
    return value if value.isascii() else unicodedata.normalize("NFC", value)
