"""Why something cannot be seen or found, and what helps, in sentences people read."""

from __future__ import annotations

from efile.capture import words

SHORTFALLS = {
    "picture": "Bild der ersten Seite",
    "words": "Wortlaut für die Suche",
    "scan": "Wortlaut auf Bildern (Texterkennung)",
}
"""What a document can lack, German."""
TRIED_TOO_OFTEN = "tried_too_often"
_LOCKED = "Eine Fassung ohne Kennwort anfordern und dazu ablegen."
_ANEW = "Die Datei neu anfordern und dazu ablegen; das Original bleibt, wie es ist."
_SIMPLER = "Eine einfachere Fassung anfordern, oder nach einer Aktualisierung erneut versuchen."
_OWN = {
    "no_pages": "Die Datei ist für ein Bild der ersten Seite zu groß.",
    TRIED_TOO_OFTEN: "Zwanzig Versuche sind gescheitert, meist am Lesen aus dem Speicher.",
    "": "Der Wortlaut einer Datei ließ sich nicht auslesen.",
}
_REMEDIES = {
    "document_locked": _LOCKED,
    "document_unreadable": _ANEW,
    "package_bomb": _ANEW,
    "package_hostile": _ANEW,
    "picture_too_large": "Das Bild in kleinerer Auflösung anfordern und dazu ablegen.",
    "document_too_slow": _SIMPLER,
    "document_reader_died": _SIMPLER,
    "no_pages": "Nichts zu tun: Die Ansicht zeigt die Seiten auch ohne dieses Bild.",
    TRIED_TOO_OFTEN: "Die Administration startet einen Prüflauf des Speichers und versucht es neu.",
    "": "Original herunterladen und mit dem passenden Programm öffnen.",
}


def reason_of(code: str) -> str:
    """Return why it is so."""
    return _OWN.get(code) or words.remark((code,))


def remedy_of(code: str) -> str:
    """Return what helps."""
    return _REMEDIES.get(code, _REMEDIES[""])


def code_of(remark: str) -> str:
    """Return what hindered whoever read the parts, from what is remarkable of them."""
    codes = (code for code in _REMEDIES if code and code not in _OWN)
    return next((code for code in codes if words.remark((code,)) in remark), "")
