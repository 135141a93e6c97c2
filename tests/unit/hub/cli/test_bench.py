"""The table of a measurement shows every figure, and its exit code whether it counts."""

import pytest

from hub.bench.messages import Figures
from hub.cli.bench import show_figures
from tests.command_line import CommandLine

FIGURES = Figures(
    mode="folder", store="sqlite", messages=21, seconds=1.5, messages_per_second=14.0,
    filed_per_second=13.0, cores=1.6, bare_limit_per_second=900.0, ratio_per_core=0.0078,
    cpu_ms_per_message=1.2,
    fsync_per_second=500.0, commits_per_message=0.2, p50_ms=11.0, p99_ms=99.0, rss_mb=250.0,
    lost=3, duplicated=4, out_of_order=5, balanced=False,
)  # fmt: skip


def test_people_see_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    show_figures(FIGURES)
    shown = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())

    values = {label: value.strip() for label, value in shown.items()}
    assert ("21", "3", "4", "5", "GEHT NICHT AUF") == tuple(
        values[label]
        for label in ("Nachrichten", "verloren", "doppelt", "außer der Reihe", "Bilanz")
    )
    assert "11.0 / 99.0 ms" == values["Wartezeit p50 / p99"]


@pytest.mark.parametrize("count", ["0", "-5", "1e3"])
def test_nothing_is_not_measured(command: CommandLine, count: str) -> None:
    assert 2 == command("bench", "messages", "--count", count).code
