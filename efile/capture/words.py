"""What is remarkable about foreign bytes, in sentences people read in the file."""

from __future__ import annotations

from collections.abc import Iterable

from efile.capture import content

_NAMES = {
    content.PDF: "PDF", content.PNG: "PNG-Bild", content.JPEG: "JPEG-Bild",
    content.TIFF: "TIFF-Bild", content.DOCX: "Word-Dokument (DOCX)",
    content.XLSX: "Excel-Tabelle (XLSX)", content.MAIL: "E-Mail", content.PACKAGE: "ZIP-Archiv",
    content.XML: "XML", content.JSON: "JSON", content.CSV: "CSV-Tabelle", content.PLAIN: "Text",
    content.HTML: "HTML", content.UNKNOWN: "unbekannt", "application/rtf": "RTF-Text",
    "application/x-ole-storage": "altes Office-Format", "application/gzip": "GZIP-Archiv",
    "application/x-msdownload": "ausführbares Programm",
    "application/x-executable": "ausführbares Programm",
}  # fmt: skip
_SENTENCES = {
    "empty": "Die Datei ist leer.",
    "macros": "Enthält Makros; sie werden hier nie ausgeführt.",
    "embedded_objects": "Enthält eingebettete Objekte; sie werden hier nicht geöffnet.",
    "external_content": "Verweist auf Inhalte außerhalb der Datei; sie werden nie geholt.",
    "fetching_fields": "Enthält Felder, die Inhalte nachladen; sie werden nie ausgeführt.",
    "active_content": "Enthält aktive Inhalte; sie werden hier nie ausgeführt.",
    "embedded_files": "Enthält eingebettete Dateien; sie sind Teil des Originals.",
    "encrypted_open": "Verschlüsselt, aber ohne Kennwort lesbar.",
    "not_searched": "Der Aufbau ist beschädigt oder zu groß; aktive Inhalte wurden nicht gesucht.",
    "too_much_attached": "Hat mehr oder größere Anlagen, als entnommen werden; sie stehen im "
    "Original.",
    "document_locked": "Mit einem Kennwort geschützt; der Inhalt ist nicht lesbar.",
    "document_unreadable": "Die Datei ist beschädigt; der Inhalt ist nicht lesbar.",
    "package_bomb": "Entpackt wäre die Datei unzulässig groß; sie wurde nicht geöffnet.",
    "package_hostile": "Der Aufbau des Pakets ist unzulässig; es wurde nicht geöffnet.",
    "picture_too_large": "Das Bild hat zu viele Bildpunkte; es wird nicht angezeigt.",
    "document_too_slow": "Das Lesen hätte zu lange gedauert; der Inhalt ist nicht erschlossen.",
    "document_reader_died": "Das Lesen ist abgebrochen; der Inhalt ist nicht erschlossen.",
}
_LONGEST = 600


def remark(codes: Iterable[str], contradicted: str = "", found: str = "") -> str:
    """Return everything remarkable in one text; empty where there is nothing."""
    sentences = []
    if contradicted:
        sentences.append(
            f"Angegeben war {type_name(contradicted)}, der Inhalt ist {type_name(found)}."
        )
    unknown = _SENTENCES["document_unreadable"]
    sentences += dict.fromkeys(_SENTENCES.get(code, unknown) for code in codes)
    return " ".join(sentences)[:_LONGEST]


def type_name(mime: str) -> str:
    """Return what people call a media type."""
    return _NAMES.get(mime, mime)
