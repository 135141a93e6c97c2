"""``journal export``, ``verify``, ``checkpoint``, ``key``: what outsiders can check."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from hub.app import CLOCK, VERIFIER, open_database, open_notary, open_signing
from hub.certificates.signing import public_keys
from hub.cli import archiving
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_facts, show_json, show_table
from hub.cli.parser import period
from hub.core.clock import iso_utc
from hub.evidence import export
from hub.evidence.checkpoints import key_line
from hub.evidence.export import Period
from hub.evidence.proof import Proof, Subject, gather
from hub.store.database import Transaction
from hub.web.presentation.proofs import proof_page
from hub.web.presentation.rendering import static_files


def declare(group: Commands) -> None:
    """Declare the commands in the group ``journal``."""
    exporting = group.add("export", _export, "Journal als prüfbare JSON-Zeilen ausgeben")
    exporting.add_argument("-o", "--output", type=Path, metavar="ORDNER",
                           help="eine Datei je Mandant; sonst Standardausgabe")  # fmt: skip
    exporting.add_argument("--tenant", metavar="MANDANT")
    exporting.add_argument("--period", type=period, metavar="JAHR[-MONAT]")
    verify = group.add("verify", _verify, "Journal oder Exporte prüfen", json_output=True)
    verify.add_argument("exports", nargs="*", metavar="EXPORT",
                        help="Dateien oder Ordner; ohne Angabe das Journal selbst")  # fmt: skip
    verify.add_argument("--archives", action="store_true",
                        help="das Journal zusammen mit allen Archiven")  # fmt: skip
    verify.add_argument("--key", metavar="DATEI", help="nur diesen öffentlichen Schlüsseln trauen")
    verify.add_argument("--anchor", metavar="DATEI", help="anderswo verwahrte Prüfpunkte")
    proof = group.add("proof", _proof, "Übermittlungsnachweis ausstellen")
    about = proof.add_mutually_exclusive_group(required=True)
    about.add_argument("id", nargs="?", help="Kennung der Nachricht")
    about.add_argument("--case", metavar="FALLNUMMER", help="alle Nachrichten eines Falls")
    proof.add_argument("--tenant", required=True, metavar="MANDANT")
    proof.add_argument("-o", "--output", type=Path, required=True, metavar="ORDNER")
    archiving.declare(group)
    group.add("checkpoint", _checkpoint, "Jetzt Prüfpunkte unterschreiben")
    key = group.add("key", _key, "Schlüssel der Prüfpunkte zeigen", json_output=True)
    key.add_argument("-o", "--output", type=Path, metavar="DATEI", help="öffentliche Schlüssel")
    key.add_argument("--renew", action="store_true", help="einen neuen Schlüssel anlegen")


async def _export(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("journal_exported", "journal", "", tenant))
        await open_notary(place, database).catch_up()
        if options.output is None:
            await database.scan(lambda tx: _print(_lines(tx, tenant, options.period)))
            return 0
        files = await database.scan(lambda tx: _write_files(tx, tenant, options))
    for path in files:
        print(f"Geschrieben: {path}")
    print("Prüfen mit: aktenhub journal verify ORDNER, oder ohne dieses Programm mit")
    print(f"python3 {VERIFIER.name} ORDNER")
    return 0


def _lines(tx: Transaction, tenant: str | None, wanted: Period | None = None) -> Iterator[str]:
    for name in [tenant] if tenant else export.tenants(tx):
        yield from export.section(tx, name, wanted)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _write_files(tx: Transaction, tenant: str | None, options: argparse.Namespace) -> list[Path]:
    folder: Path = options.output
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(VERIFIER, folder / VERIFIER.name)
    written = []
    for name in [tenant] if tenant else export.tenants(tx):
        suffix = f"_{options.period.name}" if options.period else ""
        path = folder / f"{name}{suffix}.jsonl"
        write_lines(path, export.section(tx, name, options.period))
        written.append(path)
    return written


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a file that is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


async def _verify(options: argparse.Namespace) -> int:
    place = None if options.exports else place_of(options)
    exports = options.exports or ["-"]
    if place and options.archives:
        exports = ["-", *map(str, archiving.files(place))]
    arguments = [sys.executable, "-I", str(VERIFIER), *exports]
    for name in ("key", "anchor"):
        if value := getattr(options, name):
            arguments += [f"--{name}", value]
    arguments += ["--json"] if options.json else []
    if place is None:
        return await asyncio.to_thread(_judge, arguments, ())
    async with open_database(place) as database:
        return await database.scan(lambda tx: _judge(arguments, _lines(tx, None)))


def _judge(arguments: list[str], lines: Iterable[str]) -> int:
    """Hand the lines to the verifier, a program of its own, and show what it says."""
    with subprocess.Popen(  # noqa: S603  our own program
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as judge:
        if judge.stdin and judge.stdout:
            # A judge that ended early says why, and with which code.
            with suppress(BrokenPipeError):
                judge.stdin.writelines(f"{line}\n" for line in lines)
                judge.stdin.close()
            print(judge.stdout.read(), end="")
    return judge.returncode


async def _proof(options: argparse.Namespace) -> int:
    place = place_of(options)
    office = place.settings.tenant(options.tenant)
    subject = Subject(office.id, options.id, options.case)
    async with open_database(place) as database:
        what = Look("proof_issued", "message", options.id or options.case, office.id)
        await log_look(database, what)
        await open_notary(place, database).catch_up()
        signer = await open_signing(place, database).active()
        now_us = CLOCK.now_us()
        archived = archiving.reader(place)
        proof = await database.scan(lambda tx: gather(tx, subject, signer, now_us, archived))
    folder = options.output
    await asyncio.to_thread(_write_proof, folder, proof, office.name)
    print(f"Ausgestellt: {folder}/nachweis.html (zum Drucken), nachweis.json (unterschrieben)")
    return 0


def _write_proof(folder: Path, proof: Proof, office: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(VERIFIER, folder / VERIFIER.name)
    text = json.dumps(proof, ensure_ascii=False, sort_keys=True)
    write_lines(folder / "nachweis.json", [text])
    digest = hashlib.sha256(f"{text}\n".encode()).hexdigest()
    write_lines(folder / "nachweis.html", [proof_page(proof, office, digest)])
    (folder / "nachweis.css").write_bytes(static_files()["proof.css"])


async def _checkpoint(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        made = await open_notary(place, database).catch_up()
    print(f"{made} Prüfpunkte unterschrieben; Ordner: {place.settings.folders.checkpoints}")
    return 0


async def _key(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        keys, actor = open_signing(place, database), f"cli:{getpass.getuser()}"
        await (keys.renew(actor) if options.renew else keys.active(actor))
        rows = await database.read(public_keys)
    if options.output:
        await asyncio.to_thread(write_lines, options.output, map(key_line, rows))
    if options.json:
        show_json({"keys": rows})
        return 0
    show_facts([("Fingerabdruck", next(r["id"] for r in rows if r["retired_us"] is None))])
    show_table(
        [{**row, "made_at": iso_utc(row["made_us"])} for row in rows],
        {"made_at": "Angelegt", "made_by": "Von", "public": "Öffentlicher Schlüssel"},
    )
    return 0
