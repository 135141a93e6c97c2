"""What is said of renditions, and why there is none, in sentences people read."""

from __future__ import annotations

from efile.capture import words

_WAYS = {
    "as_it_is": "Das Original ist selbst PDF/A; eine eigene Fassung braucht es nicht.",
    "corrected": "Die Seiten sind unverändert übernommen, der Aufbau ist berichtigt. Skripte sind "
    "entfernt, ausgefüllte Felder sind fester Inhalt.",
    "drawn": "Jede Seite ist als Bild gezeichnet (300 dpi), ihr Wortlaut liegt unsichtbar "
    "dahinter: Anders ließ sich das Original nicht in PDF/A fassen.",
    "pictures": "Die Bilder sind ohne Verlust übernommen.",
    "set": "Der Wortlaut ist neu gesetzt; Gestaltung, Bilder und Formeln zeigt nur das Original.",
    "office": "Von LibreOffice gesetzt; Umbrüche können vom Original abweichen. Ausgeblendetes in "
    "Tabellen zeigt nur das Original.",
}
_REASONS = {
    "rendition_no_way": "Für dieses Format gibt es keinen Weg zu PDF/A.",
    "rendition_xfa": "Das Formular (XFA) zeichnet nur das Programm seines Herstellers; seine "
    "Seiten enthalten nichts, was sich bewahren ließe.",
    "rendition_too_long": "Das Dokument ist zu umfangreich für eine PDF/A-Fassung.",
    "rendition_unproven": "Keine der möglichen Fassungen hat die Prüfung auf PDF/A bestanden.",
    "rendition_font_missing": "Auf dem Server fehlt die Schrift Liberation Sans.",
    "rendition_office_missing": "Auf dem Server fehlt LibreOffice, das Word-Dokumente umwandelt.",
    "rendition_office_failed": "LibreOffice konnte das Dokument nicht umwandeln.",
    "export_stopped": "Die Arbeit ist abgebrochen, meist durch einen Neustart.",
    "export_failed": "Die Arbeit ist an einem Fehler des Programms gescheitert.",
}


def note_of(way: str, lost: int) -> str:
    """Return how a rendition was made."""
    missing = (
        f" {lost} Zeichen fehlen in der Schrift und stehen als Fragezeichen da." if lost else ""
    )
    return _WAYS.get(way, "") + missing


def reason_of(code: str) -> str:
    """Return why there is no rendition."""
    return _REASONS.get(code) or words.remark((code,))
