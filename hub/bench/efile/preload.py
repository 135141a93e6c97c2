"""Fills the index with letters that lie nowhere; ``python -m`` this.

``python -m hub.bench.efile.preload SETTINGS TENANT COUNT FILE FIRST THICK``: one file of
``THICK`` letters numbered from ``FIRST``, then so many letters. The e-file files them itself,
text by text, and only what it hands to storage is dropped: search never looks there. In a process
of its own, so that its memory is not counted as the hub's.

Whoever is stopped goes on where it stopped: letters come in one order, and as many as the index
has are left out, but for those that were under way.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from efile import EFile, FilingError, FolderStore, LargeFile
from hub.app import CLOCK, Place, efile_secrets, open_database
from hub.bench.efile.corpus import Corpus

Numbered = tuple[int, int | None]
"""A letter's number, and the file it belongs into, where that is not its own."""
BATCH = 1000
"""Letters per unit of work."""
_LANES = 2
_KNOWN = "SELECT count(*) AS documents FROM efile_documents WHERE tenant = :tenant"


class Nowhere(FolderStore):
    """Keeps nothing; good for an index whose documents nobody opens."""

    async def prepare(self, tenant: str) -> None:
        """There is nothing to prepare."""

    async def put_once(
        self, tenant: str, key: str, data: bytes | LargeFile, *, by_content: bool = False
    ) -> None:
        """Drop the bytes."""


async def preload(place: Place, corpus: Corpus, letters: Iterator[Numbered]) -> None:
    """File these letters, as far as the index does not have them.

    Raises:
        FilingError: one was refused.
    """
    async with open_database(place) as database:
        known = await database.read(lambda tx: tx.one(_KNOWN, tenant=corpus.tenant))
        there = known["documents"] if known else 0
        left = islice(letters, max(0, there - _LANES * BATCH), None)
        room = EFile(database, Nowhere(place.data), CLOCK, efile_secrets(place))
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(_LANES):
                    lanes.create_task(_file(room, corpus, left))
        finally:
            await room.close()


async def _file(room: EFile, corpus: Corpus, letters: Iterator[Numbered]) -> None:
    """File batch after batch; while one is entered, the other lane prepares the next."""
    while batch := list(islice(letters, BATCH)):
        requests = [
            corpus.request(number, corpus.as_text(number), file=file) for number, file in batch
        ]
        for outcome in await room.file_all(requests):
            if isinstance(outcome, FilingError):
                raise outcome


def main(arguments: Sequence[str]) -> None:
    """Fill the index and end."""
    settings, tenant, *numbers = arguments
    count, file, first, thick = map(int, numbers)
    one = ((number, file) for number in range(first, first + thick))
    many = ((number, None) for number in range(count))
    asyncio.run(preload(Place.read(Path(settings)), Corpus(tenant), chain(one, many)))


if __name__ == "__main__":
    main(sys.argv[1:])
