"""What bytes are, told from themselves; a name or a declared type is a claim.

Only first bytes are compared and text is told from other bytes, so this may run anywhere.
Packages (DOCX, XLSX) are told apart in :mod:`efile.capture.office`.
"""

from __future__ import annotations

import codecs
import re

UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
PNG, JPEG, TIFF = "image/png", "image/jpeg", "image/tiff"
PICTURES = frozenset({PNG, JPEG, TIFF})
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIL = "message/rfc822"
PACKAGE = "application/zip"
XML, JSON, CSV, PLAIN, HTML = (
    "application/xml", "application/json", "text/csv", "text/plain", "text/html",
)  # fmt: skip
HEAD_BYTES = 8192
"""So much of the beginning is looked at."""

_PDF_WITHIN = 1024
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"PK\x03\x04", PACKAGE),
    (b"PK\x05\x06", PACKAGE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)
_TEXT_SIGNS = frozenset({"image/bmp", "application/x-msdownload"})
"""Told by two letters a text may begin with: only what is no text is one of these."""
_MAIL_FIELDS = frozenset(
    b"received from to cc date subject message-id return-path mime-version delivered-to"
    b" reply-to sender content-type x-mailer dkim-signature".split()
)
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?")
_MAIL_NEEDS = 3
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ALIASES = {
    "text/xml": XML, "application/x-pdf": PDF, "image/jpg": JPEG, "image/pjpeg": JPEG,
    "image/tif": TIFF, "image/x-tiff": TIFF, "image/x-png": PNG, "application/csv": CSV,
    "text/json": JSON, "application/x-zip-compressed": PACKAGE, "application/eml": MAIL,
}  # fmt: skip
_NOTHING_SAID = frozenset({"", UNKNOWN, "binary/octet-stream", "application/x-download"})
_ENDINGS = {
    "pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "tif": TIFF, "tiff": TIFF, "docx": DOCX,
    "xlsx": XLSX, "eml": MAIL, "xml": XML, "json": JSON, "csv": CSV, "txt": PLAIN, "zip": PACKAGE,
    "html": HTML, "htm": HTML,
}  # fmt: skip
_OF_TEXT = frozenset({PLAIN, CSV, HTML, JSON, XML, MAIL})
_TABLE_CLAIMS = frozenset({CSV, "application/vnd.ms-excel", "text/tab-separated-values"})


def plain_mime(mime: str) -> str:
    """Return a media type without parameters, in small letters and by its usual name."""
    bare = mime.partition(";")[0].strip().lower()
    return _ALIASES.get(bare, bare)


def recognised(head: bytes, declared: str, name: str) -> str:
    """Return the media type of bytes that begin so; unknown ones are ``UNKNOWN``.

    Among kinds of text the claim decides, where it can be true: no content tells a table from
    a text with semicolons.
    """
    claim = claimed(declared, name)
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    is_text = _is_text(head)
    for sign, mime in _SIGNS:
        if head.startswith(sign) and not (is_text and mime in _TEXT_SIGNS):
            return mime
    if head[8:12] == b"WEBP" and head.startswith(b"RIFF"):
        return "image/webp"
    return _text_kind(head, claim) if is_text else UNKNOWN


def claimed(declared: str, name: str) -> str:
    """Return what is said of the bytes: the declared type, else that of the name."""
    mime = plain_mime(declared)
    return named(name) if mime in _NOTHING_SAID else mime


def named(name: str) -> str:
    """Return the type a file name speaks of, empty where it speaks of none we know."""
    return _ENDINGS.get(name.rpartition(".")[2].lower(), "") if "." in name else ""


def contradicts(claim: str, found: str) -> bool:
    """Say whether a claim is wrong; a kind of what was found is not."""
    claim = plain_mime(claim)
    if claim in _NOTHING_SAID or claim == found:
        return False
    if found == CSV and claim in _TABLE_CLAIMS:
        return False
    if found == PLAIN and claim.startswith("text/"):
        return False
    return not (found in {XML, JSON} and claim.endswith(f"+{found.partition('/')[2]}"))


def _is_text(head: bytes) -> bool:
    if head.startswith(_WIDE_MARKS):
        return True
    return bool(head) and _CONTROLS.search(head) is None


def _text_kind(head: bytes, claim: str) -> str:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return HTML
    if start.startswith(b"<?xml") or (start.startswith(b"<") and _is_kind(claim, "xml")):
        return claim if claim.endswith("+xml") else XML
    if start.startswith((b"{", b"[")) and _is_kind(claim, "json"):
        return claim if claim.endswith("+json") else JSON
    if _is_mail(head):
        return MAIL
    if claim in _TABLE_CLAIMS:
        return CSV
    return claim if claim.startswith("text/") and claim not in _OF_TEXT else PLAIN


def _is_kind(claim: str, kind: str) -> bool:
    return claim.endswith((f"/{kind}", f"+{kind}"))


def _is_mail(head: bytes) -> bool:
    """A mail begins with header fields, several of which every mail has."""
    known = 0
    for number, line in enumerate(head.splitlines()[:200]):
        if not line.strip():
            break
        field = _FIELD.match(line)
        if field:
            known += field[1].lower() in _MAIL_FIELDS
        elif number == 0 or line[:1] not in b" \t":
            return False
    return known >= _MAIL_NEEDS
