"""What the same server and the same engine do for a plain loop: the limits beside our figures.

Requests are signed before the clock runs and sent by the standard library over lines that stay
open. Nothing is proven, sealed or entered anywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from efile.objects.s3 import S3Store
from hub.bench.efile.corpus import LETTER_BYTES, Corpus
from hub.core.errors import Unavailable
from hub.store.database import Transaction
from hub.store.sqlite import SqliteDatabase

LINES = 4
"""Threads of a plain loop."""
_MANIFEST_BYTES = 1500
_PLACE = "v1/probe/bench"
"""Where nobody who verifies looks."""
_TOGETHER = 400
"""Rows of a transaction."""
_TABLE = (
    "CREATE VIRTUAL TABLE bare USING fts5("
    "words, marks, content='', contentless_delete=1, tokenize='ascii', prefix='4')"
)
_ROW = "INSERT INTO bare (rowid, words, marks) VALUES (:number, :text, '')"


async def read_limit(store: S3Store, tenant: str) -> float:
    """Return how many MB of an office's objects a plain client reads and hashes in a second."""
    keys = [item.key async for page in store.pages(tenant, "v1/") for item in page]
    asked = [_Asked("GET", _address(store, "GET", tenant, key)) for key in keys]
    seconds, size = await asyncio.to_thread(_sent, asked, store.access.endpoint)
    return size / 1_000_000 / seconds


async def write_limit(store: S3Store, tenant: str, letters: int) -> float:
    """Return how many letters a plain client stores and reads back in a second.

    Each is two objects: the letter and a manifest.
    """
    await store.prepare(tenant)
    asked: list[_Asked] = []
    for number in range(letters):
        for name, size in (("o", LETTER_BYTES), ("m", _MANIFEST_BYTES)):
            key = f"{_PLACE}/{number}/{name}"
            body = number.to_bytes(4) * (size // 4)
            asked.append(_Asked("PUT", _address(store, "PUT", tenant, key), body))
            asked.append(_Asked("GET", _address(store, "GET", tenant, key)))
    seconds, _ = await asyncio.to_thread(_sent, asked, store.access.endpoint)
    return letters / seconds


async def words_limit(folder: Path, corpus: Corpus, letters: int) -> float:
    """Return how many letters' words the engine takes into an empty table in a second."""
    texts = [corpus.letter(number).text for number in range(letters)]
    database = SqliteDatabase(folder / "bare.db")
    try:
        await database.write(lambda tx: tx.run(_TABLE))
        begin = time.perf_counter()
        for first in range(0, letters, _TOGETHER):
            await database.write(partial(_enter, first=first, texts=texts))
        return letters / (time.perf_counter() - begin)
    finally:
        await asyncio.to_thread(database.close)


def _enter(tx: Transaction, first: int, texts: Sequence[str]) -> None:
    together = texts[first : first + _TOGETHER]
    tx.many(_ROW, [{"number": first + n, "text": text} for n, text in enumerate(together)])


class _Asked:
    """A request, signed."""

    def __init__(self, method: str, address: str, body: bytes | None = None) -> None:
        self.method, self.body = method, body
        parts = urlsplit(address)
        self.path = f"{parts.path}?{parts.query}"


def _address(store: S3Store, method: str, tenant: str, key: str) -> str:
    return store.client.get_presigned_url(method, store.bucket(tenant), key)


def _sent(requests: Sequence[_Asked], endpoint: str) -> tuple[float, int]:
    """Send all over a few lines; return seconds and the bytes that came."""
    # What is read back is asked for right after it was written, on the same line.
    share = -(-len(requests) // LINES)
    share += share % 2
    shares = [requests[begin : begin + share] for begin in range(0, len(requests), share)]
    begin = time.perf_counter()
    with ThreadPoolExecutor(LINES) as threads:
        send: Callable[[Sequence[_Asked]], int] = partial(_on_one_line, endpoint=endpoint)
        size = sum(threads.map(send, shares))
    return time.perf_counter() - begin, size


def _on_one_line(requests: Sequence[_Asked], endpoint: str) -> int:
    line, size = HTTPConnection(endpoint, timeout=60), 0
    for one in requests:
        line.request(one.method, one.path, one.body)
        answer = line.getresponse()
        data = answer.read()
        if answer.status != 200:  # noqa: PLR2004  HTTP "ok"
            raise Unavailable(
                "bench_storage_refuses", "Der S3-Server der Messung weist ab.",
                place=f"{one.method} {answer.status}", remedy="Läuft er noch? Ist die Platte voll?",
            )  # fmt: skip
        hashlib.sha256(data).digest()
        size += len(data)
    line.close()
    return size
