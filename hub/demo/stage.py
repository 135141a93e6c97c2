"""Sets the stage: folder, settings, S3 server, certificates, accounts."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.app import CLOCK, Place, open_center, open_database
from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import demo_database, demo_storage
from hub.demo import cast
from hub.store.accounts import Accounts, Passwords, Role

MARKER = ".aktenhub-vorfuehrung"
"""Only a folder with this file in it is ever cleared away."""


@dataclass
class Ports:
    """Free ports on loopback."""

    s3: int
    azr: int
    web: int
    ops: int

    @classmethod
    def free(cls, web: int) -> Ports:
        """Return ports nobody listens on; the viewer's as wished, when it is free."""
        wished = web if web and _is_free(web) else any_port()
        return cls(any_port(), any_port(), wished, any_port())


@dataclass
class Stage:
    """A prepared working folder and the programs that run in it."""

    folder: Path
    ports: Ports
    programs: list[asyncio.subprocess.Process] = field(default_factory=list)

    @property
    def settings_file(self) -> Path:
        """The demonstration's ``hub.toml``."""
        return self.folder / "hub.toml"

    @property
    def place(self) -> Place:
        """The installation."""
        return Place.read(self.settings_file)

    def inbox(self, office: cast.Office, channel: str = "fachverfahren") -> Path:
        """Return an inbox folder."""
        return self.folder / "inbox" / office.id / channel

    def outbox(self, office: cast.Office, channel: str = "fachverfahren") -> Path:
        """Return an outbox folder."""
        return self.folder / "outbox" / office.id / channel

    async def start(self, name: str, arguments: Sequence[str]) -> asyncio.subprocess.Process:
        """Start a program; what it says goes to a file in the folder."""
        log = self.folder / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            program = await asyncio.create_subprocess_exec(
                *arguments, stdout=output, stderr=output, stdin=asyncio.subprocess.DEVNULL
            )
        self.programs.append(program)
        return program

    async def stop(self) -> None:
        """Stop every program, the last started first."""
        for program in reversed(self.programs):
            if program.returncode is None:
                program.terminate()
        for program in reversed(self.programs):
            try:
                await asyncio.wait_for(program.wait(), 45)
            except TimeoutError:
                program.kill()
                await program.wait()


def python(*arguments: str) -> list[str]:
    """Return the command line of a module of this installation."""
    return [sys.executable, "-m", *arguments]


async def set_stage(folder: Path, web_port: int) -> Stage:
    """Create a fresh working folder with everything in it, and start its S3 server.

    Raises:
        Misconfigured: the folder holds something that is not a demonstration.
        Unavailable: the S3 server does not come up.
    """
    clear(folder)
    stage = Stage(await asyncio.to_thread(folder.resolve), Ports.free(web_port))
    storage = demo_storage() or _local_storage(stage)
    _write(stage, storage)
    if demo_storage() is None:
        await _start_s3(stage, storage)
    return stage


async def take_up(folder: Path) -> Stage:
    """Start the S3 server of a working folder that was left by :func:`set_stage`, on new ports."""
    stage = Stage(await asyncio.to_thread(folder.resolve), Ports.free(0))
    storage = _local_storage(stage)
    storage["secret_key"] = (folder / "secrets" / "s3_secret_key").read_text(encoding="utf-8")
    stage.settings_file.write_text(settings_text(stage, storage), encoding="utf-8")
    await _start_s3(stage, storage)
    return stage


def clear(folder: Path) -> None:
    """Remove a former demonstration; nothing else is ever removed.

    Raises:
        Misconfigured: the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise Misconfigured(
                "demo_folder_taken",
                "Der Ordner für die Vorführung enthält anderes.",
                place=str(folder),
                remedy="Mit --folder einen leeren Ordner angeben.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()


def _local_storage(stage: Stage) -> dict[str, str]:
    return {
        "endpoint": f"127.0.0.1:{stage.ports.s3}",
        "access_key": "vorfuehrung",
        "secret_key": secrets.token_hex(16),
        "secure": "false",
    }


def _write(stage: Stage, storage: dict[str, str]) -> None:
    for name in ("data", "inbox", "outbox", "certs", "secrets", "s3"):
        (stage.folder / name).mkdir()
    wanted = {
        "kek": secrets.token_hex(32),
        "efile_names": secrets.token_hex(32),
        "efile_kek": secrets.token_hex(32),
        "s3_access_key": storage["access_key"],
        "s3_secret_key": storage["secret_key"],
    }
    for name, value in wanted.items():
        path = stage.folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
    stage.settings_file.write_text(settings_text(stage, storage), encoding="utf-8")


def haste_text(stage: Stage) -> str:
    """Return the settings of whoever plays here: quick scans, short waits, its register."""
    return f"""
[pickup]
scan_s = 0.5
settle_s = 1.0
[delivery]
batch_window_s = 2.0
first_retry_s = 1.0

[[https]]
name = "azr"
url = "https://127.0.0.1:{stage.ports.azr}/azr"
idempotent = "yes"
"""


def settings_text(stage: Stage, storage: dict[str, str]) -> str:
    """Return the demonstration's settings: quick scans, short waits, two offices."""
    head = f"""{_database_text(demo_database())}
[storage]
endpoint = "{storage["endpoint"]}"
secure = {storage["secure"] or "false"}
bucket_prefix = "aktenhub"

[web]
port = {stage.ports.web}
second_factor = []
[ops]
port = {stage.ports.ops}
{haste_text(stage)}"""
    return head + "".join(tenant_text(office) for office in cast.OFFICES)


def _database_text(address: str | None) -> str:
    if address is None:
        return ""
    return f"""
database = "postgresql"
[postgresql]
dsn = "{address}"
login = "peer"
"""


def tenant_text(office: cast.Office) -> str:
    """Return the settings of an office: the cash system is the IHV but for the second one."""
    first = office is not cast.BEISPIELHAUSEN
    cash = ("ihv", "8410", "1003/68101-4", "1003/11901-2") if first else (
        "kasse", "51", "363100.7339000", "363100.3482000")  # fmt: skip
    register = """
[tenants.register]
authority = "123456"
dvdv = "uvs:09999000"
""" if first else ""  # fmt: skip
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
partner = "{cash[0]}"
office = "{cash[1]}"
budget_out = "{cash[2]}"
budget_in = "{cash[3]}"
{register}
[[tenants.channels]]
name = "fachverfahren"
[[tenants.channels]]
name = "{cash[0]}"
ready = "rename"
"""


async def _start_s3(stage: Stage, storage: dict[str, str]) -> None:
    program = Path(sys.executable).with_name("rclone")
    if not program.exists():
        raise Misconfigured(
            "rclone_missing",
            "Der S3-Server für die Vorführung fehlt.",
            remedy="„make setup“ ausführen oder mit AKTENHUB_DEMO_S3_ENDPOINT ein S3 angeben.",
        )
    keys = f"{storage['access_key']},{storage['secret_key']}"
    await stage.start(
        "s3",
        [str(program), "serve", "s3", "--addr", storage["endpoint"], "--auth-key", keys,
         str(stage.folder / "s3")],
    )  # fmt: skip
    await wait_for_port(stage.ports.s3)


async def open_accounts(stage: Stage) -> None:
    """Create the accounts of the demonstration."""
    async with open_database(stage.place) as database:
        accounts = Accounts(database, CLOCK, Passwords())
        for office in cast.OFFICES:
            login, name = office.caseworker
            await accounts.create(
                login, cast.PASSWORD, name=name, tenant=office.id,
                roles=frozenset({Role.CASEWORKER}),
            )  # fmt: skip
        for (login, name), role in (
            (cast.ADMINISTRATOR, Role.ADMINISTRATOR),
            (cast.AUDITOR, Role.AUDITOR),
        ):
            await accounts.create(
                login, cast.PASSWORD, name=name, tenant=None, roles=frozenset({role})
            )


async def open_line(stage: Stage, office: cast.Office, partner: str) -> tuple[Path, Path]:
    """Make a test CA, get the office its certificate to a partner, and the partner its own.

    Returns the folder of the CA and that of the partner's certificate and key.
    """
    ca, tls = stage.folder / "ca", stage.folder / partner
    await run(*python("hub", "simulate", "ca", "init", str(ca)))
    await run(*python("hub", "simulate", "ca", "server", str(ca), "127.0.0.1", str(tls)))
    async with open_database(stage.place) as database:
        center = open_center(stage.place, database)
        anchor = await asyncio.to_thread((ca / "ca.pem").read_bytes)
        await center.trust(partner, anchor)
        subject = {
            "common_name": f"aktenhub-{office.id}",
            "organization": office.name,
            "locality": office.city,
            "country": "DE",
        }
        identity, request = await center.request(office.id, partner, subject)
        issued = stage.folder / "certs" / "issued.pem"
        await run(*python("hub", "simulate", "ca", "sign", str(ca), str(request), str(issued)))
        await center.import_certificate(await asyncio.to_thread(issued.read_bytes))
        issued.unlink()
        await center.activate(identity, "Vorführung")
    return ca, tls


async def open_register(stage: Stage) -> None:
    """Get the office its certificate from the test CA and start the simulated register."""
    office = cast.MUSTERSTADT
    ca, tls = await open_line(stage, office, "azr")
    persons = tls / "persons.json"
    persons.write_text(json.dumps([_amina()], ensure_ascii=False), encoding="utf-8")
    await stage.start("azr", python(
        "hub", "simulate", "azr", "--listen", f"127.0.0.1:{stage.ports.azr}",
        "--cert", str(tls / "cert.pem"), "--key", str(tls / "key.pem"),
        "--client-ca", str(ca / "ca.pem"), "--authority", f"123456=aktenhub-{office.id}",
        "--persons", str(persons), "--state", str(tls / "register.sqlite"),
    ))  # fmt: skip
    await wait_for_port(stage.ports.azr)


def _amina() -> dict[str, object]:
    family = cast.MUSTERSTADT.xml[0]
    return {
        "azr_number": cast.AZR_NUMBER,
        "family_name": family.child[0],
        "given_names": family.child[1],
        "birth": family.born,
        "birth_place": family.birth_place,
        "birth_country": family.nationality,
        "sex": family.sex,
        "nationality": [family.nationality],
        "record_authority": "654321",
        "residence_title": {
            "kind": "aufenthaltserlaubnis", "code": "01",
            "since": "2025-02-01", "until": "2028-01-31",
        },
    }  # fmt: skip


async def open_cash_offices(stage: Stage) -> None:
    """Start the simulated IHV for the first office and the municipal Kasse for the second."""
    for office, name in ((cast.MUSTERSTADT, "ihv"), (cast.BEISPIELHAUSEN, "kasse")):
        inbox, outbox = stage.inbox(office, name), stage.outbox(office, name)
        for folder in (inbox, outbox):
            folder.mkdir(parents=True, exist_ok=True)
        extra = ["--closed-account", cast.CLOSED_ACCOUNT] if name == "ihv" else []
        stray = "1" if name == "ihv" else "0"
        await stage.start(name, python(
            "hub", "simulate", name, "--orders", str(outbox), "--answers", str(inbox),
            "--state", str(stage.folder / f"{name}.sqlite"), "--stray-receipts", stray, *extra,
        ))  # fmt: skip


async def run(*arguments: str) -> None:
    """Run a short program.

    Raises:
        Unavailable: it failed.
    """
    program = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await program.communicate()
    if program.returncode:
        raise Unavailable("demo_program_failed", f"{arguments[2]} ist gescheitert: {output!r}")


async def wait_for_port(port: int) -> None:
    """Wait until somebody listens.

    Raises:
        Unavailable: nobody did within half a minute.
    """
    for _ in range(300):
        if not _is_free(port):
            return
        await asyncio.sleep(0.1)
    raise Unavailable("demo_program_silent", f"Auf Port {port} meldet sich niemand.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def any_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
