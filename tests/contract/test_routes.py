"""The shipped routes, formats, mappings and handlers fit together."""

from __future__ import annotations

import shutil
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


SWITCHED = b"<bescheid><bescheiddatum>%s</bescheiddatum>"


@pytest.fixture
def switched(tmp_path: Path) -> Routes:
    """The shipped house after a release switch as the manual describes it."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    own = tmp_path / "schemas" / "fachverfahren"
    shutil.copyfile(own / "Bescheid-1.0.xsd", own / "Bescheid-1.1.xsd")
    digests, old = own / "digests.toml", '"Bescheid-1.0" = { from = 2026-01-01 }'
    text = digests.read_text(encoding="utf-8")
    spans = old.replace(" }", ", until = 2026-12-31 }") + '\n"Bescheid-1.1" = { from = 2027-01-01 }'
    digests.write_text(text.replace(old, spans), encoding="utf-8")
    folder = tmp_path / "mappings" / "fachverfahren-to-hub"
    sheet = (folder / "Bescheid.xslt").read_text(encoding="utf-8")
    for name, version in (("Bescheid", "1.0"), ("Bescheid-2", "1.1")):
        said = (
            f'<m:mapping xmlns:m="urn:aktenhub:mapping" format="fachverfahren/Bescheid-{version}"/>'
        )
        text = sheet.replace("<xsl:include", f"{said}<xsl:include", 1)
        (folder / f"{name}.xslt").write_text(text, encoding="utf-8")
    table = tmp_path / "mappings" / "routes.toml"
    way = next(part for part in table.read_text("utf-8").split("[[in]]") if "Bescheid-1.0" in part)
    key = "date_key = '<bescheiddatum>([^<]+)'\n"
    newer = way.replace("-1.0", "-1.1").replace("hub/Bescheid", "hub/Bescheid-2")
    text = table.read_text("utf-8").replace(way, f"{way}{key}\n[[in]]{newer}{key}", 1)
    table.write_text(text, encoding="utf-8")
    formats = Catalog.load(tmp_path / "schemas")
    return Routes.load(table).within(formats, Mappings.load(tmp_path / "mappings", formats))


@pytest.mark.parametrize(
    ("written", "accepted", "version"),
    [
        (b"2026-12-20", date(2026, 12, 21), "1.0"),
        (b"2026-12-20", date(2027, 1, 10), "1.0"),
        (b"2027-01-02", date(2027, 1, 10), "1.1"),
        (b"2027-01-02", date(2026, 12, 21), "1.0"),
    ],
)
def test_after_a_release_switch_the_day_of_the_message_chooses_the_version(
    switched: Routes, written: bytes, accepted: date, version: str
) -> None:
    ways = switched.incoming("fachverfahren", accepted, SWITCHED % written)

    read_as = [way.format for way in ways if way.kind == "Bescheid" and not way.split]
    assert [f"fachverfahren/Bescheid-{version}"] == read_as
