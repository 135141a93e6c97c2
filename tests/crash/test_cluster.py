"""Several real processes on one PostgreSQL and one S3: shared, taken over, restarted, fenced."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.engines.session import Address
from tests.crash import checker
from tests.crash.cluster import Cluster, Node, build_cluster
from tests.crash.state import State
from tests.crash.story import senders
from tests.s3_server import S3Server

pytestmark = [pytest.mark.crash, pytest.mark.postgresql]


@pytest.fixture
def cluster(tmp_path: Path, s3_server: S3Server, postgres_address: Address) -> Iterator[Cluster]:
    opened = build_cluster(tmp_path, s3_server, postgres_address, 3)
    yield opened
    opened.stop()


def begin(cluster: Cluster, count: int) -> None:
    """Start nodes at once and wait until each works."""
    for node in cluster.nodes[:count]:
        node.start()
    for node in cluster.nodes[:count]:
        cluster.wait_until(lambda node=node: '"serving"' in node.house.log, "a node never serves")


def at_work(cluster: Cluster, count: int) -> list[Node]:
    """Return the nodes that hold lanes; which of them gets to work is theirs to settle."""
    return [node for node in cluster.nodes[:count] if cluster.working(node.name)]


def workers(cluster: Cluster) -> set[str]:
    """Return the nodes that have written into the journal."""
    return {entry["node"] for entry in State.read(cluster.house).journal}


def test_nodes_share_the_work_and_take_over_what_a_dead_one_held(cluster: Cluster) -> None:
    begin(cluster, 3)
    waiting = senders()
    for drop in waiting[::2]:
        drop(cluster.house)
    found: list[Node] = []

    def somebody_works() -> bool:
        found[:] = at_work(cluster, 3)
        return bool(found)

    cluster.wait_until(somebody_works, "no node ever works")
    victim = found[0]
    others = [node for node in cluster.nodes if node is not victim]
    victim.end(signal.SIGKILL)
    for drop in waiting[1::2]:
        drop(cluster.house)
    cluster.rest()
    codes = [node.end() for node in others]

    assert [] == checker.faults(cluster.house), cluster.logs()
    assert [0, 0] == codes
    assert workers(cluster) & {node.name for node in others}


def test_a_rolling_restart_loses_nothing(cluster: Cluster) -> None:
    begin(cluster, 2)
    waiting = senders()
    for node in cluster.nodes[:2]:
        for _ in range(len(waiting) // 2):
            waiting.pop(0)(cluster.house)
        assert 0 == node.end(), cluster.logs()
        node.start()
    for drop in waiting:
        drop(cluster.house)
    cluster.rest()
    codes = [node.end() for node in cluster.nodes[:2]]

    assert [] == checker.faults(cluster.house), cluster.logs()
    assert [0, 0] == codes


def test_a_node_that_stood_still_finds_its_work_taken(cluster: Cluster) -> None:
    begin(cluster, 2)
    waiting = senders()
    asleep: list[Node] = []

    def stopped_at_work() -> bool:
        """Stop a node while it holds lanes; where it had just let go of them, once more."""
        if waiting:
            waiting.pop(0)(cluster.house)
        for node in at_work(cluster, 2):
            node.send(signal.SIGSTOP)
            if cluster.working(node.name):
                asleep.append(node)
                return True
            node.send(signal.SIGCONT)
        return False

    cluster.wait_until(stopped_at_work, "no node ever works")
    (sleeper,) = asleep
    for drop in waiting:
        drop(cluster.house)
    cluster.rest()
    sleeper.send(signal.SIGCONT)
    codes = [node.end() for node in cluster.nodes[:2]]

    assert [] == checker.faults(cluster.house), cluster.logs()
    assert [0, 0] == codes


def test_a_second_process_under_the_same_name_does_not_start(cluster: Cluster) -> None:
    first, second = cluster.nodes[:2]
    begin(cluster, 1)
    settings = second.house.folder / "hub.toml"
    settings.write_text(settings.read_text().replace('"hub-2"', '"hub-1"'))
    second.start()
    assert second.process

    assert 3 == second.process.wait(60)
    assert "node_name_taken" in second.house.log
    assert 0 == first.end()
