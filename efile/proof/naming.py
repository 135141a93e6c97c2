"""How files of a proof package are called: plain letters that every system takes."""

from __future__ import annotations

import re
from pathlib import Path

from efile.model import Document, DocumentPart

_LONGEST = 60
_LONGEST_SUFFIX = 10
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def file_name(number: int, document: Document, part: DocumentPart) -> str:
    """Return where a part of the document with this number lies in the package."""
    suffix = Path(plain(part.name)).suffix.lower()[:_LONGEST_SUFFIX]
    return f"dokumente/{number:04d}-{part.position + 1}-{plain(document.title)}{suffix}"


def plain(text: str) -> str:
    """Return text as part of a file name."""
    made = re.sub(r"[^A-Za-z0-9.]+", "-", text.translate(_LETTERS)).strip("-.")
    return made[:_LONGEST] or "ohne-Titel"
