"""A measurement counts only when everything arrived, once and in order."""

from pathlib import Path

import pytest

from hub.bench.messages import measure

STABLE_KEYS = {
    "mode", "store", "messages", "seconds", "messages_per_second", "cores", "bare_limit_per_second",
    "ratio_per_core", "fsync_per_second", "p50_ms", "p99_ms", "rss_mb", "lost", "duplicated",
    "out_of_order",
}  # fmt: skip


@pytest.mark.s3
async def test_a_small_load_arrives_once_and_in_order(tmp_path: Path) -> None:
    figures = await measure(tmp_path, 20)

    assert STABLE_KEYS <= figures.to_dict().keys()
    assert (0, 0, 0, True) == (
        figures.lost, figures.duplicated, figures.out_of_order, figures.balanced,
    )  # fmt: skip
    assert figures.messages_per_second < figures.bare_limit_per_second
