"""Picking up files: claim a round, make it durable, only then clear it away."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import replace

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import claim_id, original_name
from hub.channels.inbound.reading import Claimed
from hub.channels.inbound.unit_reading import CLAIMED, ClaimedUnit
from hub.channels.inbound.units import Units
from hub.core import failpoint
from hub.core.clock import iso_utc, local_date
from hub.core.errors import Conflict
from hub.core.ids import uuid7
from hub.pipeline.house import House
from hub.pipeline.intake import Accepted, Arrival, accept
from hub.store.database import Transaction
from hub.store.inbox import numbers
from hub.store.inbox.attachments import Attachment
from hub.store.inbox.numbers import Count
from hub.store.payloads import Kept
from hub.workers.numbers import admit, halt
from hub.workers.ownership import Door, Ownership

failpoint.declare("pickup_after_claim", "pickup_before_clear", "pickup_after_clear")

log = logging.getLogger(__name__)

Taken = ClaimedUnit[Kept]
"""A file, or a message with its attachments."""

FAULTS = {
    "not_a_regular_file": "Kein gewöhnliches, allein stehendes Dateiobjekt (Verknüpfung, Gerät).",
    "wrong_owner": "Die Datei gehört nicht dem vereinbarten Benutzer.",
    "oversize": "Die Datei ist größer als vereinbart.",
    "unreadable": "Die Datei ist für den Dienst nicht lesbar.",
    "empty_file": "Die Datei ist leer.",
    "sidecar_invalid": "Die Begleitdatei ist keine Liste von Prüfsummen und Dateinamen.",
    "unit_incomplete": "Von den Dateien, die zusammengehören, fehlt eine.",
    "checksum_mismatch": "Die Prüfsumme einer Datei stimmt nicht mit der Begleitdatei überein.",
}
"""Why a file was refused unread. For senders."""


async def pick_up(door: Door, ownership: Ownership, house: House) -> int:
    """Take one round from an inbox, if it is ours, and return how many files were in it.

    Whatever a former process had claimed comes first, so that files keep their order.
    """
    if not await ownership.holds(door):
        return 0
    folder = house.inboxes[door]
    count = await _count(door, house)
    taken, gap = await asyncio.to_thread(_take_round, folder, count, house)
    if not taken:
        if gap and count:
            await halt(door, gap, count, house)
        return 0
    steady = [one for one in taken if one.message.fault != "unstable"]
    arrivals = [_arrival(door, one) for one in steady]
    try:
        accepted = await accept(_bound(arrivals, door, ownership, house), house)
    except Conflict as exc:
        if exc.code != "inbox_lost":
            raise
        # The files are claimed, and the new owner takes what lies claimed.
        ownership.lost(door)
        return 0
    failpoint.reach("pickup_before_clear")
    unsteady = [one for one in taken if one.message.fault == "unstable"]
    await asyncio.to_thread(_clear, folder, list(zip(steady, accepted, strict=True)), unsteady)
    failpoint.reach("pickup_after_clear")
    log.info("picked_up", extra={"tenant": door[0], "channel": door[1], "count": len(accepted)})
    return len(accepted)


async def _count(door: Door, house: House) -> Count | None:
    """Return how far an inbox has counted, where its files are counted."""
    if house.inboxes[door].rules.gap_wait_s is None:
        return None
    return await house.database.read(lambda tx: numbers.read(tx, door))


def _bound(
    arrivals: list[Arrival], door: Door, ownership: Ownership, house: House
) -> list[Arrival]:
    """Let the whole round stand and fall with the lease, and count it: one unit of work."""
    if not arrivals:
        return []
    rules = house.inboxes[door].rules
    found = [number for one in arrivals if (number := rules.number_of(one.name)) is not None]

    def within(tx: Transaction, _: Accepted) -> None:
        ownership.renew(tx, door)
        if found and rules.gap_wait_s is not None:
            numbers.reach(tx, door, max(found))

    return [replace(arrivals[0], within=within), *arrivals[1:]]


def _take_round(
    folder: DropFolder, count: Count | None, house: House
) -> tuple[list[Taken], tuple[int, int] | None]:
    """Claim and read one round; blocks its thread."""
    if folder.units is None:
        units: list[str] = []
        names, gap = _claim_round(folder, count, house)
    else:
        # Here nothing is complete by itself; what lies claimed was, before modes changed.
        names = folder.claimed()[: folder.rules.batch]
        units, gap = _claim_units(folder, folder.units, count, house)
    if not names and not units:
        return [], gap
    failpoint.reach("pickup_after_claim")
    keep = house.payloads.keep_file
    files = [ClaimedUnit(one) for one in folder.read(names, keep)]
    return files + folder.read_units(units, keep, house.clock.now_us()), gap


def _ids(house: House) -> Callable[[], str]:
    """Return what gives ids in the order of asking, whatever the clock does meanwhile."""
    last_us = 0

    def new_id() -> str:
        nonlocal last_us
        last_us = max(house.clock.now_us(), last_us + 1)
        return uuid7(last_us)

    return new_id


def _claim_round(
    folder: DropFolder, count: Count | None, house: House
) -> tuple[list[str], tuple[int, int] | None]:
    left = folder.claimed()[: folder.rules.batch]
    # A leftover that still grows must not keep the rest of the channel waiting.
    names = folder.scan(folder.rules.batch - len(left))
    gap = None
    if folder.rules.gap_wait_s is not None:
        names, gap = _admitted(names, left, count, folder)
    taken = folder.claim(names, _ids(house)) if names else []
    return left + taken, gap


def _claim_units(
    folder: DropFolder, shelf: Units, count: Count | None, house: House
) -> tuple[list[str], tuple[int, int] | None]:
    left = folder.claimed_units()
    units = shelf.next(folder.rules.batch - len(left))
    gap = None
    if folder.rules.gap_wait_s is not None:
        names, gap = _admitted([unit.name for unit in units], left, count, folder)
        units = [unit for unit in units if unit.name in names]
    return left + shelf.claim(units, _ids(house)), gap


def _admitted(
    names: list[str], left: list[str], count: Count | None, folder: DropFolder
) -> tuple[list[str], tuple[int, int] | None]:
    """Return which files may be taken after those that lie claimed already."""
    claimed = [folder.rules.number_of(original_name(name)) for name in left]
    known = [number for number in (*claimed, count.last if count else None) if number is not None]
    admission = admit(names, max(known, default=None), folder.rules)
    if admission.gap:
        folder.look_again()
    return admission.names, admission.gap


def _arrival(door: Door, taken: Taken) -> Arrival:
    message = taken.message
    fault = message.fault or ("empty_file" if message.size == 0 else None)
    return Arrival(
        id=claim_id(message.name),
        tenant=door[0],
        channel=door[1],
        name=message.original_name,
        size=message.size,
        data=message.data,
        kept=message.kept,
        fault=fault,
        facts={"attachments": len(taken.attachments)} if taken.attachments else {},
        attachments=tuple(_attachment(one) for one in taken.attachments) if not fault else (),
    )


def _attachment(claimed: Claimed[Kept]) -> Attachment:
    data = claimed.data or b""
    kept = claimed.kept or Kept(hashlib.sha256(data).hexdigest(), len(data), data)
    name = claimed.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attachment(name, kept.sha256, kept.size, media_type, kept)


def _clear(
    folder: DropFolder, entered: list[tuple[Taken, Accepted]], unsteady: list[Taken]
) -> None:
    """Move each file to where its message went; the message itself is durable by now."""
    growing = [one.message.name for one in unsteady if one.shelf == CLAIMED]
    if growing:
        folder.put_back(growing)
    shelves: dict[tuple[str, str], list[str]] = {}
    for one, result in entered:
        name = one.message.name
        if result.code in FAULTS:
            day = local_date(result.message.received_us).isoformat()
            folder.quarantine_claimed(day, name, _reason(result), one.shelf)
        else:
            shelf = ".duplicate" if result.state == "duplicate" else ".done"
            shelves.setdefault((shelf, one.shelf), []).append(name)
    for (shelf, source), names in shelves.items():
        folder.remove(names, shelf, source)


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
