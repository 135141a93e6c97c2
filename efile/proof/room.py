"""Proof for the files of an installation: heads of the log, signed and stored."""

from __future__ import annotations

from efile.errors import StorageMisconfigured
from efile.filing import Archive
from efile.index.log import Head
from efile.ports import Clock, Signing
from efile.proof.heads import HeadMaker


class ProofRoom:
    """Proof, one office at a time."""

    def __init__(self, archive: Archive, clock: Clock, signing: Signing | None) -> None:
        self._archive = archive
        self._clock = clock
        self._signing = signing
        self._maker = HeadMaker(archive, signing, clock) if signing else None

    async def sign(self, tenant: str) -> list[Head]:
        """Sign and store what no head covers yet; return the heads made.

        Raises:
            StorageMisconfigured: nobody handed in a key to sign with.
            IntegrityBroken: leaves are missing from the log.
            Conflict: storage has other heads than the index.
        """
        if self._maker is None:
            raise StorageMisconfigured(
                "no_signing_key",
                "Für das Ablageprotokoll ist kein Schlüssel eingerichtet.",
                remedy="Die E-Akte über die Installation öffnen, die einen Schlüssel hat.",
            )
        return await self._maker.catch_up(tenant)
