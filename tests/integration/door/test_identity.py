"""Who may do what at the door: a matrix of all its addresses and all ways to be nobody."""

import ssl
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
import trustme

from hub.store.senders import credentials
from hub.web.api.routes import ROUTES, Route
from tests.door import (
    SENDER_CA,
    STRANGER_CA,
    XML,
    Answer,
    DoorStep,
    Sender,
)
from tests.message_house import OTHER_OFFICE
from tests.pki import NOW_US

OWN = SENDER_CA.issue_cert("fv.example")
UNBOUND = SENDER_CA.issue_cert("fv.example")
STRANGER = STRANGER_CA.issue_cert("fv.example")
CLOSED = [route for route in ROUTES if not route.public]
BODY = b"<nachricht/>"


async def use(sender: Sender, route: Route, message_id: str, **query: str) -> Answer:
    """Call an address as its own sender would."""
    headers = {"Content-Type": XML, "Idempotency-Key": "k-1"} if route.takes_body else {}
    path = route.path.replace("{message_id}", message_id)
    more = {"data": BODY} if route.takes_body else {}
    return await sender.ask(route.method, path, headers=headers, params=query, **more)


async def _no_credential(step: DoorStep) -> Sender:
    return step.sender()


async def _unknown_token(step: DoorStep) -> Sender:
    return step.sender("t-unknown")


async def _revoked_token(step: DoorStep) -> Sender:
    sender = await step.with_token()
    digest = credentials.token_digest("t-1")
    await step.world.change("UPDATE credential SET revoked_us = 1 WHERE digest = :d", d=digest)
    return sender


async def _ended_token(step: DoorStep) -> Sender:
    return await step.with_token(expires_us=NOW_US - 1)


async def _other_scheme(step: DoorStep) -> Sender:
    sender = await step.with_token()
    sender.headers["Authorization"] = "Basic t-1"
    return sender


async def _fingerprint_as_token(step: DoorStep) -> Sender:
    await step.admit(step.fingerprint(OWN), kind="certificate", partner="fachverfahren")
    return step.sender(step.fingerprint(OWN))


async def _removed_channel(step: DoorStep) -> Sender:
    return await step.with_token(channel="abgeschafft")


async def _removed_office(step: DoorStep) -> Sender:
    return await step.with_token(tenant="abgeschafft")


async def _unbound_certificate(step: DoorStep) -> Sender:
    await step.bind(OWN)
    return step.sender(own=UNBOUND)


NOBODIES: list[Callable[[DoorStep], Awaitable[Sender]]] = [
    _no_credential, _unknown_token, _revoked_token, _ended_token, _other_scheme,
    _fingerprint_as_token, _removed_channel, _removed_office, _unbound_certificate,
]  # fmt: skip


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
@pytest.mark.parametrize("nobody", NOBODIES, ids=lambda nobody: nobody.__name__)
async def test_nobody_gets_in(step: DoorStep, nobody, route: Route):
    answer = await use(await nobody(step), route, "m-1")

    assert (401, "sender_unknown") == (answer.status, answer.code)
    assert [] == await step.world.messages()


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
@pytest.mark.parametrize("named", [{"tenant": OTHER_OFFICE}, {"channel": "ihv"}])
async def test_nobody_acts_for_another(step: DoorStep, route: Route, named: dict[str, str]):
    answer = await use(await step.with_token(), route, "m-1", **named)

    assert (403, "foreign_channel") == (answer.status, answer.code)
    assert [] == await step.world.messages()
    [look] = await step.world.rows("SELECT actor, action, result FROM access_log")
    assert ("sender:fv", "foreign_channel_named", "refused") == tuple(look.values())


STRANGERS = [{"tenant": OTHER_OFFICE}, {"channel": "ihv"}, {"sender": "anderes"}]


@pytest.mark.parametrize("route", [r for r in CLOSED if "{" in r.path], ids=lambda r: r.name)
@pytest.mark.parametrize("other", STRANGERS, ids=str)
async def test_not_mine_and_not_there_look_the_same(step: DoorStep, route: Route, other):
    posted = await (await step.with_token()).post(BODY)
    stranger = await step.with_token("t-2", **other)

    foreign = await use(stranger, route, posted.json["message_id"])
    missing = await use(stranger, route, "01975a00-0000-7000-8000-000000000001")

    assert 404 == foreign.status == missing.status
    assert _without_id(foreign) == _without_id(missing)


def _without_id(answer: Answer) -> dict[str, object]:
    return {k: v for k, v in answer.json.items() if k != "correlation_id"}


async def test_every_address_tells_its_own_sender_something(step: DoorStep):
    sender = await step.with_token()
    posted = await sender.post(BODY)
    told = {
        route.name: (await use(sender, route, posted.json["message_id"])).status for route in ROUTES
    }

    assert {"postMessage": 202, "getMessage": 200, "getReceipt": 404, "getDescription": 200} == told


async def test_a_bound_certificate_opens_the_door(step: DoorStep):
    await step.bind(OWN)
    answer = await step.sender(own=OWN).post(BODY)

    assert 202 == answer.status


async def test_a_token_is_judged_alone_whatever_certificate_the_connection_has(step: DoorStep):
    await step.bind(OWN)
    answer = await step.sender("t-unknown", own=OWN).post(BODY)

    assert 401 == answer.status


async def test_a_revocation_counts_on_an_open_connection(step: DoorStep):
    bound = await step.bind(OWN)
    sender = step.sender(own=OWN)
    before = await sender.post(BODY)
    await step.world.house.database.write(lambda tx: credentials.revoke(tx, bound.id, NOW_US))
    after = await sender.post(BODY)

    assert (202, 401) == (before.status, after.status)


@pytest.mark.parametrize(
    "own",
    [STRANGER, trustme.CA().issue_cert("fv.example")],
    ids=["another CA", "an unknown CA"],
)
async def test_a_certificate_of_another_ca_has_no_connection(step: DoorStep, own):
    await step.bind(OWN)

    with pytest.raises((aiohttp.ClientError, ssl.SSLError, OSError)):
        await step.sender(own=own).post(BODY)


async def test_no_secret_is_kept_or_told(step: DoorStep):
    sender = await step.with_token("t-canary")
    await sender.post(BODY)
    tables = "credential UNION ALL SELECT message_id FROM post UNION ALL SELECT facts FROM journal"
    rows = await step.world.rows(f"SELECT digest FROM {tables}")  # noqa: S608  words of our own

    assert 3 == len(rows)
    assert not [row for row in rows if "t-canary" in str(row)]
