"""Reading a claimed file once: no link followed, no pipe waited for, no half file taken.

Whatever is the sender's fault is named; whatever may be ours (a share that stumbles, no
descriptor left) makes the file ``unstable``, which is tried again.
"""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from hub.channels.inbound.names import original_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours, with its bytes or with the reason why they were not read."""

    path: Path
    original_name: str
    size: int
    data: bytes | None
    fault: str | None = None
    """``not_a_regular_file``, ``oversize``, ``unreadable`` or ``unstable``."""


def read_claimed(path: Path, max_bytes: int) -> Claimed:
    """Read a file that should stand still by now, and see that it does."""
    name = original_name(path)
    try:
        info = path.lstat()
        unfit = _unfit(info, max_bytes)
        if unfit:
            return Claimed(path, name, info.st_size, None, unfit)
        return _read(path, name, max_bytes)
    except PermissionError:
        return Claimed(path, name, 0, None, "unreadable")
    except OSError:
        log.warning("file_not_read", exc_info=True)
        return Claimed(path, name, 0, None, "unstable")


def _read(path: Path, name: str, max_bytes: int) -> Claimed:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(file.fileno())
        unfit = _unfit(before, max_bytes)
        if unfit:
            return Claimed(path, name, before.st_size, None, unfit)
        data = file.read(max_bytes + 1)
        after = os.fstat(file.fileno())
    stood_still = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not stood_still or len(data) != before.st_size:
        return Claimed(path, name, len(data), None, "unstable")
    return Claimed(path, name, len(data), data)


def _unfit(info: os.stat_result, max_bytes: int) -> str | None:
    if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
        return "not_a_regular_file"
    return "oversize" if info.st_size > max_bytes else None
