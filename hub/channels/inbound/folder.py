"""A watched folder: what may be taken, when it is complete, and how it is claimed.

Nothing is opened by name twice, links are never followed, and a file is claimed by renaming
it, so that two processes cannot both have it. Everything is done for a whole round at once
and relative to opened folders: a file costs a handful of system calls and no more.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from hub.channels.inbound.names import (
    claimed_name,
    claimed_us,
    is_claimed,
    sender_name,
)
from hub.channels.inbound.reading import Claimed, K, Keep, read_claimed
from hub.channels.inbound.rules import Rules
from hub.channels.inbound.unit_reading import ClaimedUnit, read_unit
from hub.channels.inbound.units import UNITS, Units
from hub.channels.inbound.waiting import Waiting, opened_folder
from hub.channels.safe_folder import move, write_once
from hub.core import failpoint
from hub.core.errors import Misconfigured, Unavailable
from hub.disk.folders import make, sync

failpoint.declare(
    "claim_after_file", "clear_after_file", "quarantine_before_move", "quarantine_before_reason"
)

log = logging.getLogger(__name__)

_LOCKED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
"""A file server says so while the sender has the file open."""

_CLEARED = (".done", ".duplicate")
_SPECIAL = (".claimed", *_CLEARED, ".quarantine")
_OURS = (".claimed", UNITS)
_DAY_US = 86_400_000_000


class DropFolder:
    """``inbox/<tenant>/<channel>/``."""

    def __init__(self, path: Path, rules: Rules | None = None) -> None:
        self.path = path
        self.rules = rules or Rules()
        self._waiting = Waiting(path, self.rules)
        self.units = Units(path, self.rules) if self.rules.ready == "sidecar" else None
        """Where a channel's files come with sidecars."""

    def prepare(self) -> None:
        """Create the folder and the hub's own folders in it; what is claimed is ours alone.

        Nothing is created where a file system should be mounted and is not.
        """
        if self.rules.must_be_mount and not self.is_mounted():
            log.warning("inbox_not_mounted", extra={"channel": self.path.name})
            return
        make(self.path)
        for name in (*_SPECIAL, *([UNITS] if self.units else [])):
            (self.path / name).mkdir(mode=0o700 if name in _OURS else 0o777, exist_ok=True)
        sync(self.path)

    def is_mounted(self) -> bool:
        """Tell whether the channel, its office or the whole inbox is a mounted file system."""
        return any(os.path.ismount(path) for path in (self.path, *self.path.parents[:2]))

    def scan(self, limit: int | None = None) -> list[str]:
        """Return names that are complete, in the declared order, at most one batch.

        Raises:
            Unavailable: nothing is mounted where it should be.
        """
        self._require_mount()
        return self._waiting.next(self.rules.batch if limit is None else limit)

    def look_again(self) -> None:
        """Let the next round begin with a new scan: what was handed out was not taken."""
        self._waiting.look_again()

    @property
    def unsettled(self) -> bool:
        """Whether files wait for their settle time."""
        return self._waiting.unsettled or bool(self.units and self.units.unsettled)

    def claim(self, names: Iterable[str], new_id: Callable[[], str]) -> list[str]:
        """Take files for ourselves, durably; those that are gone or held are left out.

        Raises:
            Misconfigured: the hub's own folders lie on another file system.
        """
        with self._opened(".", ".claimed") as (inbox, ours):
            taken = [
                claimed for name in names if (claimed := self._claim(name, new_id(), inbox, ours))
            ]
            if taken:
                os.fsync(ours)
                os.fsync(inbox)
        return taken

    def _claim(self, name: str, claim_id: str, inbox: int, ours: int) -> str | None:
        claimed = claimed_name(claim_id, name)
        try:
            os.rename(name, claimed, src_dir_fd=inbox, dst_dir_fd=ours)
        except FileNotFoundError:
            return None
        except OSError as exc:
            self._not_claimed(name, exc)
            return None
        self._waiting.forget(name)
        failpoint.reach("claim_after_file")
        return claimed

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
        if self._waiting.set_back(name) == 1:
            log.warning("file_locked", extra={"channel": self.path.name})

    def claimed(self) -> list[str]:
        """Return what lies claimed, in the order of claiming; after a crash, what was in work.

        What others put there has no id of ours and is left alone; so is what could not be
        read and must wait.

        Raises:
            Unavailable: nothing is mounted where it should be.
        """
        self._require_mount()
        with self._opened(".claimed") as (ours,):
            names = sorted(entry.name for entry in os.scandir(ours) if is_claimed(entry.name))
        return [name for name in names if not self._waiting.rests(name)]

    def read(self, names: Iterable[str], keep: Keep[K]) -> list[Claimed[K]]:
        """Read claimed files once each, without following links, and see that they stood still.

        Raises:
            Unavailable: large bytes could not be kept.
        """
        with self._opened(".", ".claimed") as (inbox, ours):
            return [self._read(name, inbox, ours, keep) for name in names]

    def _read(self, name: str, inbox: int, ours: int, keep: Keep[K]) -> Claimed[K]:
        claimed = read_claimed(ours, name, self.rules, keep)
        if claimed.fault == "not_a_regular_file" and _was_put_back(name, inbox, ours):
            return Claimed(name, 0, None, fault="unstable")
        return claimed

    def claimed_units(self) -> list[str]:
        """Return what units lie claimed, in the order of claiming, at most one batch.

        Raises:
            Unavailable: nothing is mounted where it should be.
        """
        self._require_mount()
        claimed = self.units.claimed() if self.units else []
        return [name for name in claimed if not self._waiting.rests(name)][: self.rules.batch]

    def read_units(self, names: Iterable[str], keep: Keep[K], now_us: int) -> list[ClaimedUnit[K]]:
        """Read claimed units; one whose digests may still come right is ``unstable``.

        Raises:
            Unavailable: large bytes could not be kept.
        """
        read = [read_unit(self.path / UNITS / name, self.rules, keep) for name in names]
        return [self._patient(unit, now_us) for unit in read]

    def _patient(self, unit: ClaimedUnit[K], now_us: int) -> ClaimedUnit[K]:
        message = unit.message
        if message.fault == "checksum_mismatch" and self.units:
            final = self.units.is_given_up(message.name, now_us)
            message = message if final else replace(message, fault="unstable")
        if message.fault == "unstable":
            self._waiting.set_back(message.name)
        return replace(unit, message=message)

    def put_back(self, claimed: Iterable[str]) -> None:
        """Return files that still changed; each is claimed again when it stands still.

        One stays claimed, and is read again from there, when its name is taken by now: a link
        fails where a rename would replace the sender's next file.
        """
        with self._opened(".", ".claimed") as (inbox, ours):
            back = [name for name in claimed if self._put_back(name, inbox, ours)]
            # Each has its name in the inbox for good before it loses the one in here.
            os.fsync(inbox)
            for name in back:
                os.unlink(name, dir_fd=ours)
            os.fsync(ours)

    def _put_back(self, claimed: str, inbox: int, ours: int) -> bool:
        name = sender_name(claimed)
        if self._waiting.set_back(name or claimed) == 1:
            log.info("file_unsteady", extra={"channel": self.path.name})
        try:
            os.link(claimed, name or "", src_dir_fd=ours, dst_dir_fd=inbox, follow_symlinks=False)
        except OSError:
            self._waiting.set_back(claimed)
            return False
        return True

    def remove(self, claimed: Iterable[str], shelf: str, source: str = ".claimed") -> None:
        """Move claimed files to ``.done`` or ``.duplicate``, where files are kept at all.

        Nothing is synced: their messages are durable, and a file that lies here again after a
        power cut is recognised by its id.
        """
        with self._opened(source) as (ours,):
            if not self.rules.keep_done_days:
                for name in claimed:
                    try:
                        os.unlink(name, dir_fd=ours)
                    except FileNotFoundError:
                        continue
                    except IsADirectoryError:
                        shutil.rmtree(self.path / source / name)
                return
            (self.path / shelf).mkdir(exist_ok=True)
            with self._opened(shelf) as (target,):
                for name in claimed:
                    with suppress(FileNotFoundError):
                        os.rename(name, name, src_dir_fd=ours, dst_dir_fd=target)
                    failpoint.reach("clear_after_file")

    def sweep(self, now_us: int) -> int:
        """Remove cleared files whose days are over and return how many; never refused ones.

        They hold personal data in clear, and their bytes are kept with their messages.
        """
        before_us = now_us - self.rules.keep_done_days * _DAY_US
        shelves = [self.path / name for name in _CLEARED]
        cleared = [p for shelf in shelves if shelf.is_dir() for p in shelf.iterdir()]
        old = [p for p in cleared if is_claimed(p.name) and claimed_us(p.name) <= before_us]
        for path in old:
            self._erase(path)
        return len(old)

    @staticmethod
    def _erase(path: Path) -> None:
        """Remove a file, or a unit with all its files; a link, never what it leads to."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def quarantine(self, day: str, name: str, data: bytes, reason: Mapping[str, object]) -> Path:
        """Keep refused bytes with the reason beside them; doing it again changes nothing."""
        shelf = self.path / ".quarantine" / day
        write_once(shelf, name, data, name)
        failpoint.reach("quarantine_before_reason")
        return self._reason(shelf, name, reason)

    def quarantine_claimed(
        self, day: str, claimed: str, reason: Mapping[str, object], source: str = ".claimed"
    ) -> Path:
        """Move what was never read (a link, an oversize file) aside, with the reason."""
        shelf = self.path / ".quarantine" / day
        self._reason(shelf, claimed, reason)
        failpoint.reach("quarantine_before_move")
        move(self.path / source / claimed, shelf / claimed)
        return shelf / f"{claimed}.grund.json"

    @staticmethod
    def _reason(shelf: Path, name: str, reason: Mapping[str, object]) -> Path:
        text = json.dumps(reason, ensure_ascii=False, indent=2, sort_keys=True)
        write_once(shelf, f"{name}.grund.json", text.encode() + b"\n", f"{name}.grund")
        return shelf / f"{name}.grund.json"

    def _require_mount(self) -> None:
        if self.rules.must_be_mount and not self.is_mounted():
            raise Unavailable(
                "inbox_not_mounted",
                "Der Eingangsordner ist nicht eingebunden; er gilt nicht als leer.",
                place=str(self.path),
                remedy="Freigabe einbinden; danach geht es von selbst weiter.",
            )

    @contextmanager
    def _opened(self, *names: str) -> Iterator[tuple[int, ...]]:
        """Open folders of this inbox for the calls that work relative to them."""
        with ExitStack() as stack:
            yield tuple(stack.enter_context(opened_folder(self.path / name)) for name in names)


def _was_put_back(claimed: str, inbox: int, ours: int) -> bool:
    """Finish what a crash between the two halves of putting back left: a file with two names."""
    name = sender_name(claimed)
    if name is None:
        return False
    try:
        there = os.stat(name, dir_fd=inbox, follow_symlinks=False)
        here = os.stat(claimed, dir_fd=ours, follow_symlinks=False)
    except OSError:
        return False
    given_back = (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)
    if given_back:
        os.unlink(claimed, dir_fd=ours)
    return given_back
