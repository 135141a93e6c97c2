"""A watched folder: what may be taken, when it is complete, and how it is claimed.

A periodic full scan is the truth; file system events only shorten the wait, because their
queue overflows silently. Nothing is opened by name twice, links are never followed, and a
file is claimed by renaming it, so that two processes cannot both have it.

Residual risk: in mode ``stable`` a sender that pauses for longer than the settle time is
taken for finished. Senders that can should write elsewhere and rename.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from hub.channels.safe_folder import move, sync, write_once

UNFINISHED = ("*.tmp", "*.part", "*.filepart", "*.crdownload", "*~", ".*", "*.sha256", "*.done")
"""Names of files that are still being written, and of sidecars."""

_SPECIAL = (".claimed", ".done", ".duplicate", ".quarantine")


@dataclass(frozen=True, slots=True)
class Rules:
    """How a channel recognises complete files."""

    ready: str = "stable"
    settle_s: float = 5.0
    max_bytes: int = 50_000_000
    batch: int = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours, with its bytes or with the reason why they were not read."""

    path: Path
    original_name: str
    size: int
    data: bytes | None
    fault: str | None = None
    """``not_a_regular_file``, ``oversize``, ``unreadable`` or ``unstable``."""


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    mtime_ns: int
    inode: int
    since: float


@dataclass
class DropFolder:
    """``inbox/<tenant>/<channel>/``."""

    path: Path
    rules: Rules = field(default_factory=Rules)
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def prepare(self) -> None:
        """Create the folder and the hub's own folders in it."""
        for name in _SPECIAL:
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def scan(self) -> list[str]:
        """Return names that are complete, oldest first, at most one batch."""
        present: dict[str, _Seen] = {}
        found: list[tuple[int, str]] = []
        now = time.monotonic()
        with os.scandir(self.path) as entries:
            for entry in entries:
                if any(fnmatch(entry.name, pattern) for pattern in UNFINISHED):
                    continue
                info = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(info.st_mode):
                    continue
                seen = self._observe(entry.name, info, now)
                present[entry.name] = seen
                if self._is_ready(entry.name, seen, now):
                    found.append((info.st_mtime_ns, entry.name))
        self._seen = present
        return [name for _, name in sorted(found)[: self.rules.batch]]

    def _observe(self, name: str, info: os.stat_result, now: float) -> _Seen:
        before = self._seen.get(name)
        this = (info.st_size, info.st_mtime_ns, info.st_ino)
        if before and (before.size, before.mtime_ns, before.inode) == this:
            return before
        return _Seen(*this, since=now)

    def _is_ready(self, name: str, seen: _Seen, now: float) -> bool:
        if self.rules.ready == "rename":
            return True
        return now - seen.since >= self.rules.settle_s and (name in self._seen)

    @property
    def unsettled(self) -> bool:
        """Whether files wait for their settle time."""
        return bool(self._seen)

    def claim(self, name: str, claim_id: str) -> Path | None:
        """Take a file for ourselves; ``None`` when somebody else was first."""
        target = self.path / ".claimed" / f"{claim_id}__{_as_file_name(name)}"
        try:
            (self.path / name).rename(target)
        except FileNotFoundError:
            return None
        self._seen.pop(name, None)
        return target

    def sync_claims(self) -> None:
        """Make a round of claims durable."""
        sync(self.path / ".claimed")
        sync(self.path)

    def claimed(self) -> list[Path]:
        """Return what lies claimed, in the order of claiming; after a crash, what was in work."""
        return sorted((self.path / ".claimed").iterdir())

    def read(self, path: Path) -> Claimed:
        """Read a claimed file once, without following links, and see that it stood still."""
        name = original_name(path)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            regular = stat.S_ISREG(path.lstat().st_mode)
            fault = "unreadable" if regular else "not_a_regular_file"
            return Claimed(path, name, 0, None, fault)
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(file.fileno())
            unfit = self._fault(before)
            if unfit:
                return Claimed(path, name, before.st_size, None, unfit)
            data = file.read()
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            return Claimed(path, name, len(data), None, "unstable")
        return Claimed(path, name, len(data), data)

    def _fault(self, info: os.stat_result) -> str | None:
        if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
            return "not_a_regular_file"
        if info.st_size > self.rules.max_bytes:
            return "oversize"
        return None

    def put_back(self, claimed: Claimed) -> None:
        """Return a file that still changed; it will be claimed again when it stands still."""
        target = self.path / claimed.original_name
        if not target.exists():
            move(claimed.path, target)

    def remove(self, claimed: Path, shelf: str) -> None:
        """Move a claimed file to ``.done`` or ``.duplicate``."""
        move(claimed, self.path / shelf / claimed.name)

    def quarantine(self, day: str, name: str, data: bytes, reason: Mapping[str, object]) -> Path:
        """Keep refused bytes with the reason beside them; doing it again changes nothing."""
        shelf = self.path / ".quarantine" / day
        write_once(shelf, name, data, name)
        return self._reason(shelf, name, reason)

    def quarantine_claimed(self, day: str, claimed: Path, reason: Mapping[str, object]) -> Path:
        """Move what was never read (a link, an oversize file) aside, with the reason."""
        shelf = self.path / ".quarantine" / day
        self._reason(shelf, claimed.name, reason)
        move(claimed, shelf / claimed.name)
        return shelf / f"{claimed.name}.grund.json"

    @staticmethod
    def _reason(shelf: Path, name: str, reason: Mapping[str, object]) -> Path:
        text = json.dumps(reason, ensure_ascii=False, indent=2, sort_keys=True)
        write_once(shelf, f"{name}.grund.json", text.encode() + b"\n", f"{name}.grund")
        return shelf / f"{name}.grund.json"


def _as_file_name(name: str) -> str:
    """Return any name as plain ASCII that can be turned back; very long ones are cut."""
    return quote_from_bytes(os.fsencode(name), safe=" ")[:180].replace(" ", "+")


def original_name(claimed: Path) -> str:
    """Return the sender's name of a claimed file; undecodable bytes become visible escapes."""
    quoted = claimed.name.partition("__")[2].replace("+", " ")
    return unquote_to_bytes(quoted).decode("utf-8", "backslashreplace")


class FolderWatch:
    """File system events as a hint that a scan is worth while."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._observer = Observer()
        self._handler = _Hint(wake)

    def add(self, folder: Path) -> None:
        """Watch a folder, not its subfolders."""
        self._observer.schedule(self._handler, str(folder), recursive=False)

    def start(self) -> None:
        """Begin to watch."""
        self._observer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._observer.stop()
        self._observer.join()


class _Hint(FileSystemEventHandler):
    """All events mean the same: look."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in {"created", "moved", "closed"}:
            self._wake()
