"""What recurs at every office goes on where the storage of one is away."""

import pytest

from efile import StorageUnavailable
from hub.app.evidence import at_each_office


async def test_an_office_whose_storage_is_away_does_not_keep_the_others_waiting() -> None:
    reached = []

    async def work(office: str) -> int:
        if office == "away":
            raise StorageUnavailable("storage_unavailable", "Der Speicher antwortet nicht.")
        reached.append(office)
        return 100

    with pytest.raises(StorageUnavailable):
        await at_each_office(["away", "musterstadt", "kreis"], work)

    assert ["musterstadt", "kreis"] == reached
    assert 200 == await at_each_office(reached.copy(), work)
