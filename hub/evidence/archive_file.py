"""The file of an archive: lines of JSON like an export, sealed by the last one, compressed.

It is written aside under a name nobody else uses and gets its own once its seal is entered, so
that no second attempt can take its place. It is read as a stream: an archive may be larger than
memory.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.certificates.signing import Signer
from hub.core.errors import NotChecked
from hub.disk.folders import make, sync
from hub.evidence import merkle, seals
from hub.evidence.checkpoints import Checkpoint
from hub.evidence.closing import Span
from hub.evidence.export import closed_run
from hub.evidence.proof import Proven
from hub.evidence.seals import Seal
from hub.store import journal
from hub.store.database import Row, Transaction
from hub.store.desk import tally

LEVEL = 5
"""Beyond it the file hardly gets smaller, and takes twice as long."""


ASIDE = ".part"
"""Folder of what is not sealed yet."""


def write(
    tx: Transaction, span: Span, signer: Signer, now_us: int, folder: Path
) -> tuple[Seal, Path]:
    """Write an archive aside, durably; return the seal to be entered and where the file is."""
    part = folder / ASIDE / f"{secrets.token_hex(4)}_{span.name}.jsonl.gz"
    make(part.parent)
    try:
        with part.open("xb") as raw:
            with gzip.open(raw, "wt", LEVEL, encoding="utf-8", newline="\n") as file:
                digest = hashlib.sha256()
                for text in closed_run(tx, span.run):
                    digest.update(f"{text}\n".encode())
                    file.write(f"{text}\n")
                seal = _sealed(tx, span, digest.hexdigest(), signer, now_us)
                file.write(f"{seals.line(seal)}\n")
            raw.flush()
            os.fsync(raw.fileno())
    except BaseException:
        part.unlink()
        raise
    sync(part.parent)
    return seal, part


def settle(folder: Path, seal: Seal) -> Path:
    """Give the file of an entered seal its name, where a crash left it aside; return its path."""
    path = folder / seal.file
    # Every attempt that began at the same entry is settled by this seal, whatever its end.
    attempts = f"????????_{seal.tenant}_????_{seal.first_seq}-*.jsonl.gz"
    for part in sorted((folder / ASIDE).glob(attempts)):
        if path.exists() or not is_sealed_by(part, seal):
            part.unlink(missing_ok=True)
        else:
            part.rename(path)
            sync(folder)
    return path


def _sealed(tx: Transaction, span: Span, digest: str, signer: Signer, now_us: int) -> Seal:
    run, checkpoint = span.run, span.checkpoint
    times = tx.one(
        "SELECT min(at_us) AS first, max(at_us) AS last FROM journal "
        "WHERE tenant = :tenant AND seq BETWEEN :first AND :last",
        tenant=run.tenant, first=run.first, last=run.last,
    ) or {}  # fmt: skip
    return Seal(
        tenant=run.tenant, first_seq=run.first, seq=run.last, name=span.name,
        previous=journal.base(tx, run.tenant).hash, hash=checkpoint.head, digest=digest,
        checkpoint=checkpoint.number, checkpoint_digest=checkpoint.digest(),
        states=dict(tally.moved(tx, run.tenant, run.first - 1, run.last)),
        from_us=times["first"], until_us=times["last"], made_us=now_us, key_id=signer.key_id,
    ).signed(signer)  # fmt: skip


def proven(path: Path, seal: Seal, is_wanted: Callable[[Row], bool]) -> list[Proven]:
    """Return the entries that are wanted, each with its way to a signed checkpoint.

    Raises:
        NotChecked: the file is missing, or is not what was sealed.
    """
    found: list[Proven] = []
    run: list[bytes] = []
    picked: list[tuple[int, Row]] = []
    for said in _sound_lines(path, seal):
        kind = said.pop("type")
        if kind == "entry":
            if is_wanted(said):
                picked.append((len(run), said))
            run.append(bytes.fromhex(said["hash"]))
        elif kind == "checkpoint":
            checkpoint = Checkpoint(**said)
            found += [Proven(row, checkpoint, merkle.path(run, place)) for place, row in picked]
            run, picked = [], []
    return found


def is_sealed_by(path: Path, seal: Seal) -> bool:
    """Tell whether a file holds what was sealed."""
    try:
        for _ in _sound_lines(path, seal):
            pass
    except NotChecked:
        return False
    return True


def _sound_lines(path: Path, seal: Seal) -> Iterator[Row]:
    """Yield what the lines before the seal say; whether they were the right ones shows last."""
    digest, before = hashlib.sha256(), b""
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                if before:
                    digest.update(before)
                    yield json.loads(before)
                before = line
    except (OSError, EOFError, zlib.error, ValueError) as exc:
        raise _unsound(path) from exc
    if digest.hexdigest() != seal.digest or before.decode() != f"{seals.line(seal)}\n":
        raise _unsound(path)


def _unsound(path: Path) -> NotChecked:
    return NotChecked(
        "archive_not_sound",
        "Das Archiv fehlt oder ist nicht, was besiegelt wurde.",
        place=str(path),
        remedy="Die Datei aus ihrer Kopie zurücklegen; „aktenhub journal verify DATEI“ sagt, was "
        "nicht stimmt.",
    )
