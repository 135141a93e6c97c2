"""The command says what would happen, what is in the way, and changes nothing unasked."""

import asyncio
from pathlib import Path

import pytest

from hub.app import all_migrations
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.messages import Messages
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.command_line import OFFICE, CommandLine
from tests.factories import make_message

OLD_US = 1_767_000_000_000_000
"""A day of 2025."""


@pytest.fixture
def filled(command: CommandLine) -> CommandLine:
    """An installation with a finished and an unfinished message of 2025."""
    database = SqliteDatabase(command.house.database)
    book = Messages(Journal("hub-1"))

    def play(tx: Transaction) -> None:
        for name, at_us in (("done", OLD_US), ("open", OLD_US + 1)):
            message = make_message(id=name, tenant=OFFICE, received_us=at_us)
            book.add(tx, message, "received", at_us)
            if name == "done":
                book.move(tx, message, "closed", at_us)

    async def work() -> None:
        await migrate(database, all_migrations(), 1)
        await database.write(play)

    asyncio.run(work())
    database.close()
    return command


def archives(command: CommandLine) -> list[Path]:
    return sorted((command.settings.parent / "archive").glob("*.gz"))


def test_what_is_open_is_named_and_nothing_is_changed(filled: CommandLine) -> None:
    for more in ((), ("--execute",)):
        answer = filled("journal", "archive", "2025", *more)

        assert (1, []) == (answer.code, archives(filled))
        assert "im Weg: 1 offene Nachrichten ab Eintrag 3: open" in answer.out
        assert "Nichts wurde geändert." in answer.out


def test_a_year_that_is_not_over_is_refused(filled: CommandLine) -> None:
    answer = filled("journal", "archive", "2090")

    assert 1 == answer.code
    assert "year_not_over" in answer.err


def test_a_closed_year_is_archived_on_demand_and_proven_from_its_archive(
    filled: CommandLine, tmp_path: Path
) -> None:
    database = SqliteDatabase(filled.house.database)
    message = make_message(id="open", tenant=OFFICE)
    asyncio.run(
        database.write(lambda tx: Messages(Journal("hub-1")).move(tx, message, "closed", OLD_US))
    )
    database.close()
    dry = filled("journal", "archive", "2025", "--json").json
    done = filled("journal", "archive", "2025", "--execute")
    proof = filled("journal", "proof", "done", "--tenant", OFFICE, "-o", tmp_path / "proof")
    judged = filled("journal", "verify", tmp_path / "proof" / "nachweis.json", "--json").json

    [office] = dry["tenants"]
    assert (False, 4, [], 0) == (
        dry["executed"], office["entries"], office["obstacles"], office["left"],
    )  # fmt: skip
    assert (0, 0, 1) == (done.code, proof.code, len(archives(filled)))
    assert "aus der Datenbank entfernt: 4" in done.out
    assert (True, 2) == (judged["intact"], judged["entries"])
    assert 0 == filled("journal", "verify", "--archives").code
    assert filled("journal", "balance", "--json").json["balanced"]


@pytest.fixture
def archive(filled: CommandLine) -> Path:
    """The archive of a year in which everything ended."""
    database = SqliteDatabase(filled.house.database)
    message = make_message(id="open", tenant=OFFICE)
    asyncio.run(
        database.write(lambda tx: Messages(Journal("hub-1")).move(tx, message, "closed", OLD_US))
    )
    database.close()
    filled("journal", "archive", "2025", "--execute")
    [path] = archives(filled)
    return path


def test_what_left_the_journal_is_named_and_traced_from_its_archive(
    filled: CommandLine, archive: Path
) -> None:
    bare = filled("journal", "trace", "done")
    told = filled("journal", "trace", "done", "--json").json
    full = filled("journal", "trace", "done", "--archive", archive)
    read = filled("journal", "trace", "done", "--archive", archive, "--json").json

    assert archive.name in bare.out
    assert ([], [archive.name.removesuffix(".jsonl.gz")]) == (
        told["events"], [one["name"] for one in told["archives_not_read"]],
    )  # fmt: skip
    assert "Ältere Schritte" not in full.out
    assert ["received", "closed"] == [event["what"] for event in read["events"]]
    assert [] == read["archives_not_read"]


def test_only_archives_that_are_what_was_sealed_are_traced(
    filled: CommandLine, archive: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "else.jsonl.gz"
    renamed.write_bytes(archive.read_bytes())
    spoilt = tmp_path / archive.name
    spoilt.write_bytes(archive.read_bytes()[:-20])

    unknown = filled("journal", "trace", "done", "--archive", renamed)
    unsound = filled("journal", "trace", "done", "--archive", spoilt)
    none = filled("journal", "trace", "done", "--archive", tmp_path / "nothing")

    assert (1, 2) == (unknown.code, none.code)
    assert "archive_unknown" in unknown.err
    assert "archive_not_sound" in unsound.err
