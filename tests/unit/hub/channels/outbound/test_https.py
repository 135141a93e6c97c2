"""The door against real servers on loopback, above all when things go wrong."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.certificates.chains import fingerprint, read_certificates
from hub.certificates.tls import client_context
from hub.certificates.validation import to_us
from hub.channels.outbound.https import HttpsDoor, PeerCertificate, Receipt
from hub.core.errors import Misconfigured, OutcomeUnknown, Refused, Unavailable

CA = trustme.CA()
STRANGER = trustme.CA()
Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def pems(ca: trustme.CA, *names: str) -> tuple[bytes, bytes]:
    leaf = ca.issue_cert(*names)
    return leaf.private_key_pem.bytes(), b"".join(part.bytes() for part in leaf.cert_chain_pems)


IDENTITY = pems(CA, "client.example")


def client(identity=IDENTITY, anchors: trustme.CA = CA) -> ssl.SSLContext:
    key, chain = identity
    trusted = read_certificates(anchors.cert_pem.bytes())
    return client_context(load_pem_private_key(key, None), chain, trusted)


def server_context(
    host: str = "localhost", *, client_ca: trustme.CA = CA, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(host).configure_cert(context)
    client_ca.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    if version is not None:
        context.maximum_version = version
    return context


@asynccontextmanager
async def serving(handler: Server, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context or server_context())
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"https://localhost:{port}/register"
    finally:
        server.close()
        await server.wait_closed()


async def request_of(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    return head, await reader.readexactly(length)


def answering(status: str, *headers: str, body: bytes = b"", seen: list | None = None) -> Server:
    async def handle(reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                request = await request_of(reader)
                if seen is not None:
                    seen.append((id(writer), *request))
                lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
                writer.write("\r\n".join(lines).encode() + body)
                await writer.drain()
        writer.close()

    return handle


async def post(
    url: str, *, context: ssl.SSLContext | None = None, timeout_s: float = 5.0
) -> Receipt:
    async with HttpsDoor(answer_max_bytes=1000) as door:
        return await door.post(
            url, b"<a/>", context=context or client(), headers={"X-Key": "1"}, timeout_s=timeout_s
        )


async def test_a_positive_answer_comes_back_with_the_partners_certificate():
    seen: list = []
    leaf = CA.issue_cert("localhost")
    context = server_context()
    leaf.configure_cert(context)
    [shown] = read_certificates(leaf.cert_chain_pems[0].bytes())
    expected = PeerCertificate(fingerprint(shown), to_us(shown.not_valid_after_utc))
    async with serving(answering("200 OK", "X-Answer: 7", body=b"<b/>", seen=seen), context) as url:
        receipt = await post(url)

    assert (200, b"<b/>") == (receipt.status, receipt.body)
    assert receipt.headers["x-answer"] == "7"
    assert expected == receipt.peer
    [(_, head, body)] = seen
    assert b"X-Key: 1\r\n" in head
    assert b"Accept-Encoding: identity\r\n" in head
    assert body == b"<a/>"


@pytest.mark.parametrize("status", ["408 Timeout", "425 Early", "429 Many", "503 Closed"])
async def test_a_partner_that_is_closed_has_done_nothing(status):
    async with serving(answering(status, "Retry-After: 17")) as url:
        with pytest.raises(Unavailable, match="partner_busy") as raised:
            await post(url)

    assert raised.value.retry_after_s == 17.0


async def test_a_date_to_come_back_counts_from_the_partners_clock():
    headers = (
        "Date: Sun, 22 Nov 2026 10:00:00 GMT",
        "Retry-After: Sun, 22 Nov 2026 10:02:00 GMT",
    )
    async with serving(answering("503 Closed", *headers)) as url:
        with pytest.raises(Unavailable) as raised:
            await post(url)

    assert raised.value.retry_after_s == 120.0


@pytest.mark.parametrize("wish", ["", "soon", "-5", "²"])
async def test_an_unreadable_wish_is_none(wish):
    async with serving(answering("503 Closed", f"Retry-After: {wish}")) as url:
        with pytest.raises(Unavailable) as raised:
            await post(url)

    assert raised.value.retry_after_s is None


@pytest.mark.parametrize("status", ["400 Bad", "413 Large", "415 Type", "422 Content", "409 Twice"])
async def test_a_message_the_partner_does_not_take_is_refused(status):
    async with serving(answering(status)) as url:
        with pytest.raises(Refused):
            await post(url)


@pytest.mark.parametrize("status", ["401 Who", "403 No", "404 Nothing", "302 Elsewhere"])
async def test_missing_rights_and_wrong_addresses_are_the_operators_matter(status):
    async with serving(answering(status, "Location: https://elsewhere.invalid/")) as url:
        with pytest.raises(Misconfigured):
            await post(url)


@pytest.mark.parametrize("status", ["500 Oh", "502 Gateway", "504 Late", "507 Full"])
async def test_a_failing_partner_may_have_processed_the_message(status):
    async with serving(answering(status)) as url:
        with pytest.raises(OutcomeUnknown, match="partner_failed"):
            await post(url)


async def test_a_reset_after_the_request_leaves_the_outcome_unknown():
    async def reset(reader, writer):
        await request_of(reader)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with serving(reset) as url:
        with pytest.raises(OutcomeUnknown, match="no_answer"):
            await post(url)


async def test_a_partner_that_falls_silent_leaves_the_outcome_unknown():
    async def once(reader, writer):
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        writer.close()

    # The connection stands already, so that a slow handshake cannot decide the test.
    async with serving(once) as url, HttpsDoor() as door:
        context = client()
        await door.post(url, b"<a/>", context=context, headers={}, timeout_s=5)
        with pytest.raises(OutcomeUnknown, match="no_answer"):
            await door.post(url, b"<b/>", context=context, headers={}, timeout_s=0.2)


async def test_an_answer_that_breaks_off_leaves_the_outcome_unknown():
    async def broken(reader, writer):
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n<b")
        await writer.drain()
        writer.close()

    async with serving(broken) as url:
        with pytest.raises(OutcomeUnknown, match="no_answer"):
            await post(url)


async def test_an_answer_that_is_no_http_leaves_the_outcome_unknown():
    async def babble(reader, writer):
        await request_of(reader)
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    async with serving(babble) as url:
        with pytest.raises(OutcomeUnknown):
            await post(url)


async def test_an_oversize_answer_is_not_taken_in():
    async with serving(answering("200 OK", body=b"x" * 1001)) as url:
        with pytest.raises(OutcomeUnknown, match="answer_too_large"):
            await post(url)


async def test_a_packed_answer_is_not_unpacked():
    async with serving(answering("200 OK", "Content-Encoding: gzip", body=b"x")) as url:
        with pytest.raises(OutcomeUnknown, match="answer_encoded"):
            await post(url)


async def test_nobody_listening_means_nothing_happened():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="partner_unreachable"):
            await post(f"https://localhost:{port}/")


async def test_a_hanging_handshake_means_nothing_happened():
    hold = asyncio.Event()

    async def mute(_reader, writer):
        await hold.wait()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(Unavailable, match="partner_unreachable"):
            await post(f"https://localhost:{port}/", timeout_s=0.3)
    finally:
        hold.set()
        server.close()
        await server.wait_closed()


async def test_a_server_of_another_ca_is_not_spoken_to():
    seen: list = []
    async with serving(answering("200 OK", seen=seen)) as url:
        with pytest.raises(Misconfigured, match="server_certificate_refused"):
            await post(url, context=client(anchors=STRANGER))

    assert seen == []


async def test_a_server_of_another_name_is_not_spoken_to():
    async with serving(answering("200 OK"), server_context("elsewhere.example")) as url:
        with pytest.raises(Misconfigured, match="server_certificate_refused"):
            await post(url)


@pytest.mark.parametrize("identity", [None, pems(STRANGER, "client.example")])
async def test_a_client_certificate_the_partner_does_not_know_is_the_operators_matter(identity):
    context = client(identity) if identity else bare()
    async with strict_server(ssl.TLSVersion.TLSv1_2) as url:
        with pytest.raises(Misconfigured, match="client_certificate_refused"):
            await post(url, context=context)


@asynccontextmanager
async def strict_server(version: ssl.TLSVersion) -> AsyncIterator[str]:
    """A server that sends its TLS alert before it hangs up, which asyncio's does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            plain, _ = listener.accept()
            with plain, contextlib.suppress(ssl.SSLError):
                server_context(version=version).wrap_socket(plain, server_side=True)

        refusing = asyncio.create_task(asyncio.to_thread(refuse))
        yield f"https://localhost:{listener.getsockname()[1]}/"
        await refusing


async def test_with_tls_13_a_refused_certificate_is_never_taken_for_a_partner_away():
    async with serving(answering("200 OK")) as url:
        with pytest.raises((Misconfigured, OutcomeUnknown)):
            await post(url, context=bare())


def bare() -> ssl.SSLContext:
    """A context of ours without a certificate."""
    context = client()
    fresh = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    fresh.minimum_version = context.minimum_version
    CA.configure_trust(fresh)
    return fresh


async def test_connections_are_kept_but_never_shared_between_identities():
    seen: list = []
    first, second = client(), client(pems(CA, "other.example"))
    async with serving(answering("200 OK", seen=seen)) as url, HttpsDoor() as door:
        for context in (first, first, second):
            await door.post(url, b"<a/>", context=context, headers={}, timeout_s=5)

    connections = [entry[0] for entry in seen]
    assert connections[0] == connections[1]
    assert connections[1] != connections[2]


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with serving(answering("200 OK", body=b"<b/>")) as url:
        receipt = await post(url)

    assert receipt.body == b"<b/>"


@pytest.mark.parametrize(
    "url", ["http://localhost/", "ftp://localhost/", "https://", "https://:x/"]
)
async def test_only_https_addresses_are_opened(url):
    with pytest.raises(Misconfigured, match="url_invalid"):
        await post(url)
