"""Templates are checked and rendered from the command line."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine


def test_the_shipped_templates_are_sound(command: CommandLine) -> None:
    answer = command("letters", "check", "--json")

    assert (0, {"ok": True, "findings": []}) == (answer.code, answer.json)
    assert "keine Befunde" in command("letters", "check").out


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "\xff"])
def test_fields_that_are_no_object_are_refused(
    command: CommandLine, tmp_path: Path, text: str
) -> None:
    fields = tmp_path / "felder.json"
    fields.write_bytes(text.encode("latin-1"))

    answer = command(
        "letters", "render", "bewilligungsbescheid", fields, "--to", tmp_path / "brief.pdf"
    )

    assert (1, True) == (answer.code, "[fields_unreadable]" in answer.err)
    assert not (tmp_path / "brief.pdf").exists()


def test_an_unknown_template_is_refused(command: CommandLine, tmp_path: Path) -> None:
    answer = command("letters", "preview", "nirgends", "--to", tmp_path / "brief.pdf")

    assert answer.code in {1, 3}
    assert answer.err.startswith("aktenhub: ")


def test_a_missing_word_processor_is_said(command: CommandLine, tmp_path: Path) -> None:
    answer = command("letters", "preview", "bewilligungsbescheid", "--to", tmp_path / "brief.pdf")

    assert answer.code in {3, 4}
    assert answer.err.startswith("aktenhub: ")
    assert not (tmp_path / "brief.pdf").exists()
