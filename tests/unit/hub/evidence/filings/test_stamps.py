"""Heads are stamped by a real authority, now and then, and stamps are proven."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from efile import EFile, FolderStore, Host
from efile.index import index_migrations
from hub.core.clock import SystemClock
from hub.evidence.filings.stamps import Stamps, TimeStamping
from hub.evidence.filings.timestamps import Roots, query_for
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.efile_house import SECRET, EFileHouse, request
from tests.signing import SIGNING
from tests.time_stamps import Authority, make_authority, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("tsa"))) as found:
        yield found


@pytest.fixture
async def house(tmp_path: Path, authority: Authority) -> AsyncIterator[EFileHouse]:
    authority.answers = True
    database = SqliteDatabase(tmp_path / "index.sqlite")
    await migrate(database, index_migrations(), 0)
    objects = FolderStore(tmp_path / "objects")
    stamping = TimeStamping(authority.url, Roots(authority.roots.read_bytes()))
    host = Host(signing=SIGNING, stamping=stamping)
    efile = EFile(database, objects, SystemClock(), SECRET, host)
    yield EFileHouse(efile, objects, database, tmp_path / "objects")
    await efile.close()
    database.close()


def stamps_of(house: EFileHouse, hours: float = 24) -> Stamps:
    return Stamps(house.efile.proof, SystemClock(), ["muster"], hours)


def stored(house: EFileHouse) -> list[Path]:
    return sorted(house.folder.rglob("log/stamps/*.tsr"))


async def file_and_sign(house: EFileHouse, number: int) -> None:
    await house.efile.file(request(number))
    await house.efile.proof.sign("muster")


async def test_the_newest_head_is_stamped_at_most_so_often(house: EFileHouse) -> None:
    await file_and_sign(house, 1)
    assert 1 == await stamps_of(house).round()
    await file_and_sign(house, 2)
    assert 0 == await stamps_of(house).round()
    assert 1 == await stamps_of(house, 1e-9).round()
    assert 0 == await stamps_of(house, 1e-9).round()

    assert ["000000000001.tsr", "000000000002.tsr"] == [path.name for path in stored(house)]
    assert (await house.efile.verify("muster")).intact


async def test_a_changed_or_misplaced_stamp_is_found(house: EFileHouse) -> None:
    for number in (1, 2):
        await file_and_sign(house, number)
        await stamps_of(house, 1e-9).round()
    first, second = stored(house)
    whole = second.read_bytes()
    for planted in (first.read_bytes(), whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        second.write_bytes(planted)
        faults = (await house.efile.verify("muster")).faults
        assert ["stamp_altered"] == [fault.what for fault in faults]


async def test_stamps_nobody_can_check_do_not_pass(house: EFileHouse) -> None:
    await file_and_sign(house, 1)
    await stamps_of(house).round()
    bare = EFile(house.database, house.objects, SystemClock(), SECRET, Host(signing=SIGNING))
    faults = (await bare.verify("muster")).faults
    await bare.close()

    assert ["stamp_unchecked"] == [fault.what for fault in faults]


async def test_an_authority_that_is_away_or_not_ours_leaves_no_stamp(
    house: EFileHouse, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await file_and_sign(house, 1)
    authority.answers = False
    assert 0 == await stamps_of(house).round()
    authority.answers = True
    other = make_authority(tmp_path / "other")
    stranger = TimeStamping(authority.url, Roots(other.roots.read_bytes()))
    room = EFile(
        house.database,
        house.objects,
        SystemClock(),
        SECRET,
        Host(signing=SIGNING, stamping=stranger),
    )
    assert 0 == await Stamps(room.proof, SystemClock(), ["muster"], 24).round()
    await room.close()

    assert [] == stored(house)
    assert ["timestamps_unavailable", "timestamp_unproven"] == [
        getattr(record, "code", "") for record in caplog.records if record.msg == "head_not_stamped"
    ]


def test_a_stamp_proves_its_statement_and_its_query_alone(authority: Authority) -> None:
    roots = Roots(authority.roots.read_bytes())
    query, nonce = query_for(b"head")
    stamp = authority.reply(query)

    assert roots.time_of(stamp, b"head", nonce)
    assert roots.time_of(stamp, b"other") is None
    assert roots.time_of(stamp, b"head", nonce + 1) is None
