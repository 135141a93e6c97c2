"""Several nodes on one PostgreSQL get the same load: nothing is lost, doubled or out of order."""

from pathlib import Path

import pytest

from hub.bench.nodes.run import OFFICES, Wanted, measure_nodes
from hub.store.engines.session import Address


@pytest.mark.s3
@pytest.mark.postgresql
async def test_one_and_two_nodes_take_a_small_load_through(
    tmp_path: Path, postgres_address: Address
) -> None:
    runs = await measure_nodes(tmp_path, Wanted(12, (1, 2), postgres_address.dsn))

    assert [1, 2] == [run.workers for run in runs]
    # Three messages for each of four offices, none of them a repetition.
    assert [(12, OFFICES, "postgresql")] * 2 == [
        (run.messages, run.offices, run.store) for run in runs
    ]
    for run in runs:
        assert run.good
        assert 0 < run.p50_ms <= run.p99_ms
        assert min(run.cpu_ms_per_message, run.messages_per_second, run.rss_mb) > 0
        assert 0 == run.database_cpu_ms_per_message
