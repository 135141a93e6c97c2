"""Reading foreign bytes: exactly one format knows them, or nobody does."""

import pytest

from hub.core.findings import Verdict
from hub.demo import drops
from hub.pipeline.decision.reading import Leg, Reader
from tests.minds import shipped_rules

LEG = Leg("fachverfahren/Bescheid-1.0", "fachverfahren-to-hub/Bescheid")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shipped_rules().reader


def test_bytes_of_no_known_kind_are_nobodys(reader: Reader) -> None:
    found = reader.understand(b"Guten Tag", "brief.txt", (LEG,))

    assert (None, Verdict.FAILED, ()) == (found.leg, found.verdict, found.findings)


def test_a_bomb_is_named_even_when_no_format_knows_it(reader: Reader) -> None:
    found = reader.understand(drops.entity_bomb(), "x.xml", (LEG,))

    assert "doctype_forbidden" == found.findings[0].rule


def test_two_fitting_formats_are_none(reader: Reader) -> None:
    twin = Leg(LEG.format, "fachverfahren-to-hub/Falldaten")
    good = b'<bescheid xmlns="urn:aktenhub:fachverfahren:1"/>'

    assert reader.understand(good, "x.xml", (LEG, twin)).leg is None
