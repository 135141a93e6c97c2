"""The page of a proof package: an index to read, search and print, and a verifier.

It stands by itself: script and style are inside and named by their digests in the content
security policy, which forbids everything else, the network above all.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import resources
from zoneinfo import ZoneInfo

from efile.integrity import note
from efile.model import Document, DocumentPart
from efile.proof.gathering import Gathered
from efile.proof.naming import file_name
from efile.proof.wording import moment

_HERE = ZoneInfo("Europe/Berlin")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff", "text/plain"})
"""What a browser shows without running anything in it."""
_DIRECTIONS = {"in": "Eingang", "out": "Ausgang", "internal": "intern"}


def index_page(gathered: Gathered, office: str, proof: bytes) -> bytes:
    """Return the page; ``proof`` is embedded to the byte."""
    akte, head = gathered.akte, note.read(gathered.head.note.encode()).checkpoint
    script, style = _asset("pruefen.js"), _asset("seite.css")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    documents = [each.document for each in gathered.documents]
    matters = sorted({each.vorgang for each in documents})
    options = "".join(f"<option>{escape(name)}</option>" for name in matters)
    rows = "".join(_row(number, each) for number, each in enumerate(documents, 1))
    values = {
        "policy": policy,
        "style": style,
        "script": script,
        "proof": proof.decode(),
        "title": escape(akte.title),
        "aktenzeichen": escape(akte.aktenzeichen),
        "aktenplan": escape(akte.aktenplan or "–"),
        "office": escape(office),
        "time": _time(moment(head.time)),
        "size": f"{head.size:,}".replace(",", "."),
        "origin": escape(head.origin),
        "root": head.root.hex(),
        "count": f"{len(documents)} Dokument{'' if len(documents) == 1 else 'e'}",
        "matters": options,
        "rows": rows,
    }
    # One pass over the template: what is filled in is never looked at again.
    pieces = _asset("seite.html").split("§")
    filled = [values[piece] if number % 2 else piece for number, piece in enumerate(pieces)]
    return "".join(filled).encode()


def _row(number: int, document: Document) -> str:
    found = " ".join([document.title, document.vorgang, document.doc_type, _day(document)])
    found += " ".join(part.name for part in document.parts)
    direction = _DIRECTIONS.get(document.direction, document.direction)
    parts = "".join(_part(number, document, part) for part in document.parts)
    digests = "".join(
        f"<dt>{escape(part.name)}</dt><dd class=pruefsumme>{part.sha256}</dd>"
        for part in document.parts
    )
    return (
        f'<tr data-suche="{escape(found.lower())}" data-vorgang="{escape(document.vorgang)}">'
        f"<td>{number}</td><td>{_day(document)}<small>{escape(direction)}</small></td>"
        f"<td><span class=titel>{escape(document.title)}</span>"
        f"<small>{escape(document.doc_type)} · {escape(document.vorgang)}</small>"
        f"<details><summary>Prüfsummen (SHA-256)</summary><dl>{digests}</dl></details></td>"
        f"<td>{parts}</td>"
        f'<td><span class="stand" id="stand-{number}">noch nicht geprüft</span></td></tr>\n'
    )


def _part(number: int, document: Document, part: DocumentPart) -> str:
    path = file_name(number, document, part)
    size = f"{max(1, round(part.size / 1024)):,} kB".replace(",", ".")
    name = escape(part.name)
    if part.mime in _SHOWN:
        name = f'<a href="{escape(path)}" target="_blank" rel="noopener">{name}</a>'
    else:
        name = f"<span class=datei>{name}</span><small>{escape(path)}</small>"
    return f"<div>{name}<small>{size}</small></div>"


def _day(document: Document) -> str:
    return f"{_local(document.filed_at_us):%d.%m.%Y}"


def _time(at_us: int) -> str:
    return f"{_local(at_us):%d.%m.%Y, %H:%M} Uhr"


def _local(at_us: int) -> datetime:
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(_HERE)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (resources.files("efile.verifier") / name).read_text(encoding="utf-8")
