"""What is peculiar to S3: translation of failures, conditions, no retries of its own."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

import pytest

from efile import Conflict, StorageMisconfigured, StorageUnavailable
from efile.objects.s3 import S3Access, S3Store


@dataclass
class AnsweringServer:
    """An HTTP server that gives one answer to everything and counts the requests."""

    answer: bytes
    requests: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@dataclass
class KeepingServer:
    """An HTTP server that knows conditions: what was put first stays."""

    kept: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        method, path, *_ = head.split()
        length = re.search(r"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if method == "get":
            answer = self._get(path)
        elif path in self.kept and "if-none-match: *" in head:
            self.refused += 1
            answer = response("412 Precondition Failed", "PreconditionFailed")
        else:
            self.kept[path] = body
            answer = response("200 OK")
        writer.write(answer)
        await writer.drain()
        writer.close()

    def _get(self, path: str) -> bytes:
        if path not in self.kept:
            return response("404 Not Found", "NoSuchKey")
        data = self.kept[path]
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        return head.encode() + data


def response(status: str, code: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def store_at(port: int) -> S3Store:
    return S3Store(
        S3Access(
            endpoint=f"127.0.0.1:{port}", access_key="access", secret_key="secret", secure=False
        )
    )


async def ask(server: AnsweringServer) -> None:
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    store = store_at(listener.sockets[0].getsockname()[1])
    try:
        await store.get("muster", "v1/a/x")
    finally:
        await store.close()
        listener.close()
        await listener.wait_closed()


@pytest.mark.parametrize(
    "answer",
    [
        response("503 Slow Down", "SlowDown"),
        response("500 Oops", "InternalError"),
        response("502 Bad Gateway"),
        response("429 Too Many", "TooManyRequests"),
        response("409 Conflict", "OperationAborted"),
        response("400 Bad Request", "RequestTimeout"),
        b"this is not HTTP\r\n\r\n",
    ],
)
async def test_what_passes_by_itself_is_unavailable_and_asked_once(answer: bytes) -> None:
    server = AnsweringServer(answer)

    with pytest.raises(StorageUnavailable, match="storage_unreachable"):
        await ask(server)

    assert 1 == len(server.requests)


@pytest.mark.parametrize(
    "answer",
    [
        response("403 Forbidden", "SignatureDoesNotMatch"),
        response("403 Forbidden", "AccessDenied"),
        response("404 Not Found", "NoSuchBucket"),
        response("403 Forbidden", "RequestTimeTooSkewed"),
    ],
)
async def test_what_the_operator_must_mend_is_misconfigured(answer: bytes) -> None:
    with pytest.raises(StorageMisconfigured, match="storage_refused"):
        await ask(AnsweringServer(answer))


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    listener = await asyncio.start_server(AnsweringServer(b""), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    store = store_at(port)

    with pytest.raises(StorageUnavailable, match="storage_unreachable"):
        await store.get("muster", "v1/a/x")
    await store.close()


@pytest.mark.parametrize(("by_content", "first"), [(True, b"PUT "), (False, b"GET ")])
async def test_what_is_named_by_its_content_is_not_looked_for(
    *, by_content: bool, first: bytes
) -> None:
    server = AnsweringServer(response("503 Slow Down", "SlowDown"))
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    store = store_at(listener.sockets[0].getsockname()[1])

    with pytest.raises(StorageUnavailable):
        await store.put_once("muster", "v1/p/aa/bb", b"data", by_content=by_content)

    assert [True] == [head.startswith(first) for head in server.requests]
    await store.close()
    listener.close()
    await listener.wait_closed()


@pytest.mark.parametrize("by_content", [True, False])
async def test_a_server_that_keeps_the_first_bytes_decides_about_the_second(
    *, by_content: bool
) -> None:
    server = KeepingServer()
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    store = store_at(listener.sockets[0].getsockname()[1])

    for _ in range(2):
        await store.put_once("muster", "v1/p/aa/bb", b"data", by_content=by_content)
    with pytest.raises(Conflict, match="object_differs"):
        await store.put_once("muster", "v1/p/aa/bb", b"other", by_content=by_content)

    assert [b"data"] == list(server.kept.values())
    assert (2 if by_content else 0) == server.refused
    await store.close()
    listener.close()
    await listener.wait_closed()


async def test_a_condition_is_sent_as_a_header_of_its_own() -> None:
    server = AnsweringServer(response("200 OK"))
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    store = store_at(listener.sockets[0].getsockname()[1])

    await store.run(lambda: store.whole.put_if_absent("bucket", "key", b"data"), "key")

    assert b"if-none-match: *" in server.requests[0].lower()
    assert b"x-amz-meta" not in server.requests[0].lower()
    await store.close()
    listener.close()
    await listener.wait_closed()


def test_access_does_not_print_its_secrets() -> None:
    access = S3Access(endpoint="s3.example:443", access_key="who", secret_key="what")

    assert "S3Access(s3.example:443)" == repr(access)
