"""``hub.toml`` and secrets, read once into frozen values; unknown keys are errors.

This is the one module that reads the environment.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hub.core.errors import Misconfigured

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,30}\Z")]
"""Names become folder, bucket and metric names, so they are narrow."""
YEAR_S = 31_536_000.0
Seconds = Annotated[float, Meta(gt=0, le=YEAR_S)]
Pause = Annotated[float, Meta(ge=0, le=YEAR_S)]
Count = Annotated[int, Meta(gt=0, le=1_000_000_000)]
Bytes = Annotated[int, Meta(gt=0, le=1_000_000_000_000_000)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class _Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of ``hub.toml``; a key that is not listed is refused."""


class Folders(_Section, frozen=True, kw_only=True):
    """Where things lie; relative paths are relative to ``hub.toml``."""

    data: str = "data"
    """Database and payload store."""
    inbox: str = "inbox"
    outbox: str = "outbox"
    certs: str = "certs"
    secrets: str = "secrets"
    schemas: str = ""
    """Empty: the schemas shipped with the program."""
    mappings: str = ""
    """Empty: the mappings shipped with the program."""
    templates: str = ""
    """Empty: the letter templates shipped with the program."""


class Storage(_Section, frozen=True, kw_only=True):
    """The S3 server behind the e-file; keys are ``s3_access_key`` and ``s3_secret_key``."""

    endpoint: str
    """``host:port`` without scheme."""
    secure: bool = True
    region: str = "eu-central-1"
    bucket_prefix: Name = "aktenhub"
    """Buckets are named ``<prefix>-<tenant>-akte``."""
    durable: bool = False
    """The operator declares that the server syncs before it answers; no probe can tell."""


class Web(_Section, frozen=True, kw_only=True):
    """Staff pages."""

    host: str = "127.0.0.1"
    port: Port = 8443
    idle_minutes: Count = 30
    """A session ends after this long without a request (ASVS 7.3.1)."""
    absolute_hours: Count = 10
    """A session ends after this long in any case (ASVS 7.3.2)."""


class Ops(_Section, frozen=True, kw_only=True):
    """Health and metrics for the operator's monitoring; bind to an internal address only."""

    host: str = "127.0.0.1"
    port: Port = 8444


class Pickup(_Section, frozen=True, kw_only=True):
    """Watched folders."""

    scan_s: Seconds = 5.0
    """The periodic full scan is the truth; events only shorten the wait."""
    settle_s: Pause = 5.0
    """A file must have kept size and time for this long before it is taken."""
    max_bytes: Count = 50_000_000
    """Larger files are quarantined unread."""
    batch: Count = 200
    """Files claimed per round; one durable transaction carries them all."""
    keep_done_days: Annotated[int, Meta(ge=0, le=3650)] = 7
    """Cleared files stay in ``.done`` and ``.duplicate`` so long; 0 removes them at once."""


class Limits(_Section, frozen=True, kw_only=True):
    """Beyond these nothing more is taken in; intake goes on at four fifths of them."""

    backlog_messages: Count = 10_000
    """Messages of one channel that nobody has read yet."""
    backlog_bytes: Bytes = 1_000_000_000
    """The same in bytes."""
    free_bytes: Bytes = 1_000_000_000
    """Free room on the disk of the data folder; less than this stops the intake."""
    database_bytes: Bytes = 200_000_000_000
    """Size of the database."""


class Isolation(_Section, frozen=True, kw_only=True):
    """Child processes that parse foreign bytes."""

    workers: Count = 2
    memory_mb: Annotated[int, Meta(ge=256, le=1_000_000)] = 1024
    wall_s: Seconds = 20.0
    recycle_after: Count = 20_000
    """Jobs after which a child is replaced, so that leaks of parsers stay bounded."""


class Delivery(_Section, frozen=True, kw_only=True):
    """How promises are kept."""

    lease_s: Seconds = 60.0
    first_retry_s: Seconds = 5.0
    max_retry_s: Seconds = 900.0
    deadline_h: Seconds = 72.0
    batch_window_s: Pause = 30.0
    """Cash orders wait at most this long for company before a batch file is closed."""
    batch_max: Count = 10_000
    """Orders per batch file at most."""


class Letters(_Section, frozen=True, kw_only=True):
    """Rendering of letters."""

    soffice: str = "soffice"
    """LibreOffice program."""
    timeout_s: Seconds = 120.0


class Address(_Section, frozen=True, kw_only=True):
    """Postal address of an office."""

    street: str
    house_number: str
    postal_code: Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")]
    city: str


class Channel(_Section, frozen=True, kw_only=True):
    """A door of the inbox: ``inbox/<tenant>/<name>/``."""

    name: Name
    ready: Literal["stable", "rename"] = "stable"
    """When a file counts as complete."""
    settle_s: Pause | None = None
    """Overrides ``pickup.settle_s``."""
    duplicates: Literal["record", "accept", "refuse"] = "record"
    """What happens to a file with bytes seen before on this channel."""


class Register(_Section, frozen=True, kw_only=True):
    """The office as the AZR knows it."""

    partner: Name = "azr"
    authority: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    """*Behördenkennzeichen* at the BVA."""
    dvdv: str
    """Author *Kennung*, for example ``uvs:09999000``."""


class Cash(_Section, frozen=True, kw_only=True):
    """The cash system of an office."""

    partner: Name
    """``ihv``, ``kasse`` or another profile in ``mappings/``."""
    office: Annotated[str, Meta(min_length=1, max_length=10)]
    """Number of the ordering office (*anordnende Stelle*) at the cash system."""
    budget_out: str
    """Budget line (*Buchungsstelle*) payments are booked on."""
    budget_in: str
    """Budget line claims are booked on."""


class Tenant(_Section, frozen=True, kw_only=True):
    """One office (*Jugendamt*)."""

    id: Name
    name: str
    address: Address
    phone: str
    email: str
    cash: Cash
    register: Register | None = None
    channels: tuple[Channel, ...] = ()


class HttpsTarget(_Section, frozen=True, kw_only=True):
    """A partner reached over HTTPS with a client certificate."""

    name: Name
    url: Annotated[str, Meta(pattern=r"^https://")]
    timeout_s: Seconds = 30.0
    idempotent: Literal["yes", "no"] = "no"
    """Whether an unanswered request may simply be sent again."""


class Settings(_Section, frozen=True, kw_only=True):
    """The whole of ``hub.toml``."""

    storage: Storage
    tenants: tuple[Tenant, ...]
    node: Name = "hub-1"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database: Literal["sqlite"] = "sqlite"
    """``sqlite`` (one node, file in the data folder)."""
    folders: Folders = Folders()
    web: Web = Web()
    ops: Ops = Ops()
    pickup: Pickup = Pickup()
    limits: Limits = Limits()
    isolation: Isolation = Isolation()
    delivery: Delivery = Delivery()
    letters: Letters = Letters()
    https: tuple[HttpsTarget, ...] = ()

    def tenant(self, tenant_id: str) -> Tenant:
        """Return one office.

        Raises:
            Misconfigured: no such tenant.
        """
        for tenant in self.tenants:
            if tenant.id == tenant_id:
                return tenant
        raise Misconfigured(
            "unknown_tenant",
            f"Der Mandant {tenant_id!r} ist nicht eingerichtet.",
            remedy="Mandanten stehen in hub.toml unter [[tenants]].",
        )


def read_settings(path: Path) -> Settings:
    """Read and check ``hub.toml``.

    Raises:
        Misconfigured: the file is missing, is not TOML, or holds an unknown or wrong key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise Misconfigured(
            "settings_missing",
            "Die Datei hub.toml fehlt.",
            place=str(path),
            remedy="Mit „aktenhub init ORDNER“ anlegen oder --settings angeben.",
        ) from exc
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise _unreadable(path, exc) from exc
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as exc:
        raise _invalid(path, _in_german(str(exc))) from exc
    _check_names(settings, path)
    return settings


def _unreadable(path: Path, exc: Exception) -> Misconfigured:
    if isinstance(exc, OSError):
        return Misconfigured(
            "settings_unreadable", "hub.toml lässt sich nicht öffnen.", place=str(path),
            remedy="Rechte der Datei prüfen.",
        )  # fmt: skip
    spot = re.search(r"at line (\d+), column (\d+)", str(exc))
    where = f", Zeile {spot[1]}, Spalte {spot[2]}" if spot else ""
    return Misconfigured(
        "settings_unreadable", "hub.toml ist kein gültiges TOML in UTF-8.", place=f"{path}{where}",
        remedy="Die genannte Stelle berichtigen.",
    )  # fmt: skip


def _invalid(path: Path, message: str) -> Misconfigured:
    return Misconfigured(
        "settings_invalid",
        message,
        place=str(path),
        remedy="Alle Schlüssel stehen im Betriebshandbuch, Kapitel „Einstellungen“.",
    )


_SAID = (
    (r"unknown field `([^`]*)`", "Unbekannter Schlüssel „{1}“{where}."),
    (r"missing required field `([^`]*)`", "Der Schlüssel „{1}“{where} fehlt."),
    (r"Expected `([^`]*)`, got `([^`]*)`", "Der Wert{where} ist {2}, nicht {1}."),
    (r"of length ([<>]=?) (\d+)", "Der Wert{where} muss {1} {2} Zeichen lang sein."),
    (r"Expected `\w+` ([<>]=?) (\S+)", "Der Wert{where} muss {1} {2} sein."),
    (r"matching regex '(.*)'", "Der Wert{where} hat nicht die verlangte Form ({1})."),
    (r"Invalid enum value '(.*)'", "„{1}“{where} ist kein zulässiger Wert."),
)
"""What the reader says, and how we say it; the place stays as it names it."""

_KINDS = {
    "str": "Text", "int": "eine ganze Zahl", "float": "eine Zahl", "bool": "ein Wahrheitswert",
    "object": "eine Tabelle", "array": "eine Liste",
}  # fmt: skip


def _in_german(text: str) -> str:
    said, _, place = text.partition(" - at `$")
    where = f" in [{place.strip('.`')}]" if place.strip(".`") else ""
    for pattern, sentence in _SAID:
        found = re.search(pattern, said)
        if found:
            words = (_KINDS.get(word, word) for word in found.groups())
            return sentence.format(said, *words, where=where)
    return f"Ein Wert{where} passt nicht: {said}"


def _check_names(settings: Settings, path: Path) -> None:
    ids = [tenant.id for tenant in settings.tenants]
    if not ids or _repeated(ids):
        raise _invalid(
            path, "Jeder Mandant braucht eine eigene Kennung, und es muss mindestens einen geben."
        )
    for tenant in settings.tenants:
        if _repeated([channel.name for channel in tenant.channels]):
            raise _invalid(path, f"Der Mandant „{tenant.id}“ hat zwei Kanäle desselben Namens.")
    if _repeated([target.name for target in settings.https]):
        raise _invalid(path, "Unter [[https]] steht eine Gegenstelle zweimal.")


def _repeated(names: list[str]) -> bool:
    return len(names) != len(set(names))


def secret(settings: Settings, base: Path, name: str) -> bytes:
    """Return a secret from ``AKTENHUB_SECRET_<NAME>`` or from the secrets folder.

    Raises:
        Misconfigured: the secret is in neither place, empty, or its file is readable by others.
    """
    value = os.environ.get(f"AKTENHUB_SECRET_{name.upper()}")
    if value:
        return value.encode()
    path = base / settings.folders.secrets / name
    try:
        mode = path.stat().st_mode
        found = path.read_bytes().strip()
    except OSError as exc:
        raise _secret_missing(name, path) from exc
    if mode & 0o077:
        raise Misconfigured(
            "secret_exposed",
            f"Das Geheimnis „{name}“ ist für andere lesbar.",
            place=str(path),
            remedy="Rechte auf 600 setzen.",
        )
    if not found:
        raise _secret_missing(name, path)
    return found


def _secret_missing(name: str, path: Path) -> Misconfigured:
    return Misconfigured(
        "secret_missing",
        f"Das Geheimnis „{name}“ fehlt, ist leer oder nicht lesbar.",
        place=str(path),
        remedy=f"Datei anlegen (Rechte 600) oder AKTENHUB_SECRET_{name.upper()} setzen.",
    )


def armed_failpoint() -> str | None:
    """Return the failpoint a crash test wants armed."""
    return os.environ.get("AKTENHUB_FAILPOINT")


def demo_storage() -> dict[str, str] | None:
    """Return the real S3 a demonstration shall use; ``None``: a loopback server.

    ``AKTENHUB_DEMO_S3_ENDPOINT`` (``host:port``), ``…_ACCESS_KEY``, ``…_SECRET_KEY`` and
    ``…_SECURE`` (``true`` or ``false``).
    """
    names = ("endpoint", "access_key", "secret_key", "secure")
    found = {name: os.environ.get(f"AKTENHUB_DEMO_S3_{name.upper()}", "") for name in names}
    return found if found["endpoint"] else None
