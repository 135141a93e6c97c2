"""Small Word files made by hand, also bad ones."""

import io
import zipfile
from collections.abc import Mapping

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def document(body: str) -> str:
    return f'<w:document xmlns:w="{_NAMESPACE}"><w:body>{body}</w:body></w:document>'


def word_file(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a Word file with this body and further parts by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", document(body))
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return buffer.getvalue()


def part_of(file: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        return package.read(name).decode()
