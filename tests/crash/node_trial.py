"""Two nodes on PostgreSQL, their senders, and who kills, stops and starts them again."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT
from hub.store.engines.session import Address
from tests.crash import checker
from tests.crash.cluster import LEASE_S, Node, build_cluster
from tests.crash.ear import Ear
from tests.crash.house import PATIENCE_S
from tests.crash.judgement import Judgement
from tests.crash.senders import Dropper, Pen, Poster, open_door
from tests.s3_server import S3Server

NODES = 2
QUIET_S = 0.5
"""Nodes that say nothing for so long, and have nothing in their lanes, have nothing to do."""
MOST_WORDS = 25
"""So much is said by a start and some messages; a kill falls before that."""


class NodeTrial:
    """One installation on several nodes."""

    def __init__(self, folder: Path, server: S3Server, address: Address, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a reproducible order, no secret
        self.cluster = build_cluster(folder, server, address, NODES)
        self.judgement = Judgement(seed)
        self.lives: dict[str, Ear] = {}
        """What each node has said since its last start."""
        lines = [open_door(node.house, node.name) for node in self.cluster.nodes]
        house = self.cluster.house
        self.droppers = [
            Dropper(house, Pen(office, letter, self._own()))
            for office, letter in ((MUSTERSTADT, "a"), (BEISPIELHAUSEN, "b"), (MUSTERSTADT, "c"))
        ]
        self.posters = [
            Poster(house, Pen(MUSTERSTADT, letter, self._own()), line, self._own())
            for letter, line in zip("xy", lines, strict=True)
        ]

    def _own(self) -> random.Random:
        return random.Random(self.chance.getrandbits(64))  # noqa: S311  see above

    def run(self, kills: int) -> Judgement:
        """Kill so many times, let the nodes come to rest, judge."""
        begun, found = time.monotonic(), self.judgement
        for node in self.cluster.nodes:
            self._start(node)
        while found.kills < kills and not found.faults:
            self._disturb()
        self._come_to_rest()
        found.take_from(self.cluster.house, self.posters)
        found.seconds = round(time.monotonic() - begun, 1)
        return found

    def _disturb(self) -> None:
        """Let senders send, and after some words kill one node, all of them, or stop one."""
        ears = {node.name: Ear(node.house) for node in self.cluster.nodes}
        for poster in self.posters:
            poster.ask_for(self.chance.randrange(3))
        files = [self.chance.choice(self.droppers) for _ in range(self.chance.randrange(1, 8))]
        self._wait(list(ears.values()), self.chance.randrange(MOST_WORDS), files)
        time.sleep(self.chance.uniform(0.0, 0.15))
        lucky = self.chance.random()
        victims = list(self.cluster.nodes)
        if lucky < 0.8:
            victims = [self.chance.choice(victims)]
        if lucky < 0.15:
            self._pause(victims[0])
            return
        for node in victims:
            self._kill(node, ears[node.name])
        if len(victims) == NODES:
            self.judgement.faults += checker.unsafe(self.cluster.house)
        time.sleep(self.chance.choice((0.0, self.chance.uniform(0.0, LEASE_S))))
        for node in victims:
            self._start(node)

    def _start(self, node: Node) -> None:
        self.lives[node.name] = Ear(node.house)
        node.start()

    def _wait(self, ears: list[Ear], words: int, files: list[Dropper]) -> None:
        """Drop the files meanwhile; until enough was said, or nothing for a while."""
        silent_since, end = time.monotonic(), time.monotonic() + PATIENCE_S
        while sum(len(ear.heard) for ear in ears) < words and time.monotonic() < end:
            if files and self.chance.random() < 0.3:
                files.pop(0).drop()
            time.sleep(0.01)
            now, anew = time.monotonic(), [ear.listen() for ear in ears]
            # Something was dropped: whoever has said nothing yet is still starting.
            if any(anew) or files or not any(ear.heard for ear in ears):
                silent_since = now
            if now - silent_since > QUIET_S:
                if not self.cluster.house.count("lane WHERE state IN ('ready', 'leased')"):
                    break
                silent_since = now
        for dropper in files:
            dropper.drop()

    def _kill(self, node: Node, ear: Ear) -> None:
        if node.process and node.process.poll() is not None:
            self.judgement.faults.append(f"{node.name} ended by itself: {node.house.log[-500:]}")
            return
        node.end(signal.SIGKILL)
        ear.listen()
        self.judgement.died_after(ear.heard)

    def _pause(self, node: Node) -> None:
        """Let a node stand still, perhaps until others have taken what it held."""
        node.send(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.0, 1.5 * LEASE_S))
        node.send(signal.SIGCONT)
        self.judgement.paused += 1

    def _come_to_rest(self) -> None:
        """Answer everybody, end as an operator would, and change nothing any more."""
        for poster in self.posters:
            poster.finish(PATIENCE_S)
        for life in self.lives.values():
            self.cluster.wait_until(lambda life=life: _serves(life), "a node never serves")
        self.cluster.rest()
        codes = [node.end() for node in self.cluster.nodes]
        house, first = self.cluster.house, self.cluster.nodes[0].house
        codes.append(first.run_once())
        faults = checker.faults(house)
        before = checker.fingerprint(house)
        codes.append(first.run_once())
        if before != checker.fingerprint(house):
            faults.append("I9 a further start changed something")
        if any(codes):
            faults.append(f"the nodes ended with {codes}: {self.cluster.logs()[-2000:]}")
        self.judgement.faults += faults


def _serves(life: Ear) -> bool:
    life.listen()
    return "serving" in life.heard


def try_nodes(folder: Path, server: S3Server, address: Address, seed: int, kills: int) -> Judgement:
    """Kill nodes so many times and judge what they leave."""
    trial = NodeTrial(folder, server, address, seed)
    try:
        return trial.run(kills)
    finally:
        trial.cluster.stop()
