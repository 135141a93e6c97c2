"""The e-file is measured as it is: with storage, walls and the running service."""

from pathlib import Path

import pytest

from hub.bench.efile import run, searching, verifying
from hub.bench.efile.run import Wanted, measure_efile

KEYS = {
    "filed_per_second", "search_p50_ms", "search_p95_ms", "documents", "list_ms",
    "verify_mb_per_second", "rebuild_per_second", "whole_file_pdf_seconds", "rss_mb",
    "filed_ratio", "verify_ratio", "rebuild_ratio", "inspection",
}  # fmt: skip


@pytest.mark.s3
async def test_a_small_corpus_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "THICK", 30)
    monkeypatch.setattr(searching, "PAGES", 2)
    monkeypatch.setattr(run, "BOUND", 2)
    monkeypatch.setattr(verifying, "LARGE", 2)
    figures = await measure_efile(tmp_path, Wanted(documents=600, letters=6, messages=100))

    told = figures.to_dict()
    assert [] == [kind for kind, one in figures.searched.search.items() if one.empty]
    assert figures.good
    assert KEYS <= told.keys()
    assert (630, 107) == (figures.searched.documents, figures.rebuilt)
    assert 28 == figures.whole_file_pdf_pages
    assert figures.inspection
    assert (4, 4) == (figures.inspection.pages, figures.inspection.pictured)
    assert figures.whole_file_pdf_seconds > 0
    assert min(figures.filed_ratio, figures.verify_ratio, figures.rebuild_ratio) >= 0
    assert min(figures.filed_bare_per_second, figures.verify_bare_mb_per_second) > 0
    assert min(one.bare_mb_per_second for one in figures.verify.values()) > 0
    assert min(figures.rebuild_read_per_second, figures.extracts_per_second) > 0
    assert min(figures.first_page_ms, figures.first_page_kb, figures.first_page_cpu_ms) > 0
    assert min(figures.filed_per_second, figures.verify_mb_per_second, figures.searched.list_ms) > 0
