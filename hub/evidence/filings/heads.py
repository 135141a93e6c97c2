"""Signs heads of the e-file's logs with the installation's key and notes them in the journal.

The e-file asks for signatures through its port and knows nothing of keys. Each head is named
in the journal by its digest: whoever cuts the end of a log off in index and storage would have
to change the journal too, whose checkpoints are copied away.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

from efile import FilingError, Head, ProofRoom
from hub.certificates.signing import SigningKeys, is_signed, public_keys
from hub.core.clock import Clock
from hub.core.settings import Evidence
from hub.store.database import Database
from hub.store.journal import Entry, Journal

log = logging.getLogger(__name__)
_PATIENCE_US = 60_000_000


class HeadSigning:
    """The installation's keys, as the e-file's port asks for them."""

    def __init__(self, keys: SigningKeys, database: Database) -> None:
        self._keys = keys
        self._database = database

    async def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        """Return the public key in use and the signature."""
        signer = await self._keys.active()
        return bytes.fromhex(signer.public), bytes.fromhex(signer.sign(statement))

    async def public_keys(self) -> Sequence[bytes]:
        """Return every public key that was ever in use, oldest first."""
        rows = await self._database.read(public_keys)
        return [bytes.fromhex(row["public"]) for row in rows]

    def is_signed(self, public: bytes, statement: bytes, signature: bytes) -> bool:
        """Tell whether the signature holds."""
        return is_signed(public.hex(), statement, signature.hex())


class Heads:
    """Has heads signed when something was filed, at most so often."""

    def __init__(
        self,
        database: Database,
        room: ProofRoom,
        clock: Clock,
        book: Journal,
        tenants: Sequence[str],
        rules: Evidence,
    ) -> None:
        self._database = database
        self._room = room
        self._clock = clock
        self._book = book
        self._tenants = tuple(tenants)
        self._again_us: dict[str, int] = {}
        """When an office is looked at again whose log could not be signed."""
        self._pause_us = int(rules.head_minutes * 60_000_000)

    async def round(self) -> int:
        """Sign what is due; return how many heads that were."""
        made, now_us = 0, self._clock.now_us()
        for tenant in self._tenants:
            if now_us < self._again_us.get(tenant, 0):
                continue
            try:
                if await self._room.is_due(tenant, now_us - self._pause_us):
                    made += len(await self.sign(tenant))
            except FilingError as exc:
                # Tried again later; verification names what is wrong for good.
                self._again_us[tenant] = now_us + _PATIENCE_US
                log.warning("head_not_signed", extra={"tenant": tenant, "code": exc.code})
        return made

    async def sign(self, tenant: str) -> list[Head]:
        """Sign an office's log as far as it goes and note it in the journal."""
        made = await self._room.sign(tenant)
        entries = [
            Entry(
                tenant, "efile_head_signed", digest=hashlib.sha256(head.note.encode()).hexdigest(),
                facts={"size": head.size},
            )
            for head in made
        ]  # fmt: skip
        if entries:
            now_us = self._clock.now_us()
            await self._database.write(lambda tx: self._book.append(tx, now_us, *entries))
        return made
