"""Named conversions never lose a character silently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.conversions import escaped, join_findings, latin, local_day, split_bar


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Müller-Groß", "Müller-Groß"),
        ("Łukasz Wałęsa", "Lukasz Walesa"),
        ("Şahin Çelik", "Sahin Çelik"),
        ("Đorđe Đukić", "Dorde Dukic"),
        ("Čapek Ševčík Žižka", "Capek Ševcík Žižka"),
        ("Ağaoğlu Işık", "Agaoglu Isik"),
        ("Nguyễn Thị", "Nguyen Thi"),
        ("O’Brien – „Jo“", 'O\'Brien - "Jo"'),
        ("Mu\u0308ller", "Müller"),
        ("STRAẞE", "STRASSE"),
    ],
)
def test_names_keep_what_the_character_set_has(name: str, written: str) -> None:
    assert written == latin(name)


def test_a_letter_without_latin_base_is_kept_and_not_guessed() -> None:
    assert latin("Иван") == "Иван"


@given(st.text(st.characters(codec="iso8859-15", exclude_categories=["Cc", "Zs"])))
def test_text_in_the_repertoire_is_unchanged(text: str) -> None:
    assert text == latin(text)


@given(st.text())
def test_escaped_text_always_fits(text: str) -> None:
    made = escaped(text)

    assert made == made.encode("cp1252").decode("cp1252")
    assert made.isprintable() or not made
    assert "?" not in made or "?" in text


def test_paragraphs_are_split_at_bars() -> None:
    assert split_bar("Eins| Zwei |") == ["Eins", "Zwei"]


def test_findings_become_one_line() -> None:
    findings = [
        {"rule": "a", "message": "Falsch.", "row": 3, "line": 4},
        {"rule": "b", "message": "Auch.", "line": 7},
        {"rule": "c", "message": "Überall."},
    ]

    assert join_findings(findings) == "Zeile 3: Falsch. | Zeile 7: Auch. | Überall."
    assert join_findings([]) is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-22T23:30:00.000000Z", "2026-11-23"), ("2026-11-22T05:00:00+01:00", "2026-11-22")],
)
def test_a_day_is_the_day_in_germany(moment: str, day: str) -> None:
    assert day == local_day(moment)
