"""What both stores say when an object is missing, taken or not what was written."""

from __future__ import annotations

from efile.errors import Conflict, IntegrityBroken, NotFound


def object_missing(key: str) -> NotFound:
    """No object lies under the key."""
    return NotFound("object_missing", "Ein Objekt fehlt im Aktenspeicher.", place=key)


def readback_differs(key: str) -> IntegrityBroken:
    """The store answered a write with success and keeps something else."""
    return IntegrityBroken(
        "readback_differs",
        "Der Speicher gibt andere Bytes zurück, als geschrieben wurden.",
        remedy="Speicher prüfen; das Dokument gilt als nicht abgelegt.",
        place=key,
    )


def object_differs(key: str) -> Conflict:
    """The key is taken by other bytes."""
    return Conflict(
        "object_differs",
        "Unter diesem Schlüssel liegen bereits andere Bytes.",
        remedy="Prüflauf der E-Akte starten: Das vorhandene Objekt kann beschädigt sein.",
        place=key,
    )
