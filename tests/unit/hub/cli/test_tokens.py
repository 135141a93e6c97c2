"""Credentials of senders: shown once, listed without secrets, revoked at once, all on record."""

import hashlib
from pathlib import Path

import pytest

from hub.simulators.ca.authority import create, sign_request, write_certificate
from tests.command_line import OFFICE, Answer, CommandLine

PLACE = ("--tenant", OFFICE, "--channel", "fachverfahren", "--sender", "fv")


def said(answer: Answer) -> dict[str, str]:
    return {k: v.strip() for k, _, v in (line.partition(":") for line in answer.out.splitlines())}


def listed(command: CommandLine) -> list[dict[str, object]]:
    return command("tokens", "list", "--json").json["credentials"]


def test_a_token_is_shown_once_and_kept_as_its_digest(command: CommandLine) -> None:
    token = said(command("tokens", "create", *PLACE))["Token"]
    database = (command.house.database).read_bytes()

    assert token.startswith("ahk_")
    assert token.encode() not in database
    assert hashlib.sha256(token.encode()).hexdigest().encode() in database


def test_the_list_tells_no_secret(command: CommandLine) -> None:
    token = said(command("tokens", "create", *PLACE, "--days", "30"))["Token"]
    [row] = listed(command)

    assert (OFFICE, "fachverfahren", "fv", "token", "active") == tuple(
        row[name] for name in ("tenant", "channel", "sender", "kind", "state")
    )
    assert hashlib.sha256(token.encode()).hexdigest() not in str(row)
    assert "gültig" in command("tokens", "list").out


def test_a_revoked_token_is_revoked(command: CommandLine) -> None:
    identity = said(command("tokens", "create", *PLACE))["Kennung"]
    answer = command("tokens", "revoke", identity)

    assert 0 == answer.code
    assert ["revoked"] == [row["state"] for row in listed(command)]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (
            ("--tenant", "nirgendwo", "--channel", "fachverfahren", "--sender", "fv"),
            "unknown_tenant",
        ),
        (("--tenant", OFFICE, "--channel", "nirgendwo", "--sender", "fv"), "unknown_channel"),
        (
            ("--tenant", OFFICE, "--channel", "fachverfahren", "--sender", "F V"),
            "partner_name_invalid",
        ),
    ],
)
def test_a_token_for_a_place_that_is_none_is_refused(
    command: CommandLine, place: tuple[str, ...], code: str
) -> None:
    answer = command("tokens", "create", *place)

    assert f"[{code}]" in answer.err
    assert [] == listed(command)


def test_what_does_not_exist_cannot_be_revoked(command: CommandLine) -> None:
    answer = command("tokens", "revoke", "nirgends")

    assert (1, True) == (answer.code, "[credential_unknown]" in answer.err)


@pytest.fixture
def certificate(command: CommandLine, tmp_path: Path) -> Path:
    """A client certificate whose CA is not trusted yet."""
    authority = create(tmp_path / "ca", "Test-CA", "ec-p256", 3650)
    write_certificate(tmp_path / "ca.pem", authority.certificate)
    request = said(
        command("certs", "request", "--tenant", OFFICE, "--partner", "azr", "--common-name", "x")
    )
    raw = Path(request["Antrag"]).read_bytes()
    write_certificate(tmp_path / "client.pem", sign_request(authority, raw, "client", 90))
    return tmp_path / "client.pem"


def test_a_certificate_of_a_trusted_ca_is_bound_once(
    command: CommandLine, certificate: Path
) -> None:
    command("certs", "trust", "fv", certificate.parent / "ca.pem")
    bound = command("tokens", "bind", certificate, *PLACE, "--partner", "fv")
    again = command("tokens", "bind", certificate, *PLACE, "--partner", "fv")

    assert (0, 1) == (bound.code, again.code)
    assert "[certificate_bound_already]" in again.err
    assert [("certificate", "fv")] == [(row["kind"], row["partner"]) for row in listed(command)]


def test_a_certificate_of_nobody_is_not_bound(command: CommandLine, certificate: Path) -> None:
    answer = command("tokens", "bind", certificate, *PLACE, "--partner", "fv")

    assert "[certificate_unfit]" in answer.err
    assert [] == listed(command)
