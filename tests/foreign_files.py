"""Files as offices get them, and hostile ones, all made here by code."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage

import pikepdf
from PIL import Image

from tests.efile_house import pdf

_OFFICE = "http://schemas.openxmlformats.org"
_WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LETTER = pdf([["Bescheid für Anna Müller", "Zweite Zeile"], ["Seite zwei"]])


def picture(kind: str, frames: int = 1, size: tuple[int, int] = (300, 200)) -> bytes:
    """Return a picture of so many pages."""
    stream = io.BytesIO()
    first, *others = [Image.new("RGB", size, (number, 9, 9)) for number in range(frames)]
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(stream, kind, **more)
    return stream.getvalue()


def package(entries: Mapping[str, bytes | str]) -> bytes:
    """Return a ZIP with these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def docx(*paragraphs: str, **more: bytes | str) -> bytes:
    """Return a Word document; ``more`` are further entries, ``__`` in their names is ``/``."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    main = f'<w:document xmlns:w="{_OFFICE}/w"><w:body>{body}</w:body></w:document>'
    return package(
        {
            "[Content_Types].xml": _types("/word/document.xml", _WORD_MAIN),
            "word/document.xml": main,
        }
        | {name.replace("__", "/"): data for name, data in more.items()}
    )


def word_with(entries: Mapping[str, bytes | str]) -> bytes:
    """Return a Word document with further entries."""
    return docx("Text", **{name.replace("/", "__"): data for name, data in entries.items()})


def xlsx() -> bytes:
    """Return a workbook of one sheet."""
    return package(
        {
            "[Content_Types].xml": _types("/xl/workbook.xml", _SHEET_MAIN),
            "xl/workbook.xml": '<workbook><sheets><sheet name="Einkommen"/></sheets></workbook>',
            "xl/sharedStrings.xml": "<sst><si><t>Lohn Müller</t></si><si><t>Monat</t></si></sst>",
            "xl/worksheets/sheet1.xml": (
                '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c>'
                '<c r="C1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>10</v></c>'
                '<c r="C2"><v>1234.5</v></c></row></sheetData></worksheet>'
            ),
        }
    )


def _types(part: str, main: str) -> str:
    return f'<Types><Override PartName="{part}" ContentType="{main}"/></Types>'


def mail(**attachments: bytes) -> bytes:
    """Return a mail with these files, named ``name_ending``."""
    letter = EmailMessage()
    letter["From"], letter["To"] = "vater@example.org", "jugendamt@example.org"
    letter["Subject"], letter["Date"] = "Unterlagen für Anna", "Mon, 02 Nov 2026 09:15:00 +0100"
    letter.set_content("Guten Tag,\n\nanbei die Gehaltsabrechnung.\n")
    for name, data in attachments.items():
        letter.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name.replace("_", ".")
        )
    if attachments:
        letter.set_boundary("grenze")
    return letter.as_bytes()


def mail_in_mail(depth: int) -> bytes:
    """Return mails, each hanging on the one around it."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "a@example.org", "b@example.org", "innen"
    inner.set_content("innerste Nachricht")
    for number in range(depth):
        outer = EmailMessage()
        outer["From"], outer["To"], outer["Subject"] = "a@example.org", "b@example.org", f"{number}"
        outer.set_content(f"Ebene {number}")
        outer.add_attachment(inner)
        inner = outer
    return inner.as_bytes()


def locked_pdf(user: str = "geheim") -> bytes:
    """Return a PDF that opens with a password only."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(LETTER)) as document:
        document.save(stream, encryption=pikepdf.Encryption(user=user, owner="besitzer"))
    return stream.getvalue()


def pdf_with(change: str) -> bytes:
    """Return a PDF that acts, or carries something."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(LETTER)) as document:
        if change == "script":
            action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            document.Root.OpenAction = action
        elif change == "launch":
            action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
            link = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
            )
            document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])
        else:
            document.attachments["mehr.txt"] = b"eingebettet"
        document.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return stream.getvalue()


def swelling_package() -> bytes:
    """Return a small Word document that unpacks to a thousand times its size."""
    return word_with({"word/zeros.xml": b"\0" * 30_000_000})


def overlapping_package() -> bytes:
    """Return a ZIP whose directory names the same bytes many times."""
    stream = io.BytesIO(package({"a.txt": b"x" * 50_000}))
    data = stream.getvalue()
    with zipfile.ZipFile(stream) as archive:
        begin = archive.start_dir
    entry = data[begin : begin + 46] + b"%b.txt"
    entries = b"".join(entry.replace(b"%b", bytes([97 + n])) for n in range(20))
    head = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 20, 20, len(entries), begin, 0)
    return data[:begin] + entries + head


def entity_document() -> bytes:
    """Return a Word document whose entities swell and ask for a file."""
    xml = (
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w"><w:body><w:p><w:r>'
        "<w:t>&b;&x;</w:t></w:r></w:p></w:body></w:document>"
    )
    types = _types("/word/document.xml", _WORD_MAIN)
    return package({"[Content_Types].xml": types, "word/document.xml": xml})


def large_picture() -> bytes:
    """Return a PNG of a few bytes that claims two thousand million pixels."""
    data = bytearray(picture("PNG"))
    data[16:24] = struct.pack(">II", 50_000, 40_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)
