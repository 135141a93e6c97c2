"""Certificates and CAs are exchanged while the door is open, and nobody is turned away."""

import asyncio
import logging
import ssl

import pytest
import trustme

from tests.door import SENDER_CA, SERVER_CA, DoorStep, Sender, show, until

OWN = SENDER_CA.issue_cert("fv.example")
OTHER_CA = trustme.CA()
OTHER = OTHER_CA.issue_cert("anderes.example")
BODY = b"<nachricht/>"


async def renew(step: DoorStep) -> trustme.LeafCert:
    """Show another certificate and wait until the door has taken it."""
    leaf, before = SERVER_CA.issue_cert("localhost"), step.door.figures.reloads
    show(step.files, leaf)
    await until(lambda: step.door.figures.reloads > before)
    return leaf


async def shown(step: DoorStep) -> str:
    """Return the fingerprint of the certificate a new connection sees."""
    context = ssl.create_default_context()
    SERVER_CA.configure_trust(context)
    _, writer = await asyncio.open_connection("localhost", step.listener.port, ssl=context)
    step.wires.append(writer)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(der)


async def connections(sender: Sender) -> int:
    """Return how many connections a sender has open."""
    return len(sender.session.connector._conns)


async def test_the_next_connection_sees_the_new_certificate(step: DoorStep):
    leaf = await renew(step)

    assert leaf.cert_chain_pems[0].bytes().decode().split() == (await shown(step)).split()


async def test_established_connections_go_on(step: DoorStep):
    sender = await step.with_token()
    await sender.post(BODY, key="before")
    old = step.listener._runner.server.connections
    await renew(step)
    answer = await sender.post(BODY, key="after")

    assert 202 == answer.status
    assert old == step.listener._runner.server.connections


async def test_a_broken_certificate_leaves_the_old_one_in_place(
    step: DoorStep, caplog: pytest.LogCaptureFixture
):
    before = await shown(step)
    with caplog.at_level(logging.ERROR, "hub.web.api.listener"):
        step.files[0].write_text("nonsense")
        await until(lambda: "door_not_renewed" in caplog.messages)

    assert before == await shown(step)
    assert 0 == step.door.figures.reloads


async def test_a_sender_of_a_new_ca_gets_in_without_a_restart(step: DoorStep):
    step.trust.put("anderes", OTHER_CA.cert_pem.bytes())
    await step.bind(OWN)
    await step.bind(OTHER, partner="anderes", sender="anderes")

    assert 202 == (await step.sender(own=OWN).post(BODY)).status
    assert 202 == (await step.sender(own=OTHER).post(BODY)).status


async def test_a_ca_that_is_trusted_no_more_loses_its_connections(step: DoorStep):
    bound = await step.bind(OWN)
    sender = step.sender(own=OWN)
    await sender.post(BODY)
    await step.world.change("UPDATE credential SET revoked_us = 1 WHERE id = :id", id=bound.id)
    await until(lambda: not step.listener._runner.server.connections)

    assert 401 == (await sender.post(BODY)).status


async def test_rotations_under_load_lose_no_request(step: DoorStep):
    sender, done = await step.with_token(), asyncio.Event()
    answers: list[int] = []

    async def load(worker: int) -> None:
        while not done.is_set():
            answers.append((await sender.post(BODY, key=f"k-{worker}-{len(answers)}")).status)

    loads = [asyncio.create_task(load(n)) for n in range(4)]
    for _ in range(10):
        await renew(step)
        await shown(step)
    done.set()
    await asyncio.gather(*loads)

    assert {202} == set(answers)
    assert len(answers) == len(await step.world.messages())
