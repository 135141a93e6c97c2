"""Command line and main loop of both cash simulators.

Exit codes: 0 every file was booked, 1 a file was refused or an answer could not be placed,
2 wrong usage. SIGTERM and SIGINT end the loop between two files.
"""

from __future__ import annotations

import argparse
import signal
import threading
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from hub.simulators.cash.folder import AnswerConflict, ExchangeFolder
from hub.simulators.cash.ledger import Ledger
from hub.simulators.cash.model import Profile
from hub.simulators.cash.office import CashOffice, Terms


@dataclass(frozen=True)
class Run:
    """What the command line asked for."""

    pairs: list[tuple[Path, Path]]
    state: Path
    once: bool
    interval: float
    terms: Terms


def run_program(profile: Profile, arguments: list[str]) -> int:
    """Run one cash simulator until it is done or told to stop; returns the exit code."""
    run = _parse(profile, arguments)
    ledger = Ledger(run.state)
    office = CashOffice(ledger, profile, run.terms)
    folders = [
        ExchangeFolder(orders, answers, ledger, profile, office) for orders, answers in run.pairs
    ]
    print(f"{profile.name}: bereit, {len(folders)} Ordnerpaar(e)", flush=True)
    try:
        refused = _loop(folders, run)
    except AnswerConflict as conflict:
        print(f"{profile.name}: FEHLER: {conflict}", flush=True)
        return 1
    finally:
        ledger.close()
    return 1 if refused else 0


def _loop(folders: list[ExchangeFolder], run: Run) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    refused = 0
    while not stop.is_set():
        refused += sum(folder.work() for folder in folders)
        if run.once:
            break
        stop.wait(run.interval)
    return refused


def _parse(profile: Profile, arguments: list[str]) -> Run:
    parser = _parser(profile)
    given = parser.parse_args(arguments)
    if len(given.orders) != len(given.answers):
        parser.error("--orders und --answers müssen gleich oft angegeben werden")
    terms = Terms(
        closed_accounts=frozenset(given.closed_account),
        budget_lines=frozenset(given.budget_line),
        pay=given.pay,
        share=given.pay_share,
        strays=given.stray_receipts,
    )
    pairs = list(zip(given.orders, given.answers, strict=True))
    return Run(pairs, given.state, given.once, given.interval, terms)


def _parser(profile: Profile) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"aktenhub simulate {profile.name}",
        description="Spielt die Gegenseite der Kassenschnittstelle: prüft Auftragsdateien, "
        "stellt zum Soll, meldet Eingänge.",
    )
    _folder_options(parser)
    _behaviour_options(parser)
    return parser


def _folder_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--orders", type=Path, action="append", required=True, metavar="ORDNER",
        help="Ordner mit Auftragsdateien; mehrfach, je Dienststelle eines")  # fmt: skip
    add("--answers", type=Path, action="append", required=True, metavar="ORDNER",
        help="Ordner für Antwortdateien; in der Reihenfolge von --orders")  # fmt: skip
    add("--state", type=Path, required=True, metavar="DATEI",
        help="Bücher der Kasse (SQLite); überdauern einen Neustart")  # fmt: skip
    add("--once", action="store_true", help="vorhandene Dateien bearbeiten und enden")
    add("--interval", type=_seconds, default=0.5, metavar="SEKUNDEN",
        help="Abstand zwischen zwei Blicken in die Ordner (Vorgabe 0.5)")  # fmt: skip


def _behaviour_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--closed-account", action="append", default=[], metavar="IBAN",
        help="erloschenes Konto: Zahlungen dorthin werden abgelehnt; mehrfach")  # fmt: skip
    add("--budget-line", action="append", default=[], metavar="STELLE",
        help="bekannte Buchungsstelle; mehrfach. Ohne Angabe ist jede bekannt")  # fmt: skip
    add("--pay", choices=("first", "all", "none"), default="first",
        help="Eingänge auf die erste Forderung je Dienststelle, auf alle oder keine")  # fmt: skip
    add("--pay-share", type=_share, default=Decimal("0.5"), metavar="ANTEIL",
        help="gezahlter Teil der Forderung, größer 0 bis 1 (Vorgabe 0.5)")  # fmt: skip
    add("--stray-receipts", type=_count, default=0, metavar="ANZAHL",
        help="Eingänge je Dienststelle mit unbekanntem Kassenzeichen, insgesamt")  # fmt: skip


def _seconds(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("muss größer als 0 sein")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("darf nicht negativ sein")
    return value


def _share(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError("keine Zahl") from error
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("muss größer als 0 und höchstens 1 sein")
    return value
