"""The whole life of a certificate, against the test CA."""

import fcntl
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.certificates.keystore import KeyStore, Owner, SealedKey
from hub.simulators.ca.authority import RootAuthority, create, sign_request, write_certificate
from tests.command_line import OFFICE, Answer, CommandLine

KEY = "PRIVATE KEY"


@dataclass(frozen=True)
class Offices:
    """Certificates of one installation and the CA that signs them."""

    command: CommandLine
    authority: RootAuthority
    folder: Path

    def __call__(self, *arguments: object) -> Answer:
        return self.command("certs", *arguments)

    def requested(self) -> tuple[str, Path]:
        answer = self("request", "--tenant", OFFICE, "--partner", "azr", "--common-name", "uvg")
        said = dict(line.split(":", 1) for line in answer.out.splitlines())
        return said["Kennung"].strip(), Path(said["Antrag"].strip())

    def signed(self, request: Path) -> Path:
        path = self.folder / f"{request.stem}.issued.pem"
        write_certificate(path, sign_request(self.authority, request.read_bytes(), "client", 90))
        return path

    def imported(self) -> str:
        identity, request = self.requested()
        assert 0 == self("import", self.signed(request)).code
        return identity

    def activated(self) -> str:
        self("trust", "azr", self.folder / "ca.pem")
        identity = self.imported()
        assert 0 == self("activate", identity, "--actor", "betrieb").code
        return identity

    def state(self, identity: str) -> str:
        return str(self("show", identity, "--json").json["state"])


@pytest.fixture
def certs(command: CommandLine, tmp_path: Path) -> Offices:
    folder = tmp_path / "ca"
    return Offices(command, create(folder, "Test-CA", "ec", 365), folder)


def test_a_certificate_is_requested_signed_imported_and_activated(certs: Offices) -> None:
    certs("trust", "azr", certs.folder / "ca.pem")
    identity, request = certs.requested()
    states = [certs.state(identity)]
    certs("import", certs.signed(request))
    states.append(certs.state(identity))
    answer = certs("activate", identity, "--actor", "betrieb")

    assert ["requested", "imported"] == states
    assert (0, "active") == (answer.code, certs.state(identity))
    assert certs.command.house.folder / "certs" / "requests" == request.parent


def test_the_list_shows_how_long_each_lasts(certs: Offices) -> None:
    identity = certs.imported()
    [row] = certs("list", "--json").json["certificates"]
    head, line = certs("list").out.splitlines()

    assert (identity, OFFICE, "azr", "imported") == (
        row["id"], row["tenant"], row["partner"], row["state"],
    )  # fmt: skip
    assert row["days_left"] in {89, 90}
    assert "gültig bis" in head
    assert row["not_after"] in line
    assert [] == certs("list", "--tenant", "musterstadt", "--json").json["certificates"]


def test_a_successor_lets_the_former_retire(certs: Offices) -> None:
    former, successor = certs.activated(), certs.activated()
    retiring = certs.state(former)
    answer = certs("retire", former, "--actor", "betrieb")

    assert ("retiring", "retired", "active") == (
        retiring, certs.state(former), certs.state(successor),
    )  # fmt: skip
    assert 0 == answer.code


def test_a_certificate_in_use_is_not_retired_but_revoked(certs: Offices) -> None:
    identity = certs.activated()
    retire = certs("retire", identity, "--actor", "betrieb")
    revoke = certs("revoke", identity, "--actor", "betrieb")

    assert (1, True) == (retire.code, "[certificate_step_impossible]" in retire.err)
    assert (0, "revoked") == (revoke.code, certs.state(identity))


def test_export_gives_the_certificate_and_never_the_key(certs: Offices, tmp_path: Path) -> None:
    identity = certs.imported()
    shown = certs("export", identity)
    to_file = certs("export", identity, "--to", tmp_path / "out.pem")

    assert shown.out.startswith("-----BEGIN CERTIFICATE-----")
    assert shown.out == (tmp_path / "out.pem").read_text()
    assert KEY not in shown.out
    assert (0, 0) == (shown.code, to_file.code)


def test_there_is_nothing_to_export_before_the_ca_answered(certs: Offices) -> None:
    identity, _ = certs.requested()
    answer = certs("export", identity)

    assert (1, "", True) == (answer.code, answer.out, "[certificate_not_issued]" in answer.err)


@pytest.mark.parametrize("verb", ["show", "export", "activate", "retire", "revoke"])
def test_an_unknown_certificate_is_refused(certs: Offices, verb: str) -> None:
    actor = [] if verb in {"show", "export"} else ["--actor", "betrieb"]
    answer = certs(verb, "0192", *actor)

    assert (1, True) == (answer.code, "[certificate_unknown]" in answer.err)


def test_anchors_are_shown_with_their_end(certs: Offices) -> None:
    none = certs("anchors").out
    certs("trust", "azr", certs.folder / "ca.pem")
    [anchor] = certs("anchors", "--json").json["anchors"]

    assert "Keine Einträge.\n" == none
    assert ("azr", True) == (anchor["partner"], "Test-CA" in anchor["subject"])
    assert anchor["days_left"] in {364, 365}
    assert anchor["not_after"] in certs("anchors").out


def test_check_accepts_refuses_or_cannot_decide(certs: Offices, tmp_path: Path) -> None:
    file = certs.signed(certs.requested()[1])
    undecidable = certs("check", file, "--partner", "azr", "--json")
    certs("trust", "azr", certs.folder / "ca.pem")
    accept = certs("check", file, "--partner", "azr", "--json")
    create(tmp_path / "other", "Andere", "ec", 365)
    certs("trust", "azr", tmp_path / "other" / "ca.pem")
    refuse = certs("check", file, "--partner", "azr", "--json")

    assert (1, "undecidable") == (undecidable.code, undecidable.json["verdict"])
    assert (0, "accept", []) == (accept.code, accept.json["verdict"], accept.json["reasons"])
    assert (1, "refuse") == (refuse.code, refuse.json["verdict"])
    assert refuse.json["reasons"]


def test_what_was_not_checked_is_not_activated(certs: Offices) -> None:
    identity = certs.imported()
    answer = certs("activate", identity, "--actor", "betrieb")

    assert (1, "imported") == (answer.code, certs.state(identity))


def test_a_file_that_is_no_certificate_is_refused(certs: Offices) -> None:
    settings = certs.command.settings

    assert {1} == {
        certs("import", settings).code,
        certs("trust", "azr", settings).code,
        certs("check", settings, "--partner", "azr").code,
    }


def test_private_keys_lie_nowhere_in_clear(certs: Offices) -> None:
    certs.activated()
    files = [p for p in certs.command.house.folder.rglob("*") if p.is_file()]
    with sqlite3.connect(certs.command.house.database) as connection:
        [(sealed,)] = connection.execute("SELECT sealed FROM private_key").fetchall()
    connection.close()

    assert [] == [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in str(sealed)


def test_a_request_needs_an_office(certs: Offices) -> None:
    answer = certs("request", "--tenant", "nowhere", "--partner", "azr", "--common-name", "uvg")

    assert 3 == answer.code


def test_show_is_german(certs: Offices) -> None:
    labels = {line.split(":")[0] for line in certs("show", certs.imported()).out.splitlines()}

    assert {"Kennung", "Zustand", "Inhaber", "gültig bis", "Fingerabdruck"} <= labels


def secret(certs: Offices, name: str) -> Path:
    return certs.command.house.folder / "secrets" / name


def opens(certs: Offices, kek: bytes) -> list[bool]:
    """Tell of every private key whether it lies under a KEK."""
    with closing(sqlite3.connect(certs.command.house.folder / "data" / "hub.sqlite")) as database:
        rows = database.execute("SELECT tenant, id, purpose, wrapped_dek, sealed FROM private_key")
        keys = KeyStore(bytes.fromhex(kek.decode()))
        return [keys.wraps(SealedKey(*row[3:]), Owner(*row[:3])) for row in rows]


def test_the_kek_is_changed_in_the_database_and_among_the_secrets(certs: Offices) -> None:
    certs.activated()
    certs.command("journal", "key")
    before = secret(certs, "kek").read_bytes()

    answer = certs("change-kek")
    after = secret(certs, "kek").read_bytes()

    assert (0, "2 Schlüssel") == (answer.code, answer.out[:11])
    assert before != after
    assert after.decode() not in answer.out
    assert ([True, True], [False, False]) == (opens(certs, after), opens(certs, before))
    assert 0o600 == secret(certs, "kek").stat().st_mode & 0o777
    assert not secret(certs, "kek_next").exists()


@pytest.mark.parametrize("died", ["before the keys", "after the keys", "before tidying up"])
def test_a_change_that_was_broken_off_goes_on(certs: Offices, died: str) -> None:
    certs.activated()
    before = secret(certs, "kek").read_bytes()
    certs("change-kek")
    after = secret(certs, "kek").read_bytes()
    secret(certs, "kek_next").write_bytes(after)
    secret(certs, "kek_next").chmod(0o600)
    if died != "before tidying up":
        secret(certs, "kek").write_bytes(before)
    if died == "before the keys":
        secret(certs, "kek_next").write_bytes(before)
        secret(certs, "kek").write_bytes(after)
        before, after = after, before

    answer = certs("change-kek")

    assert 0 == answer.code
    assert after == secret(certs, "kek").read_bytes()
    assert [True] == opens(certs, after)
    assert not secret(certs, "kek_next").exists()


def test_nothing_is_changed_while_a_key_opens_with_neither(certs: Offices) -> None:
    certs.activated()
    own = secret(certs, "kek").read_bytes()
    secret(certs, "kek").write_bytes(b"00" * 32)

    answer = certs("change-kek")

    assert (3, "key_unreadable") == (answer.code, re.findall(r"key_\w+", answer.err)[0])
    assert [True] == opens(certs, own)


def test_the_kek_is_not_changed_while_a_service_works(certs: Offices) -> None:
    certs.activated()
    own = secret(certs, "kek").read_bytes()
    with (certs.command.house.folder / "data" / "hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = certs("change-kek")

    assert "already_running" in answer.err
    assert own == secret(certs, "kek").read_bytes()


def test_a_kek_of_the_environment_is_left_to_the_administrator(
    certs: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    certs.activated()
    monkeypatch.setenv("AKTENHUB_SECRET_KEK", secret(certs, "kek").read_text())

    answer = certs("change-kek")

    assert f"von „{secret(certs, 'kek_next')}“" in answer.out
    assert [True] == opens(certs, secret(certs, "kek_next").read_bytes())


def test_a_kek_that_is_no_key_is_refused(certs: Offices) -> None:
    certs.activated()
    secret(certs, "kek").write_bytes(b"not hexadecimal")

    assert "kek_invalid" in certs("list").err
