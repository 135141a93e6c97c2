"""The partner notes every receipt before it answers, and knows what it had before."""

import asyncio
from pathlib import Path

from hub.bench.https.receiver import Receiver, read_book
from hub.bench.https.wire import Exchanged, read, written

RECEIPT = "<q><bezugsnummer>AZ-1</bezugsnummer><ergebnis>angenommen</ergebnis></q>"


def _delivery(key: str) -> Exchanged:
    return Exchanged("POST / HTTP/1.1", {"idempotency-key": key}, RECEIPT.encode())


def test_a_repetition_is_noted_as_one(tmp_path: Path) -> None:
    path = tmp_path / "book"
    with path.open("ab", buffering=0) as book:
        receiver = Receiver(book)
        for key in ("k-1", "k-2", "k-1"):
            receiver.note(_delivery(key))
        book.write(b'{"at_ns": 1, "ke')

    noted = read_book(path)
    assert [("k-1", False), ("k-2", False), ("k-1", True)] == [(n.key, n.repeated) for n in noted]
    assert {("AZ-1", "angenommen")} == {(n.number, n.result) for n in noted}


def test_nothing_noted_is_an_empty_book(tmp_path: Path) -> None:
    assert [] == read_book(tmp_path / "book")


async def test_every_delivery_on_a_connection_is_answered(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await receiver.serve(reader, writer)
        ended.set()

    with (tmp_path / "book").open("ab", buffering=0) as book:
        receiver = Receiver(book)
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for key in ("k-1", "k-2"):
                headers = {"Idempotency-Key": key}
                writer.write(written("POST / HTTP/1.1", headers, RECEIPT.encode()))
                assert 200 == (await read(reader)).status
            writer.close()
            await writer.wait_closed()
            await ended.wait()

    assert ["k-1", "k-2"] == [one.key for one in read_book(tmp_path / "book")]
