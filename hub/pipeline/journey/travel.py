"""The journey of one message: read, check, map, decide, commit.

Everything up to the commit is a function of the bytes, the configuration, the case and the
day of acceptance; it may run again at any time without harm.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from hub.core import failpoint
from hub.core.clock import local_date
from hub.core.errors import Conflict, HubError, Misconfigured, Rejected, Unavailable, UnknownKind
from hub.core.findings import Verdict
from hub.core.log import log_context
from hub.core.message import Message
from hub.core.record import Record
from hub.core.settings import Tenant
from hub.partners.base import Handler, Situation
from hub.pipeline.house import House
from hub.pipeline.intake import cheap_key
from hub.pipeline.isolation.cell import Leg, Understood
from hub.pipeline.journey import verdicts
from hub.pipeline.journey.commit import commit
from hub.pipeline.journey.directions import AS_USUAL, Directions
from hub.pipeline.journey.parts import split
from hub.pipeline.journey.plan import Plan
from hub.pipeline.journey.promises import plan_outcome
from hub.pipeline.setbacks import try_again
from hub.routing.route import InRoute
from hub.store import cases, messages
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise
from hub.uvg.model import Case

failpoint.declare("travel_before_read", "travel_after_map", "travel_after_decide")

log = logging.getLogger(__name__)


async def travel(promise: Promise, house: House) -> None:
    """Take one journalled message all the way down to its commit."""
    with log_context(message_id=promise.message_id, tenant=promise.tenant):
        try:
            message = await _load(promise, house)
            with log_context(correlation_id=message.correlation_id, channel=message.channel):
                plan = await plan_for(message, house, Directions.of(promise.spec))
                await _sign(promise, message, plan, house)
                log.info("travelled", extra={"kind": plan.message.kind, "state": plan.state})
        except (Conflict, Unavailable) as exc:
            await try_again(promise, exc, house)


@dataclass
class _Way:
    """A message on its way: its envelope grows with what becomes known."""

    message: Message
    directions: Directions = AS_USUAL
    route: InRoute | None = None


async def plan_for(message: Message, house: House, directions: Directions = AS_USUAL) -> Plan:
    """Return what follows from a message, whatever is wrong with it.

    Raises:
        Unavailable: it cannot be said now.
    """
    way = _Way(message, directions)
    try:
        return await _plan_or_refusal(way, house)
    except Unavailable:
        raise
    except HubError as exc:
        return verdicts.hold(way.message, exc)
    except Exception as exc:  # one message must never stop the others
        log.exception("travel_failed")
        return verdicts.hold(way.message, verdicts.unforeseen(exc))


async def _plan_or_refusal(way: _Way, house: House) -> Plan:
    try:
        return await _plan(way, house)
    except Rejected as exc:
        return await verdicts.refuse(way.message, exc, house)


async def _sign(promise: Promise, message: Message, plan: Plan, house: House) -> None:
    """Commit the plan; one that the database does not take is left to a human."""
    try:
        await commit(promise, plan, house)
    except (Conflict, Unavailable):
        raise
    except Exception as exc:  # one message must never stop the others
        log.exception("commit_failed")
        await commit(promise, verdicts.hold(message, verdicts.unforeseen(exc)), house)


async def _plan(way: _Way, house: House) -> Plan:
    """The way on one page: read, check, map, decide."""
    failpoint.reach("travel_before_read")
    way.directions.obey_refusal()
    await verdicts.first_time(way.message, house)
    understood = await _understand(way, house)
    failpoint.reach("travel_after_map")
    if way.route and way.route.split:
        return await split(way.message, way.route, understood, house)
    record = understood.records[0]
    _name(way, record)
    if repeated := await verdicts.repeated(way.message, house):
        return repeated
    message, case = way.message, await _case_of(way.message, house)
    tenant = house.settings.tenant(message.tenant)
    situation = Situation(message, tenant, case, local_date(message.received_us))
    outcome = _handler_for(record, house)(record, situation)
    failpoint.reach("travel_after_decide")
    return await plan_outcome(message, way.route, understood.findings, outcome, case, house)


async def _understand(way: _Way, house: House) -> Understood:
    """Recognise, read, check and map; a message split from a batch has been through this.

    Raises:
        Undecodable, UnknownKind, SchemaViolation: the sender must act.
        NotChecked: the check could not run.
    """
    message = way.message
    if message.record:
        record = Record.from_json(await house.payloads.get(message.tenant, message.record))
        return Understood(None, Verdict.PASSED, records=(record,))
    data = await house.payloads.get(message.tenant, message.sha256)
    routes = way.directions.ways(message, data, house.routes)
    legs = {_leg(route, house.settings.tenant(message.tenant)): route for route in routes}
    understood = await house.isolation.understand(data, message.original_name, tuple(legs))
    if understood.leg is None and not understood.findings:
        await _in_force(message, data, house)
    if understood.leg:
        way.route = route = legs[understood.leg]
        number = cheap_key(data, route.business_key)
        way.message = replace(message, partner=route.partner, kind=route.kind, business_id=number)
    verdicts.check(understood)
    return understood


def _leg(route: InRoute, tenant: Tenant) -> Leg:
    levels = {**route.levels, **tenant.levels}
    per_record = route.records == "per_record"
    return Leg(route.format, route.mapping, per_record, tuple(sorted(levels.items())))


async def _in_force(message: Message, data: bytes, house: House) -> None:
    """Tell the sender when what it wrote is known, but of a version not in force.

    Raises:
        UnknownKind: it is.
    """
    accepted = local_date(message.received_us)
    routes = house.routes.out_of_force(message.channel, accepted, data)
    by_format = {route.format: route for route in routes}
    legs = tuple(Leg(route.format, route.mapping) for route in by_format.values())
    known = await house.isolation.understand(data, message.original_name, legs)
    if known.leg:
        route = by_format[known.leg.format]
        day = route.day_of(data, accepted)
        raise UnknownKind(
            "version_not_in_force",
            f"{route.format} gilt am {day:%d.%m.%Y} nicht, sondern {route.validity}.",
            remedy="Die Nachricht in der Fassung senden, die an diesem Tag gilt.",
        )


def _name(way: _Way, record: Record) -> None:
    """Put into the envelope what reading found out.

    Raises:
        RuleViolation: content and cheap key name different cases.
    """
    verdicts.same_case(way.message, record)
    business_id = record.data.get("business_id") or record.data.get("receipt_id")
    way.message = replace(
        way.message,
        kind=record.kind,
        case_key=way.message.case_key or record.case_id,
        business_id=str(business_id) if business_id else None,
    )


async def _case_of(message: Message, house: House) -> Case | None:
    key = message.case_key
    if key is None:
        return None
    return await house.database.read(lambda tx: cases.load(tx, message.tenant, key))


def _handler_for(record: Record, house: House) -> Handler:
    handler = house.handlers.get(record.kind)
    if handler is None:
        raise Misconfigured(
            "handler_missing",
            f"Für „{record.kind}“ gibt es keine Verarbeitung.",
            remedy="Route in mappings/routes.toml prüfen.",
        )
    return handler


async def _load(promise: Promise, house: House) -> Message:
    def look(tx: Transaction) -> Row | None:
        return messages.find(tx, promise.tenant, promise.message_id)

    row = await house.database.read(look)
    if row is None:
        raise Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
    return messages.to_message(row)
