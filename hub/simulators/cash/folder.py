"""The two folders a cash office shares with one ordering office: orders in, answers out.

An order file counts once its ``.sha256`` sidecar exists. It stays where it lies when booked; a
faulty one goes to ``.abgelehnt/`` beside a ``.grund.txt``. Answers appear complete under their
final name and are never overwritten. Residual risk: one process per pair of folders is assumed.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from hub.simulators.cash.ledger import Ledger
from hub.simulators.cash.model import Batch, BatchFault, Profile
from hub.simulators.cash.office import Booking, CashOffice

SIDECAR = ".sha256"


class AnswerConflict(Exception):
    """Eine Antwortdatei liegt schon mit anderem Inhalt im Ordner."""


class ExchangeFolder:
    """Works through one pair of folders."""

    def __init__(
        self, orders: Path, answers: Path, ledger: Ledger, profile: Profile, office: CashOffice
    ) -> None:
        self._orders = orders
        self._answers = answers
        self._ledger = ledger
        self._profile = profile
        self._office = office
        self._seen: set[tuple[str, int, int]] = set()

    def work(self) -> int:
        """Handle every complete new order file; returns how many were refused.

        Raises:
            AnswerConflict: an answer file of another content holds the answer's name.
        """
        refused = 0
        for path in sorted(self._orders.glob(self._profile.order_glob)):
            mark = (path.name, path.stat().st_mtime_ns, path.stat().st_size)
            if mark in self._seen or not _is_complete(path):
                continue
            try:
                finished = self._handle(path)
            except BatchFault as fault:
                self._refuse(path, str(fault))
                refused += 1
                continue
            if finished:
                self._seen.add(mark)
        return refused

    def _handle(self, path: Path) -> bool:
        raw = path.read_bytes()
        digest = _proven_digest(path, raw)
        batch = self._profile.read(raw)
        if path.name != self._profile.order_file(batch.office, batch.sequence):
            raise BatchFault("Dateiname passt nicht zu Dienststelle und Folgenummer im Kopf")
        known = self._ledger.digest_of(batch.office, batch.sequence)
        if known is None and self._predecessor_is_coming(batch):
            return False
        if known is None:
            self._say(path, _summary(self._office.book(batch, digest)))
        elif known != digest:
            raise BatchFault(f"Folgenummer {batch.sequence} war schon mit anderem Inhalt da")
        else:
            self._say(path, "bekannt, nichts gebucht")
        self._deliver(batch.office)
        return True

    def _predecessor_is_coming(self, batch: Batch) -> bool:
        expected = self._ledger.next_order_sequence(batch.office)
        if batch.sequence == expected:
            return False
        # Listing a folder is not atomic: the missing file may have arrived a moment ago.
        if batch.sequence > expected:
            name = self._profile.order_file(batch.office, expected)
            if (self._orders / name).exists():
                return True
        raise BatchFault(f"Folgenummer {batch.sequence} statt {expected}: Lücke")

    def _deliver(self, office: str) -> None:
        for sequence, name, content in self._ledger.undelivered(office):
            place_file(self._answers / name, content)
            self._ledger.note_delivered(office, sequence)
            print(f"{self._profile.name}: Antwort {name} geschrieben", flush=True)

    def _refuse(self, path: Path, reason: str) -> None:
        place = self._orders / ".abgelehnt"
        place.mkdir(exist_ok=True)
        target = _free_name(place / path.name)
        # The sidecar goes first: without it the file no longer counts as complete.
        _sidecar(path).rename(_sidecar(target))
        path.rename(target)
        place_file(target.with_name(target.name + ".grund.txt"), f"{reason}\n".encode())
        print(f"{self._profile.name}: ABGELEHNT {path.name}: {reason}", flush=True)

    def _say(self, path: Path, text: str) -> None:
        print(f"{self._profile.name}: {path.name}: {text}", flush=True)


def place_file(target: Path, content: bytes) -> None:
    """Make the file appear complete under its name, never overwriting.

    Raises:
        AnswerConflict: the name is taken by other bytes.
    """
    if target.exists():
        if target.read_bytes() != content:
            raise AnswerConflict(f"{target} liegt schon mit anderem Inhalt vor")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.with_name(f".{target.name}.teil")
    with hidden.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(target)
    # The ledger calls the file delivered next: its name must survive a power cut, too.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)


def _is_complete(path: Path) -> bool:
    # An empty sidecar is one that is being written at this moment.
    sidecar = _sidecar(path)
    return sidecar.exists() and sidecar.stat().st_size > 0


def _proven_digest(path: Path, raw: bytes) -> str:
    digest = hashlib.sha256(raw).hexdigest()
    written = _sidecar(path).read_bytes()
    form = rb"[0-9a-f]{64}  " + re.escape(path.name.encode()) + rb"\n"
    if not re.fullmatch(form, written):
        raise BatchFault("Prüfsummendatei: erwartet Hexadezimalwert, zwei Leerzeichen, Dateiname")
    if written[:64].decode() != digest:
        raise BatchFault("Prüfsumme stimmt nicht mit der Datei überein")
    return digest


def _free_name(path: Path) -> Path:
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.name}.{number}")
        number += 1
    return candidate


def _summary(booking: Booking) -> str:
    return (
        f"{booking.orders} Aufträge gebucht, davon {booking.refused} abgelehnt;"
        f" {booking.claims} zum Soll gestellt, {booking.receipts} Eingänge"
    )
