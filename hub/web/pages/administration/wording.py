"""Storage and its runs in the words of administrators, each with an icon and a tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.store.database import Row
from hub.web.presentation.words import Word

STATES = {
    "wanted": Word("vorgemerkt", "busy", "clock"),
    "running": Word("läuft", "busy", "turn"),
    "good": Word("ohne Befund", "good", "check"),
    "faulty": Word("mit Befunden", "bad", "flag"),
    "failed": Word("nicht zu Ende gekommen", "bad", "cross"),
}
"""States of verifications and drills."""


def capability(proven: object, required: object, lost: object) -> Word:
    """Word what a storage was seen to do."""
    if proven:
        return Word("bewiesen", "good", "check")
    if required:
        return Word("fehlt", "bad", "cross")
    return Word("verloren", "bad", "flag") if lost else Word("fehlt", "warn", "dot")


def span(from_us: int, until_us: int) -> str:
    """Word how long something took."""
    seconds = max(0, until_us - from_us) // 1_000_000
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def account(row: Row, now_us: int) -> Word:
    """Word whether somebody may sign in."""
    if row["state"] != "active":
        return Word("gesperrt", "bad", "cross")
    if row["locked_until_us"] > now_us:
        return Word("ruht nach Fehlversuchen", "warn", "clock")
    if row["one_time_until_us"] > now_us:
        return Word("Einmalpasswort ausgegeben", "busy", "key")
    if row["one_time_until_us"]:
        return Word("Einmalpasswort abgelaufen", "warn", "key")
    return Word("zugelassen", "good", "check")


@dataclass(frozen=True, slots=True)
class Risk:
    """What endangers a format, and what can be done."""

    word: Word
    why: str
    remedy: str


_PDFA: Final = "Auf der Seite des Dokuments „Als PDF/A“ wählen; die Fassung liegt dann daneben."
RISKS: Final = {
    "": Risk(Word("dauerhaft", "good", "check"), "", ""),
    "maker": Risk(
        Word("hängt am Programm", "warn", "question"),
        "Wie es aussieht, bestimmt das Programm, das es öffnet, und dessen Schriften.", _PDFA,
    ),
    "active": Risk(
        Word("Skripte oder XFA", "warn", "question"),
        "Was zu sehen ist, hängt von Skripten ab, die hier nie laufen und später niemand hat.",
        _PDFA,
    ),
    "locked": Risk(
        Word("Kennwort", "bad", "key"), "Ohne das Kennwort ist der Inhalt nicht zu lesen.",
        "Eine Fassung ohne Kennwort anfordern und dazu ablegen.",
    ),
    "broken": Risk(
        Word("beschädigt", "bad", "cross"), "Der Inhalt ist schon heute nicht zu lesen.",
        "Die Datei neu anfordern und dazu ablegen.",
    ),
    "unknown": Risk(
        Word("Format nicht dauerhaft", "bad", "flag"),
        "Programme, die es öffnen, gibt es in Jahren vielleicht nicht mehr.",
        "Als PDF anfordern und dazu ablegen; hier gibt es keinen Weg zu PDF/A.",
    ),
}  # fmt: skip
