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
    """Two manifests that differ claim the same document."""
    return Fault(
        "document_twice",
        key,
        "Dasselbe Dokument liegt zweimal im Speicher, mit verschiedenen Angaben.",
        "Klären, welches gilt; der zweite Eintrag bleibt bis dahin unbeachtet.",
    )


def akte_of_two_kinds(akte: str) -> Fault:
    """Documents of one file name different kinds; the first counts."""
    return Fault(
        "akte_of_two_kinds",
        akte,
        "Dokumente einer Akte nennen verschiedene Aktenarten; es gilt die des ersten.",
        "Klären, in welche Akte die übrigen gehören, und sie dort ablegen.",
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


def pack_altered(key: str) -> Fault:
    """A pack is not what its name says, or not a pack of this tenant."""
    return Fault(
        "pack_altered",
        key,
        "Ein Sammelobjekt ist verändert; betroffene Dokumente sind einzeln genannt.",
        _RESTORE,
    )


def pack_missing(key: str) -> Fault:
    """A pack is gone with every document in it."""
    return Fault(
        "pack_missing",
        key,
        "Ein Sammelobjekt mit abgelegten Dokumenten fehlt im Speicher.",
        _RESTORE,
    )


def pack_surplus(key: str) -> Fault:
    """Every document in the pack also lies elsewhere, and the index uses the other place."""
    return Fault(
        "pack_surplus",
        key,
        "Ein Sammelobjekt enthält nur Dokumente, die auch anderswo liegen (meist eine"
        " wiederholte Ablage).",
        "Nichts zu tun: Gelöscht wird nichts von selbst.",
    )
