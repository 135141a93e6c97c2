"""How many messages a second one, two, three nodes take through; ``python -m`` this NODES COUNT.

Real processes on a PostgreSQL and an S3 of their own; the judge of crashes looks at the end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from hub.bench.load import Load
from hub.bench.machine import fsync_rate
from tests.crash import checker
from tests.crash.cluster import Cluster, build_cluster
from tests.postgres_server import start_postgres
from tests.s3_server import start_rclone


def measure(cluster: Cluster, count: int) -> str:
    """Let every node start, drop the files, wait for rest and return a line of figures."""
    for node in cluster.nodes:
        node.start()
    for node in cluster.nodes:
        cluster.wait_until(lambda node=node: '"serving"' in node.house.log, "a node never serves")
    load, house = Load(count), cluster.house
    begun = time.monotonic()
    for number, one in enumerate((*load.planned, *load.repeated)):
        house.drop(load.office.id, "fachverfahren", f"Falldaten_{number:08d}.xml", one.data)
    cluster.wait_until(lambda: house.count("message") >= load.files, "not all are accepted")
    cluster.rest()
    seconds = time.monotonic() - begun
    codes = {node.end() for node in cluster.nodes}
    faults = checker.faults(house)
    return (
        f"{len(cluster.nodes)} nodes: {load.files} messages in {seconds:.1f} s,"
        f" {load.files / seconds:.1f}/s, exit codes {codes}, faults {faults[:5]}"
    )


def main(nodes: int, count: int) -> None:
    """Measure once, with the disk's mood beside it."""
    with (
        tempfile.TemporaryDirectory(prefix="aktenhub-nodes-") as folder,
        start_rclone(Path(folder) / "s3") as s3,
        start_postgres() as server,
        server.database() as address,
    ):
        cluster = build_cluster(Path(folder), s3, address, nodes)
        try:
            sys.stdout.write(f"{fsync_rate(Path(folder)):.0f} fsync/s; {measure(cluster, count)}\n")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
