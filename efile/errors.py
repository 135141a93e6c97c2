"""Every error of the e-file, ordered by what is wrong.

::

    FilingError              code, message (German), remedy (German), place
    ├── InvalidRequest       the CALLER must act: the request breaks a rule of the file
    ├── NotFound             no such file, document, part or page for this tenant
    ├── Conflict             the same document key was filed with other bytes
    ├── IntegrityBroken      stored bytes are not the bytes that were filed
    ├── NotDisplayable       the bytes cannot be read or drawn; the original is untouched
    ├── StorageUnavailable   NOBODY must act: storage away, try again later
    ├── StorageMisconfigured the OPERATOR must act: credentials, bucket, secret
    └── RulesMisconfigured   the OPERATOR must act: file kinds or their retention rules are wrong

The tree is the e-file's own; the hub translates it. ``code`` is a stable word.
"""

from __future__ import annotations


class FilingError(Exception):
    """Die E-Akte kann den Vorgang nicht ausführen."""

    def __init__(self, code: str, message: str = "", *, remedy: str = "", place: str = "") -> None:
        self.code = code
        self.message = message or (type(self).__doc__ or "").strip()
        self.remedy = remedy
        self.place = place
        super().__init__(code, self.message)

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{self.message}{where}{advice} [{self.code}]"


class InvalidRequest(FilingError):
    """Die Angaben zur Ablage sind unvollständig oder unzulässig."""


class NotFound(FilingError):
    """Das Gesuchte ist in der E-Akte nicht vorhanden."""


class Conflict(FilingError):
    """Unter diesem Dokumentschlüssel liegen bereits andere Bytes."""


class IntegrityBroken(FilingError):
    """Die gespeicherten Bytes sind nicht die abgelegten."""


class NotDisplayable(FilingError):
    """Das Dokument lässt sich nicht anzeigen; das Original ist unverändert."""


class StorageUnavailable(FilingError):
    """Der Aktenspeicher ist vorübergehend nicht erreichbar."""


class StorageMisconfigured(FilingError):
    """Der Aktenspeicher ist falsch eingerichtet."""


class RulesMisconfigured(FilingError):
    """Die Aktenarten oder ihre Aufbewahrungsregeln sind falsch eingerichtet."""
