"""Taking a unit in: one part after the other into the payload store, none named before all came.

A part beyond a limit ends the request at once. Whatever was written of a unit that breaks off,
comes too slowly or is refused is removed with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from hub.store.inbox.attachments import Attachment
from hub.store.payloads import Kept
from hub.web.api.bodies import boundary_of, chunks_of, demand_type, name_for
from hub.web.api.problems import Problem
from hub.web.api.services import Door
from hub.web.api.units.labels import Label, attachment_name, attachment_type, read_label
from hub.web.api.units.splitter import Head, HeadTooLong, Malformed, Piece, Splitter

MESSAGE, ATTACHMENT = "message", "attachment"
"""Names of the fields: first the one message, then any number of attachments."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message and what came with it, durable but not yet named by anybody."""

    kept: Kept
    name: str
    media_type: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(slots=True)
class _Progress:
    """How far a unit has come."""

    labels: list[Label] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def part(self) -> int:
        """Number of the part in work, for the sender."""
        return len(self.labels) + 1


async def receive(request: web.Request, door: Door) -> Received:
    """Keep the parts of a unit.

    Raises:
        Problem: it is no unit, or beyond a limit, or it broke off.
        Unavailable: the disk is full or does not sync.
    """
    progress = _Progress()
    pieces = _pieces(request, door, progress)
    with door.house.payloads.gather() as gathering:
        while head := await _next_head(pieces):
            label = read_label(head.raw, progress.part)
            limit = _limit(label, door, progress)
            content = _content(pieces, limit, progress.part)
            size = await gathering.add(content, head=not progress.labels)
            if label.length not in {None, size}:
                raise Problem("multipart_invalid", members={"part": progress.part})
            progress.labels.append(label)
        if not progress.labels:
            raise Problem("part_unexpected", members={"part": 1})
        kept = await gathering.end()
    return _received(progress.labels, kept)


async def _pieces(request: web.Request, door: Door, progress: _Progress) -> AsyncIterator[Piece]:
    splitter = Splitter(boundary_of(request))
    try:
        async for chunk in chunks_of(request, door.rules):
            for piece in splitter.feed(chunk):
                yield piece
        splitter.end()
    except Malformed as exc:
        raise Problem("multipart_invalid", members={"part": progress.part}) from exc
    except HeadTooLong as exc:
        raise Problem("part_headers_too_large", members={"part": progress.part}) from exc


async def _next_head(pieces: AsyncIterator[Piece]) -> Head | None:
    async for piece in pieces:
        if isinstance(piece, Head):
            return piece
    return None


async def _content(pieces: AsyncIterator[Piece], limit: int, part: int) -> AsyncIterator[bytes]:
    """Yield the bytes of one part."""
    size = 0
    async for piece in pieces:
        if not isinstance(piece, bytes):
            return
        size += len(piece)
        if size > limit:
            raise _too_large(limit, part)
        yield piece


def _limit(label: Label, door: Door, progress: _Progress) -> int:
    """Return how large a part may become, after seeing that it may come at all."""
    part, rules = progress.part, door.rules
    if label.field != (MESSAGE if part == 1 else ATTACHMENT):
        raise Problem("part_unexpected", members={"part": part})
    if part == 1:
        demand_type(label.media_type, rules)
        limit = rules.max_bytes
    else:
        _demand_name(label, progress)
        if part - 1 > rules.max_attachments:
            raise Problem(
                "attachments_too_many", members={"max_attachments": rules.max_attachments}
            )
        limit = door.house.settings.pickup.max_attachment_bytes
    if label.length is not None and label.length > limit:
        raise _too_large(limit, part)
    return limit


def _demand_name(label: Label, progress: _Progress) -> None:
    name = attachment_name(label, progress.part)
    if name in progress.names:
        raise Problem("attachment_name_repeated", members={"part": progress.part})
    progress.names.add(name)


def _too_large(limit: int, part: int) -> Problem:
    code = "body_too_large" if part == 1 else "attachment_too_large"
    return Problem(code, members={"max_bytes": limit, "part": part})


def _received(labels: list[Label], kept: list[Kept]) -> Received:
    (message, body), *others = zip(labels, kept, strict=True)
    attachments = tuple(
        Attachment(one.name, its.sha256, its.size, attachment_type(one, one.name), its)
        for one, its in others
    )
    name = name_for(message.name, message.media_type)
    return Received(body, name, message.media_type, attachments)
