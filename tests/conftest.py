"""Fixtures that several rooms use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hub.store.engines.session import Address
from tests.engines import Engine, engine_named
from tests.postgres_server import PostgresServer, start_postgres
from tests.s3_server import S3Server, start_rclone

# A busy machine is no fault of an example.
settings.register_profile("untimed", settings(deadline=None))
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server for this test process; each test takes its own bucket prefix."""
    with start_rclone(tmp_path_factory.mktemp("s3") / "buckets") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL server for this test process."""
    with start_postgres() as server:
        yield server


@pytest.fixture
def postgres_address(postgres_server: PostgresServer) -> Iterator[Address]:
    """An empty database of this test's own."""
    with postgres_server.database() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine in turn, with an empty database."""
    on_server = request.param == "postgresql"
    address = request.getfixturevalue("postgres_address") if on_server else None
    return engine_named(request.param, tmp_path / "hub.sqlite", address)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report what tests measured; no figure is judged here."""
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {name}: {value}"
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, value in report.user_properties
    ]
    if lines:
        terminalreporter.section("measures")
        for line in sorted(lines):
            terminalreporter.line(line)
