"""The commit: one transaction for case state, journal, clearing and promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from hub.core import failpoint
from hub.core.errors import Conflict
from hub.pipeline.decision.plan import Part, Plan
from hub.pipeline.house import House
from hub.pipeline.intake import travel_promise
from hub.store import batches, cases, clearing, lanes, messages
from hub.store.cases import Reference, Referred
from hub.store.database import Transaction
from hub.store.inbox import attachments
from hub.store.lanes import Lane, Promise
from hub.store.messages import Arrived, Step, Travelled
from hub.store.payloads import INLINE_BYTES, Kept, Payloads
from hub.uvg.model import Case

failpoint.declare("commit_before", "commit_after")


@dataclass(frozen=True, slots=True)
class Signed:
    """The plans of one lane, from its head on, and the promises to travel they end."""

    promises: tuple[Promise, ...]
    plans: tuple[Plan, ...]
    keeps: bool = False
    """Whether the lane is still needed for the promise behind them."""


async def commit(signed: Sequence[Signed], house: House) -> None:
    """Sign plans, all of them or none.

    Raises:
        Conflict: a lease was lost, or a case or a business id was taken meanwhile; the plans
            must be thrown away and made again.
    """
    failpoint.reach("commit_before")
    kept = [one for plan in _plans(signed) for one in await _made_durable(plan, house)]
    now_us = house.clock.now_us()

    def work(tx: Transaction) -> None:
        Payloads.name_all(tx, kept, now_us)
        _sign(tx, signed, house, now_us)

    await house.database.write(work)
    failpoint.reach("commit_after")


def _plans(signed: Sequence[Signed]) -> Iterator[Plan]:
    return chain.from_iterable(one.plans for one in signed)


async def _made_durable(plan: Plan, house: House) -> list[tuple[str, Kept]]:
    """Return what a plan keeps; large bytes lie in their files by then."""
    tenant = plan.message.tenant
    return [
        (tenant, one if one.size <= INLINE_BYTES else await house.payloads.keep(one.inline or b""))
        for one in plan.kept
    ]


def _sign(tx: Transaction, signed: Sequence[Signed], house: House, now_us: int) -> None:
    plans = list(_plans(signed))
    # First of all: whoever lost the lease must not even find out that others were faster.
    _leave(tx, signed, now_us)
    _keep_business_keys(tx, plans)
    _keep_cases(tx, signed, now_us)
    lanes.add_all(tx, [made for plan in plans for made in plan.promises], now_us)
    for plan in plans:
        _keep_rest(tx, plan, house, now_us)
    house.messages.travelled(tx, [_travelled(plan) for plan in plans], now_us)


def _keep_cases(tx: Transaction, signed: Sequence[Signed], now_us: int) -> None:
    """Store what the last plan of each lane left of its case, and the orders each one made."""
    changed: list[tuple[str, Case]] = []
    ordered: list[tuple[str, Referred]] = []
    for one in signed:
        left = [(plan.message, plan.case) for plan in one.plans if plan.case]
        if not left:
            continue
        message, last = left[-1]
        changed.append((message.tenant, last))
        ordered += [
            (message.tenant, Referred("order", order_id, Reference(last.case_id, plan.message.id)))
            for plan in one.plans
            for order_id in plan.orders
        ]
    cases.save_all(tx, changed, now_us)
    cases.refer_all(tx, ordered)


def _keep_rest(tx: Transaction, plan: Plan, house: House, now_us: int) -> None:
    message = plan.message
    for case in plan.clearings:
        clearing.open_case(tx, message, case, now_us)
    if plan.parts:
        _enter_parts(tx, plan, house, now_us)
    if plan.sequence:
        batches.keep_sequence(tx, message.tenant, plan.sequence[0], "in", plan.sequence[1])
    if plan.state == "refused":
        messages.forget_bytes(tx, message)


def _travelled(plan: Plan) -> Travelled:
    return Travelled(
        plan.message,
        state="closed" if plan.state == "routed" and not plan.promises else plan.state,
        schema=plan.schema,
        code=plan.code,
        promised=len(plan.promises),
        steps=tuple((m.action, Step(digest=m.digest, facts=m.facts)) for m in plan.milestones),
    )


def _leave(tx: Transaction, signed: Sequence[Signed], now_us: int) -> None:
    """Free the lanes, or stop them for a human."""
    done: list[Promise] = []
    held: list[tuple[Promise, str]] = []
    keep: set[Lane] = set()
    for one in signed:
        pairs = list(zip(one.promises, one.plans, strict=True))
        done += [promise for promise, plan in pairs if not plan.holds_lane]
        stopped = [(promise, plan.code or "held") for promise, plan in pairs if plan.holds_lane]
        held += stopped
        if one.keeps or stopped:
            keep.add(one.promises[0].lane)
    lanes.finish_all(tx, done, "confirmed", now_us, keep=frozenset(keep))
    for promise, code in held:
        lanes.block(tx, promise, "waiting", code)


def _keep_business_keys(tx: Transaction, plans: Sequence[Plan]) -> None:
    channels: dict[tuple[str, str], dict[str, Plan]] = {}
    messages.remember_numbers(tx, [(p.message, p.business_key) for p in plans if p.business_key])
    for plan in plans:
        if plan.business_key:
            door = plan.message.tenant, plan.message.channel
            channels.setdefault(door, {})[plan.business_key] = plan
    for (tenant, channel), keys in channels.items():
        known = messages.seen_all(
            tx, tenant=tenant, channel=channel, key_kind="business", keys=list(keys)
        )
        if any(row["message_id"] != keys[row["key"]].message.id for row in known):
            raise Conflict("business_id_taken", "Diese Nachrichtennummer wurde eben vergeben.")


def _enter_parts(tx: Transaction, plan: Plan, house: House, now_us: int) -> None:
    """Enter the messages a batch was split into; those that are there stay as they are."""
    tenant = plan.message.tenant
    known = messages.find_all(tx, tenant, [part.message.id for part in plan.parts])
    new = [part for part in plan.parts if part.message.id not in known]
    house.messages.add_all(tx, [_arrived(part) for part in new], now_us)
    for part in new:
        if part.attachments:
            attachments.add(tx, part.message, part.attachments, now_us)
    travelling = [
        travel_promise(part.message, house, now_us, in_order=False) for part in new if not part.code
    ]
    lanes.add_all(tx, travelling, now_us)
    cases.refer_all(tx, [(tenant, part.reference) for part in new if part.reference])


def _arrived(part: Part) -> Arrived:
    facts: dict[str, object] = {"part_of": part.message.part_of}
    if part.code:
        return Arrived(part.message, "refused", facts | {"code": part.code})
    if part.attachments:
        facts["attachments"] = len(part.attachments)
    return Arrived(part.message, "received", facts)
