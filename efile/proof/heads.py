"""Making signed heads and storing them, with the leaves they cover, where they outlive the index.

A head is first entered in the index, so that nodes agree on one, then written to storage from
there: the same bytes however often. What a crash left unwritten the next round writes. Proofs
are made from stored heads alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from efile.errors import IntegrityBroken
from efile.filing import Archive
from efile.index import log
from efile.index.log import Head
from efile.integrity import note
from efile.integrity.merkle import Frontier
from efile.integrity.note import Checkpoint
from efile.objects import layout
from efile.ports import Clock, Signing, Transaction
from efile.proof.wording import utc, whole_second

MOST_LEAVES = 65_536
"""A head covers at most so many leaves more than the one before."""
STEPS = ("head_before_storage",)
"""Between two durable acts; the host's tests stop the process there."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the next head would cover."""

    frontier: Frontier
    begin_at: int


class HeadMaker:
    """Makes heads of one installation's logs."""

    def __init__(self, archive: Archive, signing: Signing, clock: Clock) -> None:
        self._archive = archive
        self._signing = signing
        self._clock = clock

    async def catch_up(self, tenant: str) -> list[Head]:
        """Sign whatever no head covers yet and store it; return the heads made.

        Raises:
            IntegrityBroken: leaves are missing from the log.
            Conflict: storage has other heads than the index.
        """
        await self._archive.prepare(tenant)
        await self._enter_unlogged(tenant)
        made = []
        while (head := await self._make(tenant)) is not None:
            made.append(head)
        await self._store(tenant)
        return made

    async def _enter_unlogged(self, tenant: str) -> None:
        """Take up what a node of an older version filed."""
        while await self._archive.database.read(lambda tx: log.is_unlogged(tx, tenant)):
            await self._archive.database.write(lambda tx: log.enter_unlogged(tx, tenant))

    async def _make(self, tenant: str) -> Head | None:
        draft = await self._archive.database.read(lambda tx: _draft(tx, tenant))
        if draft is None:
            return None
        size, made_us = draft.frontier.size, whole_second(self._clock.now_us())
        origin, root = note.origin_of(tenant), draft.frontier.root()
        checkpoint = Checkpoint(origin, size, root, utc(made_us))
        public, signature = await self._signing.sign(checkpoint.text().encode())
        head = Head(
            tenant=tenant,
            size=size,
            begin_at=draft.begin_at,
            peaks=b"".join(draft.frontier.peaks).hex(),
            note=note.signed(checkpoint, public, signature).decode(),
            made_us=made_us,
            stored=0,
        )
        await self._archive.objects.put_once(
            tenant, layout.log_key_key(public), note.verifier_key(origin, public).encode()
        )
        kept = await self._archive.database.write(lambda tx: log.keep_head(tx, head))
        return head if kept else None

    async def _store(self, tenant: str) -> None:
        """Write the leaves first: a head in storage is whole."""
        unstored = partial(log.heads, tenant=tenant, unstored=True)
        for head in await self._archive.database.read(unstored):
            covered = partial(log.leaves, tenant=tenant, begin=head.begin_at, end=head.size)
            leaves = await self._archive.database.read(covered)
            self._archive.passing(STEPS[0])
            key = layout.leaves_key(head.begin_at, head.size)
            await self._archive.objects.put_once(tenant, key, b"".join(leaves))
            key = layout.head_key(head.size)
            await self._archive.objects.put_once(tenant, key, head.note.encode())
            await self._archive.database.write(partial(log.head_is_stored, head=head))


def _draft(tx: Transaction, tenant: str) -> _Draft | None:
    """Return the tree with the leaves no head covers yet; None where there are none."""
    last = log.newest_head(tx, tenant)
    begin = last.size if last else 0
    frontier = Frontier(begin, _peaks(last) if last else ())
    end = min(log.size(tx, tenant), begin + MOST_LEAVES)
    if end <= begin:
        return None
    leaves = log.leaves(tx, tenant, begin, end)
    if len(leaves) != end - begin:
        raise IntegrityBroken(
            "log_incomplete",
            "Im Ablageprotokoll fehlen Einträge; es wird nicht unterschrieben.",
            remedy="„aktenhub efile verify“ ausführen, dann „aktenhub efile rebuild“.",
            place=f"{tenant}, {begin} bis {end}",
        )
    for leaf in leaves:
        frontier.add(leaf)
    return _Draft(frontier, begin)


def _peaks(head: Head) -> list[bytes]:
    raw = bytes.fromhex(head.peaks)
    return [raw[start : start + 32] for start in range(0, len(raw), 32)]
