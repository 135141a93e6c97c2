"""Office packages (ZIP) opened with bounds: nothing is unpacked before its directory was judged.

The directory is a claim: what really comes out is counted while it comes out.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from efile.capture.fault import Unreadable

_MOST_ENTRIES = 2_000
_MOST_BYTES = 200 * 1024 * 1024
_MOST_RATIO = 100
_RATIO_FROM = 1024 * 1024
"""Small entries may be as regular as they like."""
_MEDIA = ("/media/",)
_ONE_ENTRY = 64 * 1024 * 1024
_ENCRYPTED = 0x1
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError)


class Package:
    """The entries of a package that kept to the bounds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())

    def read(self, name: str) -> bytes:
        """Return an entry.

        Raises:
            Unreadable: it is missing, broken, or more than it said.
        """
        try:
            with self._archive.open(name) as entry:
                data = entry.read(_ONE_ENTRY + 1)
        except (*_FAULTS, KeyError) as exc:
            raise Unreadable("document_unreadable") from exc
        if len(data) > _ONE_ENTRY:
            raise Unreadable("package_bomb")
        return data


@contextmanager
def opened(data: bytes) -> Iterator[Package]:
    """Open a package.

    Raises:
        Unreadable: ``package_bomb``, ``package_hostile``, ``document_locked`` or
            ``document_unreadable``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _FAULTS as exc:
        raise Unreadable("document_unreadable") from exc
    with archive:
        _judge(archive.infolist(), len(data))
        yield Package(archive)


def _judge(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > _MOST_ENTRIES or sum(one.file_size for one in entries) > _MOST_BYTES:
        raise Unreadable("package_bomb")
    if any(_swells(one) for one in entries):
        raise Unreadable("package_bomb")
    if any(one.flag_bits & _ENCRYPTED for one in entries):
        raise Unreadable("document_locked")
    names = [one.filename for one in entries]
    if len(set(names)) < len(names) or any(_leaves(name) for name in names):
        raise Unreadable("package_hostile")
    if any(stat.S_ISLNK(one.external_attr >> 16) for one in entries) or _overlap(entries, size):
        raise Unreadable("package_hostile")


def _swells(entry: zipfile.ZipInfo) -> bool:
    if entry.file_size < _RATIO_FROM or any(part in entry.filename for part in _MEDIA):
        return False
    return entry.file_size > _MOST_RATIO * max(entry.compress_size, 1)


def _leaves(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def _overlap(entries: list[zipfile.ZipInfo], size: int) -> bool:
    """Entries that share bytes unpack to far more than a package holds."""
    end = 0
    for one in sorted(entries, key=lambda entry: entry.header_offset):
        if one.header_offset < end:
            return True
        end = one.header_offset + one.compress_size
    return end > size
