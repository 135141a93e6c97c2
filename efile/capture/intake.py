"""What comes to be filed, looked at first: its type, what is remarkable, what hangs on it.

Nothing here ever refuses a document. What cannot be examined is filed as the bytes it is, and
the file says why it cannot be shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from efile.capture import content, words
from efile.errors import NotDisplayable
from efile.isolation.pool import LimitedPool
from efile.model import Part

JOB = "examine"
"""Name of the child's job."""
_EXAMINED = frozenset({content.PDF, content.MAIL, content.PACKAGE, *content.PICTURES})


async def captured(parts: Sequence[Part], readers: LimitedPool) -> tuple[Part, ...]:
    """Return the parts with what was found out, then what hangs on them, each naming its parent."""
    found = [await _captured(part, readers) for part in parts]
    result = [own for own, _ in found]
    for position, (_, children) in enumerate(found):
        begin = len(result)
        # Among its siblings a child names its parent by number; -1 is the part handed in.
        result += [
            replace(child, parent=position if parent < 0 else begin + parent)
            for parent, child in children
        ]
    return tuple(result)


async def _captured(part: Part, readers: LimitedPool) -> tuple[Part, list[tuple[int, Part]]]:
    found = content.recognised(await _head(part), part.mime, part.name)
    if not part.size:
        return replace(part, remark=words.remark(("empty",))), []
    if found not in _EXAMINED:
        return _described(part, found, _claim(part, found), ()), []
    try:
        answer, body = await readers.run(JOB, {"name": part.name, "mime": part.mime}, part.data)
    except NotDisplayable as exc:
        return _described(part, found, _claim(part, found), (exc.code,)), []
    own = answer["file"]
    children, begin = [], 0
    for facts in answer["children"]:
        data = body[begin : begin + facts["size"]]
        begin += facts["size"]
        children.append((int(facts["parent"]) - 1, _child(facts, data)))
    return _described(part, own["mime"], own["contradicted"], own["codes"]), children


def _described(part: Part, mime: str, contradicted: str, codes: Sequence[str]) -> Part:
    return replace(
        part, mime=_with_parameters(part.mime, mime), remark=words.remark(codes, contradicted, mime)
    )


def _with_parameters(declared: str, found: str) -> str:
    """Keep what a true claim adds, such as the character set."""
    return declared if content.plain_mime(declared) == found else found


def _claim(part: Part, found: str) -> str:
    claim = content.claimed(part.mime, part.name)
    return claim if content.contradicts(claim, found) else ""


def _child(facts: dict[str, Any], data: bytes) -> Part:
    remark = words.remark(facts["codes"], facts["contradicted"], facts["mime"])
    return Part("attachment", str(facts["name"]), str(facts["mime"]), data, remark)


async def _head(part: Part) -> bytes:
    if isinstance(part.data, bytes):
        return part.data[: content.HEAD_BYTES]
    path = part.data.path

    def read() -> bytes:
        with path.open("rb") as source:
            return source.read(content.HEAD_BYTES)

    return await asyncio.to_thread(read)
