"""Lanes against a simple model: order, one holder, fencing, nothing lost."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace

from hub.core.errors import Conflict
from hub.store import lanes
from hub.store.lanes import Promise
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store, everything

QUEUE = "travel"
LEASE_US = 60
KEYS = ("UV-1", "UV-2")
WORKERS = ("hub-1", "hub-2")
ENDS = ("confirmed", "refused", "batched")


def promise(name: str, key: str = "UV-1", queue: str = QUEUE) -> Promise:
    return Promise(name, "a", f"m-{name}", "travel", queue, key, {"n": 1}, deadline_us=10**9)


@dataclass
class Lane:
    """What a lane should be."""

    line: list[str] = field(default_factory=list)
    """Every promise ever added, in order."""
    head: int = 0
    state: str = "idle"
    due: int = 0
    holder: str | None = None
    held: Promise | None = None
    sent: bool = False

    @property
    def waiting(self) -> bool:
        return self.head < len(self.line)

    def free(self, state: str, due: int) -> None:
        self.state, self.due, self.holder, self.held, self.sent = state, due, None, None, False


class LanesAgainstModel(RuleBasedStateMachine):
    """Producers, two workers, a clerk, time and crashes in any order."""

    @initialize()
    def open(self) -> None:
        self.tx = empty_store()
        self.now = 1_000
        self.lanes = {key: Lane() for key in KEYS}
        self.claims: list[Promise] = []
        self.ended: dict[str, list[str]] = {key: [] for key in KEYS}
        self.epochs = dict.fromkeys(KEYS, 0)

    @rule(key=st.sampled_from(KEYS))
    def add(self, key: str) -> None:
        lane = self.lanes[key]
        name = f"{key}-{len(lane.line)}"
        lanes.add(self.tx, promise(name, key), self.now)
        lane.line.append(name)
        if lane.state == "idle":
            lane.free("ready", self.now)

    @rule(me=st.sampled_from(WORKERS), limit=st.integers(1, 3))
    def claim(self, me: str, limit: int) -> None:
        due = {
            key: lane.due
            for key, lane in self.lanes.items()
            if lane.state in {"ready", "leased"} and lane.due <= self.now
        }
        claimed = lanes.claim(
            self.tx, QUEUE, limit=limit, me=me, now_us=self.now, lease_us=LEASE_US
        )
        keys = [one.lane_key for one in claimed]

        assert min(limit, len(due)) == len(set(keys)) == len(keys)
        assert set(keys) <= set(due)
        left = [due[key] for key in due if key not in keys]
        assert not left or max(due[key] for key in keys) <= min(left)
        for one in claimed:
            self._claimed(one, me)

    def _claimed(self, one: Promise, me: str) -> None:
        lane = self.lanes[one.lane_key]

        assert lane.line[lane.head] == one.id
        assert one.epoch > self.epochs[one.lane_key]
        self.epochs[one.lane_key] = one.epoch
        lane.state, lane.due, lane.holder = "leased", self.now + LEASE_US, me
        # What was sent stays sent, whoever claims it next: its outcome is still unknown.
        lane.held = one
        self.claims.append(one)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), state=st.sampled_from(ENDS))
    def finish(self, data: st.DataObject, state: str) -> None:
        one, lane = self._one_of(data)
        if self._fenced(lane, one, lambda: lanes.finish(self.tx, one, state, self.now)):
            return
        self._pass(lane, one)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), wait=st.integers(0, 100))
    def retry(self, data: st.DataObject, wait: int) -> None:
        one, lane = self._one_of(data)
        again = self.now + wait
        if not self._fenced(lane, one, lambda: lanes.retry_later(self.tx, one, again, "busy")):
            lane.free("ready", again)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), state=st.sampled_from(("unknown", "dead", "waiting")))
    def block(self, data: st.DataObject, state: str) -> None:
        one, lane = self._one_of(data)
        if not self._fenced(lane, one, lambda: lanes.block(self.tx, one, state, "stopped")):
            lane.free("blocked", lane.due)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        one, lane = self._one_of(data)
        if not self._fenced(lane, one, lambda: lanes.mark_sent(self.tx, one)):
            lane.sent = True

    @rule(key=st.sampled_from(KEYS), skip=st.booleans())
    def decide(self, key: str, skip: bool) -> None:  # noqa: FBT001  drawn by the machine
        lane = self.lanes[key]
        name = lane.line[lane.head] if lane.waiting else "nothing"
        before = everything(self.tx)
        freed = lanes.unblock(self.tx, "a", name, skip=skip, now_us=self.now, deadline_us=10**9)

        assert freed == (lane.state == "blocked")
        if not freed:
            assert before == everything(self.tx)
        elif skip:
            self._pass(lane, replace(promise(name, key)))
        else:
            lane.free("ready", self.now)

    @rule(me=st.sampled_from(WORKERS))
    def hand_back(self, me: str) -> None:
        mine = [la for la in self.lanes.values() if la.holder == me and not la.sent]

        assert len(mine) == lanes.hand_back(self.tx, me, self.now)
        for lane in mine:
            lane.free("ready", self.now)

    @rule(seconds=st.sampled_from((1, LEASE_US - 1, LEASE_US, 200)))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    def _one_of(self, data: st.DataObject) -> tuple[Promise, Lane]:
        one = data.draw(st.sampled_from(self.claims))
        return one, self.lanes[one.lane_key]

    def _fenced(self, lane: Lane, one: Promise, act: Any) -> bool:
        """Act, and tell whether the result had to be thrown away, leaving everything as it was."""
        if lane.held is one:
            act()
            return False
        before = everything(self.tx)
        with pytest.raises(Conflict, match="lease_lost"):
            act()

        assert before == everything(self.tx)
        return True

    def _pass(self, lane: Lane, one: Promise) -> None:
        self.ended[one.lane_key].append(one.id)
        lane.head += 1
        lane.free("ready" if lane.waiting else "idle", self.now)

    @invariant()
    def order_holds_and_nothing_is_lost(self) -> None:
        for key, lane in self.lanes.items():
            assert lane.line[: lane.head] == self.ended[key]
        assert sum(len(lane.line) for lane in self.lanes.values()) == self._count("promise")

    @invariant()
    def rows_agree_with_the_model(self) -> None:
        rows = {row["lane_key"]: row for row in self.tx.all("SELECT * FROM lane")}
        for key, lane in self.lanes.items():
            if not lane.line:
                assert key not in rows
                continue
            row = rows[key]
            assert (lane.state, lane.head + 1, len(lane.line) + 1, lane.holder) == (
                row["state"], row["head_seq"], row["next_seq"], row["leased_by"],
            )  # fmt: skip

    @invariant()
    def only_the_head_is_in_work(self) -> None:
        busy = self.tx.all(
            "SELECT promise.id FROM promise JOIN lane USING (tenant, queue, lane_key) WHERE "
            "promise.state IN ('leased', 'sent') AND NOT "
            "(lane.state = 'leased' AND promise.lane_seq = lane.head_seq)"
        )
        assert [] == busy

    @invariant()
    def looking_agrees_with_claiming(self) -> None:
        due = any(
            lane.state in {"ready", "leased"} and lane.due <= self.now
            for lane in self.lanes.values()
        )
        assert due == lanes.is_due(self.tx, QUEUE, self.now)

    def _count(self, table: str) -> int:
        row = self.tx.one(f"SELECT count(*) AS n FROM {table}")  # noqa: S608  a table of ours
        return int(row["n"]) if row else -1


LanesAgainstModel.TestCase.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None
)
TestLanesAgainstModel = LanesAgainstModel.TestCase


@pytest.fixture
def tx() -> SqliteTransaction:
    return empty_store()


def claim(tx: SqliteTransaction, now: int = 1, queue: str = QUEUE) -> list[Promise]:
    return lanes.claim(tx, queue, limit=10, me="hub-1", now_us=now, lease_us=LEASE_US)


def test_a_promise_comes_back_as_it_was_added(tx: SqliteTransaction) -> None:
    given = replace(promise("p"), spec={"ä": [1, None, "x"]}, payload_sha256="ab")
    lanes.add(tx, given, 7)

    [claimed] = claim(tx, 7)

    assert replace(given, attempts=1, epoch=1, lane_seq=1, made_us=7) == claimed


def test_queues_do_not_see_each_other(tx: SqliteTransaction) -> None:
    lanes.add(tx, promise("p"), 1)
    lanes.add(tx, promise("q", queue="file"), 1)

    assert ["q"] == [one.id for one in claim(tx, queue="file")]


def test_every_lease_counts_as_an_attempt(tx: SqliteTransaction) -> None:
    lanes.add(tx, promise("p"), 1)
    attempts = [claim(tx, now)[0].attempts for now in (1, 100, 200)]

    assert [1, 2, 3] == attempts


def test_the_same_promise_is_not_added_twice(tx: SqliteTransaction) -> None:
    lanes.add(tx, promise("p"), 1)

    with pytest.raises(Exception, match="UNIQUE"):
        lanes.add(tx, promise("p", "UV-2"), 1)


LATE = {
    "finish": lambda tx, one: lanes.finish(tx, one, "confirmed", 99),
    "retry": lambda tx, one: lanes.retry_later(tx, one, 99, "busy"),
    "send": lanes.mark_sent,
    "block": lambda tx, one: lanes.block(tx, one, "dead", "gone"),
}


@pytest.mark.parametrize("act", LATE)
@pytest.mark.parametrize("lost_by", ["expiry", "hand back", "decision"])
def test_whoever_lost_the_lease_changes_nothing(
    tx: SqliteTransaction, act: str, lost_by: str
) -> None:
    lanes.add(tx, promise("p"), 1)
    lanes.add(tx, promise("q"), 1)
    [late] = claim(tx)
    if lost_by == "hand back":
        lanes.hand_back(tx, "hub-1", 2)
    elif lost_by == "decision":
        lanes.block(tx, late, "unknown", "gone")
        lanes.unblock(tx, "a", "p", skip=False, now_us=2, deadline_us=9)
    [holder] = claim(tx, 1 + LEASE_US)
    before = everything(tx)

    with pytest.raises(Conflict, match="lease_lost"):
        LATE[act](tx, late)
    assert before == everything(tx)
    LATE[act](tx, holder)
    assert before != everything(tx)


def test_a_blocked_lane_blocks_only_itself(tx: SqliteTransaction) -> None:
    for name, key in (("p", "UV-1"), ("q", "UV-1"), ("r", "UV-2")):
        lanes.add(tx, promise(name, key), 1)
    first, other = sorted(claim(tx), key=lambda one: one.id)
    lanes.block(tx, first, "dead", "gone")
    lanes.finish(tx, other, "confirmed", 2)

    assert [] == claim(tx, 10**6)
    assert lanes.unblock(tx, "a", "p", skip=True, now_us=3, deadline_us=9)
    assert ["q"] == [one.id for one in claim(tx, 3)]


def test_a_request_that_may_have_left_is_not_handed_back(tx: SqliteTransaction) -> None:
    """Only recovery may decide about it: to send it again could do it twice."""
    lanes.add(tx, promise("p"), 1)
    [one] = claim(tx)
    lanes.mark_sent(tx, one)

    assert 0 == lanes.hand_back(tx, "hub-1", 2)
    assert [] == claim(tx, 2)
    row = tx.one(
        "SELECT promise.state, leased_by FROM promise JOIN lane USING (tenant, queue, lane_key)"
    )
    assert {"state": "sent", "leased_by": "hub-1"} == row
