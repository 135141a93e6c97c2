"""Cash batch files: orders that wait together leave as one file with number and totals.

A file's number is given in one unit of work together with its orders. Its bytes follow from
them and may be written again after a crash: same orders, same number, same day, same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.clock import local_date
from hub.core.errors import HubError, Unavailable
from hub.core.ids import derived_uuid, uuid7
from hub.core.record import Record
from hub.partners.outcome import Role
from hub.pipeline.decision.reading import Leg
from hub.pipeline.decision.writing import context, file_name, manner
from hub.pipeline.house import House
from hub.pipeline.setbacks import unforeseen
from hub.routing.route import OutRoute
from hub.store import batches, clearing, lanes, messages
from hub.store.clearing import ClearingCase
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step
from hub.store.payloads import Kept, Payloads

failpoint.declare("batch_after_number", "batch_before_promise", "batch_after_promise")

log = logging.getLogger(__name__)


async def close_due_files(house: House, *, at_once: bool) -> int:
    """Number the files that are due, then write every file that has a number but no bytes."""
    now_us = house.clock.now_us()
    window_us = 0 if at_once else int(house.settings.delivery.batch_window_s * 1_000_000)
    for partner in sorted({tenant.cash.partner for tenant in house.settings.tenants}):
        for waiting in await _waiting(f"order:{partner}", house):
            full = waiting["waiting"] >= house.settings.delivery.batch_max
            if full or waiting["since"] + window_us <= now_us:
                await _number(waiting["tenant"], partner, f"order:{partner}", now_us, house)
                failpoint.reach("batch_after_number")
    return await _write_all(await house.database.read(batches.unwritten), house)


async def _write_all(open_files: list[Row], house: House) -> int:
    """Write files in the order of their numbers; one that fails stops those behind it."""
    written = 0
    stopped: set[tuple[str, str]] = set()
    for row in open_files:
        place = (row["tenant"], row["partner"])
        if place not in stopped and await _attempt(row, house):
            written += 1
        else:
            stopped.add(place)
    return written


async def _attempt(batch: Row, house: House) -> bool:
    """Write a file, or say once why not; it is tried again in every round."""
    try:
        await _write(batch, house)
    except Unavailable as exc:
        log.warning("batch_waits", extra={"tenant": batch["tenant"], "code": exc.code})
    except HubError as exc:
        await _report(batch, exc, house)
    except Exception as exc:  # one office's file must never stop the others
        log.exception("batch_failed", extra={"tenant": batch["tenant"]})
        await _report(batch, unforeseen(exc), house)
    else:
        return True
    return False


async def _report(batch: Row, error: HubError, house: House) -> None:
    """Open a clearing case on the first order's message, unless it is open already."""
    now_us, tenant = house.clock.now_us(), batch["tenant"]
    case = ClearingCase(
        id=derived_uuid(batch["id"], "write"),
        code=error.code,
        message=f"Auftragsdatei Nr. {batch['sequence']} ließ sich nicht schreiben: {error.message}",
        remedy=error.remedy or "Ursache beheben; die Datei wird dann von selbst geschrieben.",
        facts={"ort": error.place} if error.place else {},
    )

    def work(tx: Transaction) -> bool:
        known = clearing.find(tx, tenant, case.id)
        orders = batches.batch_promises(tx, tenant, batch["id"])
        row = messages.find(tx, tenant, orders[0].message_id) if orders else None
        if row is None or (known and known["state"] == "open"):
            return False
        message = messages.to_message(row)
        clearing.open_case(tx, message, case, now_us)
        if row["state"] == "routed":
            house.messages.move(tx, message, "clearing", now_us, code=error.code)
        return True

    if await house.database.write(work):
        log.error("batch_stopped", extra={"tenant": batch["tenant"], "code": error.code})


async def _waiting(queue: str, house: House) -> list[Row]:
    return await house.database.read(lambda tx: batches.oldest_waiting_us(tx, queue))


async def _number(tenant: str, partner: str, queue: str, now_us: int, house: House) -> None:
    batch_id = uuid7(now_us)
    limit = house.settings.delivery.batch_max
    await house.database.write(
        lambda tx: batches.open_batch(
            tx, batch_id=batch_id, tenant=tenant, partner=partner, queue=queue,
            limit=limit, now_us=now_us,
        )
    )  # fmt: skip


async def _write(batch: Row, house: House) -> None:
    """Write a numbered file and promise to deliver it, behind the office's earlier files."""
    tenant = house.settings.tenant(batch["tenant"])
    orders = await house.database.read(
        lambda tx: batches.batch_promises(tx, tenant.id, batch["id"])
    )
    records = await _records(tenant.id, orders, house)
    day = local_date(batch["made_us"])
    route = house.routes.outgoing(Role.CASH, batch["partner"], records[0].kind, day)
    facts = context(tenant, batch["made_us"]) | {
        "message_uuid": batch["id"],
        "sequence": batch["sequence"],
        "count": batch["record_count"],
        "total_cents": batch["total_cents"],
    }
    data = await house.isolation.write(Leg(route.format, route.mapping), records, facts)
    kept = await house.payloads.keep(data)
    name = file_name(route, {"office": tenant.cash.office, "sequence": batch["sequence"]})
    promise = _delivery(batch, route, name, kept, house)
    failpoint.reach("batch_before_promise")
    written = _Written(batch, orders, promise, kept)
    await house.database.write(lambda tx: _promise(tx, written, house))
    failpoint.reach("batch_after_promise")
    log.info("batch_written", extra={"tenant": batch["tenant"], "count": len(orders)})


async def _records(tenant: str, orders: Sequence[Promise], house: House) -> list[Record]:
    """Return the orders' records, looked up together."""
    digests = tuple(order.payload_sha256 or "" for order in orders)
    found = await house.database.read(lambda tx: house.payloads.look_up(tx, tenant, digests))
    return [
        Record.from_json(await house.payloads.read(digest, found.get(digest))) for digest in digests
    ]


@dataclass(frozen=True, slots=True)
class _Written:
    batch: Row
    orders: list[Promise]
    promise: Promise
    kept: Kept


def _promise(tx: Transaction, file: _Written, house: House) -> None:
    now_us = house.clock.now_us()
    tenant = file.batch["tenant"]
    if not batches.written(tx, tenant, file.batch["id"], file.kept.sha256):
        return
    Payloads.name(tx, tenant, file.kept, now_us)
    lanes.add(tx, file.promise, now_us)
    facts = {"sequence": file.batch["sequence"], "to": file.batch["partner"]}
    said = [
        (order.message_id, "order_batched", Step(order.id, digest=file.kept.sha256, facts=facts))
        for order in file.orders
    ]
    house.messages.note_all(tx, tenant, said, now_us)


def _delivery(batch: Row, route: OutRoute, name: str, kept: Kept, house: House) -> Promise:
    return Promise(
        id=derived_uuid(batch["id"], "deliver"),
        tenant=batch["tenant"],
        message_id=batch["id"],
        kind="deliver",
        queue=f"deliver:{batch['partner']}",
        lane_key="#batch",
        spec={
            "record_kind": "Auftragsdatei",
            "door": "folder",
            "channel": route.channel,
            "name": name,
            "batch": batch["id"],
            **manner(route),
        },
        payload_sha256=kept.sha256,
        deadline_us=house.deadline_us(house.clock.now_us(), route.deadline_h),
    )
