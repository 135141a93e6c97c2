"""Picking up files: claim a round, make it durable, only then clear it away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import claim_id
from hub.channels.inbound.reading import Claimed
from hub.core import failpoint
from hub.core.clock import iso_utc, local_date
from hub.core.errors import Conflict
from hub.core.ids import uuid7
from hub.pipeline.house import House
from hub.pipeline.intake import Accepted, Arrival, accept
from hub.store.payloads import Kept
from hub.workers.ownership import Door, Ownership

failpoint.declare("pickup_after_claim", "pickup_before_clear", "pickup_after_clear")

log = logging.getLogger(__name__)

FAULTS = {
    "not_a_regular_file": "Kein gewöhnliches, allein stehendes Dateiobjekt (Verknüpfung, Gerät).",
    "wrong_owner": "Die Datei gehört nicht dem vereinbarten Benutzer.",
    "oversize": "Die Datei ist größer als vereinbart.",
    "unreadable": "Die Datei ist für den Dienst nicht lesbar.",
    "empty_file": "Die Datei ist leer.",
}
"""Why a file was refused unread. For senders."""


async def pick_up(door: Door, ownership: Ownership, house: House) -> int:
    """Take one round from an inbox, if it is ours, and return how many files were in it.

    Whatever a former process had claimed comes first, so that files keep their order.
    """
    if not await ownership.holds(door):
        return 0
    folder = house.inboxes[door]
    claimed = await asyncio.to_thread(_take_round, folder, house)
    if not claimed:
        return 0
    steady = [one for one in claimed if one.fault != "unstable"]
    arrivals = [_arrival(door, one) for one in steady]
    try:
        accepted = await accept(_fenced(arrivals, door, ownership), house)
    except Conflict as exc:
        if exc.code != "inbox_lost":
            raise
        # The files are claimed, and the new owner takes what lies claimed.
        ownership.lost(door)
        return 0
    failpoint.reach("pickup_before_clear")
    unsteady = [one.name for one in claimed if one.fault == "unstable"]
    await asyncio.to_thread(_clear, folder, list(zip(steady, accepted, strict=True)), unsteady)
    failpoint.reach("pickup_after_clear")
    log.info("picked_up", extra={"tenant": door[0], "channel": door[1], "count": len(accepted)})
    return len(accepted)


def _fenced(arrivals: list[Arrival], door: Door, ownership: Ownership) -> list[Arrival]:
    """Let the whole round stand and fall with the lease: one unit of work enters it."""
    if not arrivals:
        return []
    first = replace(arrivals[0], within=lambda tx, _: ownership.renew(tx, door))
    return [first, *arrivals[1:]]


def _take_round(folder: DropFolder, house: House) -> list[Claimed[Kept]]:
    """Claim and read one round; blocks its thread."""
    names = _claim_round(folder, house)
    if not names:
        return []
    failpoint.reach("pickup_after_claim")
    return folder.read(names, house.payloads.keep_file)


def _claim_round(folder: DropFolder, house: House) -> list[str]:
    left = folder.claimed()[: folder.rules.batch]
    # A leftover that still grows must not keep the rest of the channel waiting.
    names = folder.scan(folder.rules.batch - len(left))
    return left + (folder.claim(names, lambda: uuid7(house.clock.now_us())) if names else [])


def _arrival(door: Door, claimed: Claimed[Kept]) -> Arrival:
    fault = claimed.fault or ("empty_file" if claimed.size == 0 else None)
    return Arrival(
        id=claim_id(claimed.name),
        tenant=door[0],
        channel=door[1],
        name=claimed.original_name,
        size=claimed.size,
        data=claimed.data,
        kept=claimed.kept,
        fault=fault,
    )


def _clear(
    folder: DropFolder, entered: list[tuple[Claimed[Kept], Accepted]], unsteady: list[str]
) -> None:
    """Move each file to where its message went; the message itself is durable by now."""
    if unsteady:
        folder.put_back(unsteady)
    shelves: dict[str, list[str]] = {".done": [], ".duplicate": []}
    for one, result in entered:
        if result.code in FAULTS:
            day = local_date(result.message.received_us).isoformat()
            folder.quarantine_claimed(day, one.name, _reason(result))
        else:
            shelves[".duplicate" if result.state == "duplicate" else ".done"].append(one.name)
    for shelf, names in shelves.items():
        if names:
            folder.remove(names, shelf)


def _reason(result: Accepted) -> Mapping[str, object]:
    message, code = result.message, result.code or ""
    return {
        "code": code,
        "nachricht": FAULTS[code],
        "abhilfe": "Bitte als gewöhnliche, vollständige Datei neu senden.",
        "message_id": message.id,
        "datei": message.original_name,
        "empfangen": iso_utc(message.received_us),
        "sha256": message.sha256,
        "befunde": [],
    }
