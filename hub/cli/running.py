"""``init``, ``run``, ``send``: set up an installation, work, drop a file."""

from __future__ import annotations

import argparse
import asyncio
import secrets
from dataclasses import asdict
from pathlib import Path

from hub import app
from hub.app import Place, serving
from hub.channels.inbound.rules import is_taken
from hub.channels.safe_folder import write_once
from hub.cli.command import Commands, place_of, show_table
from hub.cli.parser import existing_file
from hub.core.errors import Misconfigured, Rejected
from hub.core.log import set_up_logging
from hub.store.database import Row
from hub.web.presentation import words
from hub.workers.ending import Remains

EXAMPLE = app.SHIPPED / "hub.example.toml"
RANDOM_SECRETS = ("kek", "efile_names", "efile_kek")
"""Secrets the program makes itself; the S3 keys come from the storage's operator."""


def register(commands: Commands) -> None:
    """Declare the commands."""
    init = commands.add("init", _init, "Neue Installation in einem Ordner anlegen")
    init.add_argument("folder", type=Path, metavar="ORDNER")
    run = commands.add("run", _run, "Nachrichten verarbeiten und die Oberfläche bereitstellen")
    run.add_argument("--once", action="store_true", help="nur tun, was jetzt ansteht, dann enden")
    send = commands.add("send", _send, "Eine Datei in einen Eingangsordner legen")
    send.add_argument("file", type=existing_file, metavar="DATEI")
    send.add_argument("--tenant", required=True, metavar="MANDANT")
    send.add_argument("--channel", default="fachverfahren", metavar="KANAL")


async def _init(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    await asyncio.to_thread(create, folder, EXAMPLE.read_text(encoding="utf-8"))
    print(f"Angelegt: {folder}/hub.toml")
    print("Nächste Schritte: hub.toml anpassen, die S3-Schlüssel nach secrets/s3_access_key und")
    print("secrets/s3_secret_key legen (Rechte 600), dann „aktenhub check“.")
    return 0


def create(folder: Path, settings: str) -> None:
    """Create an installation: settings, folders and the secrets the program makes itself.

    Raises:
        Misconfigured: there is one already.
    """
    path = folder / "hub.toml"
    if path.exists():
        raise Misconfigured(
            "already_initialised",
            "In diesem Ordner gibt es bereits eine hub.toml.",
            place=str(path),
            remedy="Anderen Ordner wählen oder die vorhandene Datei ändern.",
        )
    for name in ("data", "inbox", "outbox", "certs", "secrets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "secrets").chmod(0o700)
    for name in RANDOM_SECRETS:
        keep_secret(folder, name, secrets.token_hex(32))
    path.write_text(settings, encoding="utf-8")


def keep_secret(folder: Path, name: str, value: str) -> None:
    """Write a secret only its owner can read; an existing one stays."""
    path = folder / "secrets" / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")


async def _run(options: argparse.Namespace) -> int:
    place = place_of(options)
    set_up_logging(place.settings.log_level)
    if options.once:
        await serving.run_once(place)
    else:
        _show_remains(await serving.serve(place))
    return 0


def _show_remains(remains: Remains) -> None:
    """Say what the next start goes on with, and what was broken off at which step."""
    print("Beendet. Alles Angefangene ist gesichert.")
    if remains.broken_off:
        print("Abgebrochen, weil es zu lange dauerte:")
        columns = {"kind": "Schritt", "queue": "Warteschlange", "tenant": "Mandant",
                   "message_id": "Nachricht", "id": "Zusage"}  # fmt: skip
        show_table([_named(asdict(one)) for one in remains.broken_off], columns)
    if remains.waiting:
        print("Noch nicht erledigt:")
        columns = {"kind": "Schritt", "queue": "Warteschlange", "state": "Zustand",
                   "number": "Anzahl"}  # fmt: skip
        show_table([_worded(row) for row in remains.waiting], columns)


def _worded(row: Row) -> Row:
    return {**_named(row), "state": words.promise_state(row["state"]).text}


def _named(row: Row) -> Row:
    return {**row, "kind": words.PROMISE_KINDS[row["kind"]]}


async def _send(options: argparse.Namespace) -> int:
    place = place_of(options)
    demand_channel(place, options.tenant, options.channel)
    if not is_taken(options.file.name):
        raise Rejected(
            "file_name_never_taken",
            f"Eine Datei namens „{options.file.name}“ gilt als unfertig und wird nie abgeholt.",
            remedy="Datei umbenennen; versteckte Namen und Endungen wie .tmp oder .part meiden.",
        )
    folder = place.base / place.settings.folders.inbox / options.tenant / options.channel
    data = await asyncio.to_thread(options.file.read_bytes)
    await asyncio.to_thread(write_once, folder, options.file.name, data, options.file.name)
    print(f"Abgelegt: {folder / options.file.name}")
    return 0


def demand_channel(place: Place, tenant: str, channel: str) -> None:
    """See that an office has a channel.

    Raises:
        Misconfigured: there is no such office, or it has no such channel.
    """
    if channel not in {one.name for one in place.settings.tenant(tenant).channels}:
        raise Misconfigured(
            "unknown_channel",
            f"Der Kanal „{channel}“ ist für diesen Mandanten nicht eingerichtet.",
            remedy="Kanäle stehen in hub.toml unter [[tenants.channels]].",
        )
