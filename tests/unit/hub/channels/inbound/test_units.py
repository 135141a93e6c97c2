"""Units are complete together, claimed together, and survive a crash at every step."""

import hashlib
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from hub.channels.inbound import units
from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import original_name
from hub.channels.inbound.rules import Rules
from hub.channels.inbound.unit_reading import ClaimedUnit
from hub.core import failpoint

RULES = Rules(ready="sidecar", settle_s=0.0, settle_max_s=0.05, scan_s=0.0, max_bytes=1000)
GIVING_BACK = "unit_between_names"
POINTS = sorted(n for n in failpoint.NAMES if n.startswith("unit_") and n != GIVING_BACK)
NOW_US = 1_747_000_000_000_000


def folder_at(path: Path, rules: Rules = RULES) -> DropFolder:
    folder = DropFolder(path / "inbox", rules)
    folder.prepare()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    return folder_at(tmp_path)


def claim_ids() -> Iterator[str]:
    """Return ids given now, as their own clock tells."""
    return (f"0196c100-0000-7000-8000-{n:012d}" for n in itertools.count(1))


def drop(folder: DropFolder, name: str, data: bytes = b"<x/>") -> None:
    (folder.path / name).write_bytes(data)


def line(name: str, data: bytes) -> str:
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n"


def drop_unit(folder: DropFolder, **more: bytes) -> None:
    """Drop a message with two attachments, the list last."""
    files = {"a.xml": b"<a/>", "b.pdf": b"%PDF", "c.tif": b"II*"} | more
    for name, data in files.items():
        drop(folder, name, data)
    drop(folder, "x.manifest", "".join(line(*item) for item in files.items()).encode())


def keep(file: BinaryIO) -> bytes:
    """Stand for the payload store."""
    return b"".join(iter(lambda: file.read(1000), b""))


def take(folder: DropFolder, now_us: int = NOW_US) -> list[ClaimedUnit]:
    """Look twice, as a sidecar must be seen to stand still, and claim what is complete."""
    ids = claim_ids()
    names = claim(folder, ids) or claim(folder, ids)
    return folder.read_units(names, keep, now_us)


def claim(folder: DropFolder, ids: Iterator[str]) -> list[str]:
    assert folder.units is not None
    return folder.claimed_units() + folder.units.claim(folder.units.next(10), ids.__next__)


def visible(folder: DropFolder) -> list[str]:
    return sorted(p.name for p in folder.path.iterdir() if not p.name.startswith("."))


def test_a_file_alone_waits_for_its_sidecar(folder: DropFolder) -> None:
    drop(folder, "a.xml")

    assert [] == take(folder)
    drop(folder, "a.xml.done", b"")
    [unit] = take(folder)
    assert ("a.xml", b"<x/>", ()) == (
        unit.message.original_name,
        unit.message.data,
        unit.attachments,
    )
    assert [] == visible(folder)


@pytest.mark.parametrize("ending", ["sha256", "md5"])
def test_a_digest_that_matches_makes_a_file_ready(folder: DropFolder, ending: str) -> None:
    drop(folder, "a.xml")
    drop(folder, f"a.xml.{ending}", hashlib.new(ending, b"<x/>").hexdigest().encode())

    assert [None] == [unit.message.fault for unit in take(folder)]


def test_a_sidecar_must_stand_still_itself(tmp_path: Path) -> None:
    folder = folder_at(tmp_path, Rules(ready="sidecar", settle_s=0.05))
    drop(folder, "a.xml")
    drop(folder, "a.xml.done", b"")
    early = take(folder)
    waits = folder.unsettled
    time.sleep(0.06)

    assert ([], True) == (early, waits)
    assert 1 == len(take(folder))
    assert not folder.unsettled


def test_a_unit_is_one_message_with_its_attachments_in_order(folder: DropFolder) -> None:
    drop_unit(folder)
    [unit] = take(folder)

    assert ("a.xml", b"<a/>") == (unit.message.original_name, unit.message.data)
    assert [("b.pdf", b"%PDF"), ("c.tif", b"II*")] == [(a.name, a.data) for a in unit.attachments]
    assert [] == visible(folder)


def test_a_unit_waits_until_its_last_file_is_there(folder: DropFolder) -> None:
    drop_unit(folder)
    (folder.path / "c.tif").rename(folder.path / ".c.part")
    early = take(folder)
    (folder.path / ".c.part").rename(folder.path / "c.tif")

    assert [] == early
    assert 2 == len(take(folder)[0].attachments)


def test_a_sidecar_that_waits_in_vain_is_said_once(
    folder: DropFolder, caplog: pytest.LogCaptureFixture
) -> None:
    drop(folder, "a.xml.done")
    take(folder)
    time.sleep(0.06)
    take(folder)
    take(folder)

    assert ["sidecar_without_file"] == [record.getMessage() for record in caplog.records]
    assert ["a.xml.done"] == visible(folder)


def test_a_wrong_digest_waits_for_the_right_bytes(folder: DropFolder) -> None:
    drop_unit(folder)
    drop(folder, "b.pdf", b"half")
    early = take(folder)
    drop(folder, "b.pdf", b"%PDF")

    assert [] == early
    assert [None] == [unit.message.fault for unit in take(folder)]


def test_a_digest_that_never_comes_right_is_refused_as_a_whole(folder: DropFolder) -> None:
    drop_unit(folder)
    drop(folder, "b.pdf", b"half")
    take(folder)
    time.sleep(0.06)
    [unit] = take(folder)

    assert ("checksum_mismatch", None) == (unit.message.fault, unit.message.data)
    assert [] == visible(folder)


def test_a_list_that_is_none_is_refused_in_the_end(folder: DropFolder) -> None:
    drop(folder, "x.manifest", b"../../etc/passwd")
    early = take(folder)
    time.sleep(0.06)
    [unit] = take(folder)

    assert [] == early
    assert ("sidecar_invalid", "x.manifest") == (unit.message.fault, unit.message.original_name)


def test_a_sidecar_that_is_a_link_is_not_followed(folder: DropFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(line("a.xml", b"<x/>").encode())
    drop(folder, "a.xml")
    (folder.path / "x.manifest").symlink_to(tmp_path / "secret")
    take(folder)
    time.sleep(0.06)
    [unit] = take(folder)

    assert "sidecar_invalid" == unit.message.fault
    assert ["a.xml"] == visible(folder)


def test_bytes_that_change_after_the_claim_are_read_again_later(folder: DropFolder) -> None:
    drop_unit(folder)
    ids = claim_ids()
    [name] = claim(folder, ids) or claim(folder, ids)
    attachment = folder.path / ".units" / name / "b.pdf"
    attachment.write_bytes(b"half")
    claimed_us = units.claimed_us(name)
    first = folder.read_units([name], keep, claimed_us)
    last = folder.read_units([name], keep, claimed_us + 1_000_000)
    attachment.write_bytes(b"%PDF")

    assert ["unstable"] == [unit.message.fault for unit in first]
    assert ["checksum_mismatch"] == [unit.message.fault for unit in last]
    assert [None] == [u.message.fault for u in folder.read_units([name], keep, claimed_us)]


def test_a_large_attachment_may_be_larger_than_a_message(tmp_path: Path) -> None:
    rules = Rules(ready="sidecar", settle_s=0.0, max_bytes=100, max_attachment_bytes=10**6)
    folder = folder_at(tmp_path, rules)
    drop_unit(folder, **{"big.pdf": b"x" * 500_000})
    [unit] = take(folder)

    assert (None, 500_000) == (unit.message.fault, len(unit.attachments[2].kept))


def test_a_name_written_in_other_signs_is_found(folder: DropFolder) -> None:
    drop(folder, "u\u0308.xml")
    drop(folder, "x.manifest", line("\u00fc.xml", b"<x/>").encode())

    assert [None] == [unit.message.fault for unit in take(folder)]


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("withdrawn", ["", "c.tif"])
def test_a_crash_at_any_step_leaves_the_unit_whole(
    folder: DropFolder, monkeypatch: pytest.MonkeyPatch, point: str, withdrawn: str
) -> None:
    drop_unit(folder)

    def die(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(units.failpoint, "reach", die)
        with pytest.raises(Killed):
            take(folder)
    gone = bool(withdrawn) and (folder.path / withdrawn).exists()
    if gone:
        (folder.path / withdrawn).unlink()
    found = take(folder_at(folder.path.parent))

    if gone:
        assert [] == found
        assert ["a.xml", "b.pdf", "x.manifest"] == visible(folder)
    else:
        assert [(None, 2)] == [(u.message.fault, len(u.attachments)) for u in found]
        assert [] == visible(folder)
    assert [] == [p for p in (folder.path / ".units").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("times_back", [1, 0])
def test_a_crash_while_giving_back_leaves_the_unit_whole(
    folder: DropFolder, monkeypatch: pytest.MonkeyPatch, times_back: int
) -> None:
    drop_unit(folder)
    hidden = folder.path / ".units" / f".{next(claim_ids())}__a.xml"
    hidden.mkdir()
    for name in ("x.manifest", "a.xml"):
        (folder.path / name).rename(hidden / name)
    withdrawn = (folder.path / "c.tif").rename(folder.path.parent / "c.tif")

    def die(name: str) -> None:
        if name == GIVING_BACK:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(units.failpoint, "reach", die)
        with pytest.raises(Killed):
            take(folder)
    if times_back:
        withdrawn.rename(folder.path / "c.tif")
    found = take(folder_at(folder.path.parent))

    assert [(None, 2)] * times_back == [(u.message.fault, len(u.attachments)) for u in found]
    left = [] if times_back else ["a.xml", "b.pdf", "x.manifest"]
    assert left == visible(folder)


def test_giving_back_never_replaces_the_senders_next_file(folder: DropFolder) -> None:
    drop_unit(folder)
    hidden = folder.path / ".units" / f".{next(claim_ids())}__a.xml"
    hidden.mkdir()
    for name in ("x.manifest", "a.xml"):
        (folder.path / name).rename(hidden / name)
    (folder.path / "c.tif").unlink()
    drop(folder, "a.xml", b"next")
    [unit] = take(folder)

    assert b"next" == (folder.path / "a.xml").read_bytes()
    assert "unit_incomplete" == unit.message.fault


def test_a_finished_unit_lies_on_its_shelf_and_is_swept_whole(folder: DropFolder) -> None:
    drop_unit(folder)
    [unit] = take(folder)
    folder.remove([unit.message.name], ".done", ".units")
    [shelved] = (folder.path / ".done").iterdir()
    names = sorted(path.name for path in shelved.iterdir())

    assert ["a.xml", "b.pdf", "c.tif", "x.manifest"] == names
    assert "a.xml" == original_name(shelved.name)
    assert 1 == folder.sweep(NOW_US * 2)
    assert [] == list((folder.path / ".done").iterdir())


def test_a_unit_is_removed_at_once_where_nothing_is_kept(tmp_path: Path) -> None:
    folder = folder_at(tmp_path, Rules(ready="sidecar", settle_s=0.0, keep_done_days=0))
    drop_unit(folder)
    [unit] = take(folder)
    folder.remove([unit.message.name], ".done", ".units")

    assert [] == list((folder.path / ".units").iterdir())
