"""The installation of a run over HTTPS: a door, a token, and a partner that takes receipts."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from hub.app import CLOCK, open_database
from hub.bench.load import Load
from hub.core.errors import Misconfigured
from hub.core.ids import uuid7
from hub.demo.stage import Stage, any_port, open_line, python, wait_for_port
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential

PARTNER = "fachverfahren"
"""Sends the messages and takes the receipts."""
CONCURRENCY = 64
"""Deliveries to it at once."""
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """Where everybody is found."""

    stage: Stage
    door: int
    receipts: int
    token: str
    ca: Path

    @property
    def book(self) -> Path:
        """What the partner noted."""
        return self.stage.folder / "receipts.jsonl"


async def set_up(stage: Stage, load: Load) -> Setting:
    """Prepare the stage and start the partner; the hub is not started yet."""
    ca, tls = await open_line(stage, load.office, PARTNER)
    token = secrets.token_urlsafe(32)
    setting = Setting(stage, any_port(), any_port(), token, ca / "ca.pem")
    mappings = stage.folder / "mappings"
    await asyncio.to_thread(shutil.copytree, stage.place.mappings, mappings)
    routes = mappings / "routes.toml"
    text = await asyncio.to_thread(routes.read_text, "utf-8")
    await asyncio.to_thread(routes.write_text, receipts_over_https(text), "utf-8")
    settings = stage.settings_file.read_text("utf-8")
    stage.settings_file.write_text(settings + _more(setting), "utf-8")
    await _admit(setting, load)
    await stage.start("receiver", python(
        "hub.bench.https.receiver", str(setting.receipts), str(tls), str(setting.ca),
        str(setting.book),
    ))  # fmt: skip
    await wait_for_port(setting.receipts)
    return setting


def receipts_over_https(routes: str) -> str:
    """Return the routes with receipts going out over HTTPS instead of into a folder.

    Raises:
        Misconfigured: there is no such route.
    """
    before, *blocks = routes.split("[[out]]")
    wanted = (f'partner = "{PARTNER}"\n', 'kinds = ["Quittung"]\n')
    found = [block for block in blocks if all(line in block for line in wanted)]
    if len(found) != 1:
        raise Misconfigured(
            "bench_routes_unfit", "Die Messung findet die Route der Quittungen nicht.",
            remedy="In mappings/routes.toml muss es genau eine [[out]]-Route der Quittungen an "
            "„fachverfahren“ geben.",
        )  # fmt: skip
    lines = [line for line in found[0].split("\n") if not line.startswith(("file_name", "sidecar"))]
    changed = "\n".join(lines).replace('door = "folder"', 'door = "https"\nanswers = false')
    return "[[out]]".join([before, *(changed if b is found[0] else b for b in blocks)])


def _more(setting: Setting) -> str:
    return f"""
[folders]
mappings = "mappings"
[intake]
enabled = true
port = {setting.door}
certificate = "{PARTNER}/cert.pem"
key = "{PARTNER}/key.pem"
[[https]]
name = "{PARTNER}"
url = "https://127.0.0.1:{setting.receipts}/quittungen"
idempotent = "yes"
concurrency = {CONCURRENCY}
"""


async def _admit(setting: Setting, load: Load) -> None:
    now_us = CLOCK.now_us()
    credential = Credential(
        id=uuid7(now_us), tenant=load.office.id, channel=PARTNER, sender="bench", kind="token",
        digest=credentials.token_digest(setting.token), created_us=now_us,
        expires_us=now_us + DAY_US,
    )  # fmt: skip
    async with open_database(setting.stage.place) as database:
        await database.write(lambda tx: credentials.add(tx, credential))
