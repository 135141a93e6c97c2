"""The demonstration's files are what they claim to be: good ones pass, bad ones fail."""

import pytest

from hub.app import SHIPPED
from hub.core.errors import Undecodable
from hub.core.findings import Verdict
from hub.demo import drops
from hub.demo.cast import OFFICES, Family, Office
from hub.formats.catalog import Catalog

CATALOG = Catalog.load(SHIPPED / "schemas")
XML = [(family, office) for office in OFFICES for family in office.xml]


def _verdict(schema: str, data: bytes) -> Verdict:
    return CATALOG.format(schema).read(data).verdict


@pytest.mark.parametrize(("family", "office"), XML, ids=[f.case_id for f, _ in XML])
def test_files_of_every_family_pass(family: Family, office: Office) -> None:
    data, notice = drops.case_data(family, office), drops.notice(family)

    assert Verdict.PASSED is _verdict("fachverfahren/Falldaten-1.0", data)
    assert Verdict.PASSED is _verdict("fachverfahren/Bescheid-1.0", notice)


@pytest.mark.parametrize("number", [1, 12, 13, 100])
def test_any_number_of_orders_passes_and_is_of_usual_size(number: int) -> None:
    data = drops.payment_order(XML[0][0], number)

    assert Verdict.PASSED is _verdict("fachverfahren/Auszahlungsanordnung-1.0", data)
    assert 1_800 < len(data) < 2_200


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.id)
def test_tables_of_every_office_pass(office: Office) -> None:
    assert Verdict.PASSED is _verdict("altverfahren/Falldaten-1.0", drops.case_table(office))
    assert Verdict.PASSED is _verdict("altverfahren/Bescheid-1.0", drops.notice_table(office))


def test_what_is_meant_to_be_bad_is_bad() -> None:
    family, office = XML[0]
    spoilt = drops.notice_table(office, "31.02.2026")

    assert Verdict.FAILED is _verdict("fachverfahren/Bescheid-1.0", drops.notice(family, "zwölf"))
    assert Verdict.FAILED is _verdict("altverfahren/Bescheid-1.0", spoilt)
    with pytest.raises(Undecodable, match="doctype_forbidden"):
        _verdict("fachverfahren/Bescheid-1.0", drops.entity_bomb())


def test_names_of_the_whole_union_survive_the_table() -> None:
    text = drops.case_table(OFFICES[0]).decode("cp1252")

    assert "Groß" in text
    assert text.endswith("\r\n")
