"""Every fault a recovery can report: a stable word, a German sentence and a repair plan."""

from __future__ import annotations

from efile.model import Fault

_RESTORE = (
    "Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen,"
    " dann den Prüflauf wiederholen."
)


def manifest_altered(key: str) -> Fault:
    """The manifest's seal, form or place is wrong."""
    return Fault(
        "manifest_altered",
        key,
        "Das Ablageverzeichnis eines Dokuments ist unlesbar oder verändert.",
        _RESTORE,
    )


def manifest_missing(key: str) -> Fault:
    """The index knows a document whose manifest is gone."""
    return Fault(
        "manifest_missing",
        key,
        "Ein abgelegtes Dokument hat kein Ablageverzeichnis mehr im Speicher.",
        _RESTORE,
    )


def manifest_differs(key: str) -> Fault:
    """Manifest and index disagree although the manifest is well sealed."""
    return Fault(
        "manifest_differs",
        key,
        "Ablageverzeichnis und Register widersprechen sich.",
        "Register aus dem Speicher neu aufbauen (aktenhub efile rebuild) und den Anlass klären.",
    )


def document_twice(key: str) -> Fault:
    """Two files claim the same document."""
    return Fault(
        "document_twice",
        key,
        "Dasselbe Dokument liegt in zwei Akten.",
        "Klären, in welche Akte es gehört; der zweite Eintrag bleibt bis dahin unbeachtet.",
    )


def document_unindexed(key: str) -> Fault:
    """A manifest has no row."""
    return Fault(
        "document_unindexed",
        key,
        "Ein abgelegtes Dokument fehlt im Register.",
        "Der Abgleich trägt es von selbst nach; bis dahin ist es nicht auffindbar.",
    )


def object_missing(key: str) -> Fault:
    """A part's bytes are gone."""
    return Fault("object_missing", key, "Der Inhalt eines Dokuments fehlt im Speicher.", _RESTORE)


def object_hidden(key: str) -> Fault:
    """A delete marker hides the object; its bytes are still there."""
    return Fault(
        "object_hidden",
        key,
        "Ein Objekt ist durch eine Löschmarke verdeckt; die Bytes sind noch vorhanden.",
        "Löschmarke im Speicher entfernen, Zugangsdaten prüfen, dann den Prüflauf wiederholen.",
    )


def size_mismatch(key: str, expected: int, found: int) -> Fault:
    """A part's object has another length."""
    return Fault(
        "size_mismatch",
        key,
        f"Der Inhalt hat {found} statt {expected} Bytes.",
        _RESTORE,
    )


def digest_mismatch(key: str) -> Fault:
    """A part's bytes have another digest."""
    return Fault(
        "digest_mismatch",
        key,
        "Der Inhalt eines Dokuments ist verändert (Prüfsumme weicht ab).",
        _RESTORE,
    )


def orphan(key: str) -> Fault:
    """An object no manifest accounts for."""
    return Fault(
        "orphan",
        key,
        "Ein Objekt gehört zu keinem Dokument (meist eine abgebrochene Ablage).",
        "Nichts zu tun: Eine erneute Ablage verwendet es; gelöscht wird nichts von selbst.",
    )
