"""The watched folder against senders of every kind, careless and hostile."""

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import original_name
from hub.channels.inbound.reading import SMALL_BYTES, Claimed
from hub.channels.inbound.rules import Rules
from hub.core.errors import Conflict, Misconfigured, Unavailable

AT_ONCE = Rules(ready="rename", batch=1000, max_bytes=100)
OTHER_DISK = Path("/dev/shm")
DAY = "2026-11-22"


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    return folder_at(tmp_path / "inbox" / "a" / "fachverfahren")


def folder_at(path: Path, rules: Rules = AT_ONCE) -> DropFolder:
    folder = DropFolder(path, rules)
    folder.prepare()
    return folder


def claim_ids() -> Iterator[str]:
    """Return ids in the order a clock gives them."""
    return (f"01975a00-0000-7000-8000-{n:012d}" for n in itertools.count(1))


def drop(folder: DropFolder, name: str, data: bytes = b"<x/>", age_s: float = 0) -> Path:
    path = folder.path / name
    path.write_bytes(data)
    at = time.time() - age_s
    os.utime(path, (at, at))
    return path


def take(folder: DropFolder) -> list[Claimed]:
    """Claim and read everything that is ready."""
    return folder.read(folder.claim(folder.scan(), claim_ids().__next__), keep)


def keep(file: BinaryIO) -> bytes:
    """Stand for the payload store."""
    return file.read()


def claim(folder: DropFolder, name: str, ids: Iterator[str] | None = None) -> str | None:
    """Claim one file."""
    return next(iter(folder.claim([name], (ids or claim_ids()).__next__)), None)


def read(folder: DropFolder, name: str) -> Claimed:
    return folder.read([name], keep)[0]


def visible(folder: DropFolder) -> list[str]:
    return sorted(p.name for p in folder.path.iterdir() if not p.name.startswith("."))


class TestEligible:
    @pytest.mark.parametrize(
        "name",
        [
            "a.tmp", "a.TMP", "a.part", "a.xml.Part", "a.filepart", "a.crdownload", "a.xml~",
            "~$a.xml", ".a.xml", ".~lock.a.xml#", "a.xml.sha256", "a.xml.done",
        ],
    )  # fmt: skip
    def test_unfinished_hidden_and_accompanying_names_are_left_alone(
        self, folder: DropFolder, name: str
    ) -> None:
        drop(folder, name)

        assert [] == folder.scan()

    def test_folders_are_left_alone(self, folder: DropFolder) -> None:
        (folder.path / "sub").mkdir()

        assert [] == folder.scan()

    @pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "socket"])
    def test_what_is_no_file_is_claimed_but_neither_followed_nor_waited_for(
        self, folder: DropFolder, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = tmp_path / "secret"
        secret.write_bytes(b"secret")
        path = folder.path / "a.xml"
        if kind == "link":
            path.symlink_to(secret)
        elif kind == "dangling":
            path.symlink_to("nowhere")
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            monkeypatch.chdir(folder.path)
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind("a.xml")
        [claimed] = take(folder)

        assert ("not_a_regular_file", None) == (claimed.fault, claimed.data)
        folder.quarantine_claimed(DAY, claimed.name, {"code": "x"})
        assert b"secret" == secret.read_bytes()
        assert [] == folder.claimed()

    def test_a_file_with_a_second_name_is_refused(self, folder: DropFolder, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"secret")
        os.link(tmp_path / "secret", folder.path / "a.xml")
        [claimed] = take(folder)

        assert ("not_a_regular_file", None) == (claimed.fault, claimed.data)

    @pytest.mark.parametrize(("size", "fault"), [(100, None), (101, "oversize"), (0, None)])
    def test_the_limit_of_size_is_kept_to_the_byte(
        self, folder: DropFolder, size: int, fault: str | None
    ) -> None:
        drop(folder, "a.xml", b"x" * size)
        [claimed] = take(folder)

        assert (fault, size) == (claimed.fault, claimed.size)
        assert (claimed.data is None) == (fault is not None)

    def test_an_enormous_file_is_not_read(self, folder: DropFolder) -> None:
        with (folder.path / "a.xml").open("wb") as file:
            file.truncate(2**40)
        [claimed] = take(folder)

        assert ("oversize", 2**40) == (claimed.fault, claimed.size)

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
    def test_a_file_we_may_not_read_is_refused(self, folder: DropFolder) -> None:
        drop(folder, "a.xml").chmod(0)
        [claimed] = take(folder)

        assert "unreadable" == claimed.fault

    def test_a_folder_that_slipped_in_is_refused_like_anything_else(
        self, folder: DropFolder
    ) -> None:
        (folder.path / "a.xml").mkdir()
        path = claim(folder, "a.xml")

        assert path is not None
        assert "not_a_regular_file" == read(folder, path).fault

    def test_a_file_of_somebody_else_is_refused(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path, Rules(ready="rename", owner=os.geteuid() + 1))
        drop(folder, "a.xml")
        [claimed] = take(folder)

        assert ("wrong_owner", None) == (claimed.fault, claimed.data)

    def test_a_large_file_is_handed_on_open_and_not_read_here(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path, Rules(ready="rename"))
        drop(folder, "a.xml", b"x" * (SMALL_BYTES + 1))
        [claimed] = take(folder)

        assert (None, SMALL_BYTES + 1, None) == (claimed.data, claimed.size, claimed.fault)
        assert b"x" * (SMALL_BYTES + 1) == claimed.kept


class TestMount:
    def test_a_folder_that_should_be_mounted_and_is_not_is_no_empty_folder(
        self, tmp_path: Path
    ) -> None:
        folder = folder_at(tmp_path / "share", Rules(ready="rename", must_be_mount=True))

        assert not folder.path.exists()
        for ask in (folder.scan, folder.claimed):
            with pytest.raises(Unavailable, match="inbox_not_mounted"):
                ask()

    def test_a_mounted_folder_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path.parent)
        folder = folder_at(tmp_path, Rules(ready="rename", must_be_mount=True))
        drop(folder, "a.xml")

        assert ["a.xml"] == folder.scan()


class TestReady:
    def test_a_file_must_stand_still_and_be_seen_twice(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path, Rules(settle_s=0.05))
        drop(folder, "a.xml", age_s=1000)
        first = folder.scan()
        waits = folder.unsettled
        time.sleep(0.06)

        assert ([], True) == (first, waits)
        assert ["a.xml"] == folder.scan()
        assert not folder.unsettled

    @pytest.mark.parametrize("change", ["grow", "touch", "replace"])
    def test_a_file_that_changes_starts_to_settle_anew(self, tmp_path: Path, change: str) -> None:
        folder = folder_at(tmp_path, Rules(settle_s=0.05))
        path = drop(folder, "a.xml")
        folder.scan()
        time.sleep(0.06)
        if change == "grow":
            path.write_bytes(b"<x>more</x>")
        elif change == "touch":
            os.utime(path, (1, 1))
        else:
            drop(folder, "b.part").rename(path)
        again = folder.scan()
        time.sleep(0.06)

        assert [] == again
        assert ["a.xml"] == folder.scan()

    def test_a_renamed_file_is_taken_at_once(self, folder: DropFolder) -> None:
        drop(folder, "a.part").rename(folder.path / "a.xml")

        assert ["a.xml"] == folder.scan()

    def test_a_file_that_vanishes_during_the_scan_is_not_missed(self, folder: DropFolder) -> None:
        for number in range(400):
            drop(folder, f"{number}.xml")
        stop = threading.Event()

        def vanish() -> None:
            while not stop.is_set():
                for number in range(400):
                    (folder.path / f"{number}.xml").unlink(missing_ok=True)
                    (folder.path / f"{number}.xml").touch()

        thread = threading.Thread(target=vanish)
        thread.start()
        sizes = [len(folder.scan()) for _ in range(50)]
        stop.set()
        thread.join()

        assert 50 == len(sizes)

    def test_the_oldest_come_first_before_the_round_is_limited(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path, Rules(ready="rename", batch=2))
        for name, age in (("a", 1), ("b", 3), ("c", 2), ("d", 4)):
            drop(folder, name, age_s=age)

        assert ["d", "b"] == folder.scan()

    def test_twenty_thousand_files_are_all_found_the_oldest_first(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path, Rules(ready="rename", batch=5000))
        ids, count = claim_ids(), 20_000
        for number in range(count):
            os.mknod(folder.path / str(number))
            os.utime(folder.path / str(number), ns=(0, (count - number) * 1_000))
        found: list[str] = []
        while names := folder.scan():
            found += [original_name(claimed) for claimed in folder.claim(names, ids.__next__)]

        assert [str(number) for number in reversed(range(count))] == found


class TestClaim:
    def test_a_claimed_file_is_out_of_sight_of_its_sender(self, folder: DropFolder) -> None:
        drop(folder, "a.xml")
        [claimed] = take(folder)

        assert [] == visible(folder)
        assert ("a.xml", b"<x/>") == (claimed.original_name, claimed.data)
        assert 0o700 == (folder.path / ".claimed").stat().st_mode & 0o777

    def test_the_second_to_claim_gets_nothing(self, folder: DropFolder) -> None:
        drop(folder, "a.xml")
        ids = claim_ids()
        claims = [claim(folder, "a.xml", ids) for _ in range(2)]

        assert [False, True] == [claim is None for claim in claims]

    def test_of_two_processes_only_one_gets_a_file(self, folder: DropFolder) -> None:
        for number in range(300):
            drop(folder, f"{number}.xml")
        claimers = [
            subprocess.Popen(
                [sys.executable, "-c", CLAIMER, str(folder.path), str(number)],
                stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
            )
            for number in range(2)
        ]  # fmt: skip
        for claimer in claimers:
            assert "ready\n" == claimer.stdout.readline()
        for claimer in claimers:
            claimer.stdin.write("go\n")
            claimer.stdin.flush()
        said = [claimer.communicate()[0].split() for claimer in claimers]

        assert all(said)
        assert sorted(f"{n}.xml" for n in range(300)) == sorted(said[0] + said[1])
        assert 300 == len(folder.claimed())

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is denied to root")
    def test_a_file_its_sender_holds_is_left_for_later(
        self, folder: DropFolder, caplog: pytest.LogCaptureFixture
    ) -> None:
        drop(folder, "a.xml")
        (folder.path / ".claimed").chmod(0o500)
        tries = [claim(folder, "a.xml") for _ in range(3)]
        (folder.path / ".claimed").chmod(0o700)

        assert [None] * 3 == tries
        assert ["file_locked"] == [record.getMessage() for record in caplog.records]
        assert claim(folder, "a.xml") is not None

    def test_leftovers_come_in_the_order_of_claiming(self, folder: DropFolder) -> None:
        for name, age in (("a", 1), ("b", 3), ("c", 2)):
            drop(folder, name, age_s=age)
        take(folder)
        again = DropFolder(folder.path, AT_ONCE)

        assert ["b", "c", "a"] == [original_name(path) for path in again.claimed()]

    def test_what_others_put_among_the_claimed_is_left_alone(self, folder: DropFolder) -> None:
        drop(folder, ".claimed/.DS_Store")
        drop(folder, ".claimed/m-1__a.xml")
        (folder.path / ".claimed" / "sub").mkdir()

        assert [] == folder.claimed()

    def test_names_that_differ_only_in_writing_are_different_files(
        self, folder: DropFolder
    ) -> None:
        names = {"\u00e9.xml", "e\u0301.xml", "A.XML", "a.xml", "a.xml ", "a.xml.", "ß", "SS"}
        for name in names:
            drop(folder, name)

        assert names == {claimed.original_name for claimed in take(folder)}

    @pytest.mark.parametrize(
        "raw",
        [b"\xff\xfe.xml", b"a" * 255, "ü".encode() * 127, b"a\nb", b"..a", b"...", b"%2e%2e%2fx"],
    )
    def test_no_name_stops_the_pick_up(self, folder: DropFolder, raw: bytes) -> None:
        (folder.path / os.fsdecode(raw)).write_bytes(b"<x/>")
        taken = take(folder)

        assert raw.startswith(b".") or [b"<x/>"] == [claimed.data for claimed in taken]
        for claimed in taken:
            folder.quarantine_claimed(DAY, claimed.name, {"code": "x"})
        assert [] == folder.claimed()

    @pytest.mark.skipif(not OTHER_DISK.is_dir(), reason="needs a second file system")
    def test_a_claim_never_crosses_file_systems(self, folder: DropFolder, tmp_path: Path) -> None:
        if OTHER_DISK.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("needs a second file system")
        (folder.path / ".claimed").rmdir()
        (folder.path / ".claimed").symlink_to(OTHER_DISK)
        drop(folder, "a.xml")

        with pytest.raises(Misconfigured, match="inbox_split"):
            claim(folder, "a.xml")
        assert ["a.xml"] == visible(folder)

    def test_a_folder_that_is_gone_is_not_an_empty_one(self, folder: DropFolder) -> None:
        folder.path.rename(folder.path.with_name("away"))

        with pytest.raises(FileNotFoundError):
            folder.claimed()
        with pytest.raises(FileNotFoundError):
            folder.scan()


CLAIMER = """
import sys
from pathlib import Path
from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
folder = DropFolder(Path(sys.argv[1]), Rules(ready="rename", batch=1000))
names = folder.scan()
print("ready", flush=True)
sys.stdin.readline()
for number, name in enumerate(names):
    if folder.claim([name], lambda: f"01975a00-0000-7000-800{sys.argv[2]}-{number:012d}"):
        print(name)
"""


class TestPutBack:
    def test_a_file_that_grows_while_it_is_read_is_not_taken(self, folder: DropFolder) -> None:
        path = drop(folder, "a.xml")
        folder = DropFolder(folder.path, Rules(ready="rename", max_bytes=10**9))
        [name] = folder.scan()
        stop = threading.Event()
        with path.open("ab", buffering=0) as sender:

            def grow() -> None:
                while not stop.is_set():
                    sender.write(b"x")

            thread = threading.Thread(target=grow)
            thread.start()
            claimed = claim(folder, name)
            assert claimed is not None
            reads = (read(folder, claimed) for _ in range(100_000))
            one = next(one for one in reads if one.fault)
            stop.set()
            thread.join()

        assert ("unstable", None) == (one.fault, one.data)
        folder.put_back([one.name])
        assert (["a.xml"], []) == (visible(folder), folder.claimed())
        assert folder.unsettled

    def test_a_file_goes_back_under_its_very_name(self, folder: DropFolder) -> None:
        raw = b"\xff \n+%20.xml"
        (folder.path / os.fsdecode(raw)).write_bytes(b"<x/>")
        [claimed] = take(folder)
        folder.put_back([claimed.name])

        assert [os.fsdecode(raw)] == visible(folder)

    def test_the_senders_next_file_is_not_replaced(self, folder: DropFolder) -> None:
        drop(folder, "a.xml", b"first")
        [claimed] = take(folder)
        drop(folder, "a.xml", b"second")
        folder.put_back([claimed.name])

        assert b"second" == (folder.path / "a.xml").read_bytes()
        assert [b"first"] == [read(folder, path).data for path in folder.claimed()]

    def test_a_crash_halfway_leaves_one_file(self, folder: DropFolder) -> None:
        drop(folder, "a.xml")
        [claimed] = take(folder)
        os.link(folder.path / ".claimed" / claimed.name, folder.path / "a.xml")
        [left] = DropFolder(folder.path, AT_ONCE).claimed()

        assert "unstable" == read(folder, left).fault
        assert [] == folder.claimed()
        assert [b"<x/>"] == [one.data for one in take(folder)]

    @pytest.mark.parametrize("quoted", ["..%2F..%2Fescaped", ".claimed", "%2Ftmp%2Fescaped"])
    def test_a_forged_claim_does_not_leave_the_inbox(
        self, folder: DropFolder, tmp_path: Path, quoted: str
    ) -> None:
        forged = drop(folder, f".claimed/{next(claim_ids())}__{quoted}")
        before = sorted(tmp_path.rglob("*"))
        folder.put_back([forged.name])

        assert before == sorted(tmp_path.rglob("*"))

    def test_a_file_that_is_gone_is_neither_read_nor_put_back(self, folder: DropFolder) -> None:
        drop(folder, "a.xml")
        [claimed] = take(folder)
        (folder.path / ".claimed" / claimed.name).unlink()
        one = read(folder, claimed.name)
        folder.put_back([one.name])

        assert "unstable" == one.fault
        assert [] == visible(folder)


class TestClearAway:
    @pytest.mark.parametrize("shelf", [".done", ".duplicate"])
    def test_a_finished_file_lies_on_its_shelf(self, folder: DropFolder, shelf: str) -> None:
        drop(folder, "a.xml")
        [claimed] = take(folder)
        (folder.path / shelf).rmdir()
        folder.remove([claimed.name], shelf)
        folder.remove([claimed.name], shelf)

        assert [claimed.name] == [path.name for path in (folder.path / shelf).iterdir()]
        assert [] == folder.claimed()

    def test_files_of_one_name_do_not_replace_each_other(self, folder: DropFolder) -> None:
        ids = claim_ids()
        for data in (b"1", b"2"):
            drop(folder, "a.xml", data)
            path = claim(folder, "a.xml", ids)
            assert path is not None
            folder.remove([path], ".done")

        assert {b"1", b"2"} == {p.read_bytes() for p in (folder.path / ".done").iterdir()}


REASON = {"code": "date_wrong", "nachricht": "Das Datum fehlt."}


class TestQuarantine:
    def test_refused_bytes_lie_beside_their_reason(self, folder: DropFolder) -> None:
        for _ in range(2):
            reason = folder.quarantine(DAY, "m-1__a.xml", b"<x/>", REASON)
        shelf = folder.path / ".quarantine" / DAY

        assert REASON == json.loads(reason.read_text(encoding="utf-8"))
        assert ["m-1__a.xml", "m-1__a.xml.grund.json"] == sorted(p.name for p in shelf.iterdir())
        assert b"<x/>" == (shelf / "m-1__a.xml").read_bytes()

    def test_what_is_there_already_is_not_replaced(self, folder: DropFolder) -> None:
        folder.quarantine(DAY, "m-1__a.xml", b"first", REASON)

        with pytest.raises(Conflict, match="file_name_taken"):
            folder.quarantine(DAY, "m-1__a.xml", b"second", REASON)

    def test_an_unread_file_goes_aside_even_when_a_crash_came_between(
        self, folder: DropFolder
    ) -> None:
        drop(folder, "a" * 255, b"x" * 101)
        [claimed] = take(folder)
        shelf = folder.path / ".quarantine" / DAY
        folder._reason(shelf, claimed.name, REASON)
        reason = folder.quarantine_claimed(DAY, claimed.name, REASON)

        assert [claimed.name, reason.name] == sorted(p.name for p in shelf.iterdir())
        assert [] == folder.claimed()
