"""What the hub keeps beside a file goes with it; what is open keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.clock import local_date
from hub.evidence.ending.beside import HubBeside
from hub.store.journal import Journal
from tests.small_house import CASE, OFFICE, SmallHouse, build_small_house, keep_beside


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SmallHouse]:
    built = await build_small_house(tmp_path)
    await keep_beside(built)
    yield built
    await built.close()


def beside(house: SmallHouse) -> HubBeside:
    return HubBeside(Journal("hub-1"), house.clock)


async def test_open_work_is_said_in_words(house: SmallHouse) -> None:
    akte = (await house.services.efile.akte(OFFICE, house.akte)).akte

    said = await house.database.read(lambda tx: beside(house).open_work(tx, akte))

    assert ["Offene Wiedervorlagen: 1.",
            "Notzugriffe, die der Datenschutz noch nicht zur Kenntnis genommen hat: 1."] == [
        one for one in said if "Nachrichten" not in one
    ]  # fmt: skip
    judged = await house.services.efile.disposal.judge(
        OFFICE, [house.akte], local_date(house.clock.now_us())
    )
    assert set(said) < set(judged[0].against)


async def test_everything_beside_a_file_is_forgotten_and_names_with_it(house: SmallHouse) -> None:
    spec = '{"akte": "Müller, Anna", "title": "Bescheid", "doc_type": "Bescheid", "fields": {"a": "b"}}'
    message = "0192f0a0-0000-7000-8000-000000000005"
    await house.database.write(
        lambda tx: tx.run(
            "INSERT INTO promise (tenant, id, message_id, kind, queue, lane_key, lane_seq, state,"
            " spec, made_us, deadline_us) SELECT tenant, 'p-x', id, 'file', 'file', 'x', 1,"
            " 'confirmed', :spec, 0, 0 FROM message WHERE id = :id",
            spec=spec, id=message,
        )
    )  # fmt: skip
    case = await house.database.read(
        lambda tx: tx.all("SELECT case_key FROM message WHERE id = :id", id=message)[0]["case_key"]
    )
    await house.database.write(
        lambda tx: beside(house).forget(tx, OFFICE, house.akte, case or CASE)
    )

    def left(tx):  # type: ignore[no-untyped-def]  # counts rows
        tables = ("task", "file_note", "file_visit", "taken_note", "emergency")
        counts = [tx.one(f"SELECT count(*) AS n FROM {t} WHERE akte = :a", a=house.akte)["n"]  # noqa: S608  fixed names
                  for t in tables]  # fmt: skip
        return sum(counts), tx.one("SELECT spec FROM promise WHERE id = 'p-x'")["spec"]

    count, masked = await house.database.read(left)
    assert 0 == count
    assert "Müller" not in masked
    assert '"doc_type":"Bescheid"' in masked
