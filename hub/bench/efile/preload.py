"""Fills the index with letters that lie nowhere; ``python -m`` this.

``python -m hub.bench.efile.preload SETTINGS TENANT COUNT FILE FIRST THICK``: so many letters,
and one file of ``THICK`` letters numbered from ``FIRST``. The e-file files them itself, text
by text, and only what it hands to storage is dropped: search never looks there. In a process of
its own, so that its memory is not counted as the hub's.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from efile import EFile, FilingError, FilingRequest, FolderStore, LargeFile
from hub.app import CLOCK, Place, efile_secrets, open_database
from hub.bench.efile.corpus import Corpus

BATCH = 1000
"""Letters per unit of work."""


class Nowhere(FolderStore):
    """Keeps nothing; good for an index whose documents nobody opens."""

    async def prepare(self, tenant: str) -> None:
        """There is nothing to prepare."""

    async def put_once(
        self, tenant: str, key: str, data: bytes | LargeFile, *, by_content: bool = False
    ) -> None:
        """Drop the bytes."""


async def preload(place: Place, requests: Iterator[FilingRequest]) -> None:
    """File these letters.

    Raises:
        FilingError: one was refused.
    """
    async with open_database(place) as database:
        room = EFile(database, Nowhere(place.data), CLOCK, efile_secrets(place))
        while batch := list(islice(requests, BATCH)):
            for outcome in await room.file_all(batch):
                if isinstance(outcome, FilingError):
                    raise outcome
        await room.close()


def main(arguments: Sequence[str]) -> None:
    """Fill the index and end."""
    settings, tenant, *numbers = arguments
    count, file, first, thick = map(int, numbers)
    corpus = Corpus(tenant)
    many = (corpus.request(number, corpus.as_text(number)) for number in range(count))
    one = (
        corpus.request(number, corpus.as_text(number), file=file)
        for number in range(first, first + thick)
    )
    asyncio.run(preload(Place.read(Path(settings)), chain(many, one)))


if __name__ == "__main__":
    main(sys.argv[1:])
