"""Goes through the steps that must survive a power cut, and says what it would acknowledge.

``python -m tests.faults.protocol FOLDER``: the senders' files lie in ``FOLDER/inbox``; each
acknowledgement is a line in ``FOLDER/said``.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.channels.outbound.folder import Item, OutboxFolder
from hub.store.payloads import Payloads
from hub.store.sqlite import SqliteDatabase

LARGE = b"payload " * 40_000
TOGETHER = [LARGE + b"2", LARGE + b"3"]
PLAIN = {f"plain-{n}.xml": b"<x>%d</x>" % n * 300 for n in range(3)}
UNIT = {"letter.xml": b"<letter/>" * 50, "scan.tif": b"II*" * 3000}
HALF = {"half.xml": b"<half/>" * 20}
"""Its second file never comes."""
OUT = [Item(f"out-{n}.csv", b"%d;" % n * 500, f"promise-{n}") for n in range(6)]


def prepare(folder: Path) -> None:
    """Let the senders drop their files."""
    for channel, files in (("plain", PLAIN), ("units", UNIT | HALF)):
        (folder / "inbox" / channel).mkdir(parents=True)
        for name, data in files.items():
            (folder / "inbox" / channel / name).write_bytes(data)
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in UNIT.items()]
    (folder / "inbox" / "units" / "letter.manifest").write_text("".join(lines))
    wants_more = f"{hashlib.sha256(HALF['half.xml']).hexdigest()}  half.xml\n"
    (folder / "inbox" / "units" / "half.manifest").write_text(wants_more)
    (folder / "said").write_text("")


async def go_through(folder: Path) -> None:
    """Claim, give back, keep and deliver."""
    numbers = count(1)

    def new_id() -> str:
        return f"01a20000-0000-7000-8000-{next(numbers):012d}"

    inbox = DropFolder(folder / "inbox" / "plain", Rules("rename", 0.0, 10**6, 10))
    inbox.prepare()
    claimed = inbox.claim(sorted(PLAIN), new_id)
    inbox.put_back(claimed[:1])
    claim_units(folder, new_id)
    database = SqliteDatabase(folder / "data" / "hub.sqlite")
    payloads = Payloads(database, folder / "data" / "payloads")
    kept = await payloads.keep(LARGE)
    say(folder, f"kept {kept.sha256}")
    with payloads.gather() as gathering:
        for data in TOGETHER:
            await gathering.add(_stream(data))
        say(folder, *(f"kept {one.sha256}" for one in await gathering.end()))
    database.close()
    outbox = OutboxFolder(folder / "outbox" / "office" / "cash")
    for group in (OUT[:1], OUT[1:]):
        assert [None] * len(group) == await outbox.put_all(group)
        say(folder, *(f"sent {item.name}" for item in group))


async def _stream(data: bytes) -> AsyncIterator[bytes]:
    yield data


def claim_units(folder: Path, new_id: Callable[[], str]) -> None:
    """Claim a whole unit, and one whose second file goes while it is claimed."""
    path = folder / "inbox" / "units"
    inbox = DropFolder(path, Rules("sidecar", 0.0, 10**6, 10))
    inbox.prepare()
    assert inbox.units
    inbox.units.next(10)
    units = inbox.units.next(10)
    with (path / "half.manifest").open("a") as file:
        file.write(f"{'0' * 64}  never.tif\n")
    assert ["letter.xml"] == [name.partition("__")[2] for name in inbox.units.claim(units, new_id)]


def say(folder: Path, *words: str) -> None:
    """Acknowledge."""
    with (folder / "said").open("a") as file:
        file.write("".join(f"{word}\n" for word in words))


if __name__ == "__main__":
    asyncio.run(go_through(Path(sys.argv[1])))
