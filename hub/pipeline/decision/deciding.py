"""One message on one page: read, check, map, decide.

Everything here is a function of the bytes, the configuration, the case and the day of
acceptance; it may run again at any time without harm.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from hub.core.clock import local_date
from hub.core.errors import HubError, Misconfigured, NotChecked, Rejected, Unavailable, UnknownKind
from hub.core.findings import Verdict
from hub.core.message import Message
from hub.core.record import Record
from hub.core.settings import Tenant
from hub.partners.base import Handler, Situation
from hub.pipeline.decision import verdicts
from hub.pipeline.decision.directions import AS_USUAL, Directions
from hub.pipeline.decision.mind import Mind
from hub.pipeline.decision.parts import split
from hub.pipeline.decision.plan import Plan
from hub.pipeline.decision.promises import plan_outcome
from hub.pipeline.decision.reading import Leg, Understood
from hub.routing.route import InRoute, cheap_key


@dataclass(frozen=True, slots=True)
class Question:
    """A message to decide on."""

    message: Message
    directions: Directions = AS_USUAL
    refusal: Rejected | None = None
    """Refuse it unread, for this reason."""


@dataclass
class _Way:
    """A message on its way: its envelope grows with what becomes known."""

    message: Message
    directions: Directions
    route: InRoute | None = None


def decide(question: Question, mind: Mind) -> Plan:
    """Return what follows from a message, whatever is wrong with it.

    Raises:
        Unavailable: it cannot be said now.
    """
    way = _Way(question.message, question.directions)
    try:
        if question.refusal:
            return verdicts.refuse(way.message, question.refusal, mind)
        return _plan_or_refusal(way, mind)
    except Unavailable:
        raise
    except HubError as exc:
        return verdicts.hold(way.message, exc)
    except Exception as exc:  # noqa: BLE001  one message must never stop the others
        return verdicts.hold(way.message, _unforeseen(exc))


def _plan_or_refusal(way: _Way, mind: Mind) -> Plan:
    try:
        return _plan(way, mind)
    except Rejected as exc:
        return verdicts.refuse(way.message, exc, mind)


def _plan(way: _Way, mind: Mind) -> Plan:
    way.directions.obey_refusal()
    verdicts.first_time(way.message, mind)
    understood = _understand(way, mind)
    if way.route and way.route.split:
        return split(way.message, way.route, understood, mind)
    record = understood.records[0]
    _name(way, record)
    if repeated := verdicts.repeated(way.message, mind):
        return repeated
    message = way.message
    case = mind.knows.case(message.tenant, message.case_key) if message.case_key else None
    today = local_date(message.received_us)
    situation = Situation(message, mind.tenant(message.tenant), case, today)
    outcome = _handler_for(record, mind.rules.handlers)(record, situation)
    return plan_outcome(message, way.route, understood.findings, outcome, case, mind)


def _understand(way: _Way, mind: Mind) -> Understood:
    """Recognise, read, check and map; a message split from a batch has been through this.

    Raises:
        Undecodable, UnknownKind, SchemaViolation: the sender must act.
        NotChecked: the check could not run.
    """
    message = way.message
    if message.record:
        record = Record.from_json(mind.knows.payload(message.tenant, message.record))
        return Understood(None, Verdict.PASSED, records=(record,))
    data = mind.knows.payload(message.tenant, message.sha256)
    routes = way.directions.ways(message, data, mind.rules.routes)
    legs = {_leg(route, mind.tenant(message.tenant)): route for route in routes}
    understood = mind.rules.reader.understand(data, message.original_name, tuple(legs))
    if understood.leg is None and not understood.findings:
        _in_force(message, data, mind)
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


def _in_force(message: Message, data: bytes, mind: Mind) -> None:
    """Tell the sender when what it wrote is known, but of a version not in force.

    Raises:
        UnknownKind: it is.
    """
    accepted = local_date(message.received_us)
    routes = mind.rules.routes.out_of_force(message.channel, accepted, data)
    by_format = {route.format: route for route in routes}
    legs = tuple(Leg(route.format, route.mapping) for route in by_format.values())
    known = mind.rules.reader.understand(data, message.original_name, legs)
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


def _handler_for(record: Record, handlers: Mapping[str, Handler]) -> Handler:
    handler = handlers.get(record.kind)
    if handler is None:
        raise Misconfigured(
            "handler_missing",
            f"Für „{record.kind}“ gibt es keine Verarbeitung.",
            remedy="Route in mappings/routes.toml prüfen.",
        )
    return handler


def _unforeseen(exc: Exception) -> NotChecked:
    """Return the error for a fault nobody foresaw: its type and place, never its words."""
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return verdicts.unforeseen(exc, f"{Path(last.filename).name}:{last.lineno}")


def follow(plan: Plan, mind: Mind) -> None:
    """Let the next message of the same case see what was decided on this one."""
    for query, fact in plan.teaches():
        mind.knows.learn(query, fact)
