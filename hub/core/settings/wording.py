"""What the reader of ``hub.toml`` finds wrong, in German. Pure."""

from __future__ import annotations

import re

_SAID = (
    (r"unknown field `([^`]*)`", "Unbekannter Schlüssel „{1}“{where}."),
    (r"missing required field `([^`]*)`", "Der Schlüssel „{1}“{where} fehlt."),
    (r"Expected `([^`]*)`, got `([^`]*)`", "Der Wert{where} ist {2}, nicht {1}."),
    (r"of length ([<>]=?) (\d+)", "Der Wert{where} muss {1} {2} Zeichen lang sein."),
    (r"Expected `\w+` ([<>]=?) (\S+)", "Der Wert{where} muss {1} {2} sein."),
    (r"matching regex '(.*)'", "Der Wert{where} hat nicht die verlangte Form ({1})."),
    (r"Invalid enum value '(.*)'", "„{1}“{where} ist kein zulässiger Wert."),
)
"""What the reader says, and how we say it; the place stays as it names it."""

_KINDS = {
    "str": "Text", "int": "eine ganze Zahl", "float": "eine Zahl", "bool": "ein Wahrheitswert",
    "object": "eine Tabelle", "array": "eine Liste",
}  # fmt: skip


def in_german(text: str) -> str:
    """Return the sentence that says it, with the place it names."""
    said, _, place = text.partition(" - at `$")
    where = f" in [{place.strip('.`')}]" if place.strip(".`") else ""
    for pattern, sentence in _SAID:
        found = re.search(pattern, said)
        if found:
            words = (_KINDS.get(word, word) for word in found.groups())
            return sentence.format(said, *words, where=where)
    return f"Ein Wert{where} passt nicht: {said}"
