"""Evidence records from the command line, with a real authority."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import OFFICE, CommandLine
from tests.time_stamps import make_authority, serving

pytestmark = [pytest.mark.s3]

WHO = ("--tenant", OFFICE, "--actor", "k.winter")


def test_a_closed_file_gets_a_record_and_its_renewals(command: CommandLine, tmp_path: Path) -> None:
    opened = command("efile", "open", "--kind", "beistandschaft", "--title", "Öztürk, Elif", *WHO,
                     "--json").json  # fmt: skip
    akte = opened["aktenzeichen"]
    command("efile", "retention", "date", akte, "ended", "2026-05-04", *WHO, "--reason", "Ende")
    without = command("efile", "evidence", *WHO)
    missing = command("efile", "evidence", *WHO, "--renew", akte)
    with serving(make_authority(tmp_path / "tsa")) as authority:
        settings = command.settings.read_text(encoding="utf-8")
        asked = f'\n[evidence]\ntsa_url = "{authority.url}"\ntsa_roots = "{authority.roots}"\n'
        assert "[evidence]" not in settings
        command.settings.write_text(settings + asked, encoding="utf-8")
        made = command("efile", "evidence", *WHO, "--json").json
        renewed = command("efile", "evidence", *WHO, "--renew", akte)
        stronger = command("efile", "evidence", *WHO, "--strengthen", akte)
        again = command("efile", "evidence", *WHO).out
    shown = command("efile", "show", akte, "--tenant", OFFICE, "--json").json
    titles = [one["title"] for one in shown["documents"]]

    assert (3, True) == (without.code, "[no_time_stamp_authority]" in without.err)
    assert (1, True) == (missing.code, "[no_evidence_record]" in missing.err)
    assert [akte] == [one["aktenzeichen"] for one in made["akten"]]
    assert (0, 0) == (renewed.code, stronger.code)
    assert 3 == titles.count("Beweisdokument (RFC 4998)")
    assert "Keine Einträge." in again
