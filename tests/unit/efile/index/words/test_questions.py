"""What was typed becomes terms."""

from __future__ import annotations

import pytest

from efile.index.words.engines import Term
from efile.index.words.questions import is_exact, terms


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Bescheid", [Term("word", ("bescheid",))]),
        ("Unterhaltsvorschuss",
         [Term("word", ("unterhaltsvorschuss", "unterhalt·vorschuss"))]),
        ('"Anna Müller"', [Term("phrase", ("anna", "mull"))]),
        ("UV-2026-01", [Term("phrase", ("uv", "2026", "01"))]),
        ("51.3-0001", [Term("word", ("¢5130001",))]),
        ("51.3-01", [Term("phrase", ("51", "3", "01"))]),
        ("überz*", [Term("beginning", ("ueberz", "¶ueberz"))]),
        ("vo*", [Term("word", ("vo",))]),
        ("01.03.2026 Antrag", [Term("word", ("¢d20260301",)), Term("word", ("antrag",))]),
        ("Meyer-Schmidt", [Term("word", ("mey",)), Term("word", ("schmidt",))]),
        ('""', []),
    ],
)  # fmt: skip
def test_a_text_asks_for_these_terms(typed: str, expected: list[Term]) -> None:
    assert expected == list(terms(typed))


def test_nobody_asks_for_more_than_sixteen_terms() -> None:
    assert 16 == len(terms("wort " * 40))


def test_an_exact_value_is_told_from_words() -> None:
    assert [True, False] == [is_exact(term) for term in terms("01.03.2026 Antrag")]
