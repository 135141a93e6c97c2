"""Reads two documents and compares their words; runs in the limited child only."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from efile.capture import content, pdf
from efile.capture.fault import Unreadable
from efile.comparing import texts
from efile.renditions.readable import READABLE, readable

_MOST_CHARACTERS = 600_000
"""Of one document: some three hundred pages."""


def compare(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what differs between two documents, whose bytes lie one behind the other.

    ``empty`` names the sides, 0 and 1, that have no words; then nothing was compared.
    """
    sides, begin = [], 0
    for told in params["sides"]:
        end = begin + int(told["size"])
        sides.append(_read(str(told["mime"]), data[begin:end]))
        begin = end
    lines = [texts.lines_of(pages) for pages, _ in sides]
    facts: dict[str, Any] = {
        "empty": [at for at, found in enumerate(lines) if not found],
        "cut": any(cut for _, cut in sides),
    }
    if facts["empty"]:
        return facts, b""
    stretches = texts.compare(*lines)
    return facts, json.dumps([asdict(one) for one in stretches]).encode()


def _read(mime: str, data: bytes) -> tuple[list[tuple[int, str]], bool]:
    """Return the text of each page, and whether there is more."""
    if mime == content.PDF:
        return _pages(data)
    if mime in READABLE:
        said, _ = readable({"kind": mime}, data)
        lines = [f"{label}: {value}" for label, value in said["head"]]
        lines += said["paragraphs"]
        for table in said["tables"]:
            lines += [table["name"], *(" | ".join(filter(None, row)) for row in table["rows"])]
        return [(0, "\n".join(lines))], said["cut"]
    if mime in content.PICTURES:
        return [], False
    raise Unreadable("no_pages")


def _pages(data: bytes) -> tuple[list[tuple[int, str]], bool]:
    found, left = [], _MOST_CHARACTERS
    with pdf.opened(data) as document:
        for number in range(len(document)):
            page = document[number]
            textpage = page.get_textpage()
            text = pdf.as_lines(textpage.get_text_range())
            textpage.close()
            page.close()
            found.append((number + 1, text))
            left -= len(text)
            if left <= 0:
                return found, True
    return found, False


JOBS = {"compare": compare}
