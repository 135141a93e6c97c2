"""A measurement counts only when everything arrived, once and in order."""

import json
from pathlib import Path

import pytest

from hub.bench.figures import FolderFigures
from hub.bench.load import Load
from hub.bench.messages import measure

STABLE_KEYS = {
    "mode", "store", "messages", "seconds", "messages_per_second", "cores", "bare_limit_per_second",
    "ratio_per_core", "fsync_per_second", "p50_ms", "p99_ms", "rss_mb", "lost", "duplicated",
    "out_of_order",
}  # fmt: skip


@pytest.mark.s3
async def test_a_small_load_arrives_once_and_in_order(tmp_path: Path) -> None:
    figures = await measure(tmp_path, Load(20))

    assert figures.to_dict().keys() >= STABLE_KEYS
    assert json.dumps(figures.to_dict())
    assert (0, 0, 0, True) == (
        figures.lost, figures.duplicated, figures.out_of_order, figures.balanced,
    )  # fmt: skip
    assert figures.good
    assert figures.messages_per_second < figures.bare_limit_per_second
    # Counted from outside: twenty planned files and one repetition.
    assert (21, "folder", "sqlite") == (figures.messages, figures.mode, figures.store)
    assert 20 == len(list((tmp_path / "outbox").rglob("Quittung_*.xml")))
    assert 0 < figures.p50_ms <= figures.p99_ms <= 1000 * (figures.seconds + 60)
    assert figures.messages_per_second == pytest.approx(21 / figures.seconds, rel=0.05)
    assert figures.rss_mb > 80


@pytest.mark.s3
async def test_a_load_without_receipts_is_counted_by_its_orders_and_documents(
    tmp_path: Path,
) -> None:
    figures = await measure(tmp_path, Load(20, receipts="refusals"))

    assert figures.good
    assert ("refusals", 21) == (figures.receipts, figures.messages)
    assert [] == list((tmp_path / "outbox").rglob("Quittung_*.xml"))
    assert figures.messages_per_second == pytest.approx(21 / figures.seconds, rel=0.05)


class Forgetful(Load):
    """Plans one message more than it drops."""

    def drop(self, inbox: Path) -> None:
        super().drop(inbox)
        (inbox / "Nachricht_00000003.xml").unlink()


@pytest.mark.s3
async def test_a_message_that_never_arrives_is_reported_as_lost(
    tmp_path: Path,
) -> None:
    figures = await measure(tmp_path, Forgetful(5), patience_s=8)

    assert figures.lost >= 1
    assert 0 == figures.duplicated
    assert not figures.good


def test_any_fault_makes_a_measurement_worthless() -> None:
    zeros = dict.fromkeys(FolderFigures.__dataclass_fields__, 0)
    good = FolderFigures(**{**zeros, "balanced": True})

    assert good.good
    for fault in ("lost", "duplicated", "out_of_order"):
        assert not FolderFigures(**{**zeros, "balanced": True, fault: 1}).good
    assert not FolderFigures(**zeros).good
