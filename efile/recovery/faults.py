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


def key_missing(key: str) -> Fault:
    """The wrapped key of a file is gone, and nobody destroyed it on purpose."""
    return Fault(
        "key_missing",
        key,
        "Der Schlüssel einer Akte fehlt im Speicher; ohne ihn ist sie nicht lesbar.",
        _RESTORE,
    )


def key_altered(key: str) -> Fault:
    """What lies there is not this file's key."""
    return Fault(
        "key_altered",
        key,
        "Der Schlüssel einer Akte ist unlesbar, verändert oder gehört zu einer anderen Akte.",
        _RESTORE,
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


_LOG_RESTORE = (
    "Objekte unter v1/log/ aus der Sicherung oder einer früheren Fassung herstellen und den"
    " Anlass klären; abgegebene Beweispakete und das Journal nennen die früheren Köpfe."
)


def log_altered(key: str) -> Fault:
    """A head or a run of leaves is not in its form or not in its place."""
    return Fault(
        "log_altered", key, "Ein Teil des Ablageprotokolls ist unlesbar oder verändert.",
        _LOG_RESTORE,
    )  # fmt: skip


def log_torn(key: str) -> Fault:
    """Between two runs of leaves some are missing, or two runs say different things."""
    return Fault(
        "log_torn", key,
        "Im gespeicherten Ablageprotokoll fehlen Einträge oder zwei Teile widersprechen sich.",
        _LOG_RESTORE,
    )  # fmt: skip


def leaves_missing(key: str) -> Fault:
    """A head covers leaves that are not there."""
    return Fault(
        "leaves_missing", key,
        "Ein unterschriebener Kopf des Ablageprotokolls nennt Einträge, die fehlen.",
        _LOG_RESTORE,
    )  # fmt: skip


def log_forked(key: str) -> Fault:
    """A head signs another history than the leaves tell."""
    return Fault(
        "log_forked", key,
        "Ein unterschriebener Kopf passt nicht zu den Einträgen des Ablageprotokolls:"
        " ein Eintrag wurde ausgetauscht, entfernt oder eingefügt.",
        _LOG_RESTORE,
    )  # fmt: skip


def head_forged(key: str) -> Fault:
    """The signature under a head does not hold."""
    return Fault(
        "head_forged", key, "Die Unterschrift unter einem Kopf des Ablageprotokolls ist falsch.",
        _LOG_RESTORE,
    )  # fmt: skip


def head_key_unknown(key: str) -> Fault:
    """A head was signed with a key this installation does not know."""
    return Fault(
        "head_key_unknown", key,
        "Köpfe des Ablageprotokolls sind mit einem Schlüssel unterschrieben, den diese"
        " Installation nicht kennt.",
        "Fingerabdruck mit dem veröffentlichten vergleichen; nach Verlust der Datenbank die"
        " Sicherung mit den Schlüsseln einspielen.",
    )  # fmt: skip


def head_missing(key: str) -> Fault:
    """The index knows a stored head that storage does not have: the end was cut."""
    return Fault(
        "head_missing", key, "Ein unterschriebener Kopf des Ablageprotokolls fehlt im Speicher.",
        _LOG_RESTORE,
    )  # fmt: skip


def head_differs(key: str) -> Fault:
    """Index and storage have different heads: two histories."""
    return Fault(
        "head_differs", key,
        "Register und Speicher haben verschiedene Köpfe des Ablageprotokolls.",
        "Register aus dem Speicher neu aufbauen (aktenhub efile rebuild) und den Anlass klären.",
    )  # fmt: skip


def log_differs(tenant: str, place: int) -> Fault:
    """The index's log is not the one storage has heads for."""
    return Fault(
        "log_differs", f"{tenant}#{place}",
        "Das Ablageprotokoll im Register weicht vom unterschriebenen im Speicher ab.",
        "Register aus dem Speicher neu aufbauen (aktenhub efile rebuild) und den Anlass klären.",
    )  # fmt: skip


def log_cut(tenant: str, place: int) -> Fault:
    """The index's log ends before the heads do, or has a gap."""
    return Fault(
        "log_cut", f"{tenant}#{place}",
        "Dem Ablageprotokoll im Register fehlen Einträge.",
        "Register aus dem Speicher neu aufbauen (aktenhub efile rebuild) und den Anlass klären.",
    )  # fmt: skip


def leaf_without_document(tenant: str, place: int) -> Fault:
    """The log knows a document of which nothing is left."""
    return Fault(
        "leaf_without_document", f"{tenant}#{place}",
        "Das Ablageprotokoll kennt ein Dokument, von dem nichts mehr da ist.", _RESTORE,
    )  # fmt: skip


def document_unlogged(key: str) -> Fault:
    """A filed document is not in the log."""
    return Fault(
        "document_unlogged", key,
        "Ein abgelegtes Dokument steht nicht im Ablageprotokoll.",
        "Der Abgleich trägt es nach (aktenhub efile rebuild); den Anlass klären: verändert"
        " oder unterschoben?",
    )  # fmt: skip


def stamp_altered(key: str) -> Fault:
    """A time stamp does not prove the head it lies beside."""
    return Fault(
        "stamp_altered", key,
        "Ein Zeitstempel beweist den Kopf des Ablageprotokolls nicht, zu dem er gehört.",
        _LOG_RESTORE,
    )  # fmt: skip


def stamp_unchecked(key: str) -> Fault:
    """There are time stamps, but nothing to check them with."""
    return Fault(
        "stamp_unchecked", key,
        "Zeitstempel wurden nicht geprüft: Es ist kein Zeitstempeldienst eingerichtet.",
        "In hub.toml unter [evidence] tsa_url und tsa_roots eintragen, auch wenn keine neuen"
        " Zeitstempel geholt werden.",
    )  # fmt: skip


def tombstone_altered(key: str) -> Fault:
    """What says that a file was destroyed cannot be believed: then nothing excuses what is gone."""
    return Fault(
        "tombstone_altered", key, "Ein Löschvermerk ist unlesbar, verändert oder gefälscht.",
        _RESTORE,
    )  # fmt: skip


def tombstone_missing(key: str) -> Fault:
    """The index knows of a destroyed file, storage does not."""
    return Fault(
        "tombstone_missing", key,
        "Der Löschvermerk einer vernichteten Akte fehlt im Speicher.", _RESTORE,
    )  # fmt: skip


def tombstone_unlogged(key: str) -> Fault:
    """A tombstone has no leaf in the log."""
    return Fault(
        "tombstone_unlogged", key, "Ein Löschvermerk steht nicht im Ablageprotokoll.",
        "Der Abgleich trägt ihn nach (aktenhub efile rebuild); den Anlass klären.",
    )  # fmt: skip


def remains(key: str) -> Fault:
    """Something of a destroyed file, or of a document that was taken out, still lies there."""
    return Fault(
        "destroyed_remains", key,
        "Von einer vernichteten Akte oder einer berichtigten Fehlablage liegt noch etwas im"
        " Speicher.",
        "Der Abgleich lässt es vernichten (aktenhub efile reconcile); den Anlass klären, etwa eine"
        " eingespielte Sicherung.",
    )  # fmt: skip


def certificate_altered(key: str) -> Fault:
    """A certificate of a disposal run cannot be believed."""
    return Fault(
        "disposal_certificate_altered", key,
        "Ein Löschprotokoll ist unlesbar, verändert oder gefälscht.", _RESTORE,
    )  # fmt: skip


def certificate_missing(key: str) -> Fault:
    """A run was carried out, but its certificate is gone."""
    return Fault(
        "disposal_certificate_missing", key, "Ein Löschprotokoll fehlt im Speicher.", _RESTORE,
    )  # fmt: skip
