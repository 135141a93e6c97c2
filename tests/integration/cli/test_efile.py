"""The file from the command line, against a real S3 server."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]
TENANT = ("--tenant", OFFICE)


def _documents(command: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = command("efile", "show", FAMILY.case_id, *TENANT, "--json").json[
        "documents"
    ]
    return found


def _looks(command: CommandLine) -> list[dict[str, Any]]:
    with sqlite3.connect(command.house.database) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM access_log ORDER BY seq")]
    connection.close()
    return rows


def _flip(command: CommandLine, content: bytes) -> None:
    """Change one byte of a document where it is stored, alone or in a pack."""
    with sqlite3.connect(command.house.database) as connection:
        [(key, start)] = connection.execute(
            "SELECT object_key, start FROM efile_parts WHERE sha256 = ?",
            [hashlib.sha256(content).hexdigest()],
        ).fetchall()
    connection.close()
    stored = command.house.bucket(OFFICE) / key
    data = bytearray(stored.read_bytes())
    data[start + 107] ^= 1
    stored.write_bytes(data)


def test_the_kek_is_changed_and_everything_stays_readable(
    command: CommandLine, tmp_path: Path
) -> None:
    kek = command.house.folder / "secrets" / "efile_kek"
    before = kek.read_text(encoding="utf-8")
    [document, *_] = _documents(command)

    answer = command("efile", "rotate-kek")
    after = kek.read_text(encoding="utf-8")

    assert (0, "2 Schlüssel") == (answer.code, answer.out[:11])
    assert before != after
    assert before not in answer.out + answer.err
    assert after not in answer.out
    assert not kek.with_name("efile_kek_next").exists()
    assert 0 == command("efile", "get", document["id"], "--to", tmp_path / "out", *TENANT).code
    assert 0 == command("efile", "verify", *TENANT).code


def test_a_lost_kek_comes_back_from_two_shares(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kek = command.house.folder / "secrets" / "efile_kek"
    before = kek.read_text(encoding="utf-8")
    printed = [line.strip() for line in command("efile", "split-kek").out.splitlines()]
    shares = [" ".join(printed[at : at + 3]) for at in (1, 7, 13)]
    typed = io.StringIO(f"{shares[2]}\n{shares[0]}\n")
    monkeypatch.setattr("sys.stdin", typed)
    assert 3 == command("efile", "join-kek").code

    kek.unlink()
    typed.seek(0)
    answer = command("efile", "join-kek")

    assert 0 == answer.code, answer.err
    assert (before, 0o600) == (kek.read_text(encoding="utf-8"), kek.stat().st_mode & 0o777)
    assert 0 == command("efile", "verify", *TENANT).code


def test_a_lost_kek_is_not_replaced_while_keys_lie_under_it(command: CommandLine) -> None:
    kek = command.house.folder / "secrets" / "efile_kek"
    kek.unlink()

    answer = command("efile", "rotate-kek")

    assert (3, True) == (answer.code, "[efile_kek_unknown]" in answer.err)
    assert not kek.exists()
    kek.touch(mode=0o600)
    kek.write_text("00" * 32, encoding="utf-8")
    assert 3 == command("efile", "rebuild", *TENANT).code


def test_files_are_listed(command: CommandLine) -> None:
    answer = command("efile", "list", *TENANT, "--json")
    head, *lines = command("efile", "list").out.splitlines()

    assert 0 == answer.code
    assert [f.case_id for f in BEISPIELHAUSEN.xml] == [
        akte["aktenzeichen"] for akte in answer.json["akten"]
    ]
    assert all({"id", "aktenzeichen", "tenant", "kind"} <= a.keys() for a in answer.json["akten"])
    assert ["Aktenzeichen", "Titel", "Mandant", "Dokumente", "Kennung"] == head.split()
    assert 2 == len(lines)


def test_the_list_is_narrowed_by_name_and_office(command: CommandLine) -> None:
    def found(*options: str) -> int:
        return len(command("efile", "list", "--json", *options).json["akten"])

    assert (1, 0) == (found("--query", "Öztürk"), found("--tenant", "musterstadt"))


def test_a_file_is_shown_with_its_documents(command: CommandLine) -> None:
    answer = command("efile", "show", FAMILY.case_id, *TENANT, "--json")
    people = command("efile", "show", FAMILY.case_id, *TENANT).out

    keys = {"id", "title", "type", "filed_at", "sha256", "size", "version", "vorgang"}
    assert 0 == answer.code
    assert FAMILY.case_id == answer.json["akte"]["aktenzeichen"]
    assert answer.json["documents"]
    assert all(keys <= document.keys() for document in answer.json["documents"])
    assert FAMILY.case_id in people.splitlines()[0]
    assert "Vorgang" in people


def test_another_office_sees_nothing(command: CommandLine) -> None:
    [document, *_] = _documents(command)
    other = ("--tenant", "musterstadt")

    assert 1 == command("efile", "show", FAMILY.case_id, *other).code
    assert 1 == command("efile", "get", document["id"], "--to", "x", *other).code
    assert {"hits": []} == command("efile", "search", "Öztürk", *other, "--json").json


def test_get_gives_the_bytes_that_were_filed(command: CommandLine, tmp_path: Path) -> None:
    [document, *_] = _documents(command)
    answer = command("efile", "get", document["id"], "--to", tmp_path / "out", *TENANT)

    data = (tmp_path / "out").read_bytes()
    assert 0 == answer.code
    assert (document["sha256"], document["size"]) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_document_is_put_found_and_given_back(command: CommandLine, tmp_path: Path) -> None:
    note = tmp_path / "vermerk.txt"
    note.write_text("Telefonat mit Frau Öztürk über die Schulbescheinigung.")
    put = command(
        "efile", "put", note, *TENANT, "--akte", FAMILY.case_id, "--title", "Telefonvermerk",
        "--actor", "k.winter",
    )  # fmt: skip
    hits = command("efile", "search", "Schulbescheinigung", *TENANT, "--json").json["hits"]
    command("efile", "get", hits[0]["document_id"], "--to", tmp_path / "back", *TENANT)

    assert (0, True) == (put.code, put.out.startswith("Abgelegt als "))
    assert ["Telefonvermerk"] == [hit["title"] for hit in hits]
    assert note.read_bytes() == (tmp_path / "back").read_bytes()
    assert "Telefonvermerk" in command("efile", "search", "Schulbescheinigung", *TENANT).out


def test_a_document_needs_a_file_that_exists(command: CommandLine, tmp_path: Path) -> None:
    note = tmp_path / "vermerk.txt"
    note.write_text("x")
    answer = command(
        "efile", "put", note, *TENANT, "--akte", "UV-0", "--title", "x", "--actor", "k.winter"
    )

    assert 1 == answer.code


def test_every_look_is_in_the_access_log(command: CommandLine, tmp_path: Path) -> None:
    [document, *_] = _documents(command)
    command("efile", "list", "--query", "Öztürk")
    command("efile", "search", "Schule", *TENANT)
    command("efile", "get", document["id"], "--to", tmp_path / "out", *TENANT)

    shown, listed, searched, got = _looks(command)
    akte = shown["akte"]
    assert ("file_viewed", "operator", OFFICE) == (shown["action"], shown["role"], shown["tenant"])
    assert akte
    assert ("files_listed", "Öztürk", None) == (
        listed["action"], listed["object_id"], listed["tenant"],
    )  # fmt: skip
    assert ("files_listed", "Schule") == (searched["action"], searched["object_id"])
    assert ("document_downloaded", akte, document["id"]) == (
        got["action"], got["akte"], got["document"],
    )  # fmt: skip


def test_everything_is_read_again_and_intact(command: CommandLine) -> None:
    answer = command("efile", "verify", "--json")

    assert (0, True, []) == (answer.code, answer.json["intact"], answer.json["faults"])
    assert answer.json["objects"] > 0
    assert answer.json["bytes"] > 1000


def test_a_flipped_byte_is_found_and_never_given_out(command: CommandLine, tmp_path: Path) -> None:
    [document, *_] = _documents(command)
    command("efile", "get", document["id"], "--to", tmp_path / "before", *TENANT)
    _flip(command, (tmp_path / "before").read_bytes())

    verify = command("efile", "verify", *TENANT, "--json")
    get = command("efile", "get", document["id"], "--to", tmp_path / "out", *TENANT)

    assert (1, False) == (verify.code, verify.json["intact"])
    assert all({"what", "where"} == fault.keys() for fault in verify.json["faults"])
    assert "digest_mismatch" in command("efile", "verify", *TENANT).out
    assert 1 == get.code
    assert not (tmp_path / "out").exists()


def test_the_index_is_built_again_from_storage_alone(command: CommandLine) -> None:
    before = _documents(command)
    with sqlite3.connect(command.house.database) as connection:
        spoilt = connection.execute("UPDATE efile_documents SET title = 'verdorben'").rowcount
    connection.close()
    between = {document["title"] for document in _documents(command)}
    answer = command("efile", "rebuild", *TENANT, "--json")

    assert {"verdorben"} == between
    assert (0, 2, spoilt) == (answer.code, answer.json["akten"], answer.json["documents"])
    assert before == _documents(command)


def test_the_whole_check_is_good_but_for_the_word_processor(command: CommandLine) -> None:
    answer = command("check", "--json")

    errors = [f["code"] for f in answer.json["findings"] if f["level"] == "error"]
    proven = {f["code"] for f in answer.json["findings"] if f["code"].startswith("storage_")}
    assert (1, 1) == (answer.code, len(errors)), errors
    assert {"storage_round_trip", "storage_put_once", "storage_listing"} <= proven
