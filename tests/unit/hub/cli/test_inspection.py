"""The check names every fault, once, and praises nothing that is at fault."""

from typing import Any

import pytest

from tests.command_line import CommandLine
from tests.pki import DAY, NOW, root

KEYS = {"code", "level", "place", "message", "remedy"}


def _findings(command: CommandLine) -> dict[str, dict[str, Any]]:
    answer = command("check", "--json")
    assert {"ok", "findings"} == answer.json.keys()
    assert all(KEYS == finding.keys() for finding in answer.json["findings"])
    assert answer.json["ok"] == (answer.code == 0)
    return {finding["code"]: finding for finding in answer.json["findings"]}


def test_a_check_without_storage_and_office_says_so(command: CommandLine) -> None:
    found = _findings(command)

    errors = {code for code, finding in found.items() if finding["level"] == "error"}
    assert {"settings_good", "folders_good", "schemas_good", "tenants_good"} <= found.keys()
    assert "office_good" not in found
    assert 2 == len(errors), errors
    assert all(found[code]["remedy"] for code in errors)


def test_each_missing_secret_is_named_once(command: CommandLine) -> None:
    for name in ("kek", "s3_secret_key"):
        (command.house.folder / "secrets" / name).unlink()

    said = command("check").out

    assert 1 == said.count("secrets/kek\n")
    assert 1 == said.count("secrets/s3_secret_key\n")
    assert "Geheimnisse vorhanden" not in said


@pytest.mark.parametrize("name", ["outbox", "certs"])
def test_a_missing_folder_is_named(command: CommandLine, name: str) -> None:
    (command.house.folder / name).rmdir()

    assert name in _findings(command)["folder_unusable"]["place"]


def test_overlapping_folders_are_named(command: CommandLine) -> None:
    settings = command.settings.read_text()
    command.settings.write_text(f'{settings}\n[folders]\noutbox = "inbox/ausgang"\n')

    assert "error" == _findings(command)["folders_overlap"]["level"]


def test_answers_of_the_cash_office_that_nobody_hears_are_named(command: CommandLine) -> None:
    settings = command.settings.read_text()
    command.settings.write_text(settings.replace('name = "kasse"', 'name = "andere"'))

    found = _findings(command)

    assert "Mandant beispielhausen" == found["cash_answers_unheard"]["place"]
    assert "tenants_good" not in found


def test_a_register_without_an_address_is_named(command: CommandLine) -> None:
    settings = command.settings.read_text()
    command.settings.write_text(settings.replace('name = "azr"', 'name = "bva"'))

    assert "Mandant musterstadt" == _findings(command)["line_missing"]["place"]


def test_revocation_lists_are_looked_at(command: CommandLine) -> None:
    settings = command.settings.read_text()
    rules = '\n[intake]\nenabled = true\ncrls = "certs/crl"\n'
    command.settings.write_text(settings + rules)
    authority = root("Sender-CA")
    certs = command.house.folder / "certs"
    empty = _findings(command)
    for folder, name, data in (
        ("trust", "portal.pem", authority.pem),
        ("crl", "ca.crl", authority.revoked(end=NOW + 3650 * DAY)),
    ):
        (certs / folder).mkdir(parents=True, exist_ok=True)
        (certs / folder / name).write_bytes(data)
    good = _findings(command)

    assert ("warning", "crl: keine Liste im Ordner") == (
        empty["crl_unusable"]["level"], empty["crl_unusable"]["place"],
    )  # fmt: skip
    assert "crl_unusable" not in good
    assert "crls_good" in good


def test_people_read_what_to_do(command: CommandLine) -> None:
    (command.house.folder / "secrets" / "kek").unlink()
    said = command("check").out

    assert "FEHLER  Das Geheimnis „kek“ fehlt" in said
    assert "Abhilfe: Datei anlegen (Rechte 600)" in said
    assert said.endswith("Es gibt Fehler.\n")
