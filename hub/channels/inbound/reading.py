"""Reading a claimed file once: no link followed, no pipe waited for, no half file taken.

Small files are read whole; large ones are handed on as an open file, so that no size needs
more memory than a block. Whatever is the sender's fault is named; whatever may be ours (a
share that stumbles, no descriptor left) makes the file ``unstable``, which is tried again.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

from hub.channels.inbound.names import original_name
from hub.channels.inbound.rules import Rules

log = logging.getLogger(__name__)

SMALL_BYTES = 128 * 1024
"""Up to this size bytes are cheaper in memory than in a file of their own."""

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
K = TypeVar("K")
Keep = Callable[[BinaryIO], K]
"""Makes an open file durable, from where it stands to its end."""


@dataclass(frozen=True, slots=True)
class Claimed(Generic[K]):
    """A file that is ours, with its bytes or with the reason why they were not read."""

    name: str
    """Its name among the claimed."""
    size: int
    data: bytes | None
    """Of a small file: all of it."""
    kept: K | None = None
    """Of a large one: what keeping it returned."""
    fault: str | None = None
    """``not_a_regular_file``, ``oversize``, ``wrong_owner``, ``unreadable`` or ``unstable``."""

    @property
    def original_name(self) -> str:
        """The sender's name."""
        return original_name(self.name)


def read_claimed(folder: int, name: str, rules: Rules, keep: Keep[K]) -> Claimed[K]:
    """Read a file that should stand still by now, and see that it does.

    Raises:
        Unavailable: large bytes could not be kept.
    """
    try:
        return _read(folder, name, rules, keep)
    except PermissionError:
        return Claimed(name, 0, None, fault="unreadable")
    except OSError as exc:
        return _not_opened(folder, name, exc)


def _not_opened(folder: int, name: str, exc: OSError) -> Claimed[K]:
    """Say why a file could not even be opened: a link and a socket refuse, a disk stumbles."""
    try:
        info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        info = None
    if info and not stat.S_ISREG(info.st_mode):
        return Claimed(name, info.st_size, None, fault="not_a_regular_file")
    log.warning("file_not_read", exc_info=exc)
    return Claimed(name, 0, None, fault="unstable")


def _read(folder: int, name: str, rules: Rules, keep: Keep[K]) -> Claimed[K]:
    file = os.open(name, _FLAGS, dir_fd=folder)
    try:
        before = os.fstat(file)
        size = before.st_size
        unfit = _unfit(before, rules)
        if unfit:
            return Claimed(name, size, None, fault=unfit)
        data, kept = None, None
        if size <= SMALL_BYTES:
            data = os.read(file, size + 1)
        else:
            with open(file, "rb", buffering=0, closefd=False) as large:
                kept = keep(large)
        after = os.fstat(file)
    finally:
        os.close(file)
    stood_still = (size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not stood_still or (data is not None and len(data) != size):
        return Claimed(name, size, None, fault="unstable")
    return Claimed(name, size, data, kept)


def _unfit(info: os.stat_result, rules: Rules) -> str | None:
    if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
        return "not_a_regular_file"
    if rules.owner is not None and info.st_uid != rules.owner:
        return "wrong_owner"
    return "oversize" if info.st_size > rules.max_bytes else None
