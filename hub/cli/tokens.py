"""``tokens``: what lets sending systems hand in messages over HTTPS."""

from __future__ import annotations

import argparse
import asyncio
import secrets
from dataclasses import asdict, replace
from typing import Any

from hub.app import CLOCK, Place, open_center, open_database
from hub.certificates.chains import fingerprint, read_chain
from hub.certificates.inventory import DAY_US, demand_name
from hub.certificates.validation import Verdict, to_us
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_json, show_table
from hub.cli.parser import existing_file, number
from hub.cli.running import demand_channel
from hub.core.clock import iso_utc, local_date
from hub.core.errors import Conflict, Rejected
from hub.core.ids import uuid7
from hub.store.database import Database
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential

PREFIX = "ahk_"
"""So that scanners for leaked secrets know ours."""
DAYS = 365


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("tokens", "Zugänge der Absender über HTTPS")
    create = group.add("create", _create, "Token anlegen; es wird genau einmal gezeigt")
    create.add_argument("--days", type=number, default=DAYS, metavar="TAGE", help="Gültigkeit")
    bind = group.add("bind", _bind, "Client-Zertifikat eines Absenders zulassen")
    bind.add_argument("file", type=existing_file, metavar="DATEI")
    bind.add_argument("--partner", required=True, metavar="PARTNER",
                      help="dessen Vertrauensanker gelten")  # fmt: skip
    for parser in (create, bind):
        parser.add_argument("--tenant", required=True, metavar="MANDANT")
        parser.add_argument("--channel", required=True, metavar="KANAL")
        parser.add_argument("--sender", required=True, metavar="NAME",
                            help="Name des sendenden Systems")  # fmt: skip
    listing = group.add("list", _list, "Zugänge zeigen, nie ihre Geheimnisse", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    revoke = group.add("revoke", _revoke, "Zugang sofort sperren")
    revoke.add_argument("id")


async def _create(options: argparse.Namespace) -> int:
    place = place_of(options)
    token = PREFIX + secrets.token_urlsafe(32)
    ends_us = CLOCK.now_us() + options.days * DAY_US
    wanted = _credential(options, place, "token", credentials.token_digest(token), ends_us)
    async with open_database(place) as database:
        await _add(database, wanted)
    print(f"Kennung: {wanted.id}")
    print(f"Token:   {token}")
    print("Das Token wird nicht gespeichert und lässt sich nicht noch einmal zeigen.")
    return 0


async def _bind(options: argparse.Namespace) -> int:
    place = place_of(options)
    pem = await asyncio.to_thread(options.file.read_bytes)
    leaf = read_chain(pem).leaf
    ends_us = to_us(leaf.not_valid_after_utc)
    wanted = _credential(options, place, "certificate", fingerprint(leaf), ends_us)
    wanted = replace(wanted, partner=demand_name(options.partner))
    async with open_database(place) as database:
        judgement = await open_center(place, database).check(pem, options.partner)
        if judgement.verdict is not Verdict.ACCEPT:
            raise Rejected(
                "certificate_unfit",
                "Das Zertifikat ist nicht verwendbar: " + " ".join(judgement.reasons),
                remedy="Vertrauensanker mit „aktenhub certs trust“ einspielen oder ein "
                "passendes Zertifikat verwenden.",
            )
        await _add(database, wanted)
    print(f"Kennung: {wanted.id}")
    return 0


def _credential(
    options: argparse.Namespace, place: Place, kind: credentials.Kind, digest: str, ends_us: int
) -> Credential:
    demand_channel(place, options.tenant, options.channel)
    now_us = CLOCK.now_us()
    return Credential(
        id=uuid7(now_us),
        tenant=options.tenant,
        channel=options.channel,
        sender=demand_name(options.sender),
        kind=kind,
        digest=digest,
        created_us=now_us,
        expires_us=ends_us,
    )


async def _add(database: Database, credential: Credential) -> None:
    added = await database.write(lambda tx: credentials.add(tx, credential))
    if not added:
        raise Conflict(
            "certificate_bound_already",
            "Dieses Zertifikat ist schon für einen Kanal zugelassen.",
            remedy="„aktenhub tokens list“ nennt ihn; je Kanal ein eigenes Zertifikat verwenden.",
        )
    await _log(database, "credential_created", credential)


async def _log(database: Database, action: str, credential: Credential) -> None:
    await log_look(database, Look(action, "credential", credential.id, credential.tenant))


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        found = await database.read(lambda tx: credentials.every(tx, tenant))
    rows = [_row(one, CLOCK.now_us()) for one in found]
    if options.json:
        show_json({"credentials": rows})
    else:
        columns = {"tenant": "Mandant", "channel": "Kanal", "sender": "Absender", "art": "Art",
                   "zustand": "Zustand", "ends": "gültig bis", "id": "Kennung"}  # fmt: skip
        show_table([{**row, **_worded(row)} for row in rows], columns)
    return 0


def _row(credential: Credential, now_us: int) -> dict[str, Any]:
    """Return what may be shown; of a token not even its digest."""
    row = {k: v for k, v in asdict(credential).items() if not k.endswith("_us")}
    if credential.kind == "token":
        del row["digest"]
    used_us = credential.last_used_us
    return {
        **row,
        "state": _state(credential, now_us),
        "ends": local_date(credential.expires_us).isoformat(),
        "last_used": iso_utc(used_us) if used_us else None,
    }


def _state(credential: Credential, now_us: int) -> str:
    if credential.revoked_us is not None:
        return "revoked"
    return "ended" if credential.expires_us <= now_us else "active"


_WORDS = {
    "active": "gültig", "ended": "abgelaufen", "revoked": "gesperrt", "token": "Token",
    "certificate": "Zertifikat",
}  # fmt: skip


def _worded(row: dict[str, Any]) -> dict[str, str]:
    return {"art": _WORDS[row["kind"]], "zustand": _WORDS[row["state"]]}


async def _revoke(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        now_us = CLOCK.now_us()
        revoked = await database.write(lambda tx: credentials.revoke(tx, options.id, now_us))
        if revoked is None:
            raise Rejected(
                "credential_unknown",
                "Einen Zugang mit dieser Kennung gibt es nicht.",
                remedy="Kennungen zeigt „aktenhub tokens list“.",
            )
        await _log(database, "credential_revoked", revoked)
    print(f"Gesperrt: {revoked.id}")
    return 0
