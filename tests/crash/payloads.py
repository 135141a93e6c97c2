"""I4: what a row names is kept with its bytes, unless retention took it and left the proof."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from tests.crash.state import Row, State

_UNFINISHED = {"received", "routed", "clearing"}


def missing_or_changed(state: State) -> Iterator[str]:
    """Whatever a row names is there and has that digest, or was removed when its time was over."""
    removed = {(row["tenant"], row["sha256"]) for row in state.removed}
    for tenant, digest in sorted(_named(state)):
        data = state.bytes_of(tenant, digest)
        if data is None and (tenant, digest) in removed:
            continue
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            yield f"I4 payload {digest[:12]}: missing or changed"


def _named(state: State) -> set[tuple[str, str]]:
    named = {(m["tenant"], m[name]) for m in state.messages for name in ("sha256", "record_sha256")}
    named |= {(p["tenant"], p["payload_sha256"]) for p in state.promises}
    named |= {(b["tenant"], b["payload_sha256"]) for b in state.batches}
    named |= {(a["tenant"], a["sha256"]) for a in state.attachments}
    return {(tenant, digest) for tenant, digest in named if digest}


def removed_without_proof(state: State) -> Iterator[str]:
    """Each removal is journalled, with its sum and for each message, and took nothing needed."""
    portions: dict[tuple[str, int], list[Row]] = {}
    for row in state.removed:
        portions.setdefault((row["tenant"], row["removed_us"]), []).append(row)
    for (tenant, at_us), rows in portions.items():
        listed = "\n".join(sorted(row["sha256"] for row in rows))
        digest = hashlib.sha256(listed.encode()).hexdigest()
        facts = {"count": len(rows), "bytes": sum(row["size"] for row in rows)}
        told = [
            json.loads(entry["facts"]) for entry in state.journal
            if (entry["tenant"], entry["action"], entry["digest"])
            == (tenant, "payloads_removed", digest)
        ]  # fmt: skip
        if told != [facts]:
            yield f"I4 removal {tenant} {at_us}: {len(rows)} payloads are gone without an entry"
    for row in state.removed:
        yield from _taken_too_early(row, state)


def _taken_too_early(row: Row, state: State) -> Iterator[str]:
    place = f"I4 payload {row['sha256'][:12]}"
    told = {
        entry["message_id"] for entry in state.journal
        if (entry["tenant"], entry["action"], entry["digest"])
        == (row["tenant"], "payload_removed", row["sha256"])
    }  # fmt: skip
    # Bytes that were sent anew are there again, for a message of a later time.
    is_back = (row["tenant"], row["sha256"]) in state.payloads
    for message in state.messages:
        if is_back or (message["tenant"], message["sha256"]) != (row["tenant"], row["sha256"]):
            continue
        if message["state"] in _UNFINISHED or message["open_promises"]:
            yield f"{place}: was removed, and message {message['id']} still needs it"
        if message["id"] not in told:
            yield f"{place}: message {message['id']} was not told that it is gone"


def removed_and_still_there(state: State) -> Iterator[str]:
    """At rest no file is left of what was removed."""
    named = {digest for _, digest in state.payloads}
    for row in state.removed:
        path = state.house.folder / "data" / "payloads" / row["sha256"][:2] / row["sha256"]
        hidden = list(path.parent.glob(f".{path.name}.*.removed"))
        if row["file_left"] or hidden or (path.exists() and row["sha256"] not in named):
            yield f"I6 payload {row['sha256'][:12]}: was removed, and its file is left"
