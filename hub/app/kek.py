"""Changing the key that protects all others (KEK): in the database, then among the secrets.

Two places cannot change at once, so the order is the protocol. The new KEK is kept durably as
the secret ``kek_next`` before any key is put under it; all keys are put under it in one unit
of work; only then does it take the place of ``kek``. Whatever dies in between, the same call
goes on: keys that open under the new KEK already are left as they are.

Residual risk: a node that works meanwhile keeps the old KEK in memory and seals new keys with
it. All nodes must be stopped, and on each the secret must be replaced.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from efile import KeyWrap, Secrets
from hub.app.place import Place
from hub.certificates.center import CertificateCenter
from hub.certificates.keystore import KEK_BYTES
from hub.core.errors import Misconfigured
from hub.core.settings import is_in_environment
from hub.disk.folders import sync

CURRENT, NEXT = "kek", "kek_next"
"""Names of the secrets."""
EFILE, EFILE_NEXT = "efile_kek", "efile_kek_next"
"""The same for the e-file, whose keys outlive every certificate."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change."""

    keys: int
    """Keys that were put under the new KEK by this call."""
    to_be_replaced: Path | None
    """Where the new KEK lies, if the administrator must set it because the environment has the
    old one."""


def kek_of(place: Place) -> bytes:
    """Return the KEK.

    Raises:
        Misconfigured: the secret is missing, readable by others, or not hexadecimal.
    """
    return decoded(CURRENT, place.secret("kek"))


def decoded(name: str, text: bytes) -> bytes:
    """Return a key that is kept hexadecimal.

    Raises:
        Misconfigured: it is not.
    """
    try:
        return bytes.fromhex(text.decode())
    except ValueError as exc:
        raise Misconfigured(
            "kek_invalid",
            f"Der Hauptschlüssel „{name}“ ist nicht hexadezimal.",
            remedy=f"Das Geheimnis „{name}“ prüfen: {KEK_BYTES} Byte, hexadezimal.",
        ) from exc


def efile_secrets(place: Place) -> Secrets:
    """Return what the e-file must be given; while its KEK changes, both open.

    Raises:
        Misconfigured: a secret is missing, readable by others, or not hexadecimal.
    """
    current = decoded(EFILE, place.secret("efile_kek"))
    wrap = KeyWrap(current)
    if is_there(place, EFILE_NEXT):
        wrap = KeyWrap(decoded(EFILE_NEXT, place.secret("efile_kek_next")), (current,))
    return Secrets(place.secret("efile_names"), wrap)


def is_there(place: Place, name: str) -> bool:
    """Return whether somebody keeps this secret for us."""
    folder = place.base / place.settings.folders.secrets
    return is_in_environment(name) or (folder / name).exists()


async def change_kek(place: Place, center: CertificateCenter) -> Changed:
    """Put every key under a new KEK and make it the current one; or finish what was begun.

    Raises:
        Misconfigured: a key opens neither with the old nor with the new KEK; nothing changed.
    """
    folder = place.base / place.settings.folders.secrets
    if not is_there(place, NEXT):
        keep(folder / NEXT, secrets.token_hex(KEK_BYTES).encode(), folder)
    successor = decoded(NEXT, place.secret("kek_next"))
    count = await center.change_kek(successor)
    if is_in_environment(CURRENT):
        return Changed(count, folder / NEXT)
    keep(folder / CURRENT, successor.hex().encode(), folder / CURRENT)
    (folder / NEXT).unlink(missing_ok=True)
    sync(folder)
    return Changed(count, None)


def keep(path: Path, data: bytes, like: Path) -> None:
    """Write a secret under its name, durably, for the owner of ``like`` alone."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    owner = like.stat()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            # The administrator may call this as root; the service must be able to read it.
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)
