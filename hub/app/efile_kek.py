"""The key under which the e-file wraps its data keys, and its change.

It is a secret of its own (``efile_kek``): files are kept for up to a hundred years, longer than
any certificate. Its successor is kept durably as ``efile_kek_next`` before any key lies under
it; every key is put under it and the old form destroyed; only then it takes the place of
``efile_kek``. Whatever dies in between, the same call goes on. While both are there, both open.

Residual risk: a node that has not read the successor wraps new keys under the old KEK; all
nodes must be stopped, and on each the secret must be replaced.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from efile import StorageMisconfigured
from hub.app.kek import EFILE as CURRENT
from hub.app.kek import EFILE_NEXT as NEXT
from hub.app.kek import Changed, decoded, is_there, keep
from hub.app.place import Place
from hub.app.rooms import open_database, open_efile
from hub.certificates.keystore import KEK_BYTES
from hub.core.errors import Misconfigured
from hub.core.settings import is_in_environment
from hub.disk.folders import sync


async def rotate_kek(place: Place) -> Changed:
    """Put every file's key under a new KEK and make it the current one; or finish what was begun.

    Where there is none yet, it is made.

    Raises:
        Misconfigured: keys lie in storage under a KEK that is not here.
    """
    folder = place.base / place.settings.folders.secrets
    if not is_there(place, CURRENT):
        return await _first(place, folder)
    if not is_there(place, NEXT):
        keep(folder / NEXT, secrets.token_hex(KEK_BYTES).encode(), folder)
    count = await _rewrapped(place)
    if is_in_environment(CURRENT):
        return Changed(count, folder / NEXT)
    successor = decoded(NEXT, place.secret("efile_kek_next"))
    keep(folder / CURRENT, successor.hex().encode(), folder / CURRENT)
    (folder / NEXT).unlink(missing_ok=True)
    sync(folder)
    return Changed(count, None)


def read_efile_kek(place: Place) -> bytes:
    """Return the current KEK, to be written down.

    Raises:
        Misconfigured: it is missing, readable by others, or not hexadecimal.
    """
    return decoded(CURRENT, place.secret("efile_kek"))


def keep_efile_kek(place: Place, key: bytes) -> Path:
    """Keep a KEK that was put together again; return where it lies now.

    Raises:
        Misconfigured: there is one already.
    """
    folder = place.base / place.settings.folders.secrets
    if is_there(place, CURRENT):
        raise Misconfigured(
            "efile_kek_there",
            "Es gibt hier schon einen Hauptschlüssel der E-Akte.",
            place=str(folder / CURRENT),
            remedy="Ist er der falsche, ihn zuerst beiseitelegen; gelöscht wird nichts von selbst.",
        )
    keep(folder / CURRENT, key.hex().encode(), folder)
    return folder / CURRENT


async def _first(place: Place, folder: Path) -> Changed:
    """Make the secret, unless it was lost: then keys lie in storage that it would not open."""
    keep(folder / CURRENT, secrets.token_hex(KEK_BYTES).encode(), folder)
    try:
        await _rewrapped(place)
    except StorageMisconfigured:
        (folder / CURRENT).unlink()
        raise
    return Changed(0, None)


async def _rewrapped(place: Place) -> int:
    async with open_database(place) as database, open_efile(place, database) as room:
        return sum([await room.keys.rewrap(tenant) for tenant in place.tenant_ids])
