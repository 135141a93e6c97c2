"""Compounds split where German does, and nowhere else."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.index.words.analysis import token_of
from efile.index.words.compounds import pieces_of
from efile.index.words.engines import ANALYSIS
from efile.integrity.digest import sha256_hex


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


JUDGED = (Path(__file__).parent / "compounds.txt").read_text(encoding="utf-8").splitlines()
"""Words of the field, each with the pieces a person found right; without pieces it stays whole."""


def test_words_of_the_field_are_split_as_a_person_would() -> None:
    wanted = {word: tuple(pieces.split()) for word, _, pieces in (j.partition(":") for j in JUDGED)}

    assert 200 < len(wanted)
    assert wanted == {word: pieces_of(word) for word in wanted}


def test_a_changed_list_of_words_demands_that_texts_are_analysed_anew() -> None:
    words = (resources.files("efile.index.words") / "compounds.txt").read_bytes()

    assert ("4", "7d9933d698a60a64") == (ANALYSIS, sha256_hex(words)[:16])


@given(word=st.text(max_size=60))
def test_any_word_can_be_asked_about(word: str) -> None:
    assert 1 != len(pieces_of(word))
