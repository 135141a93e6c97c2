"""Suites that count only when every test of them ran.

A plugin for continuous integration: ``-p tests.mandatory --mandatory=s3,office`` turns a
skipped test with one of these markers, and a marker no test carries, into a failure.
"""

from collections import Counter

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--mandatory", default="", metavar="MARKERS", help="suites in which nothing may be skipped"
    )


def pytest_configure(config: pytest.Config) -> None:
    names = [name for name in config.getoption("--mandatory").split(",") if name]
    # With xdist every report reaches the controlling process; the workers need not count.
    if names and not hasattr(config, "workerinput"):
        config.pluginmanager.register(MandatorySuites(names), "mandatory-suites")


class MandatorySuites:
    """Counts what ran and what did not."""

    def __init__(self, names: list[str]) -> None:
        self.ran: Counter[str] = Counter(dict.fromkeys(names, 0))
        self.skipped: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        suites = [name for name in self.ran if name in report.keywords]
        if report.skipped:
            self.skipped += [(suite, report.nodeid) for suite in suites]
        elif report.when == "call":
            self.ran.update(suites)

    def faults(self) -> list[str]:
        return [f"{suite}: skipped {node}" for suite, node in self.skipped] + [
            f"{suite}: no test ran" for suite, count in self.ran.items() if not count
        ]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.faults() and session.exitstatus in (pytest.ExitCode.OK, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("mandatory suites")
        ran = ", ".join(f"{count} {suite}" for suite, count in self.ran.items())
        terminalreporter.line(f"ran: {ran}")
        for fault in self.faults():
            terminalreporter.line(f"FAULT {fault}", red=True)
