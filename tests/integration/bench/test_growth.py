"""An installation with a past is compared with one that has next to none."""

from pathlib import Path

import pytest

from hub.app import open_database
from hub.bench import growth
from hub.bench.growth import measure_growth
from hub.bench.preload import preload
from hub.core.errors import Unavailable
from hub.demo.cast import MUSTERSTADT
from hub.demo.stage import set_stage
from hub.pipeline.balance import balance

_EVERY = {
    "journal": "SELECT * FROM journal",
    "promise": "SELECT * FROM promise",
    "payload": "SELECT * FROM payload",
    "seen": "SELECT * FROM seen",
    "lane": "SELECT * FROM lane",
}


@pytest.mark.s3
async def test_a_past_is_whole_and_at_rest(tmp_path: Path) -> None:
    stage = await set_stage(tmp_path, 0)
    await stage.stop()
    await preload(stage.place, MUSTERSTADT.id, 25)

    async with open_database(stage.place) as database:
        total = await balance(database, None)
        counted = {
            name: await database.read(lambda tx, n=name: tx.all(_EVERY[n])) for name in _EVERY
        }
    assert (25, 25, True) == (total.received, total.delivered, total.balanced)
    assert [8 * 25, 3 * 25, 25, 25] == [
        len(counted[name]) for name in ("journal", "promise", "payload", "seen")
    ]
    assert {"confirmed"} == {row["state"] for row in counted["promise"]}
    assert {"idle"} == {row["state"] for row in counted["lane"]}


@pytest.mark.s3
async def test_the_same_loads_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "FEW", 10)
    monkeypatch.setattr(growth, "ROUNDS", 2)
    figures = await measure_growth(tmp_path, 4, 30)

    assert figures.good
    assert (4, 2, 10, 30) == (figures.messages, figures.rounds, figures.few, figures.preloaded)
    assert figures.cost_ratio == pytest.approx(
        figures.cpu_ms_preloaded / figures.cpu_ms_few, abs=0.002
    )
    assert min(figures.database_mb, figures.preload_seconds, figures.rss_mb) > 0
    assert figures.to_dict().keys() >= {"lost", "duplicated", "out_of_order", "balanced"}


@pytest.mark.s3
async def test_a_past_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.bench.growth.python", lambda *_: ["false"])

    with pytest.raises(Unavailable) as error:
        await measure_growth(tmp_path, 4, 30)
    assert "bench_preload_failed" == error.value.code
