"""German words meet, however they are spelled, bent or broken."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.index.words.analysis import folded, folded_words, joined, occurrences, token_of, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "mueller"),
        ("Müller", unicodedata.normalize("NFD", "MÜLLER")),
        ("Straße", "Strasse"),
        ("Bescheid", "Bescheide"),
        ("Bescheides", "Bescheid"),
        ("Gefährdung", "Gefaehrdung"),
        ("Rückstände", "Rueckstand"),
        ("René", "Rene"),
        ("Unterhaltsvorschuss", "Unterhaltsvorschusses"),
    ],
)
def test_these_are_the_same_word(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Rechnung", "Berechnung"), ("Vater", "Mutter"), ("2024", "2025")]
)
def test_these_are_different_words(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


def test_a_word_broken_at_the_end_of_a_line_is_one_word() -> None:
    assert tokens("Unterhaltsvorschuss") == tokens("Unterhalts-\n  vorschuss")
    assert tokens("Unterhaltsvorschuss") == tokens("Unterhalts\u00ad\nvorschuss")


def test_a_hyphen_before_a_capital_letter_stays_a_border() -> None:
    assert ["jugendamt", "stadt"] == tokens("Jugendamt-\nStadt")


def test_numbers_and_references_stay_as_they_are() -> None:
    assert ["51", "3", "0815", "de89370400440532013000"] == tokens(
        "51.3-0815 DE89370400440532013000"
    )


def test_an_occurrence_says_where_the_word_stands() -> None:
    text = joined("Bescheid für Anna")

    assert ["Bescheid", "für", "Anna"] == [text[o.start : o.end] for o in occurrences(text)]


def test_names_are_folded_but_not_bent() -> None:
    assert ["mueller", "luedenscheidts"] == folded_words("Müller, Lüdenscheidts")


@given(text=st.text())
def test_any_text_has_tokens_of_letters_and_digits_only(text: str) -> None:
    for token in tokens(text):
        assert token == token.lower()
        assert not any(sign.isspace() or sign in "\"'*():-" for sign in token)


@given(word=st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=20))
def test_folding_leaves_plain_letters(word: str) -> None:
    assert folded(word).isascii()
    assert token_of(word).isascii()
