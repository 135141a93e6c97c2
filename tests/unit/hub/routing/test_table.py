from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.validity import Validity
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


class Days:
    """Formats and mappings as far as their days go."""

    def __init__(
        self, days: dict[str, Validity], versions: dict[str, list[tuple[str, Validity]]]
    ) -> None:
        self._days, self._versions = days, versions

    def validity(self, name: str) -> Validity:
        return self._days.get(name, Validity())

    def versions(self, name: str) -> list[tuple[str, Validity]]:
        return self._versions.get(name, [(name, Validity())])


CHANGE = date(2027, 1, 1)
OLD, NEW = Validity(None, CHANGE - timedelta(days=1)), Validity(CHANGE)
BEFORE, AFTER = CHANGE - timedelta(days=1), CHANGE


def test_a_route_is_in_force_only_while_its_format_is(tmp_path: Path) -> None:
    days = Days({"fachverfahren/Bescheid-1.0": OLD, "azr/Anfrage-26.11": OLD}, {})
    routes = load(tmp_path, WAY_IN + WAY_OUT).within(days, days)

    assert [1, 0] == [len(routes.incoming("fachverfahren", day)) for day in (BEFORE, AFTER)]
    assert (
        "azr/Anfrage-26.11" == routes.outgoing("register", "azr", "Registeranfrage", BEFORE).format
    )
    with pytest.raises(Misconfigured, match="route_missing"):
        routes.outgoing("register", "azr", "Registeranfrage", AFTER)


def test_a_version_of_a_mapping_takes_over_on_its_day(tmp_path: Path) -> None:
    name = "fachverfahren-to-hub/Bescheid"
    days = Days({}, {name: [(name, OLD), (f"{name}-2", NEW)]})
    routes = load(tmp_path, WAY_IN + WAY_OUT).within(days, days)

    read_with = [
        [way.mapping for way in routes.incoming("fachverfahren", day)] for day in (BEFORE, AFTER)
    ]
    assert [[name], [f"{name}-2"]] == read_with


def test_both_versions_are_read_side_by_side_by_the_day_the_message_bears(tmp_path: Path) -> None:
    key = "date_key = '<datum>([^<]+)'\n"
    newer = WAY_IN.replace("-1.0", "-2.0") + key
    days = Days({"fachverfahren/Bescheid-1.0": OLD, "fachverfahren/Bescheid-2.0": NEW}, {})
    routes = load(tmp_path, WAY_IN + key + newer + WAY_OUT).within(days, days)
    accepted = date(2027, 1, 10)

    def read_with(data: bytes) -> list[str]:
        return [way.format for way in routes.incoming("fachverfahren", accepted, data)]

    assert ["fachverfahren/Bescheid-1.0"] == read_with(b"<b><datum>2026-12-20</datum>")
    assert ["fachverfahren/Bescheid-2.0"] == read_with(b"<b><datum>2027-01-02</datum>")
    assert ["fachverfahren/Bescheid-1.0"] == [
        way.format
        for way in routes.out_of_force("fachverfahren", accepted, b"<datum>2027-01-02</datum>")
    ]


@pytest.mark.parametrize(
    ("data", "day"),
    [
        (b"<datum>2026-12-20T10:00:00+01:00</datum>", date(2026, 12, 20)),
        (b"<datum>20261220</datum>", date(2026, 12, 20)),
        (b"<datum>20.12.2026</datum>", date(2026, 12, 20)),
        (b"<datum>2027-12-20</datum>", date(2027, 1, 10)),
        (b"<datum>2026-02-30</datum>", date(2027, 1, 10)),
        (b"<datum>gestern</datum>", date(2027, 1, 10)),
        (b"", date(2027, 1, 10)),
    ],
)
def test_a_message_without_a_sound_past_day_counts_from_its_acceptance(
    tmp_path: Path, data: bytes, day: date
) -> None:
    routes = load(tmp_path, WAY_IN + "date_key = '<datum>([^<]+)'\n" + WAY_OUT)

    assert day == routes.ways_in[0].day_of(data, date(2027, 1, 10))


def test_a_route_without_a_common_day_is_a_finding(tmp_path: Path) -> None:
    days = Days(
        {"fachverfahren/Bescheid-1.0": OLD}, {"fachverfahren-to-hub/Bescheid": [("x", NEW)]}
    )

    found = load(tmp_path, WAY_IN + WAY_OUT).idle(days, days)

    assert [("route_never_in_force", "fachverfahren/Bescheid-1.0")] == [
        (finding.rule, finding.path) for finding in found
    ]


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
