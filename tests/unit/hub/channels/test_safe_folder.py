"""Files appear whole under their name, and what is there stays."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.safe_folder import check_apart, move, write_once
from hub.core.errors import Conflict, Misconfigured


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_with_its_bytes_and_nothing_beside_it(tmp_path: Path) -> None:
    write_once(tmp_path / "new" / "out", "a.xml", b"bytes", "p-1")

    assert ["a.xml"] == names(tmp_path / "new" / "out")
    assert b"bytes" == (tmp_path / "new" / "out" / "a.xml").read_bytes()


def test_the_same_bytes_again_are_harmless(tmp_path: Path) -> None:
    write_once(tmp_path, "a.xml", b"bytes", "p-1")
    before = (tmp_path / "a.xml").stat()
    write_once(tmp_path, "a.xml", b"bytes", "p-2")

    assert before.st_ino == (tmp_path / "a.xml").stat().st_ino
    assert ["a.xml"] == names(tmp_path)


def test_other_bytes_are_never_overwritten(tmp_path: Path) -> None:
    write_once(tmp_path, "a.xml", b"first", "p-1")
    with pytest.raises(Conflict, match="file_name_taken"):
        write_once(tmp_path, "a.xml", b"second", "p-2")

    assert b"first" == (tmp_path / "a.xml").read_bytes()
    assert ["a.xml"] == names(tmp_path)


def _link(path: Path) -> None:
    (path.parent / "elsewhere").write_bytes(b"bytes")
    path.symlink_to("elsewhere")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("plant", [Path.mkdir, os.mkfifo, _link, _dangling])
def test_what_is_no_file_takes_the_name_and_stays(tmp_path: Path, plant) -> None:
    plant(tmp_path / "a.xml")
    before = (tmp_path / "a.xml").lstat().st_ino

    with pytest.raises(Conflict, match="file_name_taken"):
        write_once(tmp_path, "a.xml", b"bytes", "p-1")
    assert before == (tmp_path / "a.xml").lstat().st_ino


def test_the_remains_of_a_crash_are_replaced(tmp_path: Path) -> None:
    (tmp_path / ".p-1.tmp").write_bytes(b"half a fi")
    write_once(tmp_path, "a.xml", b"bytes", "p-1")

    assert ["a.xml"] == names(tmp_path)
    assert b"bytes" == (tmp_path / "a.xml").read_bytes()


def test_a_crash_behind_the_link_leaves_the_file_whole(tmp_path: Path) -> None:
    write_once(tmp_path, "a.xml", b"bytes", "p-1")
    os.link(tmp_path / "a.xml", tmp_path / ".p-1.tmp")
    write_once(tmp_path, "a.xml", b"bytes", "p-1")

    assert ["a.xml"] == names(tmp_path)
    assert 1 == (tmp_path / "a.xml").stat().st_nlink


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"keep me")
    (tmp_path / ".p-1.tmp").symlink_to("victim")
    write_once(tmp_path, "a.xml", b"bytes", "p-1")

    assert b"keep me" == (tmp_path / "victim").read_bytes()
    assert not (tmp_path / "a.xml").is_symlink()


def _can_inject() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    probe = [strace, "-qq", "-e", "inject=renameat2:error=EINVAL:when=99", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_inject(), reason="strace cannot trace here")
@pytest.mark.parametrize("refusal", ["EINVAL", "ENOSYS"])
def test_a_share_that_cannot_rename_without_replacing_gets_a_link(
    tmp_path: Path, refusal: str
) -> None:
    out = tmp_path / "out"
    write = (
        "import pathlib, sys; from hub.channels.safe_folder import write_once; "
        "write_once(pathlib.Path(sys.argv[1]), 'a.xml', b'bytes', 'p-1')"
    )
    traced = ["strace", "-f", "-qq", "-o", str(tmp_path / "calls"), "-e", "trace=renameat2,link,linkat",
              "-e", f"inject=renameat2:error={refusal}"]  # fmt: skip
    for _ in range(2):
        subprocess.run([*traced, sys.executable, "-c", write, str(out)], check=True)

    assert (
        "linkat" in (tmp_path / "calls").read_text() or "link(" in (tmp_path / "calls").read_text()
    )
    assert ["a.xml"] == names(out)
    assert 1 == (out / "a.xml").stat().st_nlink


@pytest.mark.crash
@pytest.mark.skipif(not _can_inject(), reason="strace cannot trace here")
@pytest.mark.parametrize("call", ["renameat2", "unlinkat"])
def test_a_kill_around_the_rename_leaves_one_name_only(tmp_path: Path, call: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write = (
        "import pathlib, sys; from hub.channels.safe_folder import write_once; "
        "write_once(pathlib.Path(sys.argv[1]), 'a.xml', b'bytes', 'p-1')"
    )
    # The second unlink is the one that tidies up; the first makes way for the bytes.
    when = 2 if call == "unlinkat" else 1
    kill = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}"]
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", *kill]
    subprocess.run([*traced, sys.executable, "-c", write, str(out)], check=False)

    assert 1 == sum(path.stat().st_nlink for path in out.iterdir())
    write_once(out, "a.xml", b"bytes", "p-1")
    assert ["a.xml"] == names(out)


FULL_DISK = """
import pathlib, resource, signal, sys
from hub.channels.safe_folder import write_once
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_once(pathlib.Path(sys.argv[1]), "a.xml", b"x" * 100_000, "p-1")
except OSError:
    sys.stdout.write("refused")
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert ("refused", []) == (run.stdout, names(tmp_path))


def test_a_file_is_moved_into_a_folder_that_was_missing(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"bytes")
    move(tmp_path / "a.xml", tmp_path / "b" / "c" / "a.xml")

    assert b"bytes" == (tmp_path / "b" / "c" / "a.xml").read_bytes()
    assert ["b"] == names(tmp_path)


FOLDERS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3)


@given(first=FOLDERS, second=FOLDERS)
def test_folders_inside_each_other_are_refused(first: list[str], second: list[str]) -> None:
    inside = first[: len(second)] == second or second[: len(first)] == first
    folders = [("inbox", Path("/x", *first)), ("certs", Path("/x", *second))]

    if not inside:
        check_apart(folders)
        return
    with pytest.raises(Misconfigured, match=r"inbox.*certs.*folders_overlap"):
        check_apart(folders)


def test_a_link_does_not_hide_that_folders_overlap(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "certs").mkdir(parents=True)
    (tmp_path / "certs").symlink_to(tmp_path / "inbox" / "certs")

    with pytest.raises(Misconfigured, match="folders_overlap"):
        check_apart([("inbox", tmp_path / "inbox"), ("certs", tmp_path / "certs")])
