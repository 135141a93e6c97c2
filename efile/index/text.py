"""The text of a document, for search. Foreign PDFs are read in a limited child process only.

Text never decides whether something is filed: what cannot be read is filed all the same and
marked ``failed``. The result depends on the bytes alone, so a rebuilt index finds the same.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Sequence
from typing import Any

from efile.capture import content, mail, office, package, pdf
from efile.capture.examination import examine
from efile.capture.intake import JOB
from efile.errors import NotDisplayable
from efile.index import tree
from efile.integrity.proven import proven
from efile.isolation.pool import LimitedPool, Limits
from efile.model import HELD_BYTES, Part, TextState

WORKER = "efile.index.text"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(jobs=5000)
"""A child takes a third of a second of processor time to start; many letters share it."""
READING = "2"
"""Changed whenever text is taken out of documents in another way; a test tells when it was.

Versions of the libraries that read are no part of it: an update would have every document of
every office read once more, mostly for nothing.
"""
_MAX_CHARACTERS = 2_000_000
"""Text beyond this is not searchable: about a thousand pages."""
_PLAIN = {content.PLAIN, content.CSV}
_IN_CHILD = {
    content.PDF: "pdf_text",
    content.DOCX: "word_text",
    content.XLSX: "table_text",
    content.MAIL: "mail_text",
    content.HTML: "html_text",
}
_SEPARATOR = "\n\n"


async def text_of(parts: Sequence[Part], readers: LimitedPool) -> tuple[str, TextState]:
    """Return the text of all parts and how it went."""
    texts: list[str] = []
    failed = False
    for part in parts:
        try:
            texts.append(await _text_of_part(part, readers))
        except NotDisplayable:
            failed = True
    text = _writable(_SEPARATOR.join(each for each in texts if each)[:_MAX_CHARACTERS])
    if failed:
        return text, "failed"
    return text, "extracted" if text else "none"


async def _text_of_part(part: Part, readers: LimitedPool) -> str:
    mime = _plain_mime(part.mime)
    if mime in _IN_CHILD:
        _, data = await readers.run(_IN_CHILD[mime], {}, part.data)
        return data.decode()
    if is_tree(mime):
        # A choice by size alone, so that a rebuilt index finds the same.
        if part.size <= HELD_BYTES:
            return tree_text(mime, await _head(part))
        _, data = await readers.run("tree_text", {"mime": mime}, part.data)
        return data.decode()
    if mime not in _PLAIN:
        return ""
    return decoded(await _head(part), whole=part.size <= HELD_BYTES)


async def _head(part: Part) -> bytes:
    """Return the first bytes: more than can become searchable text."""
    if isinstance(part.data, bytes):
        return part.data[:HELD_BYTES]
    with proven(part.data) as source:
        return await asyncio.to_thread(source.read, HELD_BYTES)


def is_tree(mime: str) -> bool:
    """Say whether this is XML or JSON."""
    return mime.endswith(("/xml", "+xml", "/json", "+json"))


def tree_text(mime: str, data: bytes) -> str:
    """Return every text of an XML or JSON document."""
    read = tree.texts_of_xml if mime.endswith("xml") else tree.texts_of_json
    return "\n".join(read(data))


def _writable(text: str) -> str:
    """Return the text without what no database takes: NUL and halves of characters."""
    return text.encode(errors="replace").decode().replace("\0", " ")


def is_structured(mime: str) -> bool:
    """Say whether this is a format between machines: XML, JSON or CSV."""
    return _plain_mime(mime).endswith(("/xml", "+xml", "/json", "+json", "/csv"))


def _plain_mime(mime: str) -> str:
    return content.plain_mime(mime)


def decoded(data: bytes, *, whole: bool = True) -> str:
    """Return plain text: UTF-8, else Windows-1252 with unknown bytes marked.

    Where it is not the ``whole`` text, a sign that is cut off at its end is left out.
    """
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=whole)
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def pdf_text(_params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the text of every page; runs in the limited child, as all that follows."""
    return _said(pdf.text_of(data, _MAX_CHARACTERS))


def word_text(_params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the paragraphs of a Word document."""
    with package.opened(data) as opened:
        return _said("\n".join(office.words_of(opened)))


def table_text(_params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the cells of a workbook, row by row."""
    with package.opened(data) as opened:
        sheets = office.sheets_of(opened)
    rows = (row for sheet in sheets for row in ([sheet.name], *sheet.rows))
    return _said("\n".join(" ".join(cell for cell in row if cell) for row in rows))


def mail_text(_params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return head and words of a mail; what hangs on it are parts of their own."""
    letter = mail.read(data)
    return _said("\n".join((*(value for _, value in letter.head), "", letter.body)))


def html_text(_params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the words of an HTML file."""
    return _said(mail.words_of_html(decoded(data[:HELD_BYTES], whole=len(data) <= HELD_BYTES)))


def _said(text: str) -> tuple[dict[str, Any], bytes]:
    return {}, text[:_MAX_CHARACTERS].encode(errors="replace")


def large_tree_text(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the text of a large XML or JSON document; runs in the limited child."""
    return _said(tree_text(str(params["mime"]), data))


JOBS = {
    JOB: examine,
    "pdf_text": pdf_text,
    "word_text": word_text,
    "table_text": table_text,
    "mail_text": mail_text,
    "html_text": html_text,
    "tree_text": large_tree_text,
}
