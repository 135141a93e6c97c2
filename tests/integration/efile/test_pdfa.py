"""Word documents as PDF/A with the real LibreOffice, which is shown something to fetch."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from efile import Part
from efile.pdfa import checking
from tests.efile_house import open_house, request
from tests.foreign_files import docx

pytestmark = pytest.mark.office

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="b"/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="b"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
    '<a:blip r:link="rId7"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/>'
    "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def document(text: str, address: str) -> bytes:
    """Return a Word document with a picture that lies elsewhere."""
    body = f"<w:p><w:r><w:t>{text}</w:t></w:r>{_PICTURE}</w:p>"
    link = f'<Relationship Id="rId7" Type="{_IMAGE}" TargetMode="External" Target="{address}"/>'
    entries = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_WORD}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_MAIN}"'
            ' Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}">{link}</Relationships>'
        ),
    }
    return docx("", **{name.replace("/", "__"): data for name, data in entries.items()})


async def test_a_word_document_becomes_pdf_a_and_fetches_nothing(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    letter = document("Antrag von Zoë Çelik", f"http://127.0.0.1:{port}/b.png")
    async with server, open_house(tmp_path) as house:
        part = Part("original", "antrag.docx", "", letter)
        filed = await house.efile.file(request(1, parts=(part,)))
        made = await house.efile.pdfa.make("muster", filed.id)
        data = await house.efile.pdfa.fetch("muster", filed.id, 0)

    assert "office" == made.way
    assert made.engine.startswith("LibreOffice ")
    assert checking.passes(data, made.flavour)
    with pdfium.PdfDocument(data) as shown:
        assert "Antrag von Zoë Çelik" in shown[0].get_textpage().get_text_range()
    assert [] == asked
