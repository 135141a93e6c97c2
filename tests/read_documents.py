"""One small document of each kind that text is read out of, always the same bytes.

They are written down, not made by the libraries that read them: what is read out of them changes
with the way it is read alone.
"""

from __future__ import annotations

from efile import Part
from efile.capture import content
from tests.foreign_files import package

_PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R 5 0 R] /Count 2>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
 /Resources <</Font <</F 7 0 R>>>>>> endobj
4 0 obj <</Length 89>> stream
BT /F 12 Tf 72 760 Td (Bescheid an Anna M\\374ller) Tj 0 -30 Td (Unterhaltsvorschuss) Tj ET
endstream endobj
5 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R
 /Resources <</Font <</F 7 0 R>>>>>> endobj
6 0 obj <</Length 42>> stream
BT /F 12 Tf 72 760 Td (Seite zwei) Tj ET
endstream endobj
7 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>> endobj
trailer <</Root 1 0 R /Size 8>>
%%EOF
"""
_WORD = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": (
        '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Sehr geehrte</w:t><w:tab/>'
        '<w:t xml:space="preserve"> Frau Müller,</w:t><w:br/><w:t>anbei</w:t></w:r></w:p>'
        "<w:p><w:del><w:r><w:delText>gestrichen</w:delText></w:r></w:del></w:p><w:tbl><w:tr>"
        "<w:tc><w:p><w:r><w:t>Monat</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>Betrag</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    ),
    "word/footer1.xml": '<w:ftr xmlns:w="w"><w:p><w:r><w:t>Seite 1</w:t></w:r></w:p></w:ftr>',
    "word/comments.xml": '<w:c xmlns:w="w"><w:p><w:r><w:t>Prüfen!</w:t></w:r></w:p></w:c>',
}
_TABLE = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": '<workbook><sheets><sheet name="Einkommen"/><sheet name="B"/></sheets>'
    "</workbook>",
    "xl/sharedStrings.xml": "<sst><si><t>Lohn </t><t>Müller</t></si></sst>",
    "xl/worksheets/sheet1.xml": (
        '<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1"><v>1234.5</v></c></row>'
        '<row><c r="A2" t="b"><v>1</v></c><c r="B2" t="inlineStr"><is><t>offen</t></is></c></row>'
        "</sheetData></worksheet>"
    ),
    "xl/worksheets/sheet2.xml": "<worksheet><sheetData/></worksheet>",
}
_MAIL = """From: Vater <vater@example.org>
To: jugendamt@example.org
Subject: =?utf-8?q?Unterlagen_f=C3=BCr_Anna?=
Date: Mon, 02 Nov 2026 09:15:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="grenze"

--grenze
Content-Type: multipart/alternative; boundary="wahl"

--wahl
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--wahl
Content-Type: text/html

<p>Nicht diese Worte</p>
--wahl--
--grenze
Content-Type: text/plain
Content-Disposition: attachment; filename="a.txt"

Anlage
--grenze--
"""
_HTML = """<html><head><title>Titel</title><style>p {}</style></head><body><h1>Antrag</h1>
<p>Kind: Müller &amp;&nbsp;S&ouml;hne<br>zweite   Zeile</p><script>1</script><ul><li>eins<li>zwei
</ul><table><tr><td>a</td><td>b</td></tr></table></body></html>"""
_XML = """<?xml version="1.0"?><f:Fall xmlns:f="urn:f" art="neu"><!-- nicht --><Kind>
  <Name>Müller</Name> <Name/></Kind><Text>A<b>B</b>C &lt; D</Text><![CDATA[roh]]></f:Fall>"""
_JSON = '{"Kind": {"Name": "Müller", "Jahre": [3, 4.5, null, true]}, "": "\\u00fc"}'
_CSV = "Aktenzeichen;Name\n51.3-1;Müller\n"
_DATA: dict[str, bytes] = {
    content.PDF: _PDF,
    content.DOCX: package(_WORD),
    content.XLSX: package(_TABLE),
    content.MAIL: _MAIL.replace("\n", "\r\n").encode(),
    content.HTML: _HTML.encode(),
    content.XML: _XML.encode(),
    content.JSON: _JSON.encode(),
    content.CSV: b"\xef\xbb\xbf" + _CSV.encode(),
    content.PLAIN: "Vermerk für Müller:\r\n€ und \x00".encode("cp1252"),
    content.PNG: b"\x89PNG\r\n\x1a\n",
}
DOCUMENTS: dict[str, tuple[Part, ...]] = {
    mime: (Part("original", "name", mime, data),) for mime, data in _DATA.items()
}
"""Parts of a document by its media type."""
DOCUMENTS["many parts"] = tuple(
    Part("original", "name", mime, _DATA[mime])
    for mime in (content.PLAIN, content.PNG, content.XML, content.CSV)
)
DOCUMENTS["broken"] = (
    Part("original", "name", content.PDF, b"%PDF-1.4"),
    Part("attachment", "name", content.CSV, _CSV.encode()),
)
