"""Turns parts of documents into pages, and bound pages into the finished copy.

Runs in the limited child only.
"""

from __future__ import annotations

import io
import itertools
from typing import Any

import pikepdf

from efile.capture import pdf
from efile.export.cleaning import ready
from efile.inspection.spelling import Token, find, text_tokens
from efile.inspection.subjects import Term
from efile.renditions.typesetting import Line, Typesetter

_HIDDEN = "…"


def prepare(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return a part as PDF and the number of its pages; no body: as it is."""
    answer, body = ready(params, data)
    if answer["kind"] == "text":
        setter = Typesetter()
        setter.add([Line(str(params["name"]), 9), Line(""), *map(Line, answer["paragraphs"])])
        body = setter.finish()
    with pdf.opened(body or data) as document:
        return {"pages": len(document)}, body


def bind(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the copy: a front of set lines, then the pieces in their order.

    The front is set twice: it names the first page of each document, behind itself. Fronts of
    several parts differ in their number alone, so that each of them is as long.
    """
    front = _front(params, 0)
    shift = _pages(front)
    front = _front(params, shift)
    begin = 0
    with pikepdf.new() as bound, pikepdf.open(io.BytesIO(front)) as head:
        shift = len(head.pages)
        bound.pages.extend(head.pages)
        for size in params["sizes"]:
            with pikepdf.open(io.BytesIO(data[begin : begin + size])) as piece:
                bound.pages.extend(piece.pages)
            begin += size
        bound.Root.Lang = pikepdf.String("de-DE")
        bound.docinfo["/Title"] = str(params["title"])
        bound.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        stream = io.BytesIO()
        bound.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return {"front": shift}, stream.getvalue()


def _front(params: dict[str, Any], shift: int) -> bytes:
    terms = [(one["id"], Term(**one).wordings()) for one in params["terms"]]
    setter = Typesetter()
    lines = []
    for one in params["lines"]:
        right = str(one["page"] + shift) if "page" in one else ""
        if "part" in one:
            right = f"Teil {one['part']}, Seite {right}"
        lines.append(
            Line(
                without(str(one["text"]), terms), one.get("size", 10), bold=one.get("bold", False),
                right=right, before=one.get("before", 0), indent=one.get("indent", 0),
            )
        )  # fmt: skip
    setter.add(lines)
    return setter.finish()


def without(text: str, terms: list[tuple[str, Any]]) -> str:
    """Return a text in which dots stand for the terms."""
    words = text.split(" ")
    owners: list[int] = []
    found: list[Token] = []
    for number, word in enumerate(words):
        mine = text_tokens(word)
        owners += [number] * len(mine)
        found += mine
    hidden = {
        owners[place] for one in find(found, terms) for place in range(one.first, one.last + 1)
    }
    shown = [_HIDDEN if number in hidden else word for number, word in enumerate(words)]
    return " ".join(word for word, _ in itertools.groupby(shown))


def _pages(front: bytes) -> int:
    with pdf.opened(front) as document:
        return len(document)
