"""Proof for the files of an installation: signed heads of the log, and proof packages."""

from __future__ import annotations

from pathlib import Path

from efile.errors import StorageMisconfigured
from efile.filing import Archive
from efile.index import log
from efile.index.access.sight import Sight
from efile.index.log import Head
from efile.ports import Clock, Host
from efile.proof.gathering import gather
from efile.proof.heads import HeadMaker
from efile.proof.package import PackageReceipt, write_package
from efile.proof.stamps import stamp_newest


class ProofRoom:
    """Proof, one office at a time."""

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        host: Host,
        seen: Sight | None = None,
    ) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._signing = host.signing
        self._stamping = host.stamping
        self._seen = seen
        self._maker = HeadMaker(archive, host.signing, clock) if host.signing else None

    async def sign(self, tenant: str) -> list[Head]:
        """Sign and store what no head covers yet; return the heads made.

        Raises:
            StorageMisconfigured: nobody handed in a key to sign with.
            IntegrityBroken: leaves are missing from the log.
            Conflict: storage has other heads than the index.
        """
        if self._maker is None:
            raise _no_key()
        return await self._maker.catch_up(tenant)

    async def is_due(self, tenant: str, since_us: int) -> bool:
        """Tell whether the newest head was made before ``since_us`` and a new one is wanted."""
        return await self._archive.database.read(lambda tx: log.is_due(tx, tenant, since_us))

    async def stamp(self, tenant: str, before_us: int) -> bool:
        """Have the newest head stamped, if the last stamp is from before; say if it was done.

        Raises:
            StorageUnavailable: authority or storage do not answer.
        """
        if self._stamping is None:
            return False
        return await stamp_newest(tenant, before_us, self._archive, self._stamping)

    async def package(
        self, tenant: str, akte: str, target: Path, office: str = ""
    ) -> PackageReceipt:
        """Write the proof package of a file, as far as the newest stored head covers it.

        Args:
            tenant: the office.
            akte: identifier or Aktenzeichen.
            target: the ZIP; what lies there is replaced.
            office: how people call the office.

        Raises:
            NotFound: this tenant has no such file.
            Conflict: no head covers anything of it yet; see :meth:`sign`.
            IntegrityBroken: something stored is not as filed; nothing is to be given away.
        """
        if self._signing is None:
            raise _no_key()
        gathered = await gather(tenant, akte, self._archive, self._seen)
        return await write_package(gathered, office or tenant, target, self._archive, self._signing)


def _no_key() -> StorageMisconfigured:
    return StorageMisconfigured(
        "no_signing_key",
        "Für das Ablageprotokoll ist kein Schlüssel eingerichtet.",
        remedy="Die E-Akte über die Installation öffnen, die einen Schlüssel hat.",
    )
