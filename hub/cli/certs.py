"""``certs``: the central certificate store."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.app import CLOCK, alone, change_kek, open_center, open_database
from hub.certificates.inventory import DAY_US, Certificate
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_facts, show_json, show_table
from hub.cli.parser import existing_file
from hub.core.clock import local_date
from hub.core.errors import Rejected
from hub.store import certificates
from hub.web.presentation import words


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("certs", "Zertifikate zentral verwalten")
    listing = group.add("list", _list, "Alle Zertifikate", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    show = group.add("show", _show, "Ein Zertifikat zeigen", json_output=True)
    show.add_argument("id")
    request = group.add("request", _request, "Schlüssel und Zertifikatsantrag erzeugen")
    request.add_argument("--tenant", required=True, metavar="MANDANT")
    request.add_argument("--partner", required=True, metavar="PARTNER")
    request.add_argument("--common-name", required=True, metavar="NAME")
    request.add_argument("--organization", metavar="NAME", help="Vorgabe: Name des Mandanten")
    request.add_argument("--key", default="ec-p256", choices=("ec-p256", "ec-p384", "rsa-3072"))
    _register_server(group)
    group.add("change-kek", _change_kek, "Hauptschlüssel der privaten Schlüssel wechseln; alle "
              "Dienste dieser Datenbank müssen beendet sein")  # fmt: skip
    take = group.add("import", _import, "Ausgestelltes Zertifikat einlesen")
    take.add_argument("file", type=existing_file, metavar="DATEI")
    give = group.add("export", _export, "Ein Zertifikat mit Kette ausgeben, nie den Schlüssel")
    give.add_argument("id")
    give.add_argument("--to", type=Path, metavar="DATEI", help="Vorgabe: Standardausgabe")
    for name, text in (
        ("activate", "Zertifikat in Gebrauch nehmen; das bisherige läuft aus"),
        ("retire", "Abgelöstes Zertifikat außer Dienst stellen"),
        ("revoke", "Zertifikat im Notfall sofort sperren"),
    ):
        move = group.add(name, _move, text)
        move.add_argument("id")
        move.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
        move.set_defaults(decision=name)
    trust = group.add("trust", _trust, "Vertrauensanker eines Partners festlegen")
    trust.add_argument("partner", metavar="PARTNER")
    trust.add_argument("file", type=existing_file, metavar="DATEI")
    group.add("anchors", _anchors, "Alle Vertrauensanker mit Ablauf", json_output=True)
    check = group.add("check", _check, "Ein Zertifikat prüfen", json_output=True)
    check.add_argument("file", type=existing_file, metavar="DATEI")
    check.add_argument("--partner", required=True, metavar="PARTNER")


def _register_server(group: Commands) -> None:
    door = group.add("request-server", _request_server,
                     "Antrag für das Serverzertifikat der Annahme über HTTPS")  # fmt: skip
    door.add_argument("names", nargs="+", metavar="RECHNERNAME")
    door.add_argument("--organization", required=True, metavar="NAME")
    door.add_argument("--key", default="ec-p256", choices=("ec-p256", "ec-p384", "rsa-3072"))


def _row(certificate: Certificate, now_us: int) -> dict[str, Any]:
    row = {k: v for k, v in asdict(certificate).items() if not isinstance(v, bytes)}
    row |= _ending(certificate.not_after_us, now_us)
    return row


def _ending(not_after_us: int | None, now_us: int) -> dict[str, Any]:
    if not_after_us is None:
        return {}
    days = (not_after_us - now_us) // DAY_US
    return {"not_after": local_date(not_after_us).isoformat(), "days_left": days}


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        found = await open_center(place, database).all(tenant)
    rows = [_row(certificate, CLOCK.now_us()) for certificate in found]
    if options.json:
        show_json({"certificates": rows})
    else:
        columns = {"tenant": "Mandant", "partner": "Partner", "state": "Zustand",
                   "subject": "Inhaber", "not_after": "gültig bis", "days_left": "Tage",
                   "id": "Kennung"}  # fmt: skip
        show_table([_worded(row) for row in rows], columns)
    return 0


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    """Say the state in German; programs get the stable word."""
    return {**row, "state": words.certificate_state(row["state"]).text}


async def _show(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row = _row(await open_center(place, database).show(options.id), CLOCK.now_us())
    if options.json:
        show_json(row)
    else:
        show_facts([(german, _worded(row).get(name)) for name, german in _FACTS.items()])
    return 0


_FACTS = {
    "id": "Kennung", "tenant": "Mandant", "partner": "Partner", "environment": "Umgebung",
    "purpose": "Zweck", "state": "Zustand", "subject": "Inhaber", "issuer": "Aussteller",
    "serial": "Seriennummer", "fingerprint": "Fingerabdruck", "not_after": "gültig bis",
    "days_left": "Tage", "key_algorithm": "Schlüsselart", "key_bits": "Schlüssellänge",
    "replaces": "löst ab",
}  # fmt: skip
"""What the command shows of a certificate, in this order."""


async def _request(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant)
    subject = {
        "common_name": options.common_name,
        "organization": options.organization or tenant.name,
        "locality": tenant.address.city,
        "country": "DE",
    }
    async with open_database(place) as database:
        center = open_center(place, database)
        identity, path = await center.request(tenant.id, options.partner, subject, options.key)
    print(f"Kennung: {identity}")
    print(f"Antrag:  {path}")
    return 0


async def _request_server(options: argparse.Namespace) -> int:
    place = place_of(options)
    subject = {
        "common_name": options.names[0], "organization": options.organization, "country": "DE",
    }  # fmt: skip
    async with open_database(place) as database:
        center = open_center(place, database)
        identity, path = await center.request_server(options.names, subject, options.key)
    print(f"Kennung: {identity}")
    print(f"Antrag:  {path}")
    return 0


async def _import(options: argparse.Namespace) -> int:
    place = place_of(options)
    pem = await asyncio.to_thread(options.file.read_bytes)
    async with open_database(place) as database:
        certificate = await open_center(place, database).import_certificate(pem)
    print(f"Eingelesen: {certificate.id}")
    return 0


async def _move(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        center = open_center(place, database)
        if options.decision == "activate":
            certificate = await center.activate(options.id, options.actor)
        elif options.decision == "retire":
            certificate = await center.retire(options.id, options.actor)
        else:
            certificate = await center.revoke(options.id, options.actor)
    print(f"Zustand: {words.certificate_state(certificate.state).text}")
    return 0


async def _change_kek(options: argparse.Namespace) -> int:
    place = place_of(options)
    with alone(place):
        async with open_database(place) as database:
            await log_look(database, Look("kek_changed", "key", "", None))
            changed = await change_kek(place, open_center(place, database))
    print(f"{changed.keys} Schlüssel unter den neuen Hauptschlüssel gestellt.")
    if changed.to_be_replaced:
        print("Der bisherige kommt aus der Umgebung: Setzen Sie AKTENHUB_SECRET_KEK auf den Inhalt")
        print(f"von „{changed.to_be_replaced}“, löschen Sie danach diese Datei.")
    print("Bewahren Sie eine Kopie des neuen getrennt von der Sicherung auf, und die des alten,")
    print("solange es Sicherungen von vorher gibt. Andere Knoten brauchen den neuen ebenfalls.")
    return 0


async def _export(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        await open_center(place, database).show(options.id)
        row = await database.read(lambda tx: certificates.by_id(tx, options.id))
    chain = row["chain_pem"] if row else None
    if chain is None:
        raise Rejected(
            "certificate_not_issued",
            "Dieses Zertifikat ist beantragt, aber noch nicht ausgestellt.",
            place=options.id,
            remedy="Das ausgestellte Zertifikat mit „aktenhub certs import“ einlesen.",
        )
    if options.to is None:
        print(chain, end="")
    else:
        await asyncio.to_thread(options.to.write_text, chain, encoding="ascii")
        print(f"Geschrieben: {options.to}")
    return 0


async def _anchors(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        found = await open_center(place, database).anchors()
    now_us = CLOCK.now_us()
    rows = [{**asdict(anchor), **_ending(anchor.not_after_us, now_us)} for anchor in found]
    if options.json:
        show_json({"anchors": rows})
    else:
        columns = {"partner": "Partner", "subject": "Inhaber", "not_after": "gültig bis",
                   "days_left": "Tage", "fingerprint": "Fingerabdruck"}  # fmt: skip
        show_table(rows, columns)
    return 0


async def _trust(options: argparse.Namespace) -> int:
    place = place_of(options)
    pem = await asyncio.to_thread(options.file.read_bytes)
    async with open_database(place) as database:
        anchors = await open_center(place, database).trust(options.partner, pem)
    print(f"{len(anchors)} Vertrauensanker für {options.partner} festgelegt.")
    return 0


_VERDICTS = {"accept": "annehmbar", "refuse": "abzulehnen", "undecidable": "nicht entscheidbar"}


async def _check(options: argparse.Namespace) -> int:
    place = place_of(options)
    pem = await asyncio.to_thread(options.file.read_bytes)
    async with open_database(place) as database:
        judgement = await open_center(place, database).check(pem, options.partner)
    if options.json:
        show_json({"verdict": judgement.verdict, "reasons": list(judgement.reasons)})
    else:
        print(_VERDICTS[judgement.verdict])
        for reason in judgement.reasons:
            print(f"  {reason}")
    return 0 if judgement.verdict == "accept" else 1
