"""kill -9 at every step of an inspection, one after the other, then a look past our own code."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import multiprocessing
import signal
import sqlite3
from pathlib import Path

import pytest
from pypdf import PdfReader

from efile import INSPECTION_STEPS, EFile, FolderStore, Host, Part, index_migrations
from hub.core import failpoint
from hub.core.clock import FixedClock
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.efile_house import KEK, SECRET, pdf, request
from tests.inspected import AKTE, LINES, SECRETS, TENANT, begun, made, settled
from tests.sealed_reader import SealedReader
from tests.signing import SIGNING

pytestmark = pytest.mark.crash

_FORGE = multiprocessing.get_context("forkserver")
_PATIENCE_S = 180.0
_SILENCE_S = 121
"""After this the work of a process that is gone may be taken up."""
HANDED_OUT = {"inspection_after_filing", ""}
"""From here on the copy lies in the file."""


def walk(folder: Path, point: str, number: int) -> None:
    """Go on with the one inspection of a file, from wherever it stands, to its end."""
    if point:
        failpoint.arm(point)
    asyncio.run(_walk(folder, number))


async def _walk(folder: Path, number: int) -> None:
    database = SqliteDatabase(folder / "index.sqlite")
    await migrate(database, index_migrations(database.dialect), 0)
    clock = FixedClock()
    clock.advance(number * _SILENCE_S)
    host = Host(signing=SIGNING, passing=failpoint.reach)
    efile = EFile(database, FolderStore(folder / "objects"), clock, SECRET, host)
    if not number:
        part = Part("original", "brief.pdf", "application/pdf", pdf([list(LINES)]))
        await efile.file(request(1, parts=(part,)))
    room = efile.inspections
    found = await room.of_file(TENANT, AKTE)
    one = found[0] if found else await begun(efile)
    if one.fault == "inspection_stopped":
        await room.resume(one)
        one = await settled(efile, one.id)
    if one.state == "open":
        one = await made(efile, one)
    if one.state == "waiting":
        one = await room.release.approve(one, one.sha256, "berger")
    if one.state == "approved":
        one = await room.release.finish(one)
    assert ("filed", "berger") == (one.state, one.approver)
    assert (await efile.verify(TENANT)).intact
    assert not (await efile.reconcile(TENANT)).faults
    await efile.close()
    database.close()


def ended(folder: Path, point: str, number: int) -> int | None:
    """Return how a process ended that was to die at this point."""
    process = _FORGE.Process(target=walk, args=(folder, point, number))
    process.start()
    process.join(_PATIENCE_S)
    return process.exitcode


def test_an_inspection_killed_at_every_step_hands_out_one_approved_copy(tmp_path: Path) -> None:
    for number, point in enumerate([*INSPECTION_STEPS, ""]):
        assert (-signal.SIGKILL if point else 0) == ended(tmp_path, point, number), point
        copies = _copies(tmp_path)
        assert (point in HANDED_OUT) == bool(copies), point
        assert len(copies) <= 1
        assert not copies or ("berger", True) == _approval(tmp_path, copies[0])
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(copies[0])).pages)
    assert "Sabine" in words
    assert not [secret for secret in SECRETS if secret in words]
    assert [] == list(tmp_path.rglob("r/*/x/**/*.pdf"))


def _copies(folder: Path) -> list[bytes]:
    """Return what was handed out, as storage has it."""
    bucket = folder / "objects" / f"aktenhub-{TENANT}-akte"
    reader = SealedReader(KEK, bucket, TENANT)
    manifests = [json.loads(reader.file(path)) for path in bucket.rglob("d/*/*.json")]
    keys = [one["parts"][0]["object_key"] for one in manifests if one["vorgang"] == "Akteneinsicht"]
    return [reader.file(bucket / key) for key in keys]


def _approval(folder: Path, copy: bytes) -> tuple[str, bool]:
    """Return who approved, and whether it was just this copy."""
    database = sqlite3.connect(folder / "index.sqlite")
    try:
        ((approver, sha256),) = database.execute(
            "SELECT approver, sha256 FROM efile_inspections WHERE state IN ('approved', 'filed')"
        ).fetchall()
    finally:
        database.close()
    return approver, sha256 == hashlib.sha256(copy).hexdigest()
