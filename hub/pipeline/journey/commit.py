"""The commit: one transaction for case state, journal, clearing and promises."""

from __future__ import annotations

from hub.core import failpoint
from hub.core.errors import Conflict
from hub.pipeline.house import House
from hub.pipeline.intake import travel_promise
from hub.pipeline.journey.plan import Part, Plan
from hub.store import batches, cases, clearing, lanes, messages
from hub.store.cases import Reference, Referred
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step, Travelled
from hub.store.payloads import Payloads
from hub.uvg.model import Case

failpoint.declare("commit_before", "commit_after")


async def commit(promise: Promise, plan: Plan, house: House) -> None:
    """Sign the plan.

    Raises:
        Conflict: the lease was lost, or the case or a business id was taken meanwhile; the
            plan must be thrown away and made again.
    """
    failpoint.reach("commit_before")
    now_us = house.clock.now_us()
    await house.database.write(lambda tx: _sign(tx, promise, plan, house, now_us))
    failpoint.reach("commit_after")


def _sign(tx: Transaction, promise: Promise, plan: Plan, house: House, now_us: int) -> None:
    message = plan.message
    Payloads.name_all(tx, ((message.tenant, kept) for kept in plan.kept), now_us)
    _keep_business_key(tx, plan)
    if plan.case:
        cases.save(tx, message.tenant, plan.case, now_us)
        cases.refer(tx, message.tenant, _orders(plan.case, message.id))
    lanes.add_all(tx, plan.promises, now_us)
    for case in plan.clearings:
        clearing.open_case(tx, message, case, now_us)
    for part in plan.parts:
        _enter_part(tx, part, house, now_us)
    if plan.sequence:
        batches.keep_sequence(tx, message.tenant, plan.sequence[0], "in", plan.sequence[1])
    _close(tx, promise, plan, house, now_us)


def _orders(case: Case, cause: str) -> list[Referred]:
    meaning = Reference(case.case_id, cause)
    return [Referred("order", order.order_id, meaning) for order in case.orders]


def _close(tx: Transaction, promise: Promise, plan: Plan, house: House, now_us: int) -> None:
    """Move the message on and free its lane, or stop the lane for a human."""
    way = Travelled(
        plan.message,
        state="closed" if plan.state == "routed" and not plan.promises else plan.state,
        schema=plan.schema,
        code=plan.code,
        promised=len(plan.promises),
        steps=tuple((m.action, Step(digest=m.digest, facts=m.facts)) for m in plan.milestones),
    )
    house.messages.travelled(tx, (way,), now_us)
    if plan.state == "refused":
        messages.forget_bytes(tx, plan.message)
    if plan.holds_lane:
        lanes.block(tx, promise, "waiting", plan.code or "held")
    else:
        lanes.finish(tx, promise, "confirmed", now_us)


def _keep_business_key(tx: Transaction, plan: Plan) -> None:
    if plan.business_key is None:
        return
    messages.remember(tx, plan.message, "business", plan.business_key)
    known = messages.seen(
        tx, tenant=plan.message.tenant, channel=plan.message.channel,
        key_kind="business", key=plan.business_key,
    )  # fmt: skip
    if known and known["message_id"] != plan.message.id:
        raise Conflict("business_id_taken", "Diese Nachrichtennummer wurde eben vergeben.")


def _enter_part(tx: Transaction, part: Part, house: House, now_us: int) -> None:
    if messages.find(tx, part.message.tenant, part.message.id):
        return
    if part.code:
        house.messages.add(
            tx, part.message, "refused", now_us, part_of=part.message.part_of, code=part.code
        )
        return
    house.messages.add(tx, part.message, "received", now_us, part_of=part.message.part_of)
    lanes.add(tx, travel_promise(part.message, house, now_us, in_order=False), now_us)
    if part.reference:
        cases.refer(tx, part.message.tenant, (part.reference,))
