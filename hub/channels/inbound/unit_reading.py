"""Reading a claimed unit: every file once, each against the digest its sender gave."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Generic, cast

from hub.channels.inbound.reading import Claimed, K, Keep, read_claimed
from hub.channels.inbound.rules import Rules
from hub.channels.inbound.sidecar import Listed, is_sidecar, listed
from hub.channels.inbound.units import UNITS, content, find
from hub.channels.inbound.waiting import opened_folder

CLAIMED = ".claimed"


@dataclass(frozen=True, slots=True)
class ClaimedUnit(Generic[K]):
    """A message and what came with it."""

    message: Claimed[K]
    """Under the unit's claimed name; its fault is that of the whole unit."""
    attachments: tuple[Claimed[K], ...] = ()
    """Each under its sender's name."""
    shelf: str = CLAIMED
    """Where it lies claimed."""


def read_unit(path: Path, rules: Rules, keep: Keep[K]) -> ClaimedUnit[K]:
    """Read a claimed unit.

    Its fault is ``sidecar_invalid``, ``unit_incomplete``, ``checksum_mismatch``, or that of the
    first file that is not fit.

    Raises:
        Unavailable: large bytes could not be kept.
    """
    inside = sorted(entry.name for entry in os.scandir(path))
    large = replace(rules, max_bytes=rules.max_attachment_bytes)
    sidecar = next((name for name in inside if is_sidecar(name)), "")
    try:
        with opened_folder(path) as folder:
            files = listed(sidecar, content(sidecar, folder))
            read = [
                _read(folder, file, inside, rules if number == 0 else large, keep)
                for number, file in enumerate(files)
            ]
    except (OSError, ValueError):
        return ClaimedUnit(Claimed(path.name, 0, None, fault="sidecar_invalid"), shelf=UNITS)
    fault = next((one.fault for one in read if one.fault), None)
    message = replace(read[0], name=path.name, fault=fault)
    if fault:
        message = replace(message, data=None, kept=None)
    return ClaimedUnit(message, tuple(read[1:]), UNITS)


def _read(
    folder: int, file: Listed, inside: Sequence[str], rules: Rules, keep: Keep[K]
) -> Claimed[K]:
    name = find(file.name, inside)
    if name is None:
        return Claimed(file.name, 0, None, fault="unit_incomplete")
    summed = hashlib.new(file.algorithm or "sha256", usedforsecurity=False)
    found = read_claimed(
        folder, name, rules, lambda opened: keep(cast("BinaryIO", _Summed(opened, summed)))
    )
    if found.fault:
        return found
    if found.data is not None:
        summed.update(found.data)
    wrong = bool(file.algorithm) and summed.hexdigest() != file.digest
    return replace(found, fault="checksum_mismatch") if wrong else found


class _Summed:
    """A file that is hashed while somebody else reads it."""

    def __init__(self, file: BinaryIO, summed: hashlib._Hash) -> None:
        self._file = file
        self._summed = summed

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self._file.read(size)
        self._summed.update(block)
        return block
