"""The table of a measurement shows every figure, and its exit code whether it counts."""

import pytest

from hub.bench.figures import FolderFigures, HttpsFigures, NodeFigures
from hub.cli.bench import show_figures, show_nodes
from tests.command_line import CommandLine

FIGURES = FolderFigures(
    mode="folder", store="sqlite", messages=21, seconds=1.5, messages_per_second=14.0,
    filed_per_second=13.0, cores=1.6, bare_limit_per_second=900.0, ratio_per_core=0.0078,
    cpu_ms_per_message=1.2,
    fsync_per_second=500.0, commits_per_message=0.2, p50_ms=11.0, p99_ms=99.0, rss_mb=250.0,
    lost=3, duplicated=4, out_of_order=5, balanced=False,
)  # fmt: skip


HTTPS = HttpsFigures(
    **FIGURES.to_dict() | {"mode": "https"},  # type: ignore[arg-type]  # the same fields again
    connections=32, accept_p50_ms=7.5, accept_p99_ms=77.0, half_per_second=6.5, half_messages=10,
    half_p50_ms=21.0, half_p99_ms=212.0, half_accept_p50_ms=5.0, half_accept_p99_ms=55.0,
    half_cores=0.7, sent_again=2,
)  # fmt: skip


def test_people_see_what_half_the_load_costs(capsys: pytest.CaptureFixture[str]) -> None:
    show_figures(HTTPS)
    shown = capsys.readouterr().out

    for value in ("https, sqlite", "7.5 / 77.0 ms", "6.5 je Sekunde, 10 Nachrichten",
                  "21.0 / 212.0 ms", "5.0 / 55.0 ms"):  # fmt: skip
        assert value in shown


def test_people_see_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    show_figures(FIGURES)
    shown = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())

    values = {label: value.strip() for label, value in shown.items()}
    assert ("21", "3", "4", "5", "GEHT NICHT AUF") == tuple(
        values[label]
        for label in ("Nachrichten", "verloren", "doppelt", "außer der Reihe", "Bilanz")
    )
    assert "11.0 / 99.0 ms" == values["Wartezeit p50 / p99"]


NODES = {name: value for name, value in FIGURES.to_dict().items() if name != "commits_per_message"}


def test_people_see_a_line_for_each_number_of_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        NodeFigures(
            **NODES | {"workers": number, "balanced": number == 1},  # type: ignore[arg-type]  # the same fields again
            offices=4, database_cpu_ms_per_message=0.9,
        )
        for number in (1, 2)
    ]  # fmt: skip
    show_nodes(runs)
    head, first, second, *rest = capsys.readouterr().out.splitlines()

    assert ["Knoten", "je", "Sekunde"] == head.split()[:3]
    assert ["1", "14.0"] == first.split()[:2]
    assert ["2", "14.0"] == second.split()[:2]
    assert any("21 je Zeile, 4 Mandanten" in line for line in rest)
    assert any("GEHT NICHT AUF" in line for line in rest)


@pytest.mark.parametrize("workers", ["", "0", "1,,2", "1,zwei"])
def test_nodes_are_whole_numbers(command: CommandLine, workers: str) -> None:
    store = ("--store", "postgresql")
    assert 2 == command("bench", "messages", *store, "--workers", workers).code


@pytest.mark.parametrize(
    "options",
    [("--workers", "2"), ("--database", "dbname=x"), ("--mode", "https", "--preload", "5"),
     ("--store", "postgresql", "--mode", "https"), ("--store", "postgresql", "--preload", "5")],
)  # fmt: skip
def test_what_does_not_go_together_is_not_measured(
    command: CommandLine, options: tuple[str, ...]
) -> None:
    done = command("bench", "messages", *options)

    assert 2 == done.code
    assert "--store postgresql" in done.err


def test_an_unknown_way_is_not_measured(command: CommandLine) -> None:
    assert 2 == command("bench", "messages", "--mode", "post").code


@pytest.mark.parametrize("count", ["0", "-5", "1e3"])
def test_nothing_is_not_measured(command: CommandLine, count: str) -> None:
    assert 2 == command("bench", "messages", "--count", count).code
