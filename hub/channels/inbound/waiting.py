"""Who waits in a folder: one full scan in the declared order, worked off round by round.

A scan is the truth and costs time for each file that lies there; so its result is kept, and
the rounds that follow take from it until it is empty or too old.

Residual risk: in mode ``stable`` a sender that pauses for longer than the settle time is taken
for finished, unless it has the file open on this very machine. Senders that can should write
elsewhere and rename.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hub.channels.inbound.rules import Rules, is_taken

PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
"""How long a file that could not be taken is left alone from the second time on; doubled each
time."""
HOPEFUL = 3
"""So often it is worth while to wait for it."""

PROBE = ".probe"
"""A file of our own whose time of change tells the clock of the file server."""


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    mtime_ns: int
    inode: int
    since: float


@dataclass(slots=True)
class _Setback:
    count: int
    until: float


class _Ready(NamedTuple):
    """A file that stands still; sorted by its place in the order."""

    key: tuple[int, int, str]
    name: str
    is_regular: bool


class Waiting:
    """The files of one folder that nobody has claimed yet."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self._path = path
        self.rules = rules
        self._seen: dict[str, _Seen] = {}
        self._rest: deque[_Ready] = deque()
        self._scanned: float | None = None
        self._setbacks: dict[str, _Setback] = {}
        self.unsettled = False
        """Whether files wait for their settle time."""

    def next(self, limit: int) -> list[str]:
        """Return the next complete files in the declared order.

        Raises:
            OSError: the folder cannot be read; a folder that is gone is not an empty one.
        """
        now = time.monotonic()
        if not self._rest or self._scanned is None or now - self._scanned >= self.rules.scan_s:
            self._rest = deque(self._scan(now))
            self._scanned = now
        if self.rules.ready != "stable" or not self._rest:
            return [self._rest.popleft().name for _ in range(min(limit, len(self._rest)))]
        return self._unwritten(limit)

    def _unwritten(self, limit: int) -> list[str]:
        """Return the next files nobody is writing; asked last, because each costs three calls."""
        found: list[str] = []
        with opened_folder(self._path) as folder:
            while self._rest and len(found) < limit:
                one = self._rest.popleft()
                if one.is_regular and _is_written(one.name, folder):
                    self.unsettled = True
                else:
                    found.append(one.name)
        return found

    def look_again(self) -> None:
        """Let the next round begin with a new scan: what was handed out was not taken."""
        self._rest.clear()

    def set_back(self, name: str) -> int:
        """Leave a file alone for a while and return how often that happened already."""
        before = self._setbacks.get(name)
        count = before.count + 1 if before else 1
        pause_s = min(PAUSE_S * 2 ** (count - 2), LONGEST_PAUSE_S) if count > 1 else 0.0
        self._setbacks[name] = _Setback(count, time.monotonic() + pause_s)
        self.unsettled = self.unsettled or count <= HOPEFUL
        return count

    def rests(self, name: str) -> bool:
        """Tell whether a file is still left alone."""
        setback = self._setbacks.get(name)
        return setback is not None and time.monotonic() < setback.until

    def forget(self, name: str) -> None:
        """Forget a file that was taken."""
        self._seen.pop(name, None)
        self._setbacks.pop(name, None)

    def _scan(self, now: float) -> list[_Ready]:
        with opened_folder(self._path) as folder, os.scandir(folder) as entries:
            found = [(entry.name, info) for entry in entries if (info := _look(entry)) is not None]
            ready = [
                _Ready(self.rules.key(n, i.st_mtime_ns), n, stat.S_ISREG(i.st_mode))
                for n, i in self._ready(found, now, folder)
            ]
        present = {name for name, _ in found}
        long_ago = now - LONGEST_PAUSE_S
        self._setbacks = {
            n: s for n, s in self._setbacks.items() if n in present or s.until > long_ago
        }
        self.unsettled = self._is_unsettled({one.name for one in ready}, present)
        ready.sort()
        return ready

    def _is_unsettled(self, ready: set[str], present: set[str]) -> bool:
        """Tell whether waiting a little is worth while; not for what fails again and again."""
        hopeless = {name for name, one in self._setbacks.items() if one.count > HOPEFUL}
        return bool(present - ready - hopeless)

    def _ready(
        self, found: list[tuple[str, os.stat_result]], now: float, folder: int
    ) -> Iterable[tuple[str, os.stat_result]]:
        if self.rules.ready == "stable":
            found = self._settled(found, now, folder)
        if not self._setbacks:
            return found
        return [(name, info) for name, info in found if not self.rests(name)]

    def _settled(
        self, found: list[tuple[str, os.stat_result]], now: float, folder: int
    ) -> list[tuple[str, os.stat_result]]:
        """Return what kept size, time and identity for the settle time, also by their clock."""
        before = self._seen
        self._seen = {name: _observed(before.get(name), info, now) for name, info in found}
        if not found:
            return []
        latest_ns = _their_now_ns(folder) - int(self.rules.settle_s * 1e9)
        return [
            (name, info)
            for name, info in found
            if name in before
            and now - self._seen[name].since >= self.rules.settle_s
            and _is_old(info.st_mtime_ns, latest_ns, self.rules.settle_s)
        ]


@contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """Open a folder for calls that work relative to it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _look(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return what stands there, unless it is unfinished, a folder or already gone."""
    if not is_taken(entry.name):
        return None
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return None if stat.S_ISDIR(info.st_mode) else info


def _observed(before: _Seen | None, info: os.stat_result, now: float) -> _Seen:
    this = (info.st_size, info.st_mtime_ns, info.st_ino)
    if before and (before.size, before.mtime_ns, before.inode) == this:
        return before
    return _Seen(*this, since=now)


def _is_old(mtime_ns: int, latest_ns: int, settle_s: float) -> bool:
    """Tell whether a time of change lies back far enough; one from the future says nothing."""
    return mtime_ns <= latest_ns or mtime_ns > latest_ns + int(settle_s * 1e9)


def _their_now_ns(folder: int) -> int:
    """Return the time of the file server: the one it gives to a file of ours."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    probe = os.open(f".claimed/{PROBE}", flags, 0o600, dir_fd=folder)
    try:
        os.write(probe, b"?")
        return os.fstat(probe).st_mtime_ns
    finally:
        os.close(probe)


def _is_written(name: str, folder: int) -> bool:
    """Tell whether somebody on this machine has the file open for writing, as far as one can.

    A read lease is granted only on a file nobody writes. Whoever opens it in the moment we
    hold one makes the kernel tell us; by a signal that is ignored unless asked for.
    """
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return False
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as exc:
        # Any other answer means that this file system or user cannot ask.
        return exc.errno == errno.EAGAIN
    finally:
        os.close(file)
    return False
