"""The names of queues in the words of people; programs go on using the names themselves."""

from __future__ import annotations

_NAMES = {
    "travel": "Verarbeitung",
    "letter": "Schreiben",
    "file": "Ablage in der Akte",
    "refuse": "Abweisung an den Absender",
}
_TO_PARTNERS = {"deliver": "Übermittlung an", "order": "Anordnungen an"}


def in_words(queue: str) -> str:
    """Return what a queue does; a name nobody knows stays as it is."""
    kind, _, partner = queue.partition(":")
    if partner and kind in _TO_PARTNERS:
        return f"{_TO_PARTNERS[kind]} {partner}"
    return _NAMES.get(queue, queue)
