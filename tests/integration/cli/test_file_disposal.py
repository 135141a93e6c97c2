"""Destroying files from the command line, against a real S3 server, carried out by the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

TENANT = ("--tenant", OFFICE)
WHY = (*TENANT, "--reason", "Aussonderung 2026", "--actor", "k.winter")
OTHER = (*TENANT, "--actor", "a.sommer")


def due(command: CommandLine) -> dict[str, Any]:
    """Return a new file whose period is over and that the archive declined."""
    opened: dict[str, Any] = command(
        "efile", "open", "--kind", "beistandschaft", "--title", "Öztürk, Elif",
        *TENANT, "--actor", "k.winter", "--json",
    ).json  # fmt: skip
    akte = opened["aktenzeichen"]
    command("efile", "retention", "date", akte, "ended", "2010-05-04", *WHY)
    command("efile", "retention", "answer", akte, "declines", *WHY)
    return opened


def test_a_run_goes_from_preview_to_certificate(command: CommandLine, tmp_path: Path) -> None:
    opened = due(command)
    akte = opened["aktenzeichen"]
    listed = tmp_path / "akten.csv"
    listed.write_text(f"{akte};Frist abgelaufen\n", encoding="utf-8")
    preview = command("efile", "disposal", "preview", *TENANT, "--json").json["akten"]
    proposed = command("efile", "disposal", "propose", "--list", listed, *WHY, "--json")
    run = proposed.json["run"]
    own = command("efile", "disposal", "approve", run, *TENANT, "--actor", "k.winter")
    waiting = command("efile", "disposal", "show", run, *TENANT).out
    yes = command("efile", "disposal", "approve", run, *OTHER)
    assert 0 == command("run", "--once").code

    assert [(akte, True)] == [(one["aktenzeichen"], one["ready"]) for one in preview]
    assert (1, True) == (own.code, "[disposal_same_person]" in own.err)
    assert akte in waiting
    assert 0 == yes.code
    target = tmp_path / "protokoll.json"
    command("efile", "disposal", "certificate", run, *TENANT, "--to", target)
    said = json.loads(target.read_text(encoding="utf-8"))["certificate"]
    assert [opened["id"]] == [one["akte"] for one in said["destroyed"]]
    assert run == command("efile", "disposal", "gone", akte, *TENANT, "--json").json["run"]
    assert "abgeschlossen" in command("efile", "disposal", "list", *TENANT).out
    assert 0 == command("efile", "verify", *TENANT).code
    assert 0 == command("efile", "reconcile", *TENANT).code


def test_a_misfiled_document_is_moved(command: CommandLine, tmp_path: Path) -> None:
    wrong, right = due(command), due(command)
    letter = tmp_path / "brief.txt"
    letter.write_text("Verwechselt", encoding="utf-8")
    command("efile", "put", letter, *TENANT, "--akte", wrong["aktenzeichen"], "--title", "Brief",
            "--actor", "k.winter")  # fmt: skip
    documents = command("efile", "show", wrong["id"], *TENANT, "--json").json["documents"]
    (document,) = [one["id"] for one in documents if one["title"] == "Brief"]
    run = command("efile", "disposal", "misfiled", document, "--to", right["id"],
                  "--ground", "person", *WHY, "--json").json["run"]  # fmt: skip
    assert 0 == command("efile", "disposal", "approve", run, *OTHER).code
    assert 0 == command("run", "--once").code

    moved = command("efile", "show", right["id"], *TENANT, "--json").json["documents"]
    assert {"Brief", "Fehlablage berichtigt"} <= {one["title"] for one in moved}
    assert 1 == command("efile", "get", document, *TENANT, "--to", tmp_path / "weg").code
    assert 0 == command("efile", "verify", *TENANT).code


def test_what_may_not_go_is_said_and_a_run_is_declined(command: CommandLine) -> None:
    first, second = due(command), due(command)
    command("efile", "retention", "hold", first["id"], *WHY)

    preview = command("efile", "disposal", "preview", first["id"], second["id"], *TENANT).out
    refused = command("efile", "disposal", "propose", first["id"], *WHY)
    run = command("efile", "disposal", "propose", second["id"], *WHY, "--json").json["run"]
    no = command("efile", "disposal", "decline", run, *WHY)
    unknown = command("efile", "disposal", "gone", second["id"], *TENANT)

    assert "Gesperrt ohne Enddatum" in preview
    assert (1, True) == (refused.code, "[disposal_not_ready]" in refused.err)
    assert (0, "Abgelehnt.\n") == (no.code, no.out)
    assert (1, True) == (unknown.code, "[disposal_unknown]" in unknown.err)
    assert "abgelehnt" in command("efile", "disposal", "show", run, *TENANT).out
