"""``python -m hub.simulators.ca``: command line of the test CA.

Exit codes: 0 done, 1 refused with a German reason, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.simulators.ca.authority import (
    PURPOSES,
    CaFault,
    create,
    issue_server,
    load,
    sign_request,
    write_certificate,
)

LONGEST_DAYS = 36_500


def main(arguments: list[str]) -> int:
    """Run one command of the test CA; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        print(given.run(given), flush=True)
    except (CaFault, OSError) as fault:
        print(f"ca: ABGELEHNT: {fault}", file=sys.stderr, flush=True)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aktenhub simulate ca",
        description="Zertifizierungsstelle für Vorführung und Tests. Ihr darf nichts Echtes "
        "vertrauen: der Wurzelschlüssel liegt offen im Ordner.",
    )
    commands = parser.add_subparsers(required=True, metavar="BEFEHL")
    _init_options(commands.add_parser("init", help="Wurzelschlüssel und -zertifikat anlegen"))
    _sign_options(commands.add_parser("sign", help="Zertifikatsantrag prüfen und signieren"))
    _server_options(commands.add_parser("server", help="Schlüssel und Serverzertifikat anlegen"))
    return parser


def _init_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_init)
    parser.add_argument("folder", type=Path, metavar="ORDNER", help="Ordner der CA")
    parser.add_argument("--name", default="Test-CA", help="Name der CA (Vorgabe Test-CA)")
    parser.add_argument("--key", choices=("ec", "rsa"), default="ec", help="P-256 oder RSA-3072")
    parser.add_argument("--days", type=_days, default=3650, help="Laufzeit (Vorgabe 3650 Tage)")


def _sign_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_sign)
    parser.add_argument("folder", type=Path, metavar="ORDNER", help="Ordner der CA")
    parser.add_argument("request", type=Path, metavar="ANTRAG", help="PKCS#10-Antrag, PEM")
    parser.add_argument("out", type=Path, metavar="ZERTIFIKAT", help="Zieldatei, PEM")
    parser.add_argument("--days", type=_days, default=365, help="Laufzeit (Vorgabe 365 Tage)")
    parser.add_argument("--purpose", choices=tuple(PURPOSES), default="client", help="Zweck")


def _server_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_server)
    parser.add_argument("folder", type=Path, metavar="ORDNER", help="Ordner der CA")
    parser.add_argument("name", metavar="NAME", help="Rechnername oder IP-Adresse")
    parser.add_argument("out", type=Path, metavar="ZIEL", help="Ordner für key.pem und cert.pem")
    parser.add_argument("--also", action="append", default=[], metavar="NAME", help="weiterer Name")
    parser.add_argument("--days", type=_days, default=365, help="Laufzeit (Vorgabe 365 Tage)")


def _init(given: argparse.Namespace) -> str:
    create(given.folder, given.name, given.key, given.days)
    return f"ca: angelegt in {given.folder}"


def _sign(given: argparse.Namespace) -> str:
    authority = load(given.folder)
    raw = given.request.read_bytes()
    certificate = sign_request(authority, raw, given.purpose, given.days)
    write_certificate(given.out, certificate)
    return f"ca: signiert bis {certificate.not_valid_after_utc:%d.%m.%Y}: {given.out}"


def _server(given: argparse.Namespace) -> str:
    names = [given.name, *given.also]
    issue_server(load(given.folder), names, given.out, given.days)
    return f"ca: Serverzertifikat für {', '.join(names)} in {given.out}"


def _days(text: str) -> int:
    value = int(text)
    if not 1 <= value <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"zwischen 1 und {LONGEST_DAYS} Tagen")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
