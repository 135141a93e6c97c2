"""A backup is whole or none, is compared before it is used, and brings files in line."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.channels.inbound.names import claimed_name
from tests.command_line import OFFICE, CommandLine

KNOWN, LATER = (f"0192f0a0-0000-7000-8000-00000000000{n}" for n in (1, 2))


@pytest.fixture
def filled(command: CommandLine) -> CommandLine:
    """An installation with one message, a large payload, and files in both folders."""
    command("journal", "balance")
    root = command.settings.parent
    with sqlite3.connect(command.house.database) as database:
        database.execute(
            "INSERT INTO message (id, tenant, partner, channel, state, sha256, size_bytes, "
            "original_name, correlation_id, received_us) VALUES (?, ?, 'x', 'fachverfahren', "
            "'closed', 'aa', 1, 'a.xml', 'c', 1)", (KNOWN, OFFICE),
        )  # fmt: skip
        database.execute(
            "INSERT INTO promise (id, tenant, message_id, kind, queue, lane_key, lane_seq, state,"
            " spec, made_us, deadline_us) VALUES ('p', ?, 'm', 'deliver', 'deliver:x', 'l', 1, "
            "'confirmed', ?, 0, 0)",
            (OFFICE, json.dumps({"door": "folder", "channel": "kasse", "name": "alt.csv"})),
        )
    database.close()
    channel = root / "inbox" / OFFICE / "fachverfahren"
    for path, data in {
        root / "data/payloads/aa/aabb": b"large",
        channel / ".done" / claimed_name(KNOWN, "a.xml"): b"known",
        channel / ".done" / claimed_name(LATER, "b.xml"): b"later",
        channel / "b.xml": b"later",
        channel / "c.xml": b"waits",
        root / "outbox" / OFFICE / "kasse" / "alt.csv": b"old",
        root / "outbox" / OFFICE / "kasse" / "alt.csv.sha256": b"old",
        root / "outbox" / OFFICE / "kasse" / "neu.csv": b"new",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return command


@pytest.fixture
def backup(filled: CommandLine, tmp_path: Path) -> Path:
    assert 0 == filled("backup", tmp_path / "backup").code
    return tmp_path / "backup"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "hub.sqlite" not in path.name
    }


def test_no_secret_is_in_a_backup(filled: CommandLine, backup: Path) -> None:
    secrets = [path.read_bytes() for path in (filled.settings.parent / "secrets").iterdir()]
    held = list(tree(backup).values())

    assert 0o700 == backup.stat().st_mode & 0o777
    assert not [one for one in secrets for data in held if one in data]


def test_what_is_put_back_is_what_was_there(
    filled: CommandLine, backup: Path, tmp_path: Path
) -> None:
    answer = filled("restore", backup, tmp_path / "new")
    there, back = tree(filled.settings.parent), tree(tmp_path / "new")
    channel = f"inbox/{OFFICE}/fachverfahren"

    assert 0 == answer.code
    assert {f"{channel}/.claimed/{claimed_name(LATER, 'b.xml')}",
            f"nachzutragen/outbox/{OFFICE}/kasse/neu.csv"} == back.keys() - there.keys()  # fmt: skip
    assert {f"{channel}/.done/{claimed_name(LATER, 'b.xml')}", f"{channel}/b.xml",
            f"outbox/{OFFICE}/kasse/neu.csv"} == {
        name for name in there.keys() - back.keys() if not name.startswith(("secrets", "hub.log"))
    }  # fmt: skip
    assert all(there[name] == back[name] for name in there.keys() & back.keys())
    assert "wird erneut aufgenommen: 1" in answer.out
    assert "zum Abgleich: 1" in answer.out


def test_nothing_is_held_by_a_node_that_stayed_behind(filled: CommandLine, tmp_path: Path) -> None:
    far = 9_000_000_000_000_000
    with sqlite3.connect(filled.house.database) as database:
        database.execute(
            "INSERT INTO inbox_lease VALUES (?, 'fachverfahren', 'hub-2', 4, ?)", (OFFICE, far)
        )
        database.execute(
            "INSERT INTO lane (tenant, queue, lane_key, state, head_seq, next_seq, epoch, due_us, "
            "leased_by) VALUES (?, 'deliver:x', 'l', 'leased', 2, 3, 1, ?, 'hub-2')", (OFFICE, far),
        )  # fmt: skip
    database.close()
    filled("backup", tmp_path / "backup")
    filled("restore", tmp_path / "backup", tmp_path / "new")

    with sqlite3.connect(tmp_path / "new/data/hub.sqlite") as restored:
        ends = restored.execute("SELECT until_us FROM inbox_lease UNION SELECT due_us FROM lane")
        assert all(end < far for (end,) in ends)
    restored.close()


def test_files_that_wait_keep_their_order(filled: CommandLine, tmp_path: Path) -> None:
    waiting = filled.settings.parent / "inbox" / OFFICE / "fachverfahren"
    for second, name in enumerate(("z.xml", "m.xml", "a.xml")):
        (waiting / name).write_bytes(name.encode())
        os.utime(waiting / name, ns=(0, second * 1_000_000_000 + 7))
    filled("backup", tmp_path / "backup")
    assert 0 == filled("restore", tmp_path / "backup", tmp_path / "new").code

    put_back = tmp_path / "new" / "inbox" / OFFICE / "fachverfahren"
    times = {name: (put_back / name).stat().st_mtime_ns for name in ("a.xml", "m.xml", "z.xml")}
    assert ["z.xml", "m.xml", "a.xml"] == sorted(times, key=times.__getitem__)
    assert 1_000_000_007 == times["m.xml"]


def test_a_backup_is_checked_without_putting_it_back(filled: CommandLine, backup: Path) -> None:
    answer = filled("restore", backup)

    assert (0, True) == (answer.code, answer.out.startswith("Heil: "))


def test_folders_of_other_names_go_where_the_settings_want_them(
    filled: CommandLine, tmp_path: Path
) -> None:
    root = filled.settings.parent
    (root / "inbox").rename(root / "eingang")
    text = '[folders]\ninbox = "eingang"\n' + filled.settings.read_text(encoding="utf-8")
    filled.settings.write_text(text, encoding="utf-8")
    filled("backup", tmp_path / "backup")
    filled("restore", tmp_path / "backup", tmp_path / "new")

    assert (tmp_path / "new/eingang" / OFFICE / "fachverfahren/c.xml").exists()
    assert not (tmp_path / "new/inbox").exists()


def spoilt_database(backup: Path) -> None:
    """Change a row, and the list of digests with it."""
    path = backup / "data/hub.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO journal_head VALUES ('forged', 7, 'x')")
    database.close()
    manifest = json.loads((backup / "manifest.json").read_text())
    for one in manifest["files"]:
        if one["path"] == "data/hub.sqlite":
            one["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (backup / "manifest.json").write_text(json.dumps(manifest))


PLANTED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a file is gone": ("backup_damaged", lambda b: (b / "data/payloads/aa/aabb").unlink()),
    "a byte was changed": (
        "backup_damaged", lambda b: (b / "data/payloads/aa/aabb").write_bytes(b"lArge")),
    "a file was added": ("backup_damaged", lambda b: (b / "certs-extra.pem").write_text("x")),
    "the database was changed": (
        "backup_damaged", lambda b: (b / "data/hub.sqlite").write_bytes(b"x")),
    "the database was changed with its digest": ("backup_damaged", spoilt_database),
    "the list is gone": ("no_backup", lambda b: (b / "manifest.json").unlink()),
    "the list is no list": ("no_backup", lambda b: (b / "manifest.json").write_text("[]")),
    "the list is of another format": (
        "no_backup", lambda b: (b / "manifest.json").write_text('{"format": 9, "files": []}')),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_damaged_backup_is_not_put_back(
    filled: CommandLine, backup: Path, tmp_path: Path, fault: str
) -> None:
    code, plant = PLANTED[fault]
    plant(backup)
    answer = filled("restore", backup, tmp_path / "new")

    assert (1, True) == (answer.code, f"[{code}]" in answer.err)
    assert not list((tmp_path / "new").rglob("*.sqlite"))


def test_nothing_is_overwritten(filled: CommandLine, backup: Path, tmp_path: Path) -> None:
    again = filled("backup", backup)
    (tmp_path / "taken" / "data").mkdir(parents=True)
    over = filled("restore", backup, tmp_path / "taken")

    assert (3, True) == (again.code, "[backup_target_taken]" in again.err)
    assert (3, True) == (over.code, "[restore_target_taken]" in over.err)


def test_secrets_may_lie_in_the_target_before(
    filled: CommandLine, backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "new" / "secrets").mkdir(parents=True)

    assert 0 == filled("restore", backup, tmp_path / "new").code
