"""What came with a post: with its message or not at all, as sent, and in the end in a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tests.crash.house import Posted
from tests.crash.state import Row, State


def other_than_sent(state: State) -> Iterator[str]:
    """I1, I4 at every moment: a message that was posted has the attachment it was posted with."""
    for post, row in _pairs(state):
        came = [a["sha256"] for a in _of(state, row)]
        sent = [_sha(post.attachment)] if post.attachment else []
        # Of a repetition of known bytes nothing is kept but that it came.
        if came != sent and not (row["state"] == "duplicate" and not came):
            yield f"I4 {post.name}: kept attachments are not what was sent"


def not_filed(state: State) -> Iterator[str]:
    """I1 at rest: what came with a message that was carried out is in a file."""
    filed = {
        (p["tenant"], p["message_id"], p["payload_sha256"])
        for p in state.promises
        if p["kind"] == "file" and p["state"] == "confirmed"
    }
    for message in state.messages:
        for one in _of(state, message) if message["state"] == "closed" else ():
            if (message["tenant"], message["id"], one["sha256"]) not in filed:
                yield f"I1 message {message['id']}: an attachment is in no file"


def _pairs(state: State) -> Iterator[tuple[Posted, Row]]:
    known = {
        (m["tenant"], m["channel"], m["original_name"]): m
        for m in state.messages
        if not m["part_of"]
    }
    for post in state.house.posted:
        row = known.get((post.tenant, post.channel, post.name))
        if row:
            yield post, row


def _of(state: State, message: Row) -> list[Row]:
    return [
        one
        for one in state.attachments
        if (one["tenant"], one["message_id"]) == (message["tenant"], message["id"])
    ]


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
