"""Every step of the write protocol, cut off behind every call, with every kind of loss."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import protocol
from tests.faults.disk import Chance, Disk, contents
from tests.faults.trace import calls_in, can_trace, record

pytestmark = [
    pytest.mark.disk, pytest.mark.crash,
    pytest.mark.skipif(not can_trace(), reason="strace cannot trace here"),
]  # fmt: skip

SEED = 20261126


def test_a_power_cut_behind_any_call_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    folder, chance = tmp_path / "place", random.Random(SEED)  # noqa: S311  no secret
    folder.mkdir()
    protocol.prepare(folder)
    disk = Disk(folder)
    ended = record(["tests.faults.protocol", str(folder)], tmp_path / "log", tmp_path / "calls")
    assert 0 == ended, (tmp_path / "log").read_text()

    cuts, faults = 0, set()
    for call in calls_in(tmp_path / "calls"):
        before = len(disk.changes)
        disk.follow(call)
        for kept in _chances(chance) if len(disk.changes) > before or "sync" in call.name else ():
            cuts += 1
            said = contents(disk.top)["said"].decode().splitlines()
            faults |= set(_wrong(contents(disk.after_power_cut(kept)), said))

    assert set() == faults
    assert _on(folder) == contents(disk.top), "the model is not what happened"
    assert cuts > 400


def _chances(chance: random.Random) -> Iterator[Chance]:
    """Everything that was not synced is lost, or each of it by chance."""
    yield lambda: False
    for share in (0.2, 0.5, 0.8):
        yield lambda share=share: chance.random() < share


def _on(folder: Path) -> dict[str, bytes]:
    return contents(Disk(folder).top)


def _wrong(there: dict[str, bytes], said: list[str]) -> Iterator[str]:
    """Name what an acknowledgement promises and the disk does not hold, and half files."""
    yield from _lost_from_inbox(there)
    for line in said:
        what, _, name = line.partition(" ")
        path = (
            f"data/payloads/{name[:2]}/{name}" if what == "kept" else f"outbox/office/cash/{name}"
        )
        if path not in there or (what == "sent" and f"{path}.sha256" not in there):
            yield f"{line}: acknowledged and gone"
    for path, data in there.items():
        digest = hashlib.sha256(data).hexdigest()
        if path.startswith("data/payloads/") and ".incoming" not in path and digest not in path:
            yield f"{path}: half a payload under its name"
        if path.startswith("outbox/") and not Path(path).name.startswith("."):
            yield from _half_delivered(path, there)


def _half_delivered(path: str, there: dict[str, bytes]) -> Iterator[str]:
    content = path.removesuffix(".sha256")
    wanted = next(item.data for item in protocol.OUT if content.endswith(item.name))
    if there.get(content) != wanted:
        yield f"{path}: not whole under its final name"
    elif path != content and not there[path].startswith(
        hashlib.sha256(wanted).hexdigest().encode()
    ):
        yield f"{path}: half a sidecar"


def _lost_from_inbox(there: dict[str, bytes]) -> Iterator[str]:
    for name, data in (protocol.PLAIN | protocol.UNIT | protocol.HALF).items():
        found = [value for path, value in there.items()
                 if path.startswith("inbox/") and path.endswith(name)]  # fmt: skip
        if not found or any(value != data for value in found):
            yield f"{name}: taken from its sender and gone"
