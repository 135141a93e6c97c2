"""Outbox folders: never overwrite, the sidecar last, every crash converges."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.channels.outbound.folder import Item, OutboxFolder, Sidecar
from hub.core.errors import Conflict, Misconfigured, Unavailable

DATA = b"<Datei/>"
SIDECAR = f"{hashlib.sha256(DATA).hexdigest()}  a.xml\n"


async def put(folder: OutboxFolder, name: str, data: bytes, promise_id: str) -> None:
    """Deliver one file, or raise why it was not."""
    [error] = await folder.put_all([Item(name, data, promise_id)])
    if error:
        raise error


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def items(*names: str, sidecar: Sidecar = "sha256") -> list[Item]:
    return [Item(name, name.encode(), f"p-{number}", sidecar) for number, name in enumerate(names)]


def run(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


BOTH = {"a.xml": DATA.decode(), "a.xml.sha256": SIDECAR}


async def test_a_file_is_delivered_with_its_digest(tmp_path: Path) -> None:
    await put(OutboxFolder(tmp_path / "ihv"), "a.xml", DATA, "p-1")

    assert BOTH == content(tmp_path / "ihv")


async def test_the_sidecar_is_one_sha256sum_understands(tmp_path: Path) -> None:
    await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")
    check = run(["sha256sum", "--check", "--strict", "a.xml.sha256"], tmp_path)

    assert "a.xml: OK\n" == check.stdout


async def test_delivering_again_changes_nothing(tmp_path: Path) -> None:
    for promise in ("p-1", "p-1", "p-2"):
        await put(OutboxFolder(tmp_path), "a.xml", DATA, promise)

    assert BOTH == content(tmp_path)


async def test_a_name_another_file_holds_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"other")
    with pytest.raises(Conflict, match="file_name_taken"):
        await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")

    assert {"a.xml": "other"} == content(tmp_path)


async def test_a_sidecar_of_another_file_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.xml.sha256").write_bytes(b"other")

    with pytest.raises(Conflict, match="file_name_taken"):
        await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a.xml",
        "a/b.xml",
        ".a.xml",
        "-a",
        "a b",
        "ä.xml",
        "a\n",
        "a\0b",
        "a" * 152,
    ],
)
async def test_a_name_that_is_not_plain_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match="file_name_unsafe"):
        await put(OutboxFolder(tmp_path / "out"), name, DATA, "p-1")

    assert {} == content(tmp_path)


async def test_the_longest_name_still_fits_with_all_its_companions(tmp_path: Path) -> None:
    name = "a" * 151
    await put(OutboxFolder(tmp_path), name, DATA, "01975a00-0000-7000-8000-000000000001")

    assert [name, f"{name}.sha256"] == list(content(tmp_path))


async def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"in the way")

    with pytest.raises(Unavailable, match="outbox_unavailable") as caught:
        await put(OutboxFolder(tmp_path / "out"), "a.xml", DATA, "p-1")
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_pipe_in_place_of_the_file_does_not_hold_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xml")

    with pytest.raises(Conflict, match="file_name_taken"):
        await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")


CRASH = """
import asyncio, pathlib, sys
from hub.channels.outbound.folder import Item, OutboxFolder, Sidecar
from hub.core import failpoint
failpoint.arm(sys.argv[2])
item = Item("a.xml", b"<Datei/>", "p-1")
asyncio.run(OutboxFolder(pathlib.Path(sys.argv[1])).put_all([item]))
"""


@pytest.mark.crash
@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("outbox_before_file", []),
        ("outbox_before_sidecar", ["a.xml"]),
        ("outbox_after_sidecar", ["a.xml", "a.xml.sha256"]),
    ],
)
async def test_a_crash_anywhere_leads_to_the_same_two_files(
    tmp_path: Path, point: str, left: list[str]
) -> None:
    crashed = run([sys.executable, "-c", CRASH, str(tmp_path), point])

    assert -signal.SIGKILL == crashed.returncode
    assert left == [name for name in content(tmp_path) if not name.startswith(".")]
    await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")
    assert BOTH == content(tmp_path)


async def test_the_remains_of_a_crash_are_replaced(tmp_path: Path) -> None:
    for name in (".p-1.tmp", ".p-1.sha256.tmp"):
        (tmp_path / name).write_bytes(b"half a fi")
    await put(OutboxFolder(tmp_path), "a.xml", DATA, "p-1")

    assert BOTH == content(tmp_path)


async def test_many_files_are_delivered_at_once_each_with_its_sidecar(tmp_path: Path) -> None:
    names = [f"{number:03}.xml" for number in range(300)]
    errors = await OutboxFolder(tmp_path).put_all(items(*names))

    assert [None] * 300 == errors
    assert sorted([*names, *(f"{name}.sha256" for name in names)]) == list(content(tmp_path))
    for name in ("000.xml.sha256", "299.xml.sha256"):
        assert 0 == run(["sha256sum", "--check", "--strict", name], tmp_path).returncode


async def test_a_bad_file_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_bytes(b"other")
    (tmp_path / "c.xml").write_bytes(b"c.xml")
    errors = await OutboxFolder(tmp_path).put_all(items("a.xml", "b.xml", "c.xml", "../d.xml"))

    codes = [error.code if error else None for error in errors]
    assert [None, "file_name_taken", None, "file_name_unsafe"] == codes
    expected = ["a.xml", "a.xml.sha256", "b.xml", "c.xml", "c.xml.sha256"]
    assert expected == list(content(tmp_path))


async def test_two_files_of_one_batch_cannot_share_a_name(tmp_path: Path) -> None:
    first, second = Item("a.xml", b"1", "p-1"), Item("a.xml", b"2", "p-2")
    errors = await OutboxFolder(tmp_path).put_all([first, second])

    assert [None, "file_name_taken"] == [error.code if error else None for error in errors]
    assert "1" == content(tmp_path)["a.xml"]


@pytest.mark.parametrize(
    ("sidecar", "beside"), [("done", {"a.xml.done": ""}), ("none", {}), ("sha256", None)]
)
async def test_the_sidecar_is_the_one_agreed_on(
    tmp_path: Path, sidecar: Sidecar, beside: dict[str, str] | None
) -> None:
    await OutboxFolder(tmp_path).put_all([Item("a.xml", DATA, "p-1", sidecar)])

    expected = BOTH if beside is None else {"a.xml": DATA.decode(), **beside}
    assert expected == content(tmp_path)


async def test_a_folder_that_is_away_is_told_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"in the way")
    errors = await OutboxFolder(tmp_path / "out").put_all(items("a.xml", "b.xml"))

    assert ["outbox_unavailable"] * 2 == [error.code if error else "" for error in errors]
