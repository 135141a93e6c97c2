"""Content and corrections from the command line: never without purpose, reason and a second person."""

import asyncio
from pathlib import Path

import pytest

from hub.store.sqlite import SqliteDatabase
from tests.command_line import CommandLine
from tests.small_house import (
    CORRECTION,
    HELD,
    HELD_MESSAGE,
    TABLE_MESSAGE,
    WRONG,
    _hold,
    _refuse_rows,
)
from tests.unit.hub.cli.test_journal import _looks

WHO = ("--reason", "Betrag unklar", "--actor", "m.sommer")
WHY = ("--purpose", "klaerung", *WHO)


@pytest.fixture
def held(command: CommandLine) -> CommandLine:
    """A held message with a proposed correction."""
    command("journal", "balance")

    async def fill() -> None:
        database = SqliteDatabase(command.house.database)
        await database.write(lambda tx: _hold(tx, 1_795_000_000_000_000))
        await database.write(lambda tx: _refuse_rows(tx, 1_795_000_000_000_000))
        await asyncio.to_thread(database.close)

    asyncio.run(fill())
    return command


def test_content_is_written_out_with_a_reason_and_noted(held: CommandLine, tmp_path: Path) -> None:
    shown = held("journal", "content", HELD_MESSAGE, *WHY)
    kept = held("journal", "content", HELD_MESSAGE, *WHY, "--to", str(tmp_path / "out.xml"))
    bare = held("journal", "content", HELD_MESSAGE, *WHO)
    trace = held("journal", "trace", HELD_MESSAGE, "--json").json

    assert WRONG == shown.out == (tmp_path / "out.xml").read_text()
    assert 0 == kept.code
    assert (2, True) == (bare.code, "--purpose" in bare.err)
    assert 2 == sum(event["what"] == "content_opened" for event in trace["events"])
    assert ("content_viewed", HELD_MESSAGE, "musterstadt") in _looks(held)


def test_a_difference_is_shown_and_another_person_approves(held: CommandLine) -> None:
    shown = held("clearing", "difference", CORRECTION, *WHY)
    own = held("clearing", "approve", CORRECTION, "--reason", "x", "--actor", "bauer")
    first = held("clearing", "approve", CORRECTION, *WHO)
    second = held("clearing", "decline", CORRECTION, *WHO)

    assert "+  <betrag>1.0</betrag>" in shown.out
    assert (1, True) == (own.code, "[four_eyes]" in own.err)
    assert ["Vermerkt.\n", "War schon entschieden; es wurde nichts geändert.\n"] == [
        first.out, second.out,
    ]  # fmt: skip


def test_a_copy_is_proposed_from_a_file(held: CommandLine, tmp_path: Path) -> None:
    held("clearing", "decline", CORRECTION, *WHO)
    (tmp_path / "copy.xml").write_text(WRONG.replace("1,0", "1.00"))
    answer = held("clearing", "correct", HELD, str(tmp_path / "copy.xml"), *WHO)
    proposal = answer.out.split()[1].rstrip(".")

    told = held("clearing", "difference", proposal, *WHY, "--json").json
    assert ("proposed", "m.sommer") == (told["state"], told["proposed_by"])
    assert "+  <betrag>1.00</betrag>" in told["difference"]


def test_refused_rows_are_written_out_and_proposed_corrected(
    held: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    shown = held("clearing", "rows", TABLE_MESSAGE, *WHY)
    written = held("clearing", "rows", TABLE_MESSAGE, *WHY, "--to", str(path))
    same = held("clearing", "correct-rows", TABLE_MESSAGE, str(path), *WHO)
    path.write_bytes(path.read_bytes().replace(b";00x;", b";000;"))
    proposed = held("clearing", "correct-rows", TABLE_MESSAGE, str(path), *WHO)

    assert (2, 0) == (shown.out.count("\n"), written.code)
    assert (1, True) == (same.code, "[nothing_corrected]" in same.err)
    assert "Eine andere Person muss zustimmen." in proposed.out
    assert ("correction_proposed", TABLE_MESSAGE, "musterstadt") in _looks(held)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (("journal", "content", "m-9", *WHY), "message_unknown"),
        (("clearing", "rows", "m-9", *WHY), "message_unknown"),
        (("clearing", "approve", "c-9", *WHO), "correction_unknown"),
        (("clearing", "difference", "c-9", *WHY), "correction_unknown"),
    ],
)
def test_what_does_not_exist_is_said(held: CommandLine, call: tuple[str, ...], code: str) -> None:
    answer = held(*call)

    assert (1, True) == (answer.code, f"[{code}]" in answer.err)
