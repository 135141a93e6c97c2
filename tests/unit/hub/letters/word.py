"""Small Word files made by hand, also bad ones."""

import io
import zipfile
from collections.abc import Mapping

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


_BODY = "word/document.xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_FRAME: dict[str, str | bytes] = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/{_BODY}" ContentType="{_TYPE}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}" Target="{_BODY}"/></Relationships>',
}


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def document(body: str) -> str:
    return f'<w:document xmlns:w="{_NAMESPACE}"><w:body>{body}</w:body></w:document>'


def word_file(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a Word file with this body and further parts by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in ({_BODY: document(body)} | _FRAME | dict(parts or {})).items():
            package.writestr(name, content)
    return buffer.getvalue()


def part_of(file: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        return package.read(name).decode()
