"""From HTTPS to HTTPS, every part a process of its own: all arrives, once and in order."""

from pathlib import Path

import pytest

from hub.bench.https.receiver import read_book
from hub.bench.https.run import Wanted, measure_https


@pytest.mark.s3
async def test_a_small_load_is_answered_over_https_once_and_in_order(tmp_path: Path) -> None:
    figures = await measure_https(tmp_path, Wanted(messages=12, connections=4))

    assert ("https", "sqlite", 13, 4) == (
        figures.mode, figures.store, figures.messages, figures.connections,
    )  # fmt: skip
    assert (0, 0, 0, True) == (
        figures.lost, figures.duplicated, figures.out_of_order, figures.balanced,
    )  # fmt: skip
    assert figures.good
    # Warm-up, first and second phase; no receipt lies in the outbox.
    assert 20 + 12 + 6 == len(read_book(tmp_path / "receipts.jsonl"))
    assert [] == list((tmp_path / "outbox").rglob("Quittung_*"))
    assert figures.half_per_second == pytest.approx(figures.messages_per_second / 2, abs=0.1)
    assert 0 < figures.accept_p50_ms <= figures.p50_ms <= figures.p99_ms
    assert 0 < figures.half_accept_p50_ms <= figures.half_accept_p99_ms
    assert min(figures.cores, figures.cpu_ms_per_message, figures.commits_per_message) > 0
    assert figures.rss_mb > 80
