"""Payloads go when their time is over and nobody needs them; what proves them stays."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import Conflict
from hub.core.settings import Retention
from hub.evidence.retention import PayloadRetention, hold, release
from hub.store import journal
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.messages import Messages
from hub.store.payloads import Payloads
from tests.evidence_house import Archive, open_archive
from tests.factories import make_message

DAYS = 30
LARGE = b"x" * 200_000
BOOK = Messages(Journal("hub-1"))


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path) as opened:
        yield opened


def payloads_of(archive: Archive) -> Payloads:
    return Payloads(archive.database, archive.folder.parent / "payloads")


def retention_of(archive: Archive, days: int = DAYS) -> PayloadRetention:
    return PayloadRetention(
        archive.database, Journal("hub-1"), archive.clock, archive.folder.parent / "payloads",
        Retention(payload_days=days),
    )  # fmt: skip


async def keep(archive: Archive, name: str, data: bytes, state: str = "closed") -> str:
    """Accept a message of these bytes and bring it to a state; return the digest."""
    kept, now_us = await payloads_of(archive).keep(data), archive.clock.now_us()

    def work(tx: Transaction) -> None:
        Payloads.name(tx, "a", kept, now_us)
        message = make_message(id=name, tenant="a", case_key=f"UV-{name}", sha256=kept.sha256)
        BOOK.add(tx, message, "received", now_us)
        if state != "received":
            BOOK.move(tx, message, state, now_us)

    await archive.database.write(work)
    return kept.sha256


async def left(archive: Archive) -> set[str]:
    return {row["sha256"] for row in await archive.rows("SELECT sha256 FROM payload")}


async def test_old_bytes_of_finished_messages_go_and_their_proof_stays(archive: Archive) -> None:
    old = await keep(archive, "m-1", b"old")
    archive.clock.advance(DAYS * 86_400 + 1)
    young = await keep(archive, "m-2", b"young")
    await retention_of(archive).round()

    assert {young} == await left(archive)
    assert () == (await archive.database.scan(journal.verify)).faults
    steps = await archive.rows("SELECT * FROM journal WHERE actor = 'retention' ORDER BY seq")
    assert [("payload_removed", "m-1", old), ("payloads_removed", None)] == [
        (steps[0]["action"], steps[0]["message_id"], steps[0]["digest"]),
        (steps[1]["action"], steps[1]["message_id"]),
    ]
    assert {"count": 1, "bytes": 3} == journal.facts_of(steps[1])
    with pytest.raises(Conflict, match="payload_expired"):
        await payloads_of(archive).get("a", old)


@pytest.mark.parametrize("state", ["received", "routed", "clearing"])
async def test_what_an_unfinished_message_needs_stays(archive: Archive, state: str) -> None:
    digest = await keep(archive, "m-1", b"old", state)
    await keep(archive, "m-2", b"old")
    archive.clock.advance(DAYS * 86_400 + 1)
    await retention_of(archive).round()

    assert {digest} == await left(archive)


async def test_a_case_on_hold_keeps_its_bytes_until_it_is_released(archive: Archive) -> None:
    digest = await keep(archive, "m-1", b"old")
    why = ("Klage", "m.sommer")
    made = await archive.database.write(lambda tx: hold(tx, "a", "UV-m-1", why, 1))
    again = await archive.database.write(lambda tx: hold(tx, "a", "UV-m-1", why, 2))
    archive.clock.advance(DAYS * 86_400 + 1)
    await retention_of(archive).round()
    kept = await left(archive)
    ended = await archive.database.write(lambda tx: release(tx, "a", "UV-m-1", "m.sommer", 3))
    await retention_of(archive).round()

    assert (True, False, True) == (made, again, ended)
    assert ({digest}, set()) == (kept, await left(archive))


async def test_bytes_named_again_begin_their_time_anew(archive: Archive) -> None:
    await keep(archive, "m-1", b"same")
    archive.clock.advance(DAYS * 86_400 - 10)
    digest = await keep(archive, "m-2", b"same")
    archive.clock.advance(20)
    await retention_of(archive).round()

    assert {digest} == await left(archive)


async def test_a_large_payloads_file_goes_with_it(archive: Archive) -> None:
    digest = await keep(archive, "m-1", LARGE)
    path = payloads_of(archive).path(digest)
    os.utime(path, (0, 0))
    archive.clock.advance(DAYS * 86_400 + 1)
    await retention_of(archive).round()

    assert [] == [one for one in path.parent.iterdir() if one.is_file()]
    assert [{"file_left": 0}] == await archive.rows("SELECT file_left FROM payload_removed")


async def test_a_file_another_message_names_meanwhile_stays(archive: Archive) -> None:
    digest = await keep(archive, "m-1", LARGE)
    archive.clock.advance(DAYS * 86_400 + 1)
    await archive.tamper("UPDATE payload SET kept_us = 0")
    rules = retention_of(archive)
    await rules._portion(1, archive.clock.now_us())
    await keep(archive, "m-2", LARGE)
    await rules._remove_files()

    assert LARGE == await payloads_of(archive).get("a", digest)


async def test_bytes_received_again_between_removal_and_naming_are_there(archive: Archive) -> None:
    """The row is gone, the file not yet; the bytes come in again and are named afterwards."""
    digest = await keep(archive, "m-1", LARGE)
    path = payloads_of(archive).path(digest)
    os.utime(path, (0, 0))
    archive.clock.advance(DAYS * 86_400 + 1)
    first, second = retention_of(archive), retention_of(archive)
    await first._portion(archive.clock.now_us(), archive.clock.now_us())
    again = await payloads_of(archive).keep(LARGE)
    await first._remove_files()
    await second._remove_files()
    await archive.database.write(lambda tx: Payloads.name(tx, "a", again, 1))

    assert LARGE == await payloads_of(archive).get("a", digest)


async def test_a_file_a_dying_remover_had_hidden_is_read_and_comes_back(archive: Archive) -> None:
    digest = await keep(archive, "m-1", LARGE)
    path = payloads_of(archive).path(digest)
    archive.clock.advance(DAYS * 86_400 + 1)
    await retention_of(archive)._portion(archive.clock.now_us(), archive.clock.now_us())
    again = await payloads_of(archive).keep(LARGE)
    path.rename(path.with_name(f".{digest}.0123456789abcdef.removed"))
    await archive.database.write(lambda tx: Payloads.name(tx, "a", again, 1))
    read = await payloads_of(archive).get("a", digest)
    await retention_of(archive)._remove_files()

    assert LARGE == read
    assert [digest] == [one.name for one in path.parent.iterdir()]


async def test_more_than_a_portion_goes_portion_by_portion(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.evidence.retention.PORTION", 2)
    await keep(archive, "m-0", b"0", "clearing")
    for number in range(1, 6):
        await keep(archive, f"m-{number}", b"%d" % number)
    archive.clock.advance(DAYS * 86_400 + 1)
    rules = retention_of(archive)
    seen = [await rules.round() for _ in range(4)]

    assert [2, 2, 2, 0] == seen
    assert 1 == len(await left(archive))


async def test_without_a_period_everything_stays(archive: Archive) -> None:
    digest = await keep(archive, "m-1", b"old")
    archive.clock.advance(9_999 * 86_400)

    assert 0 == await retention_of(archive, 0).round()
    assert {digest} == await left(archive)
