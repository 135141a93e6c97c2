"""A watched folder: what may be taken, when it is complete, and how it is claimed.

A periodic full scan is the truth; file system events only shorten the wait, because their
queue overflows silently. Nothing is opened by name twice, links are never followed, and a
file is claimed by renaming it, so that two processes cannot both have it.

Residual risk: in mode ``stable`` a sender that pauses for longer than the settle time is
taken for finished. Senders that can should write elsewhere and rename.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from hub.channels.inbound.names import (
    claimed_name,
    claimed_us,
    is_claimed,
    original_name,
    sender_name,
)
from hub.channels.inbound.reading import Claimed, read_claimed
from hub.channels.safe_folder import move, sync, write_once
from hub.core.errors import Misconfigured

log = logging.getLogger(__name__)

UNFINISHED = (
    "*.tmp", "*.part", "*.filepart", "*.crdownload", "*~", "~*", ".*", "*.sha256", "*.done",
)  # fmt: skip
"""Names of files that are still being written, and of sidecars, in any case of letters."""

_UNFINISHED = re.compile("|".join(translate(pattern) for pattern in UNFINISHED), re.IGNORECASE)
_LOCKED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
"""A file server says so while the sender has the file open."""

_CLEARED = (".done", ".duplicate")
_SPECIAL = (".claimed", *_CLEARED, ".quarantine")
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Rules:
    """How a channel recognises complete files."""

    ready: str = "stable"
    settle_s: float = 5.0
    max_bytes: int = 50_000_000
    batch: int = 200
    keep_done_days: int = 7
    """How long cleared files stay; 0 removes them at once."""


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
    _unsettled: bool = False
    _locked: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Create the folder and the hub's own folders in it; what is claimed is ours alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        for name in _SPECIAL:
            (self.path / name).mkdir(mode=0o700 if name == ".claimed" else 0o777, exist_ok=True)

    def scan(self) -> list[str]:
        """Return names that are complete, oldest first, at most one batch."""
        present: dict[str, _Seen] = {}
        found: list[tuple[int, str]] = []
        now = time.monotonic()
        with os.scandir(self.path) as entries:
            for entry in entries:
                info = _look(entry)
                if info is None:
                    continue
                seen = self._observe(entry.name, info, now)
                present[entry.name] = seen
                if self._is_ready(entry.name, seen, now):
                    found.append((info.st_mtime_ns, entry.name))
        self._seen = present
        self._unsettled = len(found) < len(present)
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
        return self._unsettled

    def claim(self, name: str, claim_id: str) -> Path | None:
        """Take a file for ourselves; ``None`` when it is gone or its sender still holds it.

        Raises:
            Misconfigured: the hub's own folders lie on another file system.
        """
        target = self.path / ".claimed" / claimed_name(claim_id, name)
        try:
            (self.path / name).rename(target)
        except FileNotFoundError:
            return None
        except OSError as exc:
            self._not_claimed(name, exc)
            return None
        self._locked.discard(name)
        self._seen.pop(name, None)
        return target

    def _not_claimed(self, name: str, exc: OSError) -> None:
        if exc.errno == errno.EXDEV:
            raise Misconfigured(
                "inbox_split",
                "Der Eingangsordner und sein Ordner „.claimed“ liegen auf verschiedenen "
                "Dateisystemen.",
                place=str(self.path),
                remedy="„.claimed“ darf weder Verknüpfung noch eigene Einbindung sein.",
            ) from exc
        if exc.errno not in _LOCKED:
            raise exc
        if name not in self._locked:
            self._locked.add(name)
            log.warning("file_locked", extra={"channel": self.path.name})

    def sync_claims(self) -> None:
        """Make a round of claims durable."""
        sync(self.path / ".claimed")
        sync(self.path)

    def claimed(self) -> list[Path]:
        """Return what lies claimed, in the order of claiming; after a crash, what was in work.

        What others put there has no id of ours and is left alone.
        """
        return sorted(p for p in (self.path / ".claimed").iterdir() if is_claimed(p))

    def read(self, path: Path) -> Claimed:
        """Read a claimed file once, without following links, and see that it stood still."""
        if self._was_put_back(path):
            return Claimed(path, original_name(path), 0, None, "unstable")
        return read_claimed(path, self.rules.max_bytes)

    def put_back(self, claimed: Claimed) -> None:
        """Return a file that still changed; it will be claimed again when it stands still.

        It stays claimed, and is read again from there, when its name is taken by now: a link
        fails where a rename would replace the sender's next file.
        """
        name = sender_name(claimed.path)
        if name is None:
            return
        try:
            os.link(claimed.path, self.path / name, follow_symlinks=False)
        except OSError:
            return
        claimed.path.unlink()
        self._unsettled = True
        self.sync_claims()

    def _was_put_back(self, path: Path) -> bool:
        """Finish what a crash between the two halves of :meth:`put_back` left."""
        name = sender_name(path)
        if name is None:
            return False
        try:
            given_back = (self.path / name).lstat().st_ino == path.lstat().st_ino
        except OSError:
            return False
        if given_back:
            path.unlink()
        return given_back

    def remove(self, claimed: Path, shelf: str) -> None:
        """Move a claimed file to ``.done`` or ``.duplicate``, where files are kept at all.

        Nothing is synced: its message is durable, and a file that lies here again after a
        power cut is recognised by its id.
        """
        if not self.rules.keep_done_days:
            claimed.unlink(missing_ok=True)
            return
        (self.path / shelf).mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            claimed.rename(self.path / shelf / claimed.name)

    def sweep(self, now_us: int) -> int:
        """Remove cleared files whose days are over and return how many; never refused ones.

        They hold personal data in clear, and their bytes are kept with their messages.
        """
        before_us = now_us - self.rules.keep_done_days * _DAY_US
        shelves = [self.path / name for name in _CLEARED]
        cleared = [p for shelf in shelves if shelf.is_dir() for p in shelf.iterdir()]
        old = [
            p for p in cleared if is_claimed(p) and not p.is_dir() and claimed_us(p) <= before_us
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

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


def is_taken(name: str) -> bool:
    """Tell whether a file of this name is ever picked up."""
    return not _UNFINISHED.match(name)


def _look(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return what stands there, unless it is unfinished, a folder or already gone."""
    if _UNFINISHED.match(entry.name):
        return None
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return None if stat.S_ISDIR(info.st_mode) else info


class FolderWatch:
    """File system events as a hint that a scan is worth while."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._observer = Observer()
        self._handler = _Hint(wake)

    def add(self, folder: Path) -> None:
        """Watch a folder, not its subfolders."""
        self._observer.schedule(self._handler, str(folder), recursive=False)

    def start(self) -> None:
        """Begin to watch; where the system refuses, the scan alone must do."""
        try:
            self._observer.start()
        except OSError:
            log.warning("folders_not_watched", exc_info=True)

    def stop(self) -> None:
        """Stop watching."""
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()


class _Hint(FileSystemEventHandler):
    """All events mean the same: look."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in {"created", "moved", "closed"}:
            self._wake()
