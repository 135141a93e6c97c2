"""What became of a message, told to the system that sent it, and to nobody else.

Another sender's message and one that does not exist have the same answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from msgspec import structs

from hub.core.clock import iso_utc
from hub.pipeline.intake import Accepted
from hub.store.senders import fates, posts
from hub.store.senders.credentials import Credential
from hub.store.senders.fates import FAILED, PASSED, Fate
from hub.web.api.identity import Look, record, sender_of
from hub.web.api.problems import KINDS, Kind, Problem
from hub.web.api.services import DOOR, Door

PATH = "/api/v1/messages"
SHOWN_FINDINGS = 1000

FIRST_LOOK_S, LAST_LOOK_S = 0.01, 0.25
"""A waiting request looks again after these pauses: soon at first, then seldom."""

_UNREAD = frozenset({"received"})
"""States in which nobody has read the message yet."""

_FAULTS = {
    "empty_file": ("Der Inhalt ist leer.", "Die Nachricht mit Inhalt neu senden."),
}
"""Why a message was refused unread: what it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The message of a request."""

    message_id: str
    accepted: Accepted | None = None
    """``None``: an earlier request had brought it."""


async def answer_to_post(
    request: web.Request, credential: Credential, entered: Entered
) -> web.Response:
    """Wait for the verdict as long as the sender wishes, and answer."""
    door, wished, message_id = request.app[DOOR], wish_of(request), entered.message_id
    headers = {} if entered.accepted else {"Idempotent-Replayed": "true"}
    if wished is not None:
        wait_s = min(wished, door.rules.max_wait_s)
        await _wait(door, credential.tenant, message_id, wait_s)
        headers["Preference-Applied"] = f"wait={wait_s:.0f}"
    fate = _unread(entered) if wished is None else None
    if fate is None:
        fate = await _fate(door, credential.tenant, message_id)
    document = document_of(fate)
    headers["Location"] = f"{PATH}/{message_id}"
    if fate.message["state"] == "refused" and (wished is not None or not fate.reason):
        raise _refusal(fate, document, headers)
    decided = wished is not None and _is_decided(fate)
    return web.json_response(document, status=200 if decided else 202, headers=headers)


def _unread(entered: Entered) -> Fate | None:
    """Return the fate of a message accepted this moment, which nobody can have read yet."""
    accepted = entered.accepted
    if accepted is None or accepted.state != "received":
        return None
    return Fate(message={"state": accepted.state, "code": None, **structs.asdict(accepted.message)})


def wish_of(request: web.Request) -> int | None:
    """Return how many seconds the sender wants to wait (RFC 7240); what else it says is ignored."""
    preferences = ",".join(request.headers.getall("Prefer", []))
    found = re.search(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:$|[,;])", preferences)
    return int(found[1]) if found else None


async def _wait(door: Door, tenant: str, message_id: str, wait_s: float) -> None:
    """Wait until somebody has read the message, the time is over or the service ends."""
    loop = asyncio.get_running_loop()
    end, pause_s = loop.time() + wait_s, FIRST_LOOK_S
    while not door.shut.is_set() and loop.time() < end:
        state = await door.house.database.read(lambda tx: fates.state_of(tx, tenant, message_id))
        if state not in _UNREAD:
            return
        await asyncio.sleep(min(pause_s, max(end - loop.time(), 0)))
        pause_s = min(pause_s * 1.5, LAST_LOOK_S)


def _is_decided(fate: Fate) -> bool:
    return fate.verdict == PASSED or fate.message["state"] == "duplicate"


async def _fate(door: Door, tenant: str, message_id: str) -> Fate:
    found = await door.house.database.read(lambda tx: fates.fate_of(tx, tenant, message_id))
    if found is None:
        raise Problem("not_found")
    return found


def document_of(fate: Fate) -> dict[str, Any]:
    """Return what a sender may know of its message."""
    row = fate.message
    return {
        "message_id": row["id"],
        "state": row["state"],
        "verdict": fate.verdict,
        "code": row["code"],
        "kind": row["kind"],
        "business_id": row["business_id"],
        "received_at": iso_utc(row["received_us"]),
        "size_bytes": row["size_bytes"],
        "sha256": row["sha256"],
        "attachments": row["attachments"] or 0,
        "duplicate_of": fate.duplicate_of,
        "findings": _findings(fate),
        "receipt": f"{PATH}/{row['id']}/receipt" if fate.receipt_sha256 else None,
    }


def _findings(fate: Fate) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(fate.reason.get("befunde", ()))[:SHOWN_FINDINGS]
    if found or fate.verdict != FAILED:
        return found
    code = str(fate.message["code"])
    message, _ = _FAULTS.get(code, (KINDS["message_refused"].detail, ""))
    return [{"rule": code, "level": "error", "message": message}]


def _refusal(fate: Fate, document: dict[str, Any], headers: Mapping[str, str]) -> Problem:
    known = KINDS["message_refused"]
    what, remedy = _FAULTS.get(str(fate.message["code"]), (known.detail, known.remedy))
    kind = Kind(
        known.status, known.title,
        str(fate.reason.get("nachricht") or what), str(fate.reason.get("abhilfe") or remedy),
    )  # fmt: skip
    del document["code"]
    return Problem(
        str(fate.message["code"] or "message_refused"), kind=kind, members=document,
        headers=headers,
    )  # fmt: skip


async def get_message(request: web.Request) -> web.Response:
    """Tell state, verdict and findings of one of the sender's messages."""
    fate = await _own(request)
    return web.json_response(document_of(fate))


async def get_receipt(request: web.Request) -> web.Response:
    """Give the receipt (*Quittung*) of one of the sender's messages, as it was written."""
    fate = await _own(request)
    if fate.receipt_sha256 is None:
        raise Problem("not_found")
    payloads = request.app[DOOR].house.payloads
    body = await payloads.get(fate.message["tenant"], fate.receipt_sha256)
    return web.Response(body=body, content_type="application/xml")


async def _own(request: web.Request) -> Fate:
    """Return the fate of a message of the asking sender; the look is in the access log."""
    credential, door = await sender_of(request), request.app[DOOR]
    message_id = request.match_info["message_id"]
    with door.turnstile.passing(credential):
        is_own = await door.house.database.read(
            lambda tx: posts.is_own(
                tx, tenant=credential.tenant, channel=credential.channel,
                sender=credential.sender, message_id=message_id,
            )
        )  # fmt: skip
        look = Look("message_fate_read", "message", message_id)
        await record(request, credential, look, "granted" if is_own else "not_found")
        if not is_own:
            raise Problem("not_found")
        return await _fate(door, credential.tenant, message_id)
