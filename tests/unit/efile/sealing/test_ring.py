"""A change of the KEK touches keys only, and may die anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from efile import EFile, Secrets, StorageMisconfigured, StorageUnavailable
from efile.ports import ObjectStore
from efile.sealing.wrapping import KeyWrap
from hub.core.clock import FixedClock
from tests.efile_house import KEK, SECRET, EFileHouse, open_house, request

NEXT = b"n" * 32
CHANGING = Secrets(SECRET.names, KeyWrap(NEXT, (KEK,)))
CHANGED = Secrets(SECRET.names, KeyWrap(NEXT))


async def fill(house: EFileHouse) -> None:
    for number in range(3):
        await house.efile.file(request(number, aktenzeichen=f"AZ {number}"))


def other(house: EFileHouse, secrets: Secrets, store: ObjectStore | None = None) -> EFile:
    """Return the e-file as another process with these secrets sees it."""
    return EFile(house.database, store or house.objects, FixedClock(), secrets)


async def everything(efile: EFile) -> list[bytes]:
    found = []
    for akte in await efile.akten("muster"):
        for document in (await efile.akte("muster", akte.id)).documents:
            found += [await efile.fetch("muster", document.id)]
    return found


async def test_after_a_change_only_the_new_kek_opens_and_no_document_was_touched(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        filed = {p: p.read_bytes() for p in house.folder.rglob("v1/a/**/*") if p.is_file()}
        before = await everything(house.efile)

        assert 3 == await other(house, CHANGING).keys.rewrap("muster")
        assert 0 == await other(house, CHANGING).keys.rewrap("muster")

        assert before == await everything(other(house, CHANGED))
        assert filed == {path: path.read_bytes() for path in filed}
        assert 3 == len(house.keys())
        assert (await other(house, CHANGED).verify("muster")).intact
        with pytest.raises(StorageMisconfigured, match="efile_kek_unknown"):
            await other(house, SECRET).verify("muster")


class DyingStore:
    """A store that dies at its n-th write or destruction."""

    def __init__(self, inner: ObjectStore, at: int) -> None:
        self._inner = inner
        self._left = at

    def __getattr__(self, name: str) -> object:
        if name in ("put_once", "destroy"):
            self._left -= 1
            if self._left < 0:
                raise StorageUnavailable("crash")
        return getattr(self._inner, name)


@pytest.mark.parametrize("at", range(6))
async def test_a_change_that_died_goes_on(tmp_path: Path, at: int) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        before = await everything(house.efile)
        store: ObjectStore = DyingStore(house.objects, at)  # type: ignore[assignment]  # stands in for a store
        with pytest.raises(StorageUnavailable):
            await other(house, CHANGING, store).keys.rewrap("muster")

        assert before == await everything(other(house, CHANGING))
        assert (await other(house, CHANGING).verify("muster")).intact
        await other(house, CHANGING).keys.rewrap("muster")
        assert before == await everything(other(house, CHANGED))
        assert 3 == len(house.keys())
