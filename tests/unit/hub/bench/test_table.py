from __future__ import annotations

from pathlib import Path

from hub.bench.table import measure_tables


def test_right_and_wrong_files_are_told_apart_and_measured(tmp_path: Path) -> None:
    figures = measure_tables(tmp_path, rows=2000, xml_mb=9)

    assert figures.good
    assert (2000, 2000) == (figures.rows, figures.bad_findings)
    assert min(figures.rows_per_second, figures.bad_rows_per_second, figures.rss_mb) > 0
    assert 8.5 < figures.xml_mb <= 9
    assert [] == list(tmp_path.glob("*.csv")) + list(tmp_path.glob("*.xml"))
