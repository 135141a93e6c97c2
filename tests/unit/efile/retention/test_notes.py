"""Notes are documents of the file; what cannot be meant is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from efile import Akte, Author, InvalidRequest, Statement
from efile.admission import check
from efile.retention.notes import checked_day, checked_text, note

AKTE = Akte("muster", "a-1", "51.4-2026-00001", "Müller, Anna", "51.4 B", 1, 1, 1, "beistandschaft")


def test_a_note_is_a_request_to_file() -> None:
    said = Statement(dates={"ended": date(2026, 1, 1)})
    request = note(AKTE, "Ende", {"Grund": "volljährig"}, said, Author("k.winter", 7, "key-1"))

    check(request)
    data = request.parts[0].data
    assert isinstance(data, bytes)
    assert {"Vermerk": {"Grund": "volljährig", "Von": "k.winter"}} == json.loads(data)
    assert ("beistandschaft", said, "key-1", 7) == (
        request.kind, request.retention, request.document_key, request.filed_at_us,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "   ", "x" * 501, "Zeile\nZeile", "\x7f"])
def test_a_reason_says_something_in_one_line(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"reason.*\[retention_text_invalid\]"):
        checked_text(text, "reason")


def test_blanks_around_a_reason_are_dropped() -> None:
    assert "Klage" == checked_text("  Klage ", "reason")


@pytest.mark.parametrize("day", [date(1849, 12, 31), date(2201, 1, 1), date.min, date.max])
def test_days_far_away_are_typing_mistakes(day: date) -> None:
    with pytest.raises(InvalidRequest, match=r"\[retention_day_unlikely\]"):
        checked_day(day, "ended")
