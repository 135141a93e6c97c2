"""Units: a message and its attachments, complete together and claimed together.

A unit is ready when its sidecar stands still, every file it names is there, and their digests
match. It is claimed into a folder of its own, the sidecar first: whatever a crash leaves can be
finished from what the sidecar says, or given back. Only a folder without a dot is claimed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hub.channels.inbound.names import claimed_name, claimed_us, is_claimed
from hub.channels.inbound.rules import Rules, is_taken
from hub.channels.inbound.sidecar import LONGEST_BYTES, Listed, is_sidecar, listed
from hub.channels.inbound.waiting import opened_folder
from hub.core import failpoint
from hub.disk.folders import sync

failpoint.declare(
    "unit_before_sidecar", "unit_after_sidecar", "unit_after_file", "unit_after_all",
    "unit_between_names",
)  # fmt: skip

log = logging.getLogger(__name__)

UNITS = ".units"
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_Stand = tuple[int, int, int]
"""Size, time and identity of a file."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are taken together."""

    sidecar: str
    names: tuple[str, ...]
    """As they lie in the folder, the message first."""
    key: tuple[int, int, str]
    """Its place in the declared order."""
    hopeless: bool = False
    """Whether it is taken only to be refused: its digests never came right."""

    @property
    def name(self) -> str:
        """The message's name; of a unit that cannot be read, that of its sidecar."""
        return self.names[0] if self.names else self.sidecar


@dataclass(slots=True)
class _Watched:
    """What is known of one sidecar."""

    stand: _Stand
    since: float
    """When it was first seen as it is."""
    matched: dict[str, tuple[_Stand, bool]] = field(default_factory=dict)
    """Per file: as what it was hashed, and whether the digest matched."""
    late: bool = False
    """Whether it was said that it waits in vain."""


class Units:
    """The units of one folder."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self._path = path
        self._rules = rules
        self._watched: dict[str, _Watched] = {}
        self._given_up: set[str] = set()
        self.unsettled = False
        """Whether sidecars wait for their settle time."""

    def next(self, limit: int) -> list[Unit]:
        """Return complete units in the declared order; and those whose digest never came right.

        Raises:
            OSError: the folder cannot be read.
        """
        now = time.monotonic()
        with opened_folder(self._path) as folder:
            present = {entry.name: info for entry in os.scandir(folder) if (info := _look(entry))}
            sidecars = [name for name in present if is_sidecar(name)]
            before, self._watched = self._watched, {}
            self.unsettled = False
            found = [
                unit
                for name in sidecars
                if (unit := self._unit(name, present, before.get(name), now, folder))
            ]
        found.sort(key=lambda unit: unit.key)
        return found[:limit]

    def _unit(
        self,
        sidecar: str,
        present: dict[str, os.stat_result],
        before: _Watched | None,
        now: float,
        folder: int,
    ) -> Unit | None:
        stand = _stand(present[sidecar])
        watched = before if before and before.stand == stand else _Watched(stand, now)
        self._watched[sidecar] = watched
        if before is not watched or now - watched.since < self._rules.settle_s:
            self.unsettled = True
            return None
        waits_in_vain = now - watched.since >= self._rules.settle_max_s
        try:
            files = listed(sidecar, content(sidecar, folder))
        except (OSError, ValueError):
            # Read again as soon as it is claimed; then it is refused with the reason.
            return Unit(sidecar, (), (0, 0, sidecar)) if waits_in_vain else None
        names = [find(file.name, present) for file in files]
        if None in names:
            self._say_late(watched, waits_in_vain)
            return None
        there = tuple(name for name in names if name)
        key = self._rules.key(there[0], present[there[0]].st_mtime_ns)
        matches = [
            _matches(watched, file, name, _stand(present[name]), folder)
            for file, name in zip(files, there, strict=True)
        ]
        if not all(matches) and not waits_in_vain:
            return None
        return Unit(sidecar, there, key, hopeless=not all(matches))

    def _say_late(self, watched: _Watched, waits_in_vain: bool) -> None:  # noqa: FBT001 - a fact
        if waits_in_vain and not watched.late:
            watched.late = True
            log.warning("sidecar_without_file", extra={"channel": self._path.name})

    def is_given_up(self, claimed: str, now_us: int) -> bool:
        """Tell whether wrong digests are final: they never came right, here or in the inbox."""
        waited_us = now_us - claimed_us(claimed)
        return claimed in self._given_up or waited_us >= self._rules.settle_max_s * 1_000_000

    def claim(self, units: Iterable[Unit], new_id: Callable[[], str]) -> list[str]:
        """Take units for ourselves, durably, each as a whole or not at all."""
        shelf = self._path / UNITS
        taken = []
        for unit in units:
            claimed = claimed_name(new_id(), unit.name)
            hidden = shelf / f".{claimed}"
            hidden.mkdir(mode=0o700)
            # Its name first: else a power cut leaves the files in a folder without one.
            sync(shelf)
            failpoint.reach("unit_before_sidecar")
            try:
                (self._path / unit.sidecar).rename(hidden / unit.sidecar)
            except OSError:
                # Gone, or held by its sender: the next scan will tell.
                hidden.rmdir()
                continue
            failpoint.reach("unit_after_sidecar")
            if self._complete(hidden):
                taken.append(claimed)
            if unit.hopeless:
                self._given_up.add(claimed)
            self._watched.pop(unit.sidecar, None)
        return taken

    def claimed(self) -> list[str]:
        """Return what lies claimed, in the order of claiming, after finishing what was begun."""
        shelf = self._path / UNITS
        if not shelf.is_dir():
            return []
        begun = sorted(path for path in shelf.iterdir() if is_claimed(path.name[1:]))
        if begun:
            sync(shelf)
        for hidden in begun:
            self._complete(hidden)
        return sorted(path.name for path in shelf.iterdir() if is_claimed(path.name))

    def _complete(self, hidden: Path) -> bool:
        """Bring in what is missing and name the unit claimed; else give everything back."""
        sidecar = _sidecar_in(hidden)
        if sidecar is None:
            hidden.rmdir()
            return False
        if not self._bring_in(hidden, sidecar) and self._give_back(hidden, sidecar):
            return False
        failpoint.reach("unit_after_all")
        for folder in (hidden, self._path):
            sync(folder)
        hidden.rename(hidden.with_name(hidden.name[1:]))
        sync(hidden.parent)
        return True

    def _bring_in(self, hidden: Path, sidecar: str) -> bool:
        try:
            with opened_folder(hidden) as folder:
                files = listed(sidecar, content(sidecar, folder))
        except (OSError, ValueError):
            # Claimed as it is; reading says what is wrong with it.
            return True
        inside = {path.name for path in hidden.iterdir()}
        for own in inside:
            self._end_giving_back(hidden / own)
        present = {entry.name: info for entry in os.scandir(self._path) if (info := _look(entry))}
        for file in files:
            if find(file.name, inside):
                continue
            name = find(file.name, present)
            if name is None:
                return False
            try:
                (self._path / name).rename(hidden / name)
            except OSError:
                return False
            failpoint.reach("unit_after_file")
        return True

    def _end_giving_back(self, taken: Path) -> None:
        """Take a file's second name, left by a crash while it was given back: it is claimed."""
        other = self._path / taken.name
        try:
            there = other.lstat()
        except FileNotFoundError:
            return
        if os.path.samestat(taken.lstat(), there):
            sync(taken.parent)
            other.unlink()

    def _give_back(self, hidden: Path, sidecar: str) -> bool:
        """Return everything to the inbox, the sidecar last; never over a sender's next file."""
        names = sorted((path.name for path in hidden.iterdir()), key=lambda name: name == sidecar)
        given: list[Path] = []
        for name in names:
            try:
                os.link(hidden / name, self._path / name, follow_symlinks=False)
            except FileExistsError:
                if not (hidden / name).samefile(self._path / name):
                    break
            given.append(hidden / name)
        # Each has its name in the inbox for good before it loses the one in here.
        sync(self._path)
        for path in given:
            failpoint.reach("unit_between_names")
            path.unlink()
        if len(given) < len(names):
            return False
        hidden.rmdir()
        return True


def _sidecar_in(folder: Path) -> str | None:
    return next((path.name for path in folder.iterdir() if is_sidecar(path.name)), None)


def _look(entry: os.DirEntry[str]) -> os.stat_result | None:
    if not is_sidecar(entry.name) and not is_taken(entry.name):
        return None
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return None if stat.S_ISDIR(info.st_mode) else info


def _stand(info: os.stat_result) -> _Stand:
    return info.st_size, info.st_mtime_ns, info.st_ino


def content(name: str, folder: int) -> bytes:
    """Return what a sidecar says, without following a link or waiting for a pipe.

    Raises:
        OSError, ValueError: it is no file of moderate size.
    """
    file = os.open(name, _FLAGS, dir_fd=folder)
    try:
        info = os.fstat(file)
        if not stat.S_ISREG(info.st_mode) or info.st_size > LONGEST_BYTES:
            raise ValueError("no list")
        return os.read(file, LONGEST_BYTES)
    finally:
        os.close(file)


def find(name: str, present: Iterable[str]) -> str | None:
    """Return a file's name as it lies there; also where an umlaut is written in two signs."""
    if name in present:
        return name
    wanted = unicodedata.normalize("NFC", name)
    alike = [one for one in present if unicodedata.normalize("NFC", one) == wanted]
    return alike[0] if len(alike) == 1 else None


def _matches(watched: _Watched, file: Listed, name: str, stand: _Stand, folder: int) -> bool:
    """Tell whether the digest matches; the same bytes are hashed once."""
    known = watched.matched.get(name)
    if known and known[0] == stand:
        return known[1]
    matched = not file.algorithm or _digest(name, file.algorithm, folder) == file.digest
    watched.matched[name] = (stand, matched)
    return matched


def _digest(name: str, algorithm: str, folder: int) -> str:
    try:
        opened = os.open(name, _FLAGS, dir_fd=folder)
    except OSError:
        return ""
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return ""
        return hashlib.file_digest(file, algorithm).hexdigest()
