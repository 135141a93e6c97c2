"""Storage and its runs in the words of administrators, each with an icon and a tone."""

from __future__ import annotations

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
