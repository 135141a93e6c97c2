"""Word documents as PDF/A with the real LibreOffice, which is shown something to fetch."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from efile import Part
from efile.pdfa import checking
from tests.efile_house import open_house, request
from tests.foreign_files import docx, package

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
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
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


def workbook(kind: str, formula: str, value: str) -> bytes:
    """Return a workbook with a day, an amount and what was last calculated from a formula."""
    relations = (
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    )
    cells = (
        '<c r="A1" s="1"><v>45001</v></c><c r="B1" s="2"><v>1235.5</v></c>'
        f'<c r="C1" t="{kind}"><f>{formula}</f><v>{value}</v></c>'
    )
    formats = '<numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;EUR&quot;"/>'
    styles = "".join(f'<xf numFmtId="{each}" applyNumberFormat="1"/>' for each in (0, 14, 164))
    parts = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "styles": "styles"}
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_SHEETS}.{kind}+xml"/>'
        for name, kind in parts.items()
    )
    return package(
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
                f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
            ),
            "_rels/.rels": (
                f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_MAIN}"'
                ' Target="xl/workbook.xml"/></Relationships>'
            ),
            "xl/workbook.xml": (
                f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
                '<sheet name="Einkommen" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'
            ),
            "xl/styles.xml": (
                f'<styleSheet xmlns="{_SHEET}"><numFmts count="1">{formats}</numFmts>'
                f'<cellXfs count="3">{styles}</cellXfs></styleSheet>'
            ),
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{_SHEET}"><cols><col min="1" max="3" width="20"'
                f' customWidth="1"/></cols><sheetData><row r="1">{cells}</row></sheetData>'
                "</worksheet>"
            ),
        }
    )


async def test_a_workbook_looks_as_it_did_unless_a_value_would_be_missing(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    fetching = f'_xlfn.WEBSERVICE("{address}")'
    made = []
    async with server, open_house(tmp_path) as house:
        for number, cell in enumerate((("n", "1+1", "7"), ("str", fetching, "zuletzt"))):
            part = Part("original", "einkommen.xlsx", "", workbook(*cell))
            filed = await house.efile.file(request(number, parts=(part,)))
            rendition = await house.efile.pdfa.make("muster", filed.id)
            data = await house.efile.pdfa.fetch("muster", filed.id, 0)
            with pdfium.PdfDocument(data) as shown:
                made.append((rendition.way, shown[0].get_textpage().get_text_range()))

    (laid_out, seen), (anew, words) = made
    assert ("office", "set") == (laid_out, anew)
    assert "16.03.2023 1.235,50 EUR 7" == seen.strip()
    assert "45001 | 1235.5 | zuletzt" in words
    assert [] == asked


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
