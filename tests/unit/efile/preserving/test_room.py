"""A file is closed when everything that begins its period has happened."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from efile.kinds.catalog import FileKinds
from efile.model import Akte
from efile.preserving.room import is_closed
from efile.retention.decision import decide
from efile.retention.room import Outlook
from efile.retention.standing import Standing

UVG = FileKinds.load().kind("uvg")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(st.dictionaries(st.sampled_from(["birth", "benefit_ended", "claims_settled"]), DAYS), DAYS)
def test_every_event_of_the_rule_must_have_happened(days: dict[str, date], on: date) -> None:
    akte = Akte("muster", "a", "51.3-1", "t", "p", 1, 2, 3, "uvg")
    standing = Standing(days)
    outlook = Outlook(akte, UVG.name, on, standing, decide(UVG, standing, on))

    wanted = ("benefit_ended", "claims_settled")
    assert is_closed(outlook, on) == all(days.get(event, date.max) <= on for event in wanted)
