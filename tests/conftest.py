"""Fixtures that several rooms use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer

from hub.store.engines.session import Address
from tests import verapdf_peer, versioned_s3
from tests.engines import Engine, engine_named
from tests.postgres_server import PostgresServer, start_postgres
from tests.s3_server import S3Server, start_rclone
from tests.schedule import Schedule, put_first

# A busy machine is no fault of an example.
settings.register_profile("untimed", settings(deadline=None))
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server for this test process; each test takes its own bucket prefix."""
    with start_rclone(tmp_path_factory.mktemp("s3") / "buckets") as server:
        yield server


@pytest.fixture(scope="session")
def versioned_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server with versions and object lock for this test process, where it was built."""
    program = versioned_s3.gateway_program()
    if program is None:
        pytest.skip("versitygw is not built here (make gateway)")
    folder = tmp_path_factory.mktemp("versioned")
    if not versioned_s3.keeps_attributes(folder):
        pytest.skip("versitygw needs a temporary folder that keeps extended attributes")
    with versioned_s3.start_versitygw(program, folder) as server:
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


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Schedule:
    """Let what belongs together run together."""
    return Schedule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    put_first(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report what tests measured, and what this machine could not prove; nothing is judged."""
    _report_measures(terminalreporter)
    for peer in (versioned_s3, verapdf_peer):
        outcomes = [
            name
            for name in ("passed", "failed", "error", "skipped")
            for report in terminalreporter.getreports(name)
            if peer.MARKER in getattr(report, "keywords", ())
        ]
        if outcomes:
            said = peer.summary(outcomes)
            proven = said.startswith("proven")
            terminalreporter.section(peer.SECTION)
            terminalreporter.line(said, green=proven, red=not proven, bold=not proven)


def _report_measures(terminalreporter: pytest.TerminalReporter) -> None:
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
