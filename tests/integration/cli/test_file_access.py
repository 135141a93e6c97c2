"""Access to files from the command line, against a real S3 server."""

from __future__ import annotations

import pytest

from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

AKTE = BEISPIELHAUSEN.xml[0].case_id
TENANT = ("--tenant", OFFICE)
WHY = (*TENANT, "--reason", "Neuverteilung", "--actor", "k.winter")


def test_competence_and_blocks_are_set_shown_and_lifted(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _: "ein langer Satz als Passwort")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    command("accounts", "create", "z.bauer", "--name", "B", "--role", "caseworker", *TENANT)
    command("units", "add", "uv-zugriff", *TENANT, "--name", "UV")
    given = command("efile", "access", "assign", AKTE, "--unit", "uv-zugriff", *WHY)
    wanted = ("--ground", "entrusted", "--person", "z.bauer")
    block = command("efile", "access", "block", AKTE, *wanted, *WHY, "--json").json["block"]
    shown = command("efile", "access", "show", AKTE, *TENANT, "--json").json
    people = command("efile", "access", "show", AKTE, *TENANT).out
    lifted = command("efile", "access", "unblock", AKTE, block, *WHY)
    given_back = command("efile", "access", "assign", AKTE, *WHY)
    after = command("efile", "access", "show", AKTE, *TENANT, "--json").json

    assert (0, "uv-zugriff") == (given.code, shown["unit"])
    assert [(block, "entrusted", ["z.bauer"])] == [
        (one["id"], one["ground"], one["persons"]) for one in shown["blocks"]
    ]
    assert "Anvertraut (§ 65 SGB VIII), nur für z.bauer" in people
    assert (0, 0, None, []) == (lifted.code, given_back.code, after["unit"], after["blocks"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["assign", AKTE, "--unit", "fehlt", *WHY], "unknown_unit"),
        (["assign", AKTE, "--person", "fehlt", *WHY], "unknown_account"),
        (["block", AKTE, "--ground", "bias", "--person", "fehlt", *WHY], "unknown_account"),
        (["unblock", AKTE, "fehlt", *WHY], "block_missing"),
    ],
)
def test_names_nobody_has_are_refused(
    command: CommandLine, arguments: list[str], code: str
) -> None:
    answer = command("efile", "access", *arguments)

    assert 1 == answer.code
    assert f"[{code}]" in answer.err
