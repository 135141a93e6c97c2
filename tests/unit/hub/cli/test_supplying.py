"""Supplying a later destination from the command line."""

from tests.command_line import CommandLine
from tests.unit.hub.cli.test_journal import _looks

WHY = ("--reason", "Neues Verfahren", "--actor", "m.sommer")
CALL = ("targets", "supply", "altverfahren", "--from", "fachverfahren", *WHY)


def test_a_dry_run_counts_and_is_noted(command: CommandLine) -> None:
    told = command(*CALL, "--dry-run", "--since", "2026-01-01", "--until", "2026-06-30")
    counted = command(*CALL, "--dry-run", "--json").json

    assert "0 gewählt." in told.out
    assert "Es wurde nichts geändert." in told.out
    assert {"chosen": 0, "fitting": 0, "cases": 0, "skipped": {}, "dry_run": True} == counted
    assert "supply_tried" in [action for action, _, _ in _looks(command)]


def test_a_target_nobody_knows_is_a_fault_of_the_settings(command: CommandLine) -> None:
    answer = command("targets", "supply", "niemand", "--from", "fachverfahren", *WHY)

    assert (3, True) == (answer.code, "[target_unknown]" in answer.err)


def test_a_rate_below_one_is_no_rate(command: CommandLine) -> None:
    assert 2 == command(*CALL, "--per-minute", "0").code
