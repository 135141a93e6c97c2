from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.routing.table import Routes

SHIPPED = Path(__file__).parents[4] / "mappings" / "routes.toml"
ON = date(2026, 11, 22)
WAY_IN = """
[[in]]
partner = "fachverfahren"
channel = "fachverfahren"
kind = "Bescheid"
format = "fachverfahren/Bescheid-1.0"
mapping = "fachverfahren-to-hub/Bescheid"
"""
WAY_OUT = """
[[out]]
role = "register"
partner = "azr"
kinds = ["Registeranfrage"]
format = "azr/Anfrage-26.11"
mapping = "hub-to-azr/Anfrage"
door = "https"
channel = "azr"
"""


class Names(tuple[str, ...]):
    """A catalog that only knows names."""

    __slots__ = ()

    def names(self) -> tuple[str, ...]:
        return tuple(self)


FORMATS = Names(("fachverfahren/Bescheid-1.0", "azr/Anfrage-26.11"))
MAPPINGS = Names(("fachverfahren-to-hub/Bescheid", "hub-to-azr/Anfrage"))


def load(tmp_path: Path, text: str) -> Routes:
    path = tmp_path / "routes.toml"
    path.write_text(text, encoding="utf-8")
    return Routes.load(path)


@pytest.fixture(scope="module")
def shipped() -> Routes:
    return Routes.load(SHIPPED)


def test_the_case_core_may_send_documents_and_tables(shipped: Routes) -> None:
    found = {(r.partner, r.kind, r.split) for r in shipped.incoming("fachverfahren", ON)}

    assert {
        ("fachverfahren", "Falldaten", False),
        ("fachverfahren", "Bescheid", False),
        ("fachverfahren", "Auszahlungsanordnung", False),
        ("fachverfahren", "Annahmeanordnung", False),
        ("altverfahren", "Falldaten", True),
        ("altverfahren", "Bescheid", True),
    } == found


def test_only_the_case_core_gets_receipts(shipped: Routes) -> None:
    answering = {route.partner for route in shipped.ways_in if route.answers}

    assert {"fachverfahren", "altverfahren"} == answering


def test_the_case_number_is_found_without_parsing(shipped: Routes) -> None:
    route = next(r for r in shipped.incoming("fachverfahren", ON) if r.kind == "Bescheid")
    head = b"<b:bescheid><b:fallnummer>\n UV-2026-0815 </b:fallnummer>"

    assert route.case_key is not None
    found = re.search(route.case_key.encode(), head)
    assert found is not None
    assert found[1] == b"UV-2026-0815"


@pytest.mark.parametrize(
    ("partner", "name"),
    [("ihv", "IHV-A-0815-000007.txt"), ("kasse", "ANO_0815_000007.csv")],
)
@pytest.mark.parametrize("kind", ["Auszahlungsanordnung", "Annahmeanordnung"])
def test_orders_leave_in_numbered_files(
    shipped: Routes, partner: str, name: str, kind: str
) -> None:
    route = shipped.outgoing("cash", partner, kind, ON)

    assert name == route.file_name.format(office="0815", sequence=7)
    assert (True, "folder", partner) == (route.batch, route.door, route.channel)


@pytest.mark.parametrize("kind", ["Registeranfrage", "Registermeldung"])
def test_the_register_is_reached_over_https(shipped: Routes, kind: str) -> None:
    assert "https" == shipped.outgoing("register", "azr", kind, ON).door


@pytest.mark.parametrize("partner", ["fachverfahren", "altverfahren"])
@pytest.mark.parametrize(
    "kind", ["Quittung", "Kassenstatus", "Zahlungseingang", "Registerauskunft", "Registerquittung"]
)
def test_everything_returns_to_the_case_core(shipped: Routes, partner: str, kind: str) -> None:
    assert f"hub-to-{partner}/{kind}" == shipped.outgoing("case_core", partner, kind, ON).mapping


def test_an_unknown_channel_has_no_way_in(shipped: Routes) -> None:
    assert () == shipped.incoming("unknown", ON)


def test_a_record_without_a_way_is_the_operators_matter(shipped: Routes) -> None:
    with pytest.raises(Misconfigured, match="route_missing"):
        shipped.outgoing("cash", "ihv", "Mahnsperre", ON)


def test_a_new_version_takes_over_on_its_day(tmp_path: Path) -> None:
    newer = WAY_IN.replace("-1.0", "-2.0") + "valid_from = 2027-01-01\n"
    routes = load(tmp_path, f"{WAY_IN}valid_to = 2026-12-31\n{newer}{WAY_OUT}")
    change = date(2027, 1, 1)
    formats = [
        [route.format for route in routes.incoming("fachverfahren", day)]
        for day in (change - timedelta(days=1), change)
    ]

    assert [["fachverfahren/Bescheid-1.0"], ["fachverfahren/Bescheid-2.0"]] == formats


def test_routes_that_fit_their_catalogs_have_no_findings(tmp_path: Path) -> None:
    assert () == load(tmp_path, WAY_IN + WAY_OUT).check(FORMATS, MAPPINGS)


def test_names_that_do_not_exist_are_findings(tmp_path: Path) -> None:
    findings = load(tmp_path, WAY_IN + WAY_OUT).check(Names(), Names())

    assert [
        ("route_format_unknown", "fachverfahren/Bescheid-1.0"),
        ("route_mapping_unknown", "fachverfahren-to-hub/Bescheid"),
        ("route_format_unknown", "azr/Anfrage-26.11"),
        ("route_mapping_unknown", "hub-to-azr/Anfrage"),
    ] == [(finding.rule, finding.path) for finding in findings]


@pytest.mark.parametrize("text", [WAY_IN + WAY_IN + WAY_OUT, WAY_IN + WAY_OUT + WAY_OUT])
def test_two_routes_for_the_same_message_are_a_finding(tmp_path: Path, text: str) -> None:
    findings = load(tmp_path, text).check(FORMATS, MAPPINGS)

    assert ["route_ambiguous"] == [finding.rule for finding in findings]


def test_nothing_is_sent_on_an_ambiguous_way(tmp_path: Path) -> None:
    routes = load(tmp_path, WAY_IN + WAY_OUT + WAY_OUT)
    with pytest.raises(Misconfigured, match="route_ambiguous"):
        routes.outgoing("register", "azr", "Registeranfrage", ON)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WAY_IN, "Schlüssel „out“ fehlt"),
        (WAY_IN.replace("partner", "parnter") + WAY_OUT, "in.*: unbekannter Schlüssel „parnter“"),
        (WAY_IN + "case_key = '('\n" + WAY_OUT, "Muster"),
        (WAY_IN + WAY_OUT.replace("https", "pigeon"), "door"),
        ("[[in", "Datei mit den Routen ist fehlerhaft"),
    ],
)
def test_a_faulty_file_names_the_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(Misconfigured, match=place) as caught:
        load(tmp_path, text)

    assert caught.value.code == "routes_invalid"


def test_a_missing_file_is_the_operators_matter(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="routes_missing"):
        Routes.load(tmp_path / "routes.toml")
