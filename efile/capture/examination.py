"""The examination of one foreign file: what it is, what is remarkable, what hangs on it.

A job of the limited child. A mail's attachments come back as files of their own, examined
like every other; mails within mails end at a depth nobody reaches by accident.
"""

from __future__ import annotations

from typing import Any

from efile.capture import content, mail, office, package, pdf, pictures
from efile.capture.fault import Unreadable

_DEEPEST = 5
_MOST_FILES = 60
_MOST_BYTES = 96 * 1024 * 1024


def examine(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what a file is and, one after the other, the bytes of what hangs on it."""
    found = _Findings()
    found.look(str(params["name"]), str(params["mime"]), data, -1, 0)
    first, *others = found.files
    return {"file": first, "children": others}, b"".join(found.contents[1:])


class _Findings:
    """Files in the order they were met; each names the one it hangs on."""

    def __init__(self) -> None:
        self.files: list[dict[str, Any]] = []
        self.contents: list[bytes] = []
        self._left = _MOST_BYTES

    def look(self, name: str, declared: str, data: bytes, parent: int, depth: int) -> None:
        """Examine a file and what hangs on it."""
        claim = content.claimed(declared, name)
        found = content.recognised(data[: content.HEAD_BYTES], declared, name)
        facts: dict[str, Any] = {"name": name, "size": len(data), "parent": parent, "codes": []}
        place = len(self.files)
        self.files.append(facts)
        self.contents.append(data)
        try:
            found, codes = _judged(found, data)
            facts["codes"] += codes
            if found == content.MAIL:
                self._take_off(data, place, depth, facts)
        except Unreadable as exc:
            facts["codes"].append(exc.code)
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
            # The mail library fails in many ways on mails that are none.
            facts["codes"].append("document_unreadable")
        facts["mime"] = found
        facts["contradicted"] = claim if data and content.contradicts(claim, found) else ""

    def _take_off(self, data: bytes, place: int, depth: int, facts: dict[str, Any]) -> None:
        letter = mail.read(data)
        more = letter.more
        for one in letter.attachments:
            size = len(one.data)
            if depth == _DEEPEST or len(self.files) > _MOST_FILES or size > self._left:
                more = True
                continue
            self._left -= size
            self.look(one.name, one.mime, one.data, place, depth + 1)
        if more:
            facts["codes"].append("too_much_attached")


def _judged(found: str, data: bytes) -> tuple[str, list[str]]:
    """Return the type and what is remarkable about it."""
    if not data:
        return found, ["empty"]
    if found == content.PDF:
        return found, list(pdf.remarks_of(data))
    if found in content.PICTURES:
        pictures.judge(data)
    if found == content.PACKAGE:
        with package.opened(data) as opened:
            kind, codes = office.kind_of(opened)
            return kind, list(codes)
    return found, []
