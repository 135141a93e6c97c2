"""Identifiers and keys: what lies where, derived from what is filed, never from chance.

Keys are ASCII: UUIDs, hex digits and fixed letters. No title, name or file reference ever
becomes part of one. Blob names are keyed per file, so equal bytes in two files cannot be
recognised as equal by whoever can list the bucket.
"""

from __future__ import annotations

import re
import uuid
from functools import lru_cache

from efile.errors import InvalidRequest
from efile.integrity.digest import canonical_json, derive_key, keyed_hex, sha256_hex
from efile.model import Document

ROOT = "v1/a/"
"""Prefix of every document that has objects of its own."""
PACK_ROOT = "v1/p/"
"""Prefix of every pack."""
RENDITION_ROOT = "v1/r/"
"""Prefix of what can be made again: exports, pages, text. Never listed by verification."""
EXTRACTS_ROOT = "v1/x/"
"""Prefix of extracts: what the index needs of documents, in the order of the log; the same."""
EXTRACT_RUN = 100
"""Places in the log an extract covers."""
DATA_KEYS_ROOT = "v1/k/"
"""Prefix of the wrapped data keys."""
TOMBSTONES_ROOT, CERTIFICATES_ROOT = "v1/t/", "v1/b/"
"""Prefixes of what is left of what was destroyed, and of the certificates of runs."""
PROBE_ROOT = "v1/probe/"
"""Prefix of everything a probe writes; never listed by verification."""
LOG_ROOT = "v1/log/"
"""Prefix of everything about the log: leaves, heads, keys, time stamps."""
LEAVES_ROOT, HEADS_ROOT = f"{LOG_ROOT}leaves/", f"{LOG_ROOT}heads/"
KEYS_ROOT, STAMPS_ROOT = f"{LOG_ROOT}keys/", f"{LOG_ROOT}stamps/"
_NAMESPACE = uuid.UUID("6d1f0a3e-2b0c-5c57-9a55-3d6f1b9c7e42")
_TENANT = re.compile(r"[a-z][a-z0-9-]{0,29}[a-z0-9]")
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_TIMED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_RUN = re.compile(r"([0-9]{12})-([0-9]{12})")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MANIFEST = re.compile(r"v1/a/[0-9a-f-]{36}/d/[0-9a-f-]{36}/[0-9]{4}\.json")


@lru_cache(maxsize=10_000)
def akte_id(tenant: str, aktenzeichen: str) -> str:
    """Return the identifier of the file."""
    return _derived("akte", tenant, aktenzeichen)


@lru_cache(maxsize=10_000)
def vorgang_id(tenant: str, aktenzeichen: str, vorgang: str, subfile: str = "") -> str:
    """Return the identifier of the matter, in a part of the file or where its title leads."""
    return _derived("vorgang", tenant, aktenzeichen, vorgang, *([subfile] if subfile else ()))


@lru_cache(maxsize=1_000)
def subfile_id(akte: str, subfile: str) -> str:
    """Return the identifier of a part of a file."""
    return _derived("teilakte", akte, subfile)


def document_id(tenant: str, document_key: str) -> str:
    """Return the identifier of the document.

    Where the key is a time-ordered identifier (UUIDv7, or v8 with the time of one), so is the
    document's: what is filed together then lies together in the index.
    """
    derived = _derived("dokument", tenant, document_key)
    if not _TIMED.fullmatch(document_key):
        return derived
    return f"{document_key[:13]}-8{derived[15:]}"


@lru_cache(maxsize=10_000)
def file_key(secret: bytes, tenant: str, akte: str) -> bytes:
    """Return the secret of one file, from which names and seals are made."""
    return derive_key(secret, "efile/v1", tenant, akte)


def blob_key(key: bytes, akte: str, sha256: str) -> str:
    """Return where bytes with this digest lie in this file."""
    name = keyed_hex(key, b"blob" + bytes.fromhex(sha256))
    return f"{ROOT}{akte}/o/{name[:2]}/{name}"


def manifest_key(akte: str, document: str, version: int) -> str:
    """Return where the manifest lies."""
    return f"{ROOT}{akte}/d/{document}/{version:04d}.json"


def pack_secret(secret: bytes, tenant: str) -> bytes:
    """Return the secret from which the names of a tenant's packs are made."""
    return derive_key(secret, "efile/pack/v1", tenant)


def pack_key(key: bytes, sha256: str) -> str:
    """Return where the pack with this digest lies."""
    name = keyed_hex(key, b"pack" + bytes.fromhex(sha256))
    return f"{PACK_ROOT}{name[:2]}/{name}"


def leaves_key(begin: int, end: int) -> str:
    """Return where the leaves of the log lie that a head covers and the one before it did not."""
    return f"{LEAVES_ROOT}{begin:012d}-{end:012d}"


def run_of(key: str) -> tuple[int, int]:
    """Return which leaves :func:`leaves_key` says lie there; ``(-1, -1)`` if it says nothing."""
    named = _RUN.fullmatch(key.removeprefix(LEAVES_ROOT))
    return (int(named[1]), int(named[2])) if named else (-1, -1)


def head_key(size: int) -> str:
    """Return where the signed head over so many leaves lies."""
    return f"{HEADS_ROOT}{size:012d}"


def stamp_key(size: int) -> str:
    """Return where the time stamp of this head lies."""
    return f"{STAMPS_ROOT}{size:012d}.tsr"


def stamped_head(key: str) -> str:
    """Return where the head lies a time stamp is over."""
    return key.replace(STAMPS_ROOT, HEADS_ROOT).removesuffix(".tsr")


def log_key_key(public: bytes) -> str:
    """Return where a public key lies that heads were signed with."""
    return f"{KEYS_ROOT}{sha256_hex(public)}"


def recognised_key(akte: str, leaf: str) -> str:
    """Return where the words read off a document's pictures lie."""
    return f"{RENDITION_ROOT}{akte}/t/{leaf}.txt"


def rendition_key(akte: str, leaf: str, part: int) -> str:
    """Return where a part of a document lies as PDF/A, with what was proven of it."""
    return f"{RENDITION_ROOT}{akte}/a/{leaf}-{part}"


def first_page_key(akte: str, leaf: str) -> str:
    """Return where the picture of a document's first page lies."""
    return f"{RENDITION_ROOT}{akte}/p/{leaf}.webp"


def derived_keys(akte: str, leaf: str, parts: int) -> list[str]:
    """Return where lies what was made from a document of so many parts, or may be made."""
    renditions = [rendition_key(akte, leaf, position) for position in range(parts)]
    return [*renditions, recognised_key(akte, leaf), first_page_key(akte, leaf)]


def extract_prefix(place: int) -> str:
    """Return where the extracts lie that cover a place in the log."""
    return f"{EXTRACTS_ROOT}{place - place % EXTRACT_RUN:012d}/"


def exports_prefix(akte: str) -> str:
    """Return where the exports of a file lie for a while."""
    return f"{RENDITION_ROOT}{akte}/x/"


def export_key(akte: str, export: str, number: int) -> str:
    """Return where a volume of an export lies for a while."""
    return f"{export_prefix(akte, export)}{number:03d}.pdf"


def export_prefix(akte: str, export: str) -> str:
    """Return where everything of one export lies for a while."""
    return f"{exports_prefix(akte)}{export}/"


def pages_key(akte: str, export: str, number: int) -> str:
    """Return where pages lie until they are bound."""
    return f"{export_prefix(akte, export)}{number:06d}.pages"


def key_prefix(akte: str) -> str:
    """Return where the wrapped keys of a file lie."""
    return f"{DATA_KEYS_ROOT}{akte}/"


def key_object(akte: str, key: str, kek: str) -> str:
    """Return where a data key lies, wrapped under this KEK; both are given by name."""
    return f"{key_prefix(akte)}{key}-{kek}.json"


def file_prefixes(akte: str) -> tuple[str, str]:
    """Return where everything of a file lies but its keys and what it shares with others."""
    return f"{ROOT}{akte}/", f"{RENDITION_ROOT}{akte}/"


def tombstone_key(akte: str, document: str = "") -> str:
    """Return where the tombstone of a file lies, or of one document of it."""
    return (
        f"{TOMBSTONES_ROOT}{akte}/{document}.json"
        if document
        else (f"{TOMBSTONES_ROOT}{akte}.json")
    )


def certificate_key(run: str) -> str:
    """Return where the certificate of a run lies."""
    return f"{CERTIFICATES_ROOT}{run}.json"


@lru_cache(maxsize=10_000)
def akte_of(key: str) -> str:
    """Return the file an object belongs to by its key; empty for one that files share."""
    root, _, rest = key.partition("/")[2].partition("/")
    akte = rest.partition("/")[0]
    return akte if root in ("a", "k", "r") and _UUID.fullmatch(akte) else ""


def document_of(key: str) -> str:
    """Return the document an object is the manifest of; empty for any other object."""
    return key.split("/")[4] if is_manifest(key) else ""


def commit_key(document: Document) -> str:
    """Return the object whose writing filed the document: its pack or its manifest."""
    if document.packed:
        return document.parts[0].object_key
    return manifest_key(document.akte_id, document.id, document.version)


def commit_place(document: Document) -> str:
    """Return the same for people: in a pack, where the document begins."""
    return document.parts[0].place if document.packed else commit_key(document)


def is_manifest(key: str) -> bool:
    """Say whether the key names a manifest."""
    return _MANIFEST.fullmatch(key) is not None


def is_pack(key: str) -> bool:
    """Say whether the key names a pack."""
    return key.startswith(PACK_ROOT)


def checked_tenant(tenant: str) -> str:
    """Return the tenant if it may become part of a bucket name.

    Raises:
        InvalidRequest: it may not.
    """
    if not _TENANT.fullmatch(tenant):
        raise InvalidRequest(
            "invalid_tenant",
            "Die Mandantenkennung ist unzulässig.",
            remedy="Erlaubt sind Kleinbuchstaben, Ziffern und Bindestriche (2 bis 31 Zeichen).",
        )
    return tenant


def checked_key(key: str) -> str:
    """Return the key if every segment of it is plain.

    Raises:
        InvalidRequest: the key could leave its place.
    """
    if not _KEY.fullmatch(key):
        raise InvalidRequest(
            "invalid_object_key",
            "Der Objektschlüssel ist unzulässig.",
            remedy="Schlüssel bildet allein die E-Akte; bitte der Entwicklung melden.",
        )
    return key


def _derived(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, canonical_json(list(parts)).decode()))
