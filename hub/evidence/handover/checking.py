"""Checking messages against the official schemas, where an administrator installed them.

They are not part of the product. Without them a message is said to be unchecked, never valid.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from efile import archive_messages
from hub.core.errors import Misconfigured, NotChecked, SchemaViolation
from hub.core.findings import Verdict
from hub.evidence.handover.reading import ArchiveMessage
from hub.formats.xml import XmlFormat

_ENTRY = Path(archive_messages.VERSION) / "xdomea-Nachrichten-AussonderungDurchfuehren.xsd"


class SchemaCheck:
    """The official schemas, if they are there."""

    def __init__(self, folder: Path) -> None:
        """Look in a folder that holds what the publisher's does: ``3.1.0/`` and ``xoev/``."""
        path = folder / _ENTRY
        self._format = XmlFormat("xdomea", path, folder) if path.is_file() else None

    @property
    def is_there(self) -> bool:
        """Whether anything is checked."""
        return self._format is not None

    async def check_ours(self, message: bytes) -> None:
        """Check what we are about to send.

        Raises:
            Misconfigured: it does not keep to the schema; it must not leave.
            NotChecked: the check could not run.
        """
        await asyncio.to_thread(self._ours, io.BytesIO(message))

    async def check_package(self, package: Path) -> None:
        """Check the message in a package of ours, piece by piece.

        Raises:
            Misconfigured: it does not keep to the schema; it must not leave.
            NotChecked: the check could not run.
        """
        await asyncio.to_thread(self._ours_packed, package)

    async def check_theirs(self, message: ArchiveMessage) -> bool:
        """Check what an archive sent; tell whether it was checked.

        Messages of other versions than the schemas' are not.

        Raises:
            SchemaViolation: it does not keep to the schema.
            NotChecked: the check could not run.
        """
        if self._format is None or message.version != archive_messages.VERSION:
            return False
        await asyncio.to_thread(_check_theirs, self._format, message.xml)
        return True

    def _ours_packed(self, package: Path) -> None:
        with zipfile.ZipFile(package) as opened:
            name = next(one for one in opened.namelist() if one.endswith(".xml"))
            with opened.open(name) as file:
                self._ours(file)

    def _ours(self, source: IO[bytes]) -> None:
        if self._format is None:
            return
        reading = self._format.verify(cast("BinaryIO", source))
        if reading.verdict is Verdict.NOT_CHECKABLE:
            raise _unchecked(reading.findings[0].message)
        if reading.verdict is Verdict.FAILED:
            raise Misconfigured(
                "own_output_invalid",
                f"Die erzeugte Nachricht entspricht nicht xdomea: {reading.findings[0].message}",
                place=reading.findings[0].path or "",
                remedy="Schemas unter folders.xdomea prüfen; stimmen sie, den Hersteller"
                " benachrichtigen.",
                findings=reading.findings,
            )


def _check_theirs(form: XmlFormat, message: bytes) -> None:
    reading = form.read(message)
    if reading.verdict is Verdict.NOT_CHECKABLE:
        raise _unchecked(reading.findings[0].message)
    if reading.verdict is Verdict.FAILED:
        first = reading.findings[0]
        raise SchemaViolation(
            "archive_message_invalid",
            f"Die Nachricht des Archivs entspricht nicht xdomea: {first.message}",
            place=f"Zeile {first.line}" if first.line else "",
            remedy="Das Archiv um eine schemagerechte Nachricht bitten.",
            findings=reading.findings,
        )


def _unchecked(why: str) -> NotChecked:
    return NotChecked(
        "archive_message_unchecked",
        f"Die Nachricht ließ sich nicht gegen die Schemas prüfen: {why}",
        remedy="Die Schemas unter folders.xdomea vollständig ablegen, oder den Ordner entfernen.",
    )
