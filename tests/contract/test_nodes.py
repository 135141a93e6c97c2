"""Several nodes on one database: the same work, the same order, the same proofs on both engines.

On SQLite the nodes are workers of one process; on PostgreSQL each has sessions of its own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

import pytest

from hub.app import all_migrations
from hub.core.errors import Conflict
from hub.store import audit, batches, certificates, journal, lanes, messages
from hub.store.audit import Access
from hub.store.database import Transaction
from hub.store.journal import Entry, Journal
from hub.store.lanes import Promise
from hub.store.messages import Messages
from hub.store.migrate import migrate
from tests.engines import AnyDatabase, Engine
from tests.factories import make_message

COUNT = 3
QUEUE = "travel"
LEASE_US = 60


@dataclass
class Cluster:
    """Nodes on one database, and the time that all of them are told."""

    nodes: list[AnyDatabase]
    now_us: int = 1000

    async def claim(self, number: int = 0, limit: int = 50, queue: str = QUEUE) -> list[Promise]:
        """Let a node take what is due."""
        work = partial(
            lanes.claim, queue=queue, limit=limit, me=f"hub-{number}", now_us=self.now_us,
            lease_us=LEASE_US,
        )  # fmt: skip
        return await self.nodes[number].write(work)

    async def add(self, *promises: Promise, node: int = 0) -> None:
        await self.nodes[node].write(lambda tx: lanes.add_all(tx, promises, self.now_us))

    async def finish(self, promise: Promise, node: int = 0) -> None:
        await self.nodes[node].write(lambda tx: lanes.finish(tx, promise, "confirmed", self.now_us))


@pytest.fixture
async def cluster(engine: Engine) -> AsyncIterator[Cluster]:
    first = engine.open()
    await migrate(first, all_migrations(first.dialect), 1)
    alone = first.dialect == "sqlite"
    nodes = [first, *(first if alone else engine.open() for _ in range(COUNT - 1))]
    yield Cluster(nodes)
    for node in dict.fromkeys(nodes):
        await asyncio.to_thread(node.close)


def promise(name: str, key: str = "UV-1", tenant: str = "a", queue: str = QUEUE) -> Promise:
    spec = {"amount_cents": 100} if queue.startswith("order:") else {}
    kind = "order" if spec else "travel"
    return Promise(name, tenant, f"m-{name}", kind, queue, key, spec, deadline_us=10**9)


async def test_no_second_head_is_given_out_before_the_first_is_done(cluster: Cluster) -> None:
    await cluster.add(promise("p1"), promise("p2"))
    given = await asyncio.gather(*(cluster.claim(number) for number in range(COUNT)))
    [first] = [one for line in given for one in line]
    nothing = [await cluster.claim(number) for number in range(COUNT)]
    await cluster.finish(first)
    [second] = await cluster.claim(2)

    assert ("p1", [[]] * COUNT, "p2") == (first.id, nothing, second.id)


async def test_every_lane_is_given_to_one_node(cluster: Cluster) -> None:
    await cluster.add(*(promise(f"p{n}", f"UV-{n}") for n in range(60)))
    given = await asyncio.gather(*(cluster.claim(n % COUNT, limit=10) for n in range(9)))
    names = [one.id for line in given for one in line]
    while more := await cluster.claim(1, limit=10):
        names += [one.id for one in more]

    assert {f"p{n}" for n in range(60)} == set(names)
    assert 60 == len(names)


async def test_a_dead_nodes_work_is_taken_over_when_its_lease_ends(cluster: Cluster) -> None:
    await cluster.add(promise("p1"))
    await cluster.claim(0)
    cluster.now_us += LEASE_US - 1
    too_early = await cluster.claim(1)
    cluster.now_us += 1
    [taken] = await cluster.claim(1)

    assert ([], "p1", 2) == (too_early, taken.id, taken.attempts)


LATE: dict[str, Callable[[Transaction, Promise], object]] = {
    "finish": lambda tx, one: lanes.finish(tx, one, "confirmed", 1),
    "retry": lambda tx, one: lanes.retry_later(tx, one, 1, "late"),
    "send": lanes.mark_sent,
    "block": lambda tx, one: lanes.block(tx, one, "dead", "late"),
}


@pytest.mark.parametrize("late", LATE)
async def test_who_lost_its_lease_changes_nothing(cluster: Cluster, late: str) -> None:
    await cluster.add(promise("p1"), promise("p2"))
    [lost] = await cluster.claim(0)
    cluster.now_us += LEASE_US
    [held] = await cluster.claim(1)
    with pytest.raises(Conflict, match="lease_lost"):
        await cluster.nodes[0].write(lambda tx: LATE[late](tx, lost))

    assert not await cluster.nodes[0].write(lambda tx: lanes.renew(tx, lost, 10**6))
    await cluster.finish(held, node=1)
    [following] = await cluster.claim(2)
    assert "p2" == following.id


async def test_a_restarted_node_gives_back_its_own_leases_only(cluster: Cluster) -> None:
    await cluster.add(promise("p1", "UV-1"), promise("p2", "UV-2"))
    [mine] = await cluster.claim(0, limit=1)
    [theirs] = await cluster.claim(1, limit=1)
    back = await cluster.nodes[0].write(lambda tx: lanes.hand_back(tx, "hub-0", cluster.now_us))
    [again] = await cluster.claim(2)
    await cluster.finish(theirs, node=1)

    assert (1, mine.id) == (back, again.id)
    with pytest.raises(Conflict, match="lease_lost"):
        await cluster.finish(mine)


async def test_offices_have_lanes_of_their_own_under_the_same_names(cluster: Cluster) -> None:
    await cluster.add(promise("p", tenant="a"), promise("p", tenant="b"))
    claimed = {one.tenant: one for one in await cluster.claim(0)}
    await cluster.finish(claimed["a"])
    rows = await cluster.nodes[1].read(
        lambda tx: tx.all("SELECT tenant, state FROM promise ORDER BY tenant")
    )

    assert [("a", "confirmed"), ("b", "leased")] == [(r["tenant"], r["state"]) for r in rows]


async def test_a_unit_that_fails_in_a_group_takes_nobody_with_it(cluster: Cluster) -> None:
    def fail(tx: Transaction) -> None:
        lanes.add(tx, promise("lost", "UV-9"), 1)
        raise LookupError

    units = [cluster.add(promise(f"p{n}", f"UV-{n}"), node=n % COUNT) for n in range(30)]
    results = await asyncio.gather(
        *units[:15], cluster.nodes[0].write(fail), *units[15:], return_exceptions=True
    )
    rows = await cluster.nodes[1].read(lambda tx: tx.all("SELECT id FROM promise"))

    assert [LookupError] == [type(one) for one in results if one is not None]
    assert {f"p{n}" for n in range(30)} == {row["id"] for row in rows}


@dataclass
class Story:
    """Producers, workers that crash, come late and give up, and a clerk."""

    cluster: Cluster
    chance: random.Random
    queue: str
    left: int
    late: list[Promise] = field(default_factory=list)
    fenced: int = 0

    async def produce(self, number: int, tenant: str, keys: int, count: int) -> None:
        for index in range(count):
            key = f"UV-{self.chance.randrange(keys)}"
            one = promise(f"{self.queue}-{number}-{index}", key, tenant, self.queue)
            await self.cluster.add(one, node=number % COUNT)

    async def work(self, number: int) -> None:
        while self.left > 0:
            self.cluster.now_us += self.chance.randrange(20)
            for one in await self.cluster.claim(number % COUNT, limit=3, queue=self.queue):
                await self._treat(one, number % COUNT)
            await asyncio.sleep(0)

    async def _treat(self, one: Promise, node: int) -> None:
        fate = self.chance.random()
        database = self.cluster.nodes[node]
        if fate < 0.15:
            self.late.append(one)
        elif fate < 0.25:
            await self._unless_fenced(
                database, lambda tx: lanes.retry_later(tx, one, self.cluster.now_us + 5, "x")
            )
        elif fate < 0.3:
            await self._block(database, one)
        else:
            await self._confirm(database, one)
        if self.late and fate > 0.8:
            await self._confirm(database, self.late.pop())

    async def _confirm(self, database: AnyDatabase, one: Promise) -> None:
        def work(tx: Transaction) -> None:
            lanes.finish(tx, one, "confirmed", self.cluster.now_us)
            tx.run(
                "INSERT INTO effect SELECT :queue, :tenant, :key, count(*) + 1, :id FROM effect"
                " WHERE queue = :queue AND tenant = :tenant AND lane_key = :key",
                queue=self.queue, tenant=one.tenant, key=one.lane_key, id=one.id,
            )  # fmt: skip

        if await self._unless_fenced(database, work):
            self.left -= 1

    async def _block(self, database: AnyDatabase, one: Promise) -> None:
        if await self._unless_fenced(database, lambda tx: lanes.block(tx, one, "dead", "x")):
            await database.write(
                lambda tx: lanes.unblock(
                    tx, one.tenant, one.id, skip=False, now_us=self.cluster.now_us,
                    deadline_us=10**9,
                )
            )  # fmt: skip

    async def _unless_fenced(
        self, database: AnyDatabase, work: Callable[[Transaction], object]
    ) -> bool:
        try:
            await database.write(work)
        except Conflict:
            self.fenced += 1
            return False
        return True


async def test_twenty_stories_keep_order_and_do_everything_once(cluster: Cluster) -> None:
    await cluster.nodes[0].write(
        lambda tx: tx.run(
            "CREATE TABLE effect (queue TEXT, tenant TEXT, lane_key TEXT, place BIGINT, id TEXT,"
            " PRIMARY KEY (queue, tenant, lane_key, place))"
        )
    )
    fenced = 0
    for seed in range(20):
        story = Story(cluster, random.Random(seed), f"q{seed}", left=48)  # noqa: S311  no secret
        producers = (story.produce(n, "ab"[n % 2], 4, 12) for n in range(4))
        await asyncio.wait_for(
            asyncio.gather(*producers, *(story.work(n) for n in range(6))), timeout=60
        )
        fenced += story.fenced

    rows = await cluster.nodes[0].read(
        lambda tx: tx.all(
            "SELECT promise.id AS promised, effect.id AS done, promise.state FROM promise"
            " LEFT JOIN effect ON effect.queue = promise.queue AND effect.tenant = promise.tenant"
            " AND effect.lane_key = promise.lane_key AND effect.place = promise.lane_seq"
        )
    )
    assert 20 * 48 == len(rows)
    assert [] == [row for row in rows if row["promised"] != row["done"]]
    assert {"confirmed"} == {row["state"] for row in rows}
    assert fenced


async def test_nodes_that_close_files_at_once_put_every_order_into_one(cluster: Cluster) -> None:
    queue = "order:ihv"
    await cluster.add(*(promise(f"o{n}", f"UV-{n % 7}", queue=queue) for n in range(40)))

    def close(tx: Transaction, number: int) -> object:
        return batches.open_batch(
            tx, batch_id=f"b{number}", tenant="a", partner="ihv", queue=queue, limit=15, now_us=5
        )

    await asyncio.gather(
        *(cluster.nodes[n % COUNT].write(partial(close, number=n)) for n in range(9))
    )
    await cluster.nodes[0].write(partial(close, number=9))
    rows = await cluster.nodes[0].read(
        lambda tx: tx.all(
            "SELECT batch.sequence, promise.lane_key, promise.lane_seq FROM promise"
            " JOIN batch ON batch.tenant = promise.tenant AND batch.id = promise.batch_id"
            " ORDER BY promise.lane_key, promise.lane_seq"
        )
    )
    numbers = sorted({row["sequence"] for row in rows})

    assert 40 == len(rows)
    assert list(range(1, len(numbers) + 1)) == numbers
    for key in {row["lane_key"] for row in rows}:
        line = [row["sequence"] for row in rows if row["lane_key"] == key]
        assert sorted(line) == line


async def test_the_chains_of_the_journal_hold_whoever_writes(cluster: Cluster) -> None:
    def write(tx: Transaction, number: int) -> None:
        entries = [Entry(tenant, "received", f"m{number}") for tenant in ("b", "a", "c")]
        Journal(f"hub-{number % COUNT}").append(tx, number, *entries[: 1 + number % 3])
        Journal(f"hub-{number % COUNT}").append(tx, number, Entry("a", "checked"))

    await asyncio.gather(
        *(cluster.nodes[n % COUNT].write(partial(write, number=n)) for n in range(120))
    )
    state = await cluster.nodes[0].read(journal.verify)

    assert (360, ()) == (state.entries, state.faults)


async def test_the_access_log_holds_whoever_writes(cluster: Cluster) -> None:
    access = Access(
        at_us=1, tenant="a", actor="x", role="auditor", action="seen", object_kind="akte",
        object_id="searched\0for",
    )  # fmt: skip
    await asyncio.gather(
        *(cluster.nodes[n % COUNT].write(lambda tx: audit.append(tx, access)) for n in range(60))
    )
    state = await cluster.nodes[0].read(audit.verify)

    assert (60, True) == (state.entries, state.intact)


async def test_of_equal_bytes_accepted_at_once_one_is_new(cluster: Cluster) -> None:
    arrived = [make_message(id=f"m{number}") for number in range(12)]
    fresh = await asyncio.gather(
        *(
            cluster.nodes[n % COUNT].write(lambda tx, one=one: messages.remember_bytes(tx, (one,)))
            for n, one in enumerate(arrived)
        )
    )

    assert 1 == sum(map(len, fresh))


async def test_a_message_is_moved_by_one_of_two_nodes(cluster: Cluster) -> None:
    message, book = make_message(), Messages(Journal("hub-0"))
    await cluster.nodes[0].write(lambda tx: book.add(tx, message, "received", 1))
    ends = await asyncio.gather(
        *(node.write(lambda tx: book.move(tx, message, "closed", 2)) for node in cluster.nodes),
        return_exceptions=True,
    )
    state = await cluster.nodes[0].read(journal.verify)

    assert [None] == [one for one in ends if one is None]
    assert {"illegal_move"} == {one.code for one in ends if isinstance(one, Conflict)}
    assert (2, ()) == (state.entries, state.faults)


async def test_who_looked_before_another_inserted_looks_again(cluster: Cluster) -> None:
    """What a unit inserts after it saw nothing was inserted meanwhile: it runs once more."""

    def open_once(tx: Transaction) -> str:
        row = tx.one("SELECT name FROM migration WHERE name = 'mine'")
        if row:
            return "known"
        tx.run("INSERT INTO migration (name, digest, ran_us) VALUES ('mine', '', 1)")
        return "new"

    said = await asyncio.gather(*(cluster.nodes[n % COUNT].write(open_once) for n in range(12)))

    assert ["known"] * 11 + ["new"] == sorted(said)


async def test_a_certificate_is_moved_by_one_of_two_nodes(cluster: Cluster) -> None:
    key = {
        "id": "k", "tenant": "a", "purpose": "tls-client", "algorithm": "ec-p256",
        "wrapped_dek": "", "sealed": "", "made_us": 1,
    }  # fmt: skip
    row = {
        "id": "c", "tenant": "a", "partner": "azr", "environment": "test", "purpose": "tls-client",
        "state": "requested", "key_id": "k", "key_algorithm": "ec-p256", "key_bits": 256,
        "public_sha256": "p", "request_pem": "", "subject": "", "created_us": 1,
    }  # fmt: skip

    def ask(tx: Transaction) -> None:
        certificates.add_key(tx, key)
        certificates.add_request(tx, row, "x")

    await cluster.nodes[0].write(ask)
    ends = await asyncio.gather(
        *(
            node.write(lambda tx: certificates.move(tx, row, "imported", "x", 2))
            for node in cluster.nodes
        ),
        return_exceptions=True,
    )
    steps = await cluster.nodes[0].read(lambda tx: certificates.steps(tx, "c"))

    assert 1 == ends.count(None)
    assert {"certificate_moved"} == {one.code for one in ends if isinstance(one, Conflict)}
    assert ["requested", "imported"] == [step["to_state"] for step in steps]
