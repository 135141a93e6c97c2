"""The folder of revocation lists: read again when replaced, asked for every request.

Nothing is fetched: whoever runs the hub brings the lists, so that no address named in a foreign
certificate is ever called. A file that cannot be used leaves the list it replaced in place,
which then ends by its own date; what is wrong stands in :meth:`RevocationLists.wrongs`.

Residual risk: between two looks at the folder (seconds) a revoked certificate is still let in.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from cryptography import x509

from hub.certificates.revocation.reading import MAX_BYTES, RevocationList, issued_by, read
from hub.core.clock import Clock
from hub.core.errors import Rejected

Anchors = tuple[x509.Certificate, ...]

_KNOWN_MAX = 10_000
"""Certificates whose issuer and number are remembered, so that a request costs a look-up."""


class Standing(StrEnum):
    """What the lists say about a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """No list of its CA, or only a stale one: this is never good."""


class RevocationLists:
    """The lists of one folder."""

    def __init__(self, folder: Path, anchors: Callable[[], Anchors], clock: Clock) -> None:
        """``anchors`` returns the CAs whose signatures are believed."""
        self._folder = folder
        self._anchors = anchors
        self._clock = clock
        self._looked: object = None
        self._lists: dict[str, RevocationList] = {}
        """By file."""
        self._unusable: dict[str, str] = {}
        """Files and what is wrong with them."""
        self._missing: set[str] = set()
        """CAs of certificates that were shown, of which there is no list."""
        self._known: dict[bytes, tuple[bytes, bytes | None, int, str]] = {}

    def refresh(self) -> None:
        """Read what is new or was replaced.

        Raises:
            Misconfigured: the anchors cannot be read.
        """
        anchors = self._anchors()
        files = {one.name: one for one in sorted(self._folder.glob("*")) if _is_list(one)}
        stamps = {name: _stamp(path) for name, path in files.items()}
        if self._looked == (stamps, anchors):
            return
        lists: dict[str, RevocationList] = {}
        unusable: dict[str, str] = {}
        for name, path in files.items():
            try:
                lists[name] = _read(path, anchors)
            except Rejected as exc:
                unusable[name] = exc.message
                if name in self._lists:
                    lists[name] = self._lists[name]
        self._lists, self._unusable = lists, unusable
        self._missing, self._looked = set(), (stamps, anchors)

    def standing(self, certificate: bytes) -> Standing:
        """Judge a certificate, DER, by the newest list of the key that issued it."""
        issuer, key_id, serial, subject = self._issued(certificate)
        lists = [
            one for one in self._newest()
            if (one.issuer == issuer and None in (one.key_id, key_id))
            or (one.issuer, one.key_id) == (issuer, key_id)
        ]  # fmt: skip
        if any(serial in one.serials for one in lists):
            return Standing.REVOKED
        if not lists:
            self._missing.add(subject)
        now_us = self._clock.now_us()
        fresh = any(now_us < one.next_update_us for one in lists)
        return Standing.GOOD if fresh else Standing.UNKNOWN

    def wrongs(self) -> list[str]:
        """Say which lists cannot be used, are stale, or are missing; no personal data."""
        now_us = self._clock.now_us()
        stale = [one.subject for one in self._newest() if now_us >= one.next_update_us]
        if not self._lists and not self._unusable:
            return [f"{self._folder.name}: keine Liste im Ordner"]
        return [
            *(f"{name}: nicht zu gebrauchen" for name in sorted(self._unusable)),
            *(f"{subject}: abgelaufen" for subject in sorted(set(stale))),
            *(f"{subject}: fehlt" for subject in sorted(self._missing)),
        ]

    def _newest(self) -> list[RevocationList]:
        newest: dict[tuple[bytes, bytes | None], RevocationList] = {}
        for one in self._lists.values():
            name = (one.issuer, one.key_id)
            if name not in newest or newest[name].this_update_us < one.this_update_us:
                newest[name] = one
        return list(newest.values())

    def _issued(self, certificate: bytes) -> tuple[bytes, bytes | None, int, str]:
        if certificate not in self._known:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            found = x509.load_der_x509_certificate(certificate)
            issuer, key_id = issued_by(found)
            name = found.issuer.rfc4514_string()
            self._known[certificate] = (issuer, key_id, found.serial_number, name)
        return self._known[certificate]


def _is_list(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix in {".crl", ".pem"} and path.is_file()


def _stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read(path: Path, anchors: Anchors) -> RevocationList:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise Rejected("crl_unusable", "Die Sperrliste lässt sich nicht öffnen.") from exc
    if len(data) > MAX_BYTES:
        raise Rejected("crl_unusable", "Die Sperrliste ist zu groß.")
    return read(data, anchors)
