"""Reading again costs one request per pack, not one per document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from efile import FilingError, FolderStore
from efile.objects.layout import is_pack
from tests.efile_house import message, open_house


class CountingStore(FolderStore):
    """A folder store that counts what is fetched."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fetched: Counter[str] = Counter()

    async def get(self, tenant: str, key: str) -> bytes:
        self.fetched[key] += 1
        return await super().get(tenant, key)

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        self.fetched.update(keys)
        return await super().get_all(tenant, keys)

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        self.fetched[key] += 1
        return await super().get_range(tenant, key, start, length)


async def test_a_rebuild_fetches_each_pack_once_to_look_and_once_to_read(tmp_path: Path) -> None:
    store = CountingStore(tmp_path / "objects")
    async with open_house(tmp_path, store) as house:
        # Filed in turns, so that neighbours by identifier or time lie in different packs.
        for turn in range(3):
            await house.efile.file_all([message(n) for n in range(turn, 360, 3)])
        store.fetched.clear()

        report = await house.efile.rebuild("muster")

        assert (360, ()) == (report.documents, report.faults)
        assert [2, 2, 2] == [n for key, n in store.fetched.items() if is_pack(key)]
        assert 4 == len(store.fetched)
