"""The proof package (*Beweispaket*): one ZIP that proves a file without this program.

Nothing in it comes from chance or from "now": the same file under the same head gives the same
bytes. Contents are written piece by piece, uncompressed, and proven on the way. Its form for
other programs: ``docs/development/proof-package.md``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from efile.filing import Archive
from efile.integrity import note
from efile.integrity.digest import sha256_hex
from efile.ports import Signing
from efile.proof import page
from efile.proof.copying import copy_part
from efile.proof.gathering import Gathered, Proven
from efile.proof.naming import file_name

FORMAT = "aktenhub-beweispaket-1"
STATEMENT = b"aktenhub beweispaket 1\n"
"""Stands before what is signed, so that a signature can mean nothing else."""
_LIST, _SEAL = "inhalt.json", "unterschrift.json"
_ZIP64_FROM = 2**31
_MODE = 0o644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class PackageReceipt:
    """What was written."""

    akte: str
    aktenzeichen: str
    documents: int
    size: int
    sha256: str
    """Of the ZIP."""
    head_size: int
    """Leaves the head covers that the package stands on."""


async def write_package(
    gathered: Gathered, office: str, target: Path, archive: Archive, signing: Signing
) -> PackageReceipt:
    """Write the ZIP; ``office`` is how the page calls the tenant.

    Raises:
        IntegrityBroken: storage holds other bytes than were filed; nothing is to be given away.
    """
    keys = [key.hex() for key in await signing.public_keys()]
    proof = _embeddable(_proof(gathered, office, keys))
    texts = {
        "LIESMICH.txt": _asset("LIESMICH.txt"),
        "index.html": page.index_page(gathered, office, proof),
        "pruefen.py": _asset("pruefen.py"),
        "stempel.py": _asset("stempel.py"),
        "beweis.json": proof,
        "kopf.txt": gathered.head.note.encode(),
    } | ({"kopf.tsr": gathered.stamp} if gathered.stamp else {})
    listed = [{"path": n, "sha256": sha256_hex(d), "size": len(d)} for n, d in texts.items()]
    for number, each in enumerate(gathered.documents, 1):
        listed += [
            {"path": file_name(number, each.document, part), "sha256": part.sha256,
             "size": part.size}
            for part in each.document.parts
        ]  # fmt: skip
    contents = _json({"format": FORMAT, "files": listed})
    statement = STATEMENT + sha256_hex(contents).encode() + b"\n"
    public, signature = await signing.sign(statement)
    seal = _json({"key": public.hex(), "signature": signature.hex()})
    moment = _moment(gathered)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name, data in {**texts, _LIST: contents, _SEAL: seal}.items():
            package.writestr(_info(name, moment), data)
        for number, each in enumerate(gathered.documents, 1):
            for part in each.document.parts:
                info = _info(file_name(number, each.document, part), moment)
                with package.open(info, "w", force_zip64=part.size >= _ZIP64_FROM) as file:
                    await copy_part(file, each.document, part, archive)
    sha256, size = await asyncio.to_thread(_digest, target)
    akte = gathered.akte
    return PackageReceipt(
        akte.id, akte.aktenzeichen, len(gathered.documents), size, sha256, gathered.head.size
    )


def _proof(gathered: Gathered, office: str, keys: list[str]) -> dict[str, Any]:
    akte = gathered.akte
    return {
        "format": FORMAT,
        "office": office,
        "akte": {
            "id": akte.id, "aktenzeichen": akte.aktenzeichen, "title": akte.title,
            "aktenplan": akte.aktenplan, "kind": akte.kind,
        },
        "head": gathered.head.note,
        "keys": keys,
        "documents": [
            _document(number, each) for number, each in enumerate(gathered.documents, 1)
        ],
    }  # fmt: skip


def _document(number: int, proven: Proven) -> dict[str, Any]:
    document = proven.document
    return {
        "number": number,
        "id": document.id,
        "title": document.title,
        "vorgang": document.vorgang,
        "doc_type": document.doc_type,
        "direction": document.direction,
        "received_at_us": document.received_at_us,
        "filed_at_us": document.filed_at_us,
        "actor": document.actor,
        "place": proven.place,
        "path": [one.hex() for one in proven.path],
        "manifest": proven.manifest.decode(),
        "parts": [
            {"file": file_name(number, document, part), "name": part.name, "mime": part.mime,
             "role": part.role, "sha256": part.sha256, "size": part.size}
            for part in document.parts
        ],
    }  # fmt: skip


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def _info(name: str, moment: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, moment)
    info.external_attr, info.create_system = _MODE, _UNIX
    return info


def _moment(gathered: Gathered) -> tuple[int, int, int, int, int, int]:
    """Return the time of the head, for every file of the ZIP."""
    said = note.read(gathered.head.note.encode()).checkpoint.time
    year, month, day, hour, minute, second = map(int, re.findall(r"\d+", said))
    return max(year, 1980), month, day, hour, minute, second


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _embeddable(value: object) -> bytes:
    """Return JSON that stands in the page to the byte: it cannot end the script it stands in."""
    return _json(value).replace(b"<", b"\\u003c")


def _asset(name: str) -> bytes:
    return (resources.files("efile.verifier") / name).read_bytes()
