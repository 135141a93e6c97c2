"""A small installation on disk that is started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.demo import cast
from hub.demo.stage import Ports, Stage, open_register
from tests.crash.warm import Warm
from tests.s3_server import S3Server
from tests.sealed_reader import SealedReader

PATIENCE_S = 120.0
NO_OFFICE = "soffice-not-installed"
"""Where a test is not about letters the word processor is missing: letters become clearing
cases, everything else goes its way, and a run costs two seconds instead of five."""


@dataclass(frozen=True)
class Dropped:
    """A file the sender believes accepted once it has left the inbox."""

    tenant: str
    channel: str
    name: str
    data: bytes


@dataclass
class Posted:
    """A message a sender posts under its name as key, as often as it takes."""

    tenant: str
    channel: str
    name: str
    data: bytes
    message_id: str = ""
    """Given with the 202; until then the sender believes nothing."""
    attachment: bytes = b""
    """What comes with it, in the same request."""


Query = Callable[[str], list[dict[str, Any]]]


@dataclass
class House:
    """The folder of an installation, its objects, and what was dropped into it."""

    folder: Path
    buckets: Path
    """Folder the S3 server keeps its buckets in."""
    prefix: str
    dropped: list[Dropped] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "hub.sqlite"

    @contextmanager
    def look(self) -> Iterator[Query]:
        """Look into the database, past everything of ours."""
        database = sqlite3.connect(self.database)
        database.row_factory = sqlite3.Row
        try:
            yield lambda sql: [dict(row) for row in database.execute(sql)]
        finally:
            database.close()

    @property
    def sent(self) -> list[Dropped | Posted]:
        """Everything senders dropped and posted, each sender's in its order."""
        return [*self.dropped, *self.posted]

    def is_founded(self) -> bool:
        """Tell whether there is a database with its tables."""
        if not self.database.exists():
            return False
        with self.look() as rows:
            return bool(rows("SELECT 1 FROM sqlite_master WHERE name = 'message'"))

    def waits(self, file: Dropped) -> bool:
        """Tell whether a dropped file still lies where its sender put it."""
        return (self.folder / "inbox" / file.tenant / file.channel / file.name).exists()

    def reader(self, bucket: Path, tenant: str) -> SealedReader:
        """Return what opens an office's sealed objects."""
        kek = (self.folder / "secrets" / "efile_kek").read_text(encoding="utf-8")
        return SealedReader(bytes.fromhex(kek), bucket, tenant)

    def bucket(self, tenant: str) -> Path:
        return self.buckets / f"{self.prefix}-{tenant}-akte"

    def drop(self, tenant: str, channel: str, name: str, data: bytes) -> None:
        """Drop a file like a sender that writes elsewhere and renames."""
        inbox = self.folder / "inbox" / tenant / channel
        inbox.mkdir(parents=True, exist_ok=True)
        hidden = inbox / f".{name}.part"
        hidden.write_bytes(data)
        hidden.rename(inbox / name)
        self.dropped.append(Dropped(tenant, channel, name, data))

    def file_apart(self) -> None:
        """Let a process of its own file."""
        settings = self.folder / "hub.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f"filing.own_process = true\n{text}", encoding="utf-8")

    def start(self, *command: str, failpoint: str = "") -> Warm:
        """Start a command of the hub; what it says is added to one log."""
        return Warm(self.folder, command, failpoint)

    def run_once(self, failpoint: str = "") -> int:
        """Do everything that is due and return the exit code; negative: the killing signal."""
        return self.start("run", "--once", failpoint=failpoint).wait(PATIENCE_S)

    def dies_at(self, failpoint: str) -> bool:
        """Tell whether a run was killed at the failpoint; one that ends was never there."""
        return self.run_once(failpoint) == -signal.SIGKILL

    def release(self, code: str) -> int:
        """Release what stands still for a reason, as a human does; return how much that was."""
        with self.look() as rows:
            cases = rows(f"SELECT id FROM clearing WHERE state = 'open' AND code = '{code}'")  # noqa: S608  of the tests
        words = ("--actor", "pruefer", "--reason", "Fehler behoben.")
        for case in cases:
            assert 0 == self.start("clearing", "release", case["id"], *words).wait(PATIENCE_S)
        return len(cases)

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text(encoding="utf-8")


def clean_environment() -> dict[str, str]:
    """Return the environment without anything that is meant for the hub."""
    return {k: v for k, v in os.environ.items() if not k.startswith("AKTENHUB_")}


def build_house(folder: Path, server: S3Server, *, soffice: str = NO_OFFICE) -> House:
    """Create an installation with two offices, ready to run."""
    ports = Ports.free(0)
    house = House(folder, server.directory, f"crash-{secrets.token_hex(4)}")
    for name in ("data", "inbox", "outbox", "certs", "secrets"):
        (folder / name).mkdir(parents=True)
    _keep_secrets(folder, server)
    settings = _settings(house.prefix, server.endpoint, ports, soffice)
    (folder / "hub.toml").write_text(settings, encoding="utf-8")
    return house


def _keep_secrets(folder: Path, server: S3Server) -> None:
    wanted = {
        "kek": secrets.token_hex(32),
        "efile_names": secrets.token_hex(32),
        "efile_kek": secrets.token_hex(32),
        "s3_access_key": server.access_key,
        "s3_secret_key": server.secret_key,
    }
    for name, value in wanted.items():
        path = folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")


def _settings(prefix: str, endpoint: str, ports: Ports, soffice: str) -> str:
    return f"""
[storage]
endpoint = "{endpoint}"
secure = false
bucket_prefix = "{prefix}"
[web]
port = 0
[ops]
port = 0
[pickup]
scan_s = 0.2
[isolation]
workers = 1
[delivery]
batch_window_s = 0.5
first_retry_s = 0.2
[letters]
soffice = "{soffice}"
[[https]]
name = "azr"
url = "https://127.0.0.1:{ports.azr}/azr"
idempotent = "no"
{_tenant(cast.MUSTERSTADT, "ihv", "8410", "1003/68101-4", "1003/11901-2", _REGISTER)}
{_tenant(cast.BEISPIELHAUSEN, "kasse", "51", "363100.7339000", "363100.3482000", "")}
"""


_REGISTER = """
[tenants.register]
authority = "123456"
dvdv = "uvs:09999000"
"""


def _tenant(
    office: cast.Office, cash: str, number: str, out: str, claims: str, register: str
) -> str:
    return f"""
[[tenants]]
id = "{office.id}"
name = "{office.name}"
phone = "0999 123-0"
email = "uvg@{office.id}.example"
[tenants.address]
street = "Rathausplatz"
house_number = "1"
postal_code = "{office.postal_code}"
city = "{office.city}"
[tenants.cash]
partner = "{cash}"
office = "{number}"
budget_out = "{out}"
budget_in = "{claims}"
{register}
[[tenants.channels]]
name = "fachverfahren"
ready = "rename"
[[tenants.channels]]
name = "{cash}"
ready = "rename"
"""


class RegisterProgram:
    """The simulated register beside a house, with the house's certificate admitted."""

    def __init__(self, house: House) -> None:
        text = (house.folder / "hub.toml").read_text(encoding="utf-8")
        port = int(text.partition("https://127.0.0.1:")[2].partition("/")[0])
        self._stage = Stage(house.folder, Ports(0, port, 0, 0))

    async def __aenter__(self) -> None:
        await open_register(self._stage)

    async def __aexit__(self, *_: object) -> None:
        await self._stage.stop()


def tree(folder: Path) -> Mapping[str, bytes]:
    """Return every file below a folder that is not the database or a log."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("hub.sqlite") and path.suffix != ".log":
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


async def run_in_thread(house: House, failpoint: str = "") -> int:
    """Run once while this loop keeps serving others."""
    return await asyncio.to_thread(house.run_once, failpoint)
