"""The shipped routes, formats, mappings and handlers fit together."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.core.record import Record
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.partners import case_core, cash
from hub.partners.outcome import Outcome, Role
from hub.routing.table import Routes
from tests.factories import (
    CASH_REFERENCE,
    RECLAIM,
    case_data,
    claim_order,
    confirmation,
    make_case,
    make_child,
    make_order,
    make_situation,
    notice,
    payment_order,
    protocol,
    receipt,
)

ROOT = Path(__file__).parents[2]
FORMATS = Catalog.load(ROOT / "schemas")
MAPPINGS = Mappings.load(ROOT / "mappings", FORMATS)
ROUTES = Routes.load(ROOT / "mappings" / "routes.toml")
ALL = (*ROUTES.ways_in, *ROUTES.ways_out)
ON = date(2026, 11, 22)
CONTEXT: dict[str, Any] = {
    "message_uuid": "01975a00-0000-7000-8000-000000000001",
    "created_at": "2026-11-22T06:03:45.123+01:00",
    "created_date": "2026-11-22",
    "tenant_id": "musterstadt",
    "tenant_name": "Jugendamt Musterstadt",
    "office": "0815",
    "street": "Rathausplatz",
    "house_number": "1",
    "postal_code": "99999",
    "city": "Musterstadt",
    "phone": "0999 123-0",
    "email": "uv@musterstadt.example",
    "authority": "999001",
    "dvdv": "uvs:09999000",
}


def decided(record: Record, **order: Any) -> Outcome:
    foreign = make_child(nationality="166", birth_country="166")
    case = make_case(child=foreign, orders=(make_order(**order),))
    handlers = {**case_core.HANDLERS, **cash.HANDLERS}
    return handlers[record.kind](record, make_situation(case))


OUTCOMES = (
    decided(case_data()),
    decided(notice(reclaim=RECLAIM)),
    decided(payment_order()),
    decided(claim_order()),
    decided(protocol(), reference="FV-4713"),
    decided(protocol(result="refused", code="E105", text="Konto erloschen")),
    decided(confirmation()),
    decided(receipt(), cash_reference=CASH_REFERENCE),
)
SENDS = [send for outcome in OUTCOMES for send in outcome.sends]
PARTNERS = {
    Role.CASE_CORE: ("fachverfahren", "altverfahren"),
    Role.CASH: ("ihv", "kasse"),
    Role.REGISTER: ("azr",),
}


def test_the_routes_name_what_exists() -> None:
    assert () == ROUTES.check(FORMATS, MAPPINGS)


@pytest.mark.parametrize("route", ALL, ids=lambda route: route.mapping)
def test_a_route_and_its_mapping_speak_of_the_same_format(route: Any) -> None:
    assert route.format == MAPPINGS.mapping(route.mapping).format.name


def test_every_mapping_has_a_route() -> None:
    assert set(MAPPINGS.names()) == {route.mapping for route in ALL}


@pytest.mark.parametrize(
    ("send", "partner"),
    [(send, partner) for send in SENDS for partner in PARTNERS[send.role]],
    ids=lambda value: getattr(value, "record", Record(str(value))).kind,
)
def test_what_is_decided_can_be_written(send: Any, partner: str) -> None:
    route = ROUTES.outgoing(send.role, partner, send.record.kind, ON)
    amount = send.record.data.get("amount_cents", 0)
    facts = CONTEXT | {"sequence": 1, "count": 1, "total_cents": amount}
    mapping = MAPPINGS.mapping(route.mapping)

    assert mapping.format.write(mapping.from_records([send.record], facts))
