"""A whole e-file for tests: folder storage, SQLite, and documents to file."""

from __future__ import annotations

import asyncio
import ctypes
import io
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from efile import (
    EFile,
    FilingRequest,
    FolderStore,
    Host,
    KeyWrap,
    Part,
    Secrets,
    index_migrations,
)
from efile.ports import ObjectStore, Signing
from hub.core.clock import FixedClock
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.engines import AnyDatabase
from tests.signing import SIGNING

KEK = b"key-encryption key of test house"
SECRET = Secrets(b"name secret of the test house 32", KeyWrap(KEK))
XML = "<Fall><Kind><familyName>Müller</familyName></Kind></Fall>".encode()


_DOCUMENTS = """
SELECT efile_documents.*, NULL AS leaf_index FROM efile_documents ORDER BY tenant, id
"""
"""Without the places in the log: what no head covers yet may stand in another order."""


@dataclass
class EFileHouse:
    """The e-file and what it stands on."""

    efile: EFile
    objects: ObjectStore
    database: AnyDatabase
    folder: Path

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of the index in a comparable order."""
        queries = {
            "akten": "SELECT * FROM efile_akten ORDER BY tenant, id",
            "vorgaenge": "SELECT * FROM efile_vorgaenge ORDER BY tenant, id",
            "documents": _DOCUMENTS,
            "parts": "SELECT * FROM efile_parts ORDER BY tenant, document_id, position",
            "guards": "SELECT * FROM efile_guards ORDER BY 1, 2, 3, 4",
            "competence": "SELECT * FROM efile_competence ORDER BY 1, 2, 3",
            "offers": "SELECT * FROM efile_offers ORDER BY 1, 2",
            "keys": "SELECT * FROM efile_keys ORDER BY tenant, akte_id",
            "texts": "SELECT tenant, document_id, body FROM efile_texts ORDER BY 1, 2",
        }
        return self.database._read(lambda tx: {k: tx.all(sql) for k, sql in queries.items()})

    def log(self) -> dict[str, list[dict[str, Any]]]:
        """Return the logs with their heads, and the place of each document."""
        queries = {
            "leaves": "SELECT * FROM efile_log ORDER BY tenant, leaf_index",
            "heads": "SELECT * FROM efile_heads ORDER BY tenant, size",
            "places": "SELECT tenant, id, leaf_index FROM efile_documents ORDER BY tenant, id",
        }
        return self.database._read(lambda tx: {k: tx.all(sql) for k, sql in queries.items()})

    async def tamper(self, *statements: str) -> None:
        """Change the index behind the e-file's back."""
        for sql in statements:
            await self.database.write(lambda tx, sql=sql: tx.run(sql))

    def heads(self) -> list[Path]:
        """Return the files of the signed heads, the first first."""
        return sorted(self.folder.rglob("log/heads/*"))

    def leaves(self) -> list[Path]:
        """Return the files of the leaves they cover."""
        return sorted(self.folder.rglob("log/leaves/*"))

    def blob(self, index: int = 0) -> Path:
        """Return the file behind one stored content."""
        return sorted(self.folder.rglob("o/*/*"))[index]

    def packs(self, tenant: str = "muster") -> list[Path]:
        """Return the files behind a tenant's packs."""
        return sorted(self.folder.glob(f"aktenhub-{tenant}-akte/v1/p/*/*"))

    def keys(self) -> list[Path]:
        """Return the files behind the wrapped keys."""
        return sorted(self.folder.rglob("k/*/*.json"))

    def manifests(self) -> list[Path]:
        """Return the files behind the manifests."""
        return sorted(self.folder.rglob("d/*/*.json"))


def hand_keys(giver: Path, taker: Path) -> None:
    """Let a house that does not stand yet seal with the keys of another."""
    place = "objects/aktenhub-muster-akte/v1/k"
    shutil.copytree(giver / place, taker / place)


def flip(path: Path, at: int = -1) -> None:
    """Change one bit of a stored object."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@asynccontextmanager
async def open_house(
    folder: Path,
    objects: ObjectStore | None = None,
    index: AnyDatabase | None = None,
    signing: Signing = SIGNING,
) -> AsyncIterator[EFileHouse]:
    """Build an e-file on this folder; opened again it finds what lies there."""
    database = index or SqliteDatabase(folder / "index.sqlite")
    await migrate(database, index_migrations(database.dialect), 0)
    store = objects or FolderStore(folder / "objects")
    efile = EFile(database, store, FixedClock(), SECRET, Host(signing=signing))
    try:
        yield EFileHouse(efile, store, database, folder / "objects")
    finally:
        await efile.close()
        await asyncio.to_thread(database.close)


def request(number: int = 1, **changes: Any) -> FilingRequest:
    """Return a filing request; equal numbers give equal requests."""
    values: dict[str, Any] = {
        "tenant": "muster",
        "aktenzeichen": "51.3-0001",
        "akte_title": "Müller, Anna",
        "aktenplan": "51.3 Unterhaltsvorschuss",
        "vorgang": "Bewilligung",
        "title": f"Bescheid {number}",
        "doc_type": "Bescheid",
        "document_key": f"message-{number}|letter",
        "source_id": f"message-{number}",
        "direction": "out",
        "received_at_us": 1_000 + number,
        "filed_at_us": 2_000 + number,
        "actor": "hub",
        "parts": (Part("original", "bescheid.txt", "text/plain", f"Text {number}".encode()),),
    }
    return FilingRequest(**(values | changes))


def message(number: int = 1, **changes: Any) -> FilingRequest:
    """Return a small message between machines; equal numbers give equal requests."""
    data = f"<Fall><nummer>N-{number}</nummer><name>Müller</name></Fall>".encode()
    values: dict[str, Any] = {
        "title": f"Falldaten {number}",
        "doc_type": "Falldaten",
        "document_key": f"message-{number}|xml",
        "direction": "in",
        "parts": (Part("message", "falldaten.xml", "application/xml", data),),
        "packable": True,
    }
    return request(number, **(values | changes))


def pdf(pages: Sequence[Sequence[str]], rotation: int = 0) -> bytes:
    """Return a PDF with these lines on its pages."""
    document = pdfium.PdfDocument.new()
    for lines in pages:
        page = document.new_page(595, 842)
        for number, line in enumerate(lines):
            _write(document, page, line, 760 - 30 * number)
        page.gen_content()
        page.set_rotation(rotation)
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def _write(document: pdfium.PdfDocument, page: pdfium.PdfPage, line: str, y: int) -> None:
    piece = pdfium_c.FPDFPageObj_NewTextObj(document, b"Helvetica", 12)
    letters = ctypes.create_string_buffer((line + "\0").encode("utf-16-le"))
    pdfium_c.FPDFText_SetText(piece, ctypes.cast(letters, ctypes.POINTER(ctypes.c_ushort)))
    pdfium_c.FPDFPageObj_Transform(piece, 1, 0, 0, 1, 72, y)
    pdfium_c.FPDFPage_InsertObject(page, piece)
