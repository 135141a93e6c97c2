"""The whole intake against a reference model: every file sent becomes exactly one message.

Senders drop, write in parts, replace, rename and repeat; the hub picks up, dies at any of its
failpoints, starts anew, or is followed by another node. The model is a bag of what was sent.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import claimed_name, is_claimed, original_name
from hub.channels.inbound.rules import Rules
from hub.core import failpoint
from hub.pipeline.balance import balance
from hub.workers.ownership import Ownership
from hub.workers.pickup import pick_up
from tests.message_house import CORE, OFFICE, World, open_world

DOOR = (OFFICE, CORE)
RULES = Rules(ready="rename", batch=3, max_bytes=200, scan_s=0.0)
NAMES = st.sampled_from(["a.xml", "b.xml", "ü.xml", "zeile\n.xml"])
CONTENTS = st.sampled_from([b"", b"<eins/>", b"<zwei/>", b"<drei/>", b"x" * 201])
POINTS = st.sampled_from(
    [
        "pickup_after_claim", "intake_before_payload", "intake_before_commit",
        "intake_after_commit", "pickup_before_clear", "pickup_after_clear",
    ]
)  # fmt: skip
Sent = Counter[tuple[str, str]]


class Killed(Exception):
    """Stands for the end of the process."""


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if len(data) <= RULES.max_bytes else ""


UNREAD = {"", sha(b"")}
"""Digests of what is refused at the door."""


class Intake(RuleBasedStateMachine):
    """One inbox, its senders, and the nodes that pick up from it."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._path = Path(tempfile.mkdtemp())
        self._opened: AbstractAsyncContextManager[World] = open_world(self._path)
        self.world = self._do(self._opened.__aenter__())
        self.sent: Sent = Counter()
        self.forged: set[tuple[str, bytes]] = set()
        self.node = "hub-1"
        self._start()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def _start(self) -> None:
        """Start a process: nothing of the former one is remembered but what is on disk."""
        old = self.world.house
        path = old.inboxes[DOOR].path
        self.house = replace(
            old,
            settings=msgspec.structs.replace(old.settings, node=self.node),
            inboxes={DOOR: DropFolder(path, RULES)},
        )
        self.inbox = path
        self.ownership = Ownership(self.house)

    def _send(self, name: str, data: bytes) -> None:
        path = self.inbox / name
        if path.exists():
            # The sender took the former file back before anybody had it.
            self.sent[name, sha(path.read_bytes())] -= 1
        hidden = self.inbox / ".next.part"
        hidden.write_bytes(data)
        hidden.rename(path)
        self.sent[name, sha(data)] += 1

    @rule(name=NAMES, data=CONTENTS)
    def drop(self, name: str, data: bytes) -> None:
        self._send(name, data)

    @rule(name=NAMES, data=CONTENTS)
    def write_a_part(self, name: str, data: bytes) -> None:
        (self.inbox / f"{name}.part").write_bytes(data)

    @rule(name=NAMES)
    def finish_a_part(self, name: str) -> None:
        part = self.inbox / f"{name}.part"
        if part.exists():
            data = part.read_bytes()
            part.unlink()
            self._send(name, data)

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        path = self.inbox / name
        if name != other and path.exists():
            data = path.read_bytes()
            path.unlink()
            self.sent[name, sha(data)] -= 1
            self._send(other, data)

    @rule(name=NAMES)
    def link(self, name: str) -> None:
        if not (self.inbox / name).exists():
            (self.inbox / name).symlink_to("/etc/hostname")
            self._pick_up_all()
            self.sent[name, ""] += 1

    @precondition(lambda self: self._do(self.world.messages()))
    @rule(data=st.sampled_from([b"<forged/>", b"<eins/>"]))
    def put_other_bytes_under_a_claim_of_old(self, data: bytes) -> None:
        first = self._do(self.world.messages())[0]
        name = claimed_name(first["id"], "forged.xml")
        if first["sha256"] != sha(data) and not (self.inbox / ".claimed" / name).exists():
            (self.inbox / ".claimed" / name).write_bytes(data)
            # The same forgery under the same claim is the same message; the oldest may change.
            self.forged.add((name, data))
            alike = sum(forged == data for _, forged in self.forged)
            self.sent["forged.xml", sha(data)] = alike

    @rule()
    def pick_up(self) -> None:
        self._do(pick_up(DOOR, self.ownership, self.house))
        self.world.clock.advance(0.01)

    @rule(point=POINTS)
    def die_and_start_again(self, point: str) -> None:
        self._die_at(point)
        self._start()

    @rule(point=POINTS)
    def die_and_let_another_node_take_over(self, point: str) -> None:
        self._die_at(point)
        self.world.clock.advance(61)
        self.node = "hub-2" if self.node == "hub-1" else "hub-1"
        self._start()

    def _die_at(self, point: str) -> None:
        def die(name: str) -> None:
            if name == point:
                raise Killed

        alive, failpoint.reach = failpoint.reach, die
        try:
            self._do(pick_up(DOOR, self.ownership, self.house))
        except Killed:
            pass
        finally:
            failpoint.reach = alive

    @rule()
    def clear_the_shelves(self) -> None:
        for shelf in (".done", ".duplicate"):
            for path in (self.inbox / shelf).iterdir():
                path.unlink()

    def _messages(self) -> Sent:
        rows = self._do(self.world.messages())
        return Counter((row["original_name"], row["sha256"]) for row in rows)

    @invariant()
    def nothing_is_invented_and_nothing_doubled(self) -> None:
        assert self._messages() <= self.sent

    @invariant()
    def nothing_is_lost(self) -> None:
        ours = [p for p in (self.inbox / ".claimed").iterdir() if is_claimed(p.name)]
        lie = Counter((original_name(p.name), self._sha_of(p)) for p in ours)
        lie += Counter((p.name, self._sha_of(p)) for p in self.inbox.iterdir() if self._is_sent(p))
        assert +self.sent <= self._messages() + lie

    @invariant()
    def the_balance_ties_out(self) -> None:
        assert self._do(balance(self.world.house.database, None)).balanced

    @staticmethod
    def _is_sent(path: Path) -> bool:
        return not path.name.startswith(".") and not path.name.endswith(".part")

    @staticmethod
    def _sha_of(path: Path) -> str:
        return "" if path.is_symlink() else sha(path.read_bytes())

    def _pick_up_all(self) -> None:
        self.world.clock.advance(61)
        while self._do(pick_up(DOOR, self.ownership, self.house)):
            self.world.clock.advance(0.01)

    def teardown(self) -> None:
        """See that in the end every file is one message, and each content was taken once."""
        try:
            self._start()
            self._pick_up_all()
            assert +self.sent == self._messages()
            rows = self._do(self.world.messages())
            taken = Counter(row["sha256"] for row in rows if row["state"] == "received")
            contents = {digest for (_, digest), count in self.sent.items() if count > 0}
            assert dict.fromkeys(contents - UNREAD, 1) == taken
            assert {"refused"} >= {row["state"] for row in rows if row["sha256"] in UNREAD}
            assert [] == self.house.inboxes[DOOR].claimed()
        finally:
            self._do(self._opened.__aexit__(None, None, None))
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            shutil.rmtree(self._path)


TestIntake = Intake.TestCase
TestIntake.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
