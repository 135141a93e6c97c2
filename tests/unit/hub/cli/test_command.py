"""Tables and facts as people read them."""

import pytest

from hub.cli.command import show_facts, show_findings, show_table


def test_columns_are_as_wide_as_their_widest_value(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([{"a": "lang und breit", "b": 1}, {"a": "x", "b": None}], {"a": "Wert", "b": "Zahl"})

    assert [
        "Wert            Zahl",
        "lang und breit  1",
        "x               –",
    ] == capsys.readouterr().out.splitlines()  # fmt: skip


def test_no_rows_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([], {"a": "Wert"})

    assert "Keine Einträge.\n" == capsys.readouterr().out


def test_nothing_known_is_a_dash_but_zero_is_zero(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts([("Grund", ""), ("Anzahl", 0)])

    assert ["Grund: –", "Anzahl: 0"] == [
        " ".join(line.split()) for line in capsys.readouterr().out.splitlines()
    ]


def test_findings_name_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    show_findings([{"line": 7, "rule": "xsd_type", "message": "Kein Betrag."}])

    head, line = capsys.readouterr().out.splitlines()
    assert ["Zeile", "Satz", "Feld", "Regel", "Ort", "Befund"] == head.split()
    assert ["7", "–", "–", "xsd_type", "–", "Kein", "Betrag."] == line.split()


def test_words_of_a_sender_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([{"a": "a\x1b]0;x\x07\nb\u202e.xml"}], {"a": "Datei"})
    show_facts([("Datei", "a\x1b[2J")])

    assert ["Datei", "a?]0;x??b?.xml", "Datei:                  a?[2J"] == (
        capsys.readouterr().out.splitlines()
    )
