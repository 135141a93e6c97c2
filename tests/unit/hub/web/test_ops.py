import asyncio
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.core.errors import Misconfigured
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.store.targets import peers
from hub.store.targets.breaker import PARTNER, STORAGE, Failure, failed
from hub.store.targets.peers import Peer
from hub.store.views.expiry import Expiry
from hub.web import health
from hub.web.api.services import Figures
from hub.web.ops import build_ops_site
from tests.small_house import SmallHouse


async def test_a_house_whose_parts_answer_is_ready(house: SmallHouse) -> None:
    async with TestClient(TestServer(build_ops_site(house.services))) as client:
        answer = await client.get("/health")

        assert 200 == answer.status
        assert {"ready": True, "parts": {"database": {"ok": True, "code": ""}}} == (
            await answer.json()
        )


async def test_a_part_that_hangs_makes_the_house_not_ready(
    house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(health, "TIMEOUT_S", 0.05)
    services = replace(house.services, parts={"storage": hang})
    async with TestClient(TestServer(build_ops_site(services))) as client:
        answer = await client.get("/health")

        assert 503 == answer.status
        assert {"ok": False, "code": "timeout"} == (await answer.json())["parts"]["storage"]


async def test_the_figures_name_no_person(house: SmallHouse) -> None:
    async with TestClient(TestServer(build_ops_site(house.services))) as client:
        text = await (await client.get("/metrics")).text()

    for line in (
        'aktenhub_messages{tenant="musterstadt",state="closed"} 4',
        'aktenhub_clearing_open{tenant="musterstadt"} 1',
        'aktenhub_lanes_blocked{queue="file"} 1',
        'aktenhub_promises{kind="file",state="dead"} 1',
        'purpose="tls-client",state="active"} 9',
        "# TYPE aktenhub_oldest_waiting_seconds gauge",
        "aktenhub_commit_groups",
    ):
        assert line in text
    for secret in ("Sommerfeld", "UV-2026", "Brückner", "Mila"):
        assert secret not in text


async def test_the_door_for_senders_has_figures_where_there_is_one(house: SmallHouse) -> None:
    figures = Figures(received_bytes=17, under_way=lambda: 2)
    figures.answers["postMessage", 202] += 3
    async with TestClient(TestServer(build_ops_site(house.services))) as client:
        without = await (await client.get("/metrics")).text()
    async with TestClient(
        TestServer(build_ops_site(replace(house.services, door=figures)))
    ) as client:
        text = await (await client.get("/metrics")).text()

    assert "aktenhub_door" not in without
    for line in (
        'aktenhub_door_answers{operation="postMessage",status="202"} 3',
        "aktenhub_door_requests 2",
        "aktenhub_door_bytes 17",
        "aktenhub_door_reloads 0",
    ):
        assert line in text


async def test_a_partner_that_takes_nothing_is_a_figure(house: SmallHouse) -> None:
    failure = Failure("partner_unreachable", 0, 30_000_000, 1)
    await house.database.write(lambda tx: failed(tx, "azr", PARTNER, failure))
    async with TestClient(TestServer(build_ops_site(house.services))) as client:
        text = await (await client.get("/metrics")).text()

    assert 'aktenhub_target_open{partner="azr",tenant=""} 1' in text
    assert 'aktenhub_target_waiting{partner="azr",tenant=""} 0' in text


async def test_endings_of_senders_and_cas_are_figures(house: SmallHouse) -> None:
    now_us = house.clock.now_us()
    access = Credential(
        id="a-1", tenant="musterstadt", channel="fachverfahren", sender="portal", kind="token",
        digest="d", created_us=now_us, expires_us=now_us + 12 * 86_400_000_000,
    )  # fmt: skip
    await house.database.write(lambda tx: credentials.add(tx, access))
    peer = Peer("azr", "cd" * 32, now_us + 4 * 86_400_000_000)
    await house.database.write(lambda tx: peers.note(tx, peer, now_us))

    async def anchors() -> list[Expiry]:
        ends_us = now_us + 86_400_000_000
        return [Expiry(kind="anchor", name="CN=CA", place="azr", not_after_us=ends_us)]

    async def broken() -> list[Expiry]:
        raise Misconfigured("trust_unreadable")

    texts = []
    for look in (anchors, broken):
        site = build_ops_site(replace(house.services, anchors=look))
        async with TestClient(TestServer(site)) as client:
            texts.append(await (await client.get("/metrics")).text())

    assert 'sender="portal",kind="token",succeeded="0"} 12' in texts[0]
    assert 'aktenhub_anchor_days_left{partner="azr",subject="CN=CA"} 1' in texts[0]
    shown = f'{{partner="azr",fingerprint="{"cd" * 8}",succeeded="0"}} 4'
    assert f"aktenhub_peer_days_left{shown}" in texts[1]
    assert 'sender="portal"' in texts[1]
    assert "aktenhub_anchor_days_left{" not in texts[1]


async def test_a_storage_that_is_only_probed_is_a_figure(house: SmallHouse) -> None:
    now_us = house.clock.now_us()
    failure = Failure("storage_refused", now_us, now_us + 1, 1)
    texts = []
    async with TestClient(TestServer(build_ops_site(house.services))) as client:
        for _ in range(2):
            texts.append(await (await client.get("/metrics")).text())
            await house.database.write(lambda tx: failed(tx, STORAGE, "", failure))

    assert "aktenhub_storage_shut 0" in texts[0]
    assert "aktenhub_storage_shut 1" in texts[1]
    assert STORAGE not in texts[1]
