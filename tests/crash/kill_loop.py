"""kill -9 at random moments of real work, again and again, with senders at every door.

Every other house files in a process of its own, which is killed now and then, too, alone or with
the hub. With ``--nodes`` a house is two nodes on PostgreSQL, which are killed one by one or
together, or stand still for a while.

    python -m tests.crash.kill_loop --cycles 1000 --seed 20261122 --json kills.json

One house is killed some dozens of times, comes to rest, and is judged; then comes the next,
under the next seed. Each kill waits until the hub has said a random number of things, so that
it falls into work however fast the machine is. A seed gives the same messages and the same
numbers again; when exactly a kill falls is up to the machine. A house with a fault is kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.crash.judgement import Judgement, report
from tests.crash.node_trial import try_nodes
from tests.crash.trial import try_house
from tests.postgres_server import start_postgres
from tests.s3_server import start_rclone

SEED = 20261122
PER_HOUSE = 25
"""Kills before a house is judged: enough that kills fall on the traces of earlier ones."""


Try = Callable[[Path, int, int], Judgement]
"""Folder, seed and number of kills."""


@contextmanager
def _stage(root: Path, *, nodes: bool) -> Iterator[Try]:
    """Start the servers houses need, and return how one is tried."""
    with start_rclone(root / "buckets") as server:
        if not nodes:
            yield lambda folder, seed, kills: try_house(folder, server, seed, kills)
            return
        with start_postgres() as postgres:

            def try_on_server(folder: Path, seed: int, kills: int) -> Judgement:
                with postgres.database() as address:
                    return try_nodes(folder, server, address, seed, kills)

            yield try_on_server


def _show(one: Judgement) -> None:
    states = " ".join(f"{state}={count}" for state, count in sorted(one.states.items()))
    say(
        f"{one.seed:>10} {one.kills:>5} {one.dropped:>7} {one.posted:>6} {one.enclosed:>8} "
        f"{one.retried:>7} {one.repeated:>8} {len(one.faults):>6} {one.seconds:>7}  {states}"
    )
    for line in (*one.faults[:20], *([f"kept: {one.kept}"] if one.kept else [])):
        say(f"{'':>11}{line}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the loop; exit code 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.kill_loop", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100, help="kills in total")
    parser.add_argument("--seed", type=int, default=SEED, help="of the first house")
    parser.add_argument("--per-house", type=int, default=PER_HOUSE, help="kills per house")
    parser.add_argument("--nodes", action="store_true", help="two nodes on PostgreSQL")
    parser.add_argument("--json", type=Path, help="file for the result")
    options = parser.parse_args(arguments)
    say(f"{'seed':>10} kills dropped posted enclosed retried repeated faults seconds  messages")
    judgements: list[Judgement] = []
    root = Path(tempfile.mkdtemp(prefix="kills-"))
    with _stage(root, nodes=options.nodes) as try_one:
        left = options.cycles
        while left > 0:
            seed = options.seed + len(judgements)
            folder = root / str(seed)
            one = try_one(folder, seed, min(left, options.per_house))
            left -= min(left, options.per_house)
            one.kept = str(folder) if one.faults else ""
            judgements.append(one)
            _show(one)
            if not one.faults:
                shutil.rmtree(folder)
    result = report(judgements, options.seed)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    say(json.dumps({k: v for k, v in result.items() if k != "houses"}))
    if result["ok"]:
        shutil.rmtree(root)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
