"""``python -m hub.simulators.azr``: the register as a program of its own.

Exit codes: 0 stopped on request, 1 persons, certificates or address unusable, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import ssl
import sys
from pathlib import Path

from aiohttp import web

from hub.simulators.azr.persons import PersonFault, load_persons
from hub.simulators.azr.records import Records
from hub.simulators.azr.register import Register
from hub.simulators.azr.server import Admission, Endpoint, Trouble, tls_context

REGISTER_ADDRESS = "dbs:490030020000"


def main(arguments: list[str]) -> int:
    """Serve until told to stop; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        persons = load_persons(given.persons)
        tls = tls_context(given.cert, given.key, given.client_ca)
    except (PersonFault, OSError) as fault:
        print(f"azr: FEHLER: {fault}", file=sys.stderr, flush=True)
        return 1
    records = Records(given.state)
    admission = Admission(dict(given.authority), frozenset(given.revoked), given.address)
    trouble = Trouble(given.unavailable, given.drop_answer)
    endpoint = Endpoint(Register(persons, records), admission, trouble)
    try:
        asyncio.run(_serve(endpoint, given.listen, tls))
    except OSError as fault:
        print(f"azr: FEHLER: {fault}", file=sys.stderr, flush=True)
        return 1
    finally:
        records.close()
    return 0


async def _serve(endpoint: Endpoint, listen: tuple[str, int], tls: ssl.SSLContext) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(endpoint.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, *listen, ssl_context=tls).start()
        host, port = runner.addresses[0][:2]
        print(f"bereit https://{host}:{port}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aktenhub simulate azr",
        description="Spielt das Ausländerzentralregister: nimmt 090001 und 090010 "
        "(XAusländer 26.11) über HTTPS mit Clientzertifikat an und antwortet im selben Austausch.",
    )
    _connection_options(parser)
    _content_options(parser)
    _trouble_options(parser)
    return parser


def _connection_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--listen", type=_endpoint, required=True, metavar="ADRESSE:PORT",
        help="Adresse zum Lauschen; Port 0 wählt einen freien")  # fmt: skip
    add("--cert", type=Path, required=True, metavar="DATEI", help="Serverzertifikat, PEM")
    add("--key", type=Path, required=True, metavar="DATEI", help="Schlüssel dazu, PEM")
    add("--client-ca", type=Path, required=True, metavar="DATEI",
        help="CA, deren Clientzertifikate gelten, PEM")  # fmt: skip
    add("--authority", type=_authority, action="append", required=True, metavar="KENNZEICHEN=CN",
        help="Behördenkennzeichen und CN ihres Zertifikats; mehrfach")  # fmt: skip
    add("--revoked", type=_serial, action="append", default=[], metavar="SERIENNUMMER",
        help="gesperrtes Clientzertifikat, hexadezimal; mehrfach")  # fmt: skip
    add("--address", default=REGISTER_ADDRESS, metavar="KENNUNG",
        help=f"eigene DVDV-Kennung (Vorgabe {REGISTER_ADDRESS})")  # fmt: skip


def _content_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--persons", type=Path, required=True, metavar="DATEI",
        help="Personen des Registers, JSON; Gestalt siehe azr/persons.py")  # fmt: skip
    add("--state", type=Path, required=True, metavar="DATEI",
        help="Gedächtnis (SQLite): Leistungen, Antworten, Abrufprotokoll")  # fmt: skip


def _trouble_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--unavailable", type=_count, default=0, metavar="N",
        help="die ersten N Anfragen mit 503 abweisen")  # fmt: skip
    add("--drop-answer", type=_count, default=0, metavar="N",
        help="die N-te verarbeitete Anfrage nicht beantworten, Verbindung trennen")  # fmt: skip


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError("Form ist ADRESSE:PORT")
    return host, int(port)


def _authority(text: str) -> tuple[str, str]:
    key, _, name = text.partition("=")
    if not re.fullmatch("[0-9]{6}", key) or not name:
        raise argparse.ArgumentTypeError("Form ist KENNZEICHEN=CN mit sechs Ziffern")
    return key, name


def _serial(text: str) -> str:
    return f"{int(text, 16):x}"


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("darf nicht negativ sein")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
