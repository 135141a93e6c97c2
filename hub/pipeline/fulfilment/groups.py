"""Keeping promises in groups: files into outboxes, documents into the e-file.

One reading, one act and one unit of work serve the whole group. Each promise still has an
outcome of its own; where one of a lane is not kept, those behind it wait, kept or not: doing
them again changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from efile import HELD_BYTES, FilingError, FilingRequest, LargeFile, StorageUnavailable
from hub.channels.outbound.folder import Item, Sidecar
from hub.core import failpoint
from hub.core.errors import Conflict, HubError, Unavailable
from hub.core.log import log_context
from hub.pipeline.fulfilment import storage
from hub.pipeline.fulfilment.ending import Ended, end_all, what_left
from hub.pipeline.fulfilment.filing import filing_request, refused_by_file
from hub.pipeline.house import House
from hub.pipeline.portions import portions
from hub.pipeline.setbacks import give_up, try_again, unforeseen
from hub.store import lanes, messages
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step
from hub.store.payloads import Payloads

failpoint.declare("group_before_act", "group_before_end")

log = logging.getLogger(__name__)

Outcome = Ended | HubError
Act = Callable[["Group", House], Awaitable[list[Outcome]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Claimed promises with their bytes and messages."""

    promises: tuple[Promise, ...]
    data: tuple[bytes | HubError, ...]
    messages: dict[tuple[str, str], Row]
    large: Mapping[str, LargeFile]
    """What is filed from its file, piece by piece; its bytes are not among the data."""


async def deliver_files(promises: Sequence[Promise], house: House) -> None:
    """Bring files to partners' folders."""
    await _keep(promises, _put, house)


async def file_documents(promises: Sequence[Promise], house: House) -> None:
    """Put documents into the e-files of their cases."""
    await _keep(promises, _file, house)


async def _keep(promises: Sequence[Promise], act: Act, house: House) -> None:
    """Keep promises portion by portion; what makes a lane too heavy waits for the next time."""
    sizes = await house.database.read(lambda tx: _sizes(tx, promises))

    def weight(line: Sequence[Promise]) -> int:
        return sum(sizes.get(promise.id, 0) for promise in line)

    lines = [next(portions(line, lambda one: weight((one,)))) for line in _lines(promises)]
    for portion in portions(lines, weight):
        chosen = [promise for line in portion for promise in line]
        large = _large(chosen, sizes, house) if act is _file else {}
        await _keep_portion(chosen, act, large, house)


def _large(
    promises: Sequence[Promise], sizes: Mapping[str, int], house: House
) -> dict[str, LargeFile]:
    return {
        one.id: LargeFile(house.payloads.path(digest), digest, sizes[one.id])
        for one in promises
        if sizes.get(one.id, 0) > HELD_BYTES and (digest := one.payload_sha256)
    }


def _lines(promises: Sequence[Promise]) -> list[list[Promise]]:
    return list(lanes.by_lane(promises).values())


def _sizes(tx: Transaction, promises: Sequence[Promise]) -> dict[str, int]:
    """Return how many bytes each promise brings."""
    sizes: dict[str, int] = {}
    for tenant in {promise.tenant for promise in promises}:
        own = {p.id: p.payload_sha256 for p in promises if p.tenant == tenant and p.payload_sha256}
        found = Payloads.sizes(tx, tenant, list(own.values()))
        sizes |= {name: found.get(digest, 0) for name, digest in own.items()}
    return sizes


async def _keep_portion(
    promises: Sequence[Promise], act: Act, large: Mapping[str, LargeFile], house: House
) -> None:
    group = await _read(promises, large, house)
    failpoint.reach("group_before_act")
    try:
        outcomes = await act(group, house)
    except Unavailable as exc:
        # The database does not take the index at the moment; nothing is acknowledged.
        outcomes = [exc] * len(promises)
    except Exception as exc:  # one fault of the act must not stop the queue
        log.exception("group_failed")
        outcomes = [unforeseen(exc)] * len(promises)
    failpoint.reach("group_before_end")
    kept, stopped = _sorted(promises, outcomes)
    if act is _file:
        await storage.note(len(kept), [error for _, error in stopped], house)
    if kept:
        await _end(kept, {promise.lane for promise, _ in stopped}, house)
    for promise, error in stopped:
        await _put_back(promise, error, house)


async def _read(promises: Sequence[Promise], large: Mapping[str, LargeFile], house: House) -> Group:
    """Read what a group brings, each payload checked against its digest."""
    inline: dict[tuple[str, str], bytes | None] = {}
    rows: dict[tuple[str, str], Row] = {}

    def look(tx: Transaction) -> None:
        for tenant in {promise.tenant for promise in promises}:
            own = [promise for promise in promises if promise.tenant == tenant]
            digests = [one.payload_sha256 for one in own if one.payload_sha256]
            found = house.payloads.look_up(tx, tenant, digests)
            inline.update({(tenant, digest): data for digest, data in found.items()})
            known = messages.find_all(tx, tenant, [one.message_id for one in own])
            rows.update({(tenant, message_id): row for message_id, row in known.items()})

    await house.database.read(look)
    data = [
        b"" if promise.id in large else await _bytes_of(promise, inline, house)
        for promise in promises
    ]
    return Group(tuple(promises), tuple(data), rows, large)


async def _bytes_of(
    promise: Promise, inline: dict[tuple[str, str], bytes | None], house: House
) -> bytes | HubError:
    digest = promise.payload_sha256
    if digest is None:
        return Conflict("promise_without_payload", "Der Zusage fehlen ihre Nutzdaten.")
    try:
        return await house.payloads.read(digest, inline.get((promise.tenant, digest)))
    except HubError as exc:
        return exc


async def _put(group: Group, house: House) -> list[Outcome]:
    outcomes: dict[str, Outcome] = {}
    folders: dict[tuple[str, str], list[tuple[Promise, Item]]] = {}
    for promise, data in zip(group.promises, group.data, strict=True):
        if isinstance(data, HubError):
            outcomes[promise.id] = data
            continue
        beside: Sidecar = promise.spec.get("sidecar", "sha256")
        item = Item(str(promise.spec["name"]), data, promise.id, beside)
        place = promise.tenant, str(promise.spec["channel"])
        folders.setdefault(place, []).append((promise, item))
    for (tenant, channel), items in folders.items():
        folder = house.outboxes.folder(tenant, channel)
        errors = await folder.put_all([item for _, item in items])
        for (promise, _), error in zip(items, errors, strict=True):
            step = Step(promise.id, digest=promise.payload_sha256, facts=what_left(promise))
            outcomes[promise.id] = error or Ended(promise, "delivered", step)
    return [outcomes[promise.id] for promise in group.promises]


async def _file(group: Group, house: House) -> list[Outcome]:
    requests = [
        _request(promise, group.large.get(promise.id, data), group.messages)
        for promise, data in zip(group.promises, group.data, strict=True)
    ]
    good = [one for one in requests if isinstance(one, FilingRequest)]
    try:
        results = iter(await house.efile.file_all(good))
    except StorageUnavailable as exc:
        return [
            one if isinstance(one, HubError) else refused_by_file(exc, promise)
            for promise, one in zip(group.promises, requests, strict=True)
        ]
    outcomes: list[Outcome] = []
    for promise, request in zip(group.promises, requests, strict=True):
        if isinstance(request, HubError):
            outcomes.append(request)
            continue
        filed = next(results)
        if isinstance(filed, FilingError):
            outcomes.append(refused_by_file(filed, promise))
            continue
        facts = {"document": filed.id, "type": promise.spec["doc_type"], "title": request.title}
        outcomes.append(Ended(promise, "filed", Step(promise.id, digest=filed.sha256, facts=facts)))
    return outcomes


def _request(
    promise: Promise, data: bytes | LargeFile | HubError, rows: dict[tuple[str, str], Row]
) -> FilingRequest | HubError:
    if isinstance(data, HubError):
        return data
    try:
        return filing_request(promise, data, rows.get((promise.tenant, promise.message_id)))
    except HubError as exc:
        return exc


def _sorted(
    promises: Sequence[Promise], outcomes: Sequence[Outcome]
) -> tuple[list[Ended], list[tuple[Promise, HubError]]]:
    """Return what was kept, and per lane the first that was not; what stands behind waits."""
    told = {promise.id: outcome for promise, outcome in zip(promises, outcomes, strict=True)}
    kept: list[Ended] = []
    stopped: list[tuple[Promise, HubError]] = []
    for line in _lines(promises):
        for promise in line:
            outcome = told[promise.id]
            if isinstance(outcome, HubError):
                stopped.append((promise, outcome))
                break
            kept.append(outcome)
    return kept, stopped


async def _end(kept: Sequence[Ended], keep: set[lanes.Lane], house: House) -> None:
    """End kept promises in one unit of work; if a lease was lost, each lane by itself."""
    try:
        await end_all(kept, keep, house)
    except Conflict:
        for line in _per_lane(kept):
            try:
                await end_all(line, keep, house)
            except Conflict as exc:
                log.warning("lease_lost", extra={"code": exc.code, "queue": line[0].promise.queue})


def _per_lane(kept: Sequence[Ended]) -> list[list[Ended]]:
    lines: dict[lanes.Lane, list[Ended]] = {}
    for one in kept:
        lines.setdefault(one.promise.lane, []).append(one)
    return list(lines.values())


async def _put_back(promise: Promise, error: HubError, house: House) -> None:
    with log_context(promise_id=promise.id, message_id=promise.message_id, tenant=promise.tenant):
        if isinstance(error, Unavailable):
            await try_again(promise, error, house)
        else:
            await give_up(promise, error, "dead", house)
