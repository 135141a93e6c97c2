"""Puts a backup back: everything is compared with its digest before anything is relied on.

What the backup holds beyond its own database is brought in line with it: files that were
accepted later go back to the claimed ones and are taken in again under the same id; files
that were delivered later are set aside for a person to compare with the partner.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.app.backup import DATABASE, DUMP, FORMAT, MANIFEST, digest_of
from hub.app.place import CLOCK, Place
from hub.app.rooms import AnyDatabase
from hub.channels.inbound.names import claim_id, is_claimed, original_name
from hub.core.errors import Misconfigured, Rejected
from hub.store import journal
from hub.store.database import Transaction
from hub.store.engines.dumps import load
from hub.store.engines.postgres import PostgresDatabase
from hub.store.inbox import leases
from hub.store.journal import Entry, Journal
from hub.store.sqlite import SqliteDatabase
from hub.store.targets import claims

ASIDE = "nachzutragen"
"""Folder of what a person has to compare."""
SECRETS = "secrets"
"""The only thing that may lie in the target before."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    files: int
    began: str
    """When the backup was begun."""
    taken_in_again: int
    """Files accepted after the database was copied."""
    set_aside: int
    """Files delivered after the database was copied."""


def check_backup(source: Path) -> dict[str, Any]:
    """Compare every file with the list of digests and return the list.

    Raises:
        Rejected: no backup, or not whole, or changed.
    """
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        wanted = {one["path"]: one["sha256"] for one in manifest["files"]}
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise _no_backup(source) from exc
    if not known:
        raise _no_backup(source)
    present = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}
    faults = [f"{path} fehlt" for path in sorted(wanted.keys() - present)]
    faults += [f"{path} gehört nicht dazu" for path in sorted(present - {MANIFEST, *wanted})]
    faults += [
        f"{path} wurde verändert"
        for path in sorted(wanted.keys() & present)
        if digest_of(source / path) != wanted[path]
    ]
    if faults:
        raise Rejected(
            "backup_damaged",
            f"Die Sicherung ist nicht heil: {'; '.join(faults[:5])}"
            f"{f' und {len(faults) - 5} weitere' if len(faults) > 5 else ''}.",  # noqa: PLR2004  as many as are named
            place=str(source),
            remedy="Eine andere Sicherung verwenden; diese zur Untersuchung aufheben.",
        )
    return manifest


async def restore(source: Path, target: Path, dsn: str = "") -> Restored:
    """Put a backup into an empty folder, and into an empty database where it came from one.

    Args:
        source: the backup.
        target: the folder.
        dsn: another address of the database than the settings name.

    Raises:
        Rejected: the backup is not whole, or its journal does not hold.
        Misconfigured: folder or database are in use, or the programs of PostgreSQL are missing.
        Unavailable: the database is away.
    """
    manifest = await asyncio.to_thread(check_backup, source)
    places = await asyncio.to_thread(_put_back, source, target, dsn)
    try:
        database = await _opened(places["data"], target)
    except BaseException:
        await asyncio.to_thread(_clear, target)
        raise
    try:
        found = await database.scan(lambda tx: _state(tx, manifest))
        await asyncio.to_thread(
            _set_aside_checkpoints, places["checkpoints"], target, found.checkpoints
        )
        again = await asyncio.to_thread(_take_in_again, places["inbox"], found.messages)
        aside = await asyncio.to_thread(_set_aside, places["outbox"], target, found.delivered)
        facts = {"backup": manifest["began"], "again": again, "aside": aside}
        await database.write(lambda tx: _begin_again(tx, manifest["node"], facts))
    except Rejected:
        await asyncio.to_thread(_clear, target)
        raise
    finally:
        await asyncio.to_thread(database.close)
    return Restored(len(manifest["files"]), manifest["began"], again, aside)


async def _opened(data: Path, target: Path) -> AnyDatabase:
    """Open the database that was put back; one of a server is loaded first."""
    dumped = data / Path(DUMP).name
    if not await asyncio.to_thread(dumped.exists):
        return SqliteDatabase(data / Path(DATABASE).name)
    place = Place.read(target / "hub.toml")
    address, rules = place.database_address, place.settings.postgresql
    if address is None or rules is None:
        raise _no_backup(target)
    await asyncio.to_thread(load, address, dumped, rules.programs)
    await asyncio.to_thread(dumped.unlink)
    return PostgresDatabase(address)


def _put_back(source: Path, target: Path, dsn: str) -> dict[str, Path]:
    """Copy everything to where the settings want it and return the places."""
    if target.exists() and {path.name for path in target.iterdir()} - {SECRETS}:
        raise Misconfigured(
            "restore_target_taken",
            "Der Ordner für die Wiederherstellung ist nicht leer.",
            place=str(target),
            remedy="Einen leeren Ordner nennen; nur „secrets“ darf schon darin liegen.",
        )
    target.mkdir(parents=True, exist_ok=True)
    text = (source / "hub.toml").read_text(encoding="utf-8")
    if dsn:
        text = re.sub(r"(?m)^(\s*dsn\s*=).*$", lambda found: f"{found[1]} {json.dumps(dsn)}", text)
    (target / "hub.toml").write_text(text, encoding="utf-8")
    wanted = tomllib.loads(text).get("folders", {})
    places = {name: target / _inside(wanted.get(name), name) for name in FOLDERS}
    for name, place in places.items():
        if (source / name).is_dir():
            shutil.copytree(source / name, place)
    payloads = target / _inside(wanted.get("payloads"), "")
    if payloads != target and (places["data"] / "payloads").is_dir():
        payloads.parent.mkdir(parents=True, exist_ok=True)
        (places["data"] / "payloads").rename(payloads)
    return places


def _clear(target: Path) -> None:
    """Take away what must not be used."""
    for path in target.iterdir():
        if path.is_dir() and path.name != SECRETS:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


FOLDERS = (
    "data", "inbox", "outbox", "certs", "checkpoints", "schemas", "mappings", "templates",
    "file_kinds",
)  # fmt: skip


def _inside(configured: str | None, name: str) -> str:
    """Return where a folder goes below the target: never where a running one may lie."""
    relative = Path(configured or name)
    return name if relative.is_absolute() or ".." in relative.parts else str(relative)


@dataclass(frozen=True, slots=True)
class _State:
    messages: set[str]
    delivered: set[str]
    """Files of the outbox that were confirmed, relative to it."""
    checkpoints: dict[str, int]
    """The newest one's number, by office."""


def _state(tx: Transaction, manifest: dict[str, Any]) -> _State:
    """Return what the database knows, after its own integrity was looked at."""
    broken = ["ok"]
    if tx.dialect == "sqlite":
        broken = [row["integrity_check"] for row in tx.all("PRAGMA integrity_check")]
    chain = journal.verify(tx)
    heads = [(head.tenant, head.seq, head.hash) for head in journal.heads(tx)]
    promised = [(one["tenant"], one["seq"], one["hash"]) for one in manifest["heads"]]
    if broken != ["ok"] or chain.faults or heads != promised:
        raise Rejected(
            "backup_damaged",
            "Die Datenbank der Sicherung ist beschädigt, oder ihr Journal hält nicht.",
            place=DATABASE if tx.dialect == "sqlite" else DUMP,
            remedy="Eine andere Sicherung verwenden; diese zur Untersuchung aufheben. In "
            "PostgreSQL die geladene Datenbank verwerfen (dropdb).",
        )
    sent = tx.all("SELECT tenant, spec FROM promise WHERE kind = 'deliver' AND state = 'confirmed'")
    return _State(
        {row["id"] for row in tx.all("SELECT id FROM message")},
        {name for row in sent for name in _file_of(row["tenant"], json.loads(row["spec"]))},
        {
            row["tenant"]: row["number"]
            for row in tx.all(
                "SELECT tenant, max(number) AS number FROM checkpoint GROUP BY tenant"
            )
        },
    )


def _file_of(tenant: str, spec: dict[str, Any]) -> Iterator[str]:
    if spec.get("door") == "folder":
        yield f"{tenant}/{spec['channel']}/{spec['name']}"


def _take_in_again(inbox: Path, known: set[str]) -> int:
    """Put files the database does not know back to the claimed ones of their channel."""
    again = 0
    for channel in sorted(path for path in inbox.glob("*/*") if path.is_dir()):
        shelves = [*channel.glob(".done"), *channel.glob(".duplicate")]
        cleared = [path for shelf in shelves for path in shelf.iterdir()]
        cleared += channel.glob(".quarantine/*/*")
        claimed = channel / ".claimed"
        for path in cleared:
            is_file = path.is_file() and is_claimed(path.name) and path.suffix != ".json"
            if is_file and claim_id(path.name) not in known:
                claimed.mkdir(exist_ok=True)
                path.rename(claimed / path.name)
                again += 1
        _drop_copies(channel, claimed)
    return again


def _drop_copies(channel: Path, claimed: Path) -> None:
    """Of a file that was caught twice on its way, keep the later place."""
    for path in claimed.iterdir() if claimed.is_dir() else ():
        raw = channel / original_name(path.name)
        if path.is_file() and raw.is_file() and digest_of(raw) == digest_of(path):
            raw.unlink()


def _set_aside(outbox: Path, target: Path, delivered: Iterable[str]) -> int:
    """Move files of the outbox the database does not know of out of the partners' way."""
    known, moved = set(delivered), 0
    for path in sorted(outbox.rglob("*")):
        name = path.relative_to(outbox).as_posix()
        if not path.is_file() or name.removesuffix(".sha256") in known:
            continue
        aside = target / ASIDE / "outbox" / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.rename(aside)
        moved += 1
    return moved


def _set_aside_checkpoints(folder: Path, target: Path, known: dict[str, int]) -> None:
    """Move checkpoints the database does not know of to where a person finds them.

    The journal goes on from the database's; left here, they would say that it was cut.
    """
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        newest = known.get(path.stem, 0)
        later = [line for line in lines if json.loads(line).get("number", 0) > newest]
        if later:
            aside = target / ASIDE / "checkpoints" / path.name
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text("".join(later), encoding="utf-8")
            kept = [line for line in lines if line not in later]
            path.write_text("".join(kept), encoding="utf-8")


def _begin_again(tx: Transaction, node: str, facts: dict[str, object]) -> None:
    """Let every journal say that the installation was put back, and no node hold anything.

    Who held an inbox or a lane worked on the database the copy was taken from; waiting for the
    end of its lease would keep the new one idle.
    """
    now_us = CLOCK.now_us()
    leases.end_all(tx, now_us)
    claims.end_all(tx, now_us)
    tenants = [head.tenant for head in journal.heads(tx)]
    entries = [Entry(tenant, "restored", facts=facts) for tenant in tenants]
    Journal(node).append(tx, now_us, *entries)


def _no_backup(source: Path) -> Rejected:
    return Rejected(
        "no_backup",
        "In diesem Ordner liegt keine vollständige Sicherung dieses Programms.",
        place=str(source),
        remedy="Den Ordner nennen, den „aktenhub backup“ geschrieben hat.",
    )
