"""Compounds split where German does, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.index.words.analysis import token_of
from efile.index.words.compounds import pieces_of


@pytest.mark.parametrize(
    ("compound", "words"),
    [
        ("Unterhaltsvorschuss", "Unterhalt Vorschuss"),
        ("Unterhaltsvorschüsse", "Unterhalt Vorschuss"),
        ("Unterhaltsvorschussgesetz", "Unterhalt Vorschuss Gesetz"),
        ("Kindeswohlgefährdung", "Kind Wohl Gefährdung"),
        ("Kindeswohlgefaehrdung", "Kind Wohl Gefährdung"),
        ("Einkommensteuerbescheid", "Einkommen Steuer Bescheid"),
        ("Einkommensverhältnisse", "Einkommen Verhältnis"),
        ("Familiengericht", "Familie Gericht"),
        ("Geburtsurkunden", "Geburt Urkunde"),
        ("Jugendamt", "Jugend Amt"),
    ],
)
def test_a_compound_has_these_pieces(compound: str, words: str) -> None:
    assert tuple(token_of(word) for word in words.split()) == pieces_of(compound)


@pytest.mark.parametrize(
    "word",
    ["Berechnung", "Abrechnung", "Bescheid", "Müller", "Rechtschaffenheit", "Kinder", "x", ""],
)
def test_what_is_no_compound_of_listed_words_stays_whole(word: str) -> None:
    assert () == pieces_of(word)


@given(word=st.text(max_size=60))
def test_any_word_can_be_asked_about(word: str) -> None:
    assert 1 != len(pieces_of(word))
