"""The status query from the command line: it is written down, and its answer is told."""

import asyncio

from hub.store.database import Transaction
from hub.store.desk import status
from hub.store.sqlite import SqliteDatabase
from tests.command_line import CommandLine
from tests.small_house import DOUBT, _doubt
from tests.unit.hub.cli.test_journal import _looks

NOW = 1_795_000_000_000_000
CALL = ("clearing", "query", DOUBT, "--actor", "m.sommer", "--wait", "0")


def _with(command: CommandLine, answer: str | None) -> None:
    """Answer the open question, or put the doubt there."""

    def work(tx: Transaction) -> None:
        if answer is None:
            _doubt(tx, NOW)
            return
        [query] = status.take(tx, 1, 2 * NOW, 2 * NOW)
        status.answered(tx, query, answer, "", NOW)

    async def write() -> None:
        database = SqliteDatabase(command.house.database)
        await database.write(work)
        await asyncio.to_thread(database.close)

    asyncio.run(write())


def test_a_question_is_written_down_and_its_answer_told(command: CommandLine) -> None:
    command("journal", "balance")
    _with(command, None)

    first = command(*CALL)
    told = command(*CALL, "--json")
    _with(command, "arrived")
    asked = asyncio.run(_latest(command))

    assert (4, True) == (first.code, "vorgemerkt" in first.out)
    assert {"id": DOUBT, "answer": None, "code": None} == told.json
    assert ("m.sommer", "arrived") == (asked["actor"], asked["answer"])
    assert ("status_queried", DOUBT, "musterstadt") in _looks(command)


async def _latest(command: CommandLine) -> dict[str, object]:
    database = SqliteDatabase(command.house.database)
    row = await database.read(lambda tx: status.latest(tx, "musterstadt", DOUBT))
    await asyncio.to_thread(database.close)
    assert row is not None
    return row


def test_a_case_that_is_not_there_is_said(command: CommandLine) -> None:
    answer = command("clearing", "query", "c-9", "--actor", "m.sommer")

    assert (1, True) == (answer.code, "[clearing_unknown]" in answer.err)
