"""Nodes on PostgreSQL are backed up at a random moment under load and put back elsewhere."""

from __future__ import annotations

import random
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.store.engines.session import Address
from tests.crash import checker
from tests.crash.cluster import Cluster, SharedHouse, build_cluster
from tests.crash.house import PATIENCE_S
from tests.crash.story import senders
from tests.crash.test_backup import known_to
from tests.crash.test_cluster import begin
from tests.postgres_server import PostgresServer
from tests.s3_server import S3Server

pytestmark = [pytest.mark.crash, pytest.mark.postgresql]

SEED = 20261125


@pytest.fixture
def cluster(tmp_path: Path, s3_server: S3Server, postgres_address: Address) -> Iterator[Cluster]:
    opened = build_cluster(tmp_path, s3_server, postgres_address, 2)
    yield opened
    opened.stop()


@pytest.fixture
def elsewhere(postgres_server: PostgresServer) -> Iterator[Address]:
    """An empty database for what is put back."""
    with postgres_server.database() as address:
        yield address


def test_a_restored_installation_loses_and_doubles_nothing_of_its_time(
    cluster: Cluster, elsewhere: Address, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311  a reproducible moment, no secret
    begin(cluster, 2)
    acts = senders()
    moment = chance.randrange(3, len(acts) - 2)
    for act in acts[:moment]:
        act(cluster.house)
        time.sleep(chance.uniform(0.05, 0.3))
    backup = cluster.nodes[0].house.start("backup", str(tmp_path / "backup"))
    for act in acts[moment:]:
        act(cluster.house)
        time.sleep(chance.uniform(0.05, 0.2))
    assert 0 == backup.wait(PATIENCE_S), cluster.logs()
    for node in cluster.nodes:
        node.end(signal.SIGKILL)

    new = restored(cluster, tmp_path, elsewhere)
    for tenant in sorted({file.tenant for file in cluster.house.dropped}):
        assert 0 == new.start("efile", "rebuild", "--tenant", tenant).wait(PATIENCE_S), new.log
    assert [] == checker.unsafe(new)
    assert 0 == new.run_once(), new.log[-2000:]
    faults = [one for one in checker.faults(new) if not one.startswith("I3 object")]
    assert [] == faults


def restored(cluster: Cluster, folder: Path, address: Address) -> SharedHouse:
    """Put the backup into another folder and another database, as if on other machines."""
    target = folder / "new"
    shutil.copytree(cluster.house.folder / "secrets", target / "secrets")
    node = cluster.nodes[0].house
    command = ("restore", str(folder / "backup"), str(target), "--dsn", address.dsn)
    assert 0 == node.start(*command).wait(PATIENCE_S), node.log[-2000:]
    again = node.start(
        "restore", str(folder / "backup"), str(folder / "third"), "--dsn", address.dsn
    )
    assert 3 == again.wait(PATIENCE_S)
    assert "restore_database_taken" in node.log
    settings = target / "hub.toml"
    # The new machine has folders of its own.
    text = re.sub(r'(?m)^\w+ = "/.*\n', "", settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    new = replace(cluster.house, folder=target, address=address)
    return replace(new, dropped=known_to(new, cluster.house.dropped))


def test_a_missing_or_foreign_program_is_named(cluster: Cluster, tmp_path: Path) -> None:
    house = cluster.nodes[0].house
    settings = house.folder / "hub.toml"
    tools = tmp_path / "tools"
    tools.mkdir()
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[postgresql]", f'[postgresql]\nprograms = "{tools}"'))
    codes = [house.start("backup", str(tmp_path / "a")).wait(PATIENCE_S)]
    program = tools / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    program.chmod(0o755)
    codes.append(house.start("backup", str(tmp_path / "b")).wait(PATIENCE_S))

    assert [3, 3] == codes
    for code in ("backup_tools_missing", "backup_tools_version"):
        assert code in house.log
    assert [] == [path for path in tmp_path.glob("*") if path.name.strip(".")[0] in "ab"]
