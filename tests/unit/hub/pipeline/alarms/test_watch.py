"""People are told once, again after a day, and when it is over; never more than needed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Refused, Unavailable
from hub.core.settings import Alerts
from hub.pipeline.alarms.watch import News, Watch
from hub.pipeline.alarms.words import WORDS, facts, remedy, sentence
from hub.pipeline.setbacks import give_up
from hub.store.database import Row
from hub.store.desk import alarms
from hub.store.desk.alarms import Sign
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.store.targets import peers
from hub.store.targets.breaker import STORAGE, Failure, failed
from hub.store.targets.peers import Peer
from hub.store.views.expiry import Expiry
from tests.message_house import OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise

RULES = Alerts(free_bytes=1, blocked_hours=2, waiting_minutes=60)
HOUR = 3600


@dataclass
class Listener:
    """Plays the people who are told; deaf as often as told."""

    heard: list[News] = field(default_factory=list)
    deaf: int = 0

    async def tell(self, news: News) -> None:
        if self.deaf:
            self.deaf -= 1
            raise Unavailable("alert_unsent")
        self.heard.append(news)

    def raised(self) -> list[str]:
        return [row["kind"] for news in self.heard for row in news.raised]

    def cleared(self) -> list[str]:
        return [row["kind"] for news in self.heard for row in news.cleared]


@dataclass
class Guard:
    """A watch, its listener, and whether the loops turn."""

    watch: Watch
    people: Listener
    stuck: list[bool]
    broken: list[str]
    """Offices whose journal was cut."""


def guard_of(world: World, path: Path, rules: Alerts = RULES) -> Guard:
    stuck = [False]
    broken: list[str] = []

    async def loops() -> None:
        if stuck[0]:
            raise Unavailable("loop_stuck")

    async def chains() -> list[str]:
        return broken

    people = Listener()
    watch = Watch(world.house.database, world.clock, rules, path, loops, chains, people)
    return Guard(watch, people, stuck, broken)


@pytest.fixture
def guard(world: World, tmp_path: Path) -> Guard:
    return guard_of(world, tmp_path)


async def test_a_sound_house_says_nothing(guard: Guard) -> None:
    await guard.watch.round()

    assert [] == guard.people.heard


async def test_a_cause_is_told_once_and_again_after_a_day(world: World, guard: Guard) -> None:
    guard.stuck[0] = True
    for _ in range(60):
        await guard.watch.round()
        world.clock.advance(60)
    assert ["stuck"] == guard.people.raised()

    world.clock.advance(24 * HOUR)
    await guard.watch.round()

    assert ["stuck", "stuck"] == guard.people.raised()


async def test_the_end_is_told_when_it_lasts(world: World, guard: Guard) -> None:
    guard.stuck[0] = True
    await guard.watch.round()
    guard.stuck[0] = False
    await guard.watch.round()
    assert [] == guard.people.cleared()

    world.clock.advance(11 * 60)
    for _ in range(3):
        await guard.watch.round()

    assert ["stuck"] == guard.people.cleared()


async def test_what_flutters_for_a_day_is_told_a_few_times(world: World, guard: Guard) -> None:
    for minute in range(24 * 60):
        guard.stuck[0] = minute % 24 < 12
        await guard.watch.round()
        world.clock.advance(60)

    assert len(guard.people.heard) <= 6


async def test_a_hundred_causes_are_one_message(world: World, guard: Guard) -> None:
    await world.change(
        "INSERT INTO target (partner, tenant, state, in_flight_max) WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
        "SELECT 'partner-' || i, '', 'open', 1 FROM n"
    )

    await guard.watch.round()

    [news] = guard.people.heard
    assert {"breaker"} == {row["kind"] for row in news.raised}
    assert 100 == len(news.raised)


async def test_what_did_not_go_out_is_told_later(world: World, guard: Guard) -> None:
    guard.stuck[0], guard.people.deaf = True, 2
    for _ in range(4):
        await guard.watch.round()

    assert ["stuck"] == guard.people.raised()


async def test_two_nodes_tell_once(world: World, guard: Guard, tmp_path: Path) -> None:
    other = guard_of(world, tmp_path)
    for each in (guard, other):
        each.stuck[0] = True
        await each.watch.round()

    assert 1 == len(guard.people.heard + other.people.heard)


async def test_a_blocked_lane_is_told_with_what_to_do_and_without_a_case(
    world: World, guard: Guard
) -> None:
    await give_up(await promise(world), Refused("partner_rejects_message"), "dead", world.house)
    await guard.watch.round()
    assert [] == guard.people.heard
    world.clock.advance(3 * HOUR)

    await guard.watch.round()

    [news] = guard.people.heard
    [row] = news.raised
    assert ("blocked", "deliver:azr", OFFICE) == (row["kind"], row["place"], row["tenant"])
    assert "seit 3 Stunden" in sentence(row)
    assert "Sperren" in remedy(row)
    assert "UV-1" not in str(facts(row))


async def test_work_that_waits_too_long_is_told(world: World, guard: Guard) -> None:
    await world.accept(b"one")
    world.clock.advance(61 * 60)

    await guard.watch.round()

    assert ["waiting"] == guard.people.raised()


async def test_an_imbalance_is_an_alarm(world: World, guard: Guard) -> None:
    await world.accept(b"one")
    await world.change("UPDATE message SET state = 'closed'")

    await guard.watch.round()

    assert ["imbalance"] == guard.people.raised()


async def test_a_full_disk_is_an_alarm(world: World, tmp_path: Path) -> None:
    guard = guard_of(world, tmp_path, Alerts(free_bytes=1_000_000_000_000_000))

    await guard.watch.round()

    assert ["disk"] == guard.people.raised()


@pytest.mark.parametrize(
    ("loads", "states"),
    [([1.0, 0.9, 0.81], "raised"), ([0.9, 0.99], None), ([1.0, 0.5], "raised")],
    ids=["between the limits it stays", "below the limit it is well", "calm must last"],
)
async def test_between_well_and_wrong_nothing_changes(
    world: World, loads: list[float], states: str | None
) -> None:
    now_us = world.clock.now_us()
    for load in loads:
        sign = Sign("waiting", "travel", 60 * load, load)
        await world.house.database.write(lambda tx, s=sign: alarms.see(tx, s, now_us))

    rows: list[Row] = await world.rows("SELECT state FROM alarm")
    assert ([{"state": states}] if states else []) == rows


async def test_an_office_sees_its_own_alarms_and_those_of_the_house(world: World) -> None:
    now_us = world.clock.now_us()
    for tenant in ("", OFFICE, "other"):
        sign = Sign("blocked", "travel", 3, 2, tenant)
        await world.house.database.write(lambda tx, s=sign: alarms.see(tx, s, now_us))

    own = await world.house.database.read(lambda tx: alarms.raised(tx, OFFICE))

    assert {"", OFFICE} == {row["tenant"] for row in own}


def test_every_kind_has_its_words() -> None:
    row = {"place": "travel", "value": 2.0, "raised_us": 0, "tenant": ""}

    assert all(sentence({**row, "kind": kind}) and remedy({**row, "kind": kind}) for kind in WORDS)


async def test_a_cut_journal_is_told_for_its_office(guard: Guard) -> None:
    guard.broken.append("musterstadt")
    await guard.watch.round()
    [news] = guard.people.heard

    assert [("journal", "musterstadt")] == [(row["kind"], row["tenant"]) for row in news.raised]


DAY_US = 86_400_000_000


async def ends_in(world: World, days: float, sender: str = "portal", number: int = 1) -> None:
    """Let a sender come in for some more days."""
    now_us = world.clock.now_us()
    one = Credential(
        id=f"{sender}-{number}", tenant=OFFICE, channel="fachverfahren", sender=sender,
        kind="token", digest=f"{sender}-{number}", created_us=now_us,
        expires_us=now_us + int(days * DAY_US),
    )  # fmt: skip
    await world.house.database.write(lambda tx: credentials.add(tx, one))


async def test_the_end_of_an_access_is_told_at_thirty_fourteen_and_seven_days(
    world: World, guard: Guard
) -> None:
    await ends_in(world, 40)
    told = {}
    for day in range(40):
        before = len(guard.people.raised())
        await guard.watch.round()
        told[40 - day] = len(guard.people.raised()) - before
        world.clock.advance(24 * HOUR)

    assert [30, 14, *range(7, 0, -1)] == [days for days, count in told.items() if count]
    await guard.watch.round()
    assert "abgelaufen" in sentence(guard.people.heard[-1].raised[0])


async def test_an_access_with_a_successor_is_no_alarm(world: World, guard: Guard) -> None:
    await ends_in(world, 5)
    await ends_in(world, 300, number=2)

    await guard.watch.round()

    assert [] == guard.people.heard


async def test_a_ca_that_ends_is_told_and_an_unreadable_one_stops_nothing(
    world: World, guard: Guard
) -> None:
    ends_us = world.clock.now_us() + 10 * DAY_US
    anchor = Expiry(kind="anchor", name="CN=Amt CA", place="azr", not_after_us=ends_us)

    async def anchors() -> list[Expiry]:
        if guard.stuck[0]:
            raise Misconfigured("trust_unreadable")
        return [anchor]

    watch = replace(guard.watch, anchors=anchors)
    await watch.round()
    guard.stuck[0] = True
    await watch.round()

    [told] = guard.people.heard[0].raised
    assert ("anchor", "CA CN=Amt CA, azr", "") == (told["kind"], told["place"], told["tenant"])
    assert "in 10 Tagen" in sentence(told)
    assert ["anchor", "stuck"] == guard.people.raised()


async def test_a_server_certificate_of_a_partner_is_told_before_it_ends(
    world: World, guard: Guard
) -> None:
    now_us = world.clock.now_us()
    for name, days in (("a", 10), ("b", 200)):
        peer = Peer("azr", name * 64, now_us + days * DAY_US)
        await world.house.database.write(lambda tx, one=peer: peers.note(tx, one, now_us))

    await guard.watch.round()

    [told] = guard.people.heard[0].raised
    assert ("peer", f"Zertifikat {'a' * 16}, azr", "") == (
        told["kind"], told["place"], told["tenant"],
    )  # fmt: skip
    assert "in 10 Tagen" in sentence(told)


async def test_what_is_wrong_with_revocation_lists_is_told(guard: Guard) -> None:
    guard.watch.crls = lambda: ["CN=Amt CA: abgelaufen"]

    await guard.watch.round()

    [told] = guard.people.heard[0].raised
    assert "Sperrliste für Zertifikate der Absender: CN=Amt CA: abgelaufen." == sentence(told)


async def test_a_bucket_that_could_keep_versions_but_does_not_is_told_per_office(
    world: World, guard: Guard
) -> None:
    lacking = [OFFICE]

    async def unversioned() -> list[str]:
        return lacking

    guard.watch.unversioned = unversioned
    await guard.watch.round()
    lacking.clear()
    world.clock.advance(HOUR)
    await guard.watch.round()

    assert (["unversioned"], ["unversioned"]) == (guard.people.raised(), guard.people.cleared())
    assert [OFFICE] == [row["tenant"] for news in guard.people.heard for row in news.raised]


async def test_a_storage_that_is_only_probed_is_told_with_what_waits(
    world: World, guard: Guard
) -> None:
    now_us = world.clock.now_us()
    failure = Failure("storage_refused", now_us, now_us + 1, 1)
    await world.house.database.write(lambda tx: failed(tx, STORAGE, "", failure))

    await guard.watch.round()

    [told] = guard.people.heard[0].raised
    assert ("storage", "storage_refused", 0) == (told["kind"], told["place"], told["value"])
