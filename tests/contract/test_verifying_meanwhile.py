"""What is filed, signed and stamped while verification reads is no fault, and hides none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

import pytest

from efile import EFile, FilingError, FolderStore, Host
from efile.index import log
from efile.objects import folder
from efile.ports import Database, Dialect, ObjectInfo, Transaction
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, message, open_house
from tests.engines import Engine
from tests.signing import SIGNING

T = TypeVar("T")


class Moments:
    """Numbers whatever is read, and lets something happen right before one of it."""

    def __init__(self, at: int, event: Callable[[], Awaitable[object]]) -> None:
        self._left = at
        self._event = event

    @property
    def came(self) -> bool:
        return self._left < 0

    async def next(self) -> None:
        self._left -= 1
        if self._left == -1:
            await self._event()


class MomentIndex:
    def __init__(self, inner: Database, moments: Moments) -> None:
        self._inner = inner
        self._moments = moments

    @property
    def dialect(self) -> Dialect:
        return self._inner.dialect

    async def write(self, work: Callable[[Transaction], T]) -> T:
        return await self._inner.write(work)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        await self._moments.next()
        return await self._inner.read(work)


class MomentStore(FolderStore):
    def __init__(self, root: Path, moments: Moments) -> None:
        super().__init__(root)
        self._moments = moments

    async def get(self, tenant: str, key: str) -> bytes:
        await self._moments.next()
        return await super().get(tenant, key)

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        await self._moments.next()
        return await super().get_all(tenant, keys)

    async def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        await self._moments.next()
        async for page in super().pages(tenant, prefix):
            yield page
            await self._moments.next()


class Stamping:
    """Says which stamp belongs to which head, and nothing of time."""

    async def stamp(
        self, statement: bytes, algorithm: Literal["sha256", "sha512"] = "sha256"
    ) -> bytes:
        return algorithm.encode() + statement

    def time_of(self, stamp: bytes, statement: bytes) -> int | None:
        return 1 if stamp == b"sha256" + statement else None


HOST = Host(signing=SIGNING, stamping=Stamping())


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        opened.efile = EFile(opened.database, opened.objects, FixedClock(), SECRET, HOST)
        yield opened


async def begin(house: EFileHouse, office: str) -> None:
    """Two heads and a stamp."""
    for number in (1, 2):
        await house.efile.file_all([message(number, tenant=office)])
        await house.efile.proof.sign(office)
    await house.efile.proof.stamp(office, 0)


def reading(house: EFileHouse, office: str, at: int) -> tuple[EFile, Moments]:
    """Return another e-file on the same, of whose reads one meets a house that goes on."""

    async def go_on() -> None:
        await house.efile.file_all([message(number, tenant=office) for number in (3, 4)])
        await house.efile.proof.sign(office)
        assert await house.efile.proof.stamp(office, 2)

    moments = Moments(at, go_on)
    index = MomentIndex(house.database, moments)
    objects = MomentStore(house.folder, moments)
    return EFile(index, objects, FixedClock(), SECRET, HOST), moments


@pytest.mark.parametrize("recovery", ["verify", "reconcile", "rebuild"])
async def test_a_house_that_goes_on_at_any_moment_has_no_faults(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch, recovery: str
) -> None:
    # Each object is listed by itself, as very many are page by page.
    monkeypatch.setattr(folder, "_PAGE", 1)
    found: dict[int, list[str]] = {}
    at, came = 0, True
    while came:
        # An office of its own for each moment, so that each reads as much.
        await begin(house, office := f"office-{at}")
        reader, moments = reading(house, office, at)

        report = await getattr(reader, recovery)(office)

        await reader.close()
        found |= {at: [f"{each.what} {each.where}" for each in report.faults]}
        came = moments.came
        at += 1
    assert at > 20
    assert {} == {moment: faults for moment, faults in found.items() if faults}


DAMAGES = {
    "log_cut": "DELETE FROM efile_log WHERE leaf_index = 0",
    "log_differs": "UPDATE efile_log SET leaf = 'ff' WHERE leaf_index = 0",
    "head_differs": "UPDATE efile_heads SET note = 'other' WHERE size = 1",
    "head_missing": "",
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_house_that_goes_on_hides_no_damage(house: EFileHouse, damage: str) -> None:
    for at in range(0, 20, 3):
        await begin(house, office := f"office-{at}")
        if DAMAGES[damage]:
            await house.tamper(f"{DAMAGES[damage]} AND tenant = '{office}'")
        else:
            next(path for path in house.heads() if office in path.as_posix()).unlink()
        reader, moments = reading(house, office, at)

        report = await reader.verify(office)

        await reader.close()
        assert moments.came
        assert damage in {each.what for each in report.faults}, at


class LateIndex(MomentIndex):
    """Lets something happen right before it is written to, not before it is read."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        await self._moments.next()
        return await self._inner.write(work)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self._inner.read(work)


async def test_a_head_made_while_those_of_storage_are_adopted_is_not_forgotten(
    house: EFileHouse,
) -> None:
    await begin(house, "lost")
    forget = "DELETE FROM efile_heads WHERE tenant = :tenant AND size = 2"
    await house.database.write(lambda tx: tx.run(forget, tenant="lost"))

    async def go_on() -> None:
        await house.efile.file_all([message(3, tenant="lost")])
        await house.efile.proof.sign("lost")

    index = LateIndex(house.database, Moments(0, go_on))
    meanwhile = EFile(index, house.objects, FixedClock(), SECRET, HOST)
    await meanwhile.reconcile("lost")
    await meanwhile.close()

    heads = await house.database.read(lambda tx: log.heads(tx, "lost"))
    assert [1, 2, 3] == [head.size for head in heads]
