"""Is this file valid, what comes out of it, is everything in order."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from hub.cli import checking
from hub.core.errors import Misconfigured
from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import CommandLine

FAMILY = BEISPIELHAUSEN.xml[0]
NOTICE = "fachverfahren/Bescheid-1.0"
FINDING = {"rule", "level", "line", "column", "path", "row", "field", "message"}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "gut.xml"
    path.write_bytes(drops.notice(FAMILY))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "schlecht.xml"
    path.write_bytes(drops.notice(FAMILY, amount="zwölf"))
    return path


def test_a_good_file_passes(command: CommandLine, good: Path) -> None:
    answer = command("validate", "--schema", NOTICE, good, "--json")

    assert (0, "passed", []) == (answer.code, answer.json["verdict"], answer.json["findings"])


def test_a_report_says_what_was_checked_by_what(command: CommandLine, good: Path) -> None:
    answer = command("validate", "--schema", NOTICE, good, "--json")

    data = good.read_bytes()
    assert (NOTICE, hashlib.sha256(data).hexdigest(), len(data)) == (
        answer.json["schema"],
        answer.json["sha256"],
        answer.json["bytes"],
    )
    assert answer.json["engine"].startswith("libxml2 ")
    assert answer.json["checked_at"].endswith("Z")


def test_a_warning_is_shown_and_lets_pass(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "ohne.xml"
    text = drops.notice(FAMILY).decode().replace("BEW", "VER")
    start, end = text.index("<begruendung>"), text.index("</begruendung>") + len("</begruendung>")
    path.write_text(text[:start] + text[end:], encoding="utf-8")

    answer = command("validate", "--schema", NOTICE, path)

    assert 0 == answer.code
    assert "bestanden" in answer.out
    assert "Warnung" in answer.out
    assert "notice_without_reasons" in answer.out


def test_findings_beyond_the_listed_ones_are_counted(command: CommandLine, tmp_path: Path) -> None:
    table = drops.notice_table(BEISPIELHAUSEN, "31.02.2026")
    row = table.splitlines(keepends=True)[-1]
    path = tmp_path / "viele.csv"
    path.write_bytes(table + row * 1500)

    answer = command("validate", "--schema", "altverfahren/Bescheid-1.0", path)

    assert "nur gezählt" in answer.out
    assert "date_wrong: 1501" in answer.out


def test_a_bad_file_fails_with_its_places(command: CommandLine, bad: Path) -> None:
    answer = command("validate", "--schema", NOTICE, bad, "--json")

    [finding] = answer.json["findings"]
    line = bad.read_text().splitlines()[finding["line"] - 1]
    assert (1, "failed") == (answer.code, answer.json["verdict"])
    assert FINDING <= finding.keys()
    assert "zwölf" in line


def test_a_bad_row_of_a_table_is_named(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "bescheide.csv"
    path.write_bytes(drops.notice_table(BEISPIELHAUSEN, "31.02.2026"))

    answer = command("validate", "--schema", "altverfahren/Bescheid-1.0", path, "--json")

    places = {(finding["row"], finding["field"]) for finding in answer.json["findings"]}
    assert (1, "failed") == (answer.code, answer.json["verdict"])
    assert (1, "Beginn") in places


def test_a_file_no_parser_should_meet_fails(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "bombe.xml"
    path.write_bytes(drops.entity_bomb())

    answer = command("validate", "--schema", NOTICE, path, "--json")

    assert (1, "failed") == (answer.code, answer.json["verdict"])
    assert ["doctype_forbidden"] == [f["rule"] for f in answer.json["findings"]]


@pytest.fixture
def broken_schema(command: CommandLine, good: Path) -> str:
    """An own schema folder whose schema does not compile."""
    folder = command.house.folder / "schemas" / "eigen"
    folder.mkdir(parents=True)
    (folder / "Brief-1.0.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:element name="brief" type="gibtEsNicht"/></xs:schema>'
    )
    settings = command.settings.read_text()
    command.settings.write_text(f'{settings}\n[folders]\nschemas = "schemas"\n')
    good.write_text("<brief/>")
    return "eigen/Brief-1.0"


def test_a_check_that_could_not_run_is_not_passed(
    command: CommandLine, broken_schema: str, good: Path
) -> None:
    answer = command("validate", "--schema", broken_schema, good, "--json")

    assert (1, "not_checkable") == (answer.code, answer.json["verdict"])
    assert "nicht prüfbar" in command("validate", "--schema", broken_schema, good).out


def test_many_files_are_judged_one_by_one(command: CommandLine, good: Path, bad: Path) -> None:
    answer = command("validate", "--schema", NOTICE, good, bad, "--json")
    people = command("validate", "--schema", NOTICE, good, bad).out

    assert 1 == answer.code
    assert [("gut.xml", "passed"), ("schlecht.xml", "failed")] == [
        (one["file"], one["verdict"]) for one in answer.json["documents"]
    ]
    assert "gut.xml: bestanden" in people
    assert "schlecht.xml: nicht bestanden" in people
    assert "Zeile" in people


def test_a_report_page_says_the_same_as_the_words(
    command: CommandLine, good: Path, bad: Path, tmp_path: Path
) -> None:
    page = tmp_path / "bericht.html"
    answer = command("validate", "--schema", NOTICE, "--report", page, good, bad)
    written = page.read_text(encoding="utf-8")

    assert 1 == answer.code
    assert f"Bericht: {page}" in answer.out
    assert {"gut.xml", "schlecht.xml", NOTICE, "xsd_pattern", "nicht bestanden"} <= set(
        re.split(r"[<>]", written)
    )
    for path in (good, bad):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in written
    assert FAMILY.case_id.encode() in bad.read_bytes()
    assert FAMILY.case_id not in written


def test_a_report_page_does_not_disturb_the_json(
    command: CommandLine, good: Path, tmp_path: Path
) -> None:
    page = tmp_path / "bericht.html"
    answer = command("validate", "--schema", NOTICE, "--report", page, good, "--json")

    assert (0, "passed") == (answer.code, answer.json["verdict"])
    assert page.exists()


@pytest.mark.parametrize("taken", ["file", "folder", "dangling link", "no folder"])
def test_a_report_page_takes_no_place_of_anything(
    command: CommandLine, good: Path, tmp_path: Path, taken: str
) -> None:
    page = tmp_path / "bericht.html"
    if taken == "file":
        page.write_text("mein")
    elif taken == "folder":
        page.mkdir()
    elif taken == "dangling link":
        page.symlink_to(tmp_path / "anderswo.html")
    else:
        page = tmp_path / "nirgends" / "bericht.html"
    answer = command("validate", "--schema", NOTICE, "--report", page, good)

    assert 2 == answer.code
    assert taken != "file" or page.read_text() == "mein"
    assert not (tmp_path / "anderswo.html").exists()


def test_a_report_page_never_overwrites_what_came_meanwhile(tmp_path: Path) -> None:
    page = tmp_path / "bericht.html"
    page.write_text("mein")

    with pytest.raises(Misconfigured, match="report_not_written"):
        checking._write_new(page, "neu")
    assert "mein" == page.read_text()


def test_shipped_schemas_serve_where_there_is_no_installation(
    command: CommandLine, good: Path
) -> None:
    command.settings.unlink()

    assert 0 == command("validate", "--schema", NOTICE, good).code


def test_an_unknown_schema_is_a_matter_of_configuration(command: CommandLine, good: Path) -> None:
    assert 3 == command("validate", "--schema", "nirgends/Nichts-1.0", good).code


def test_map_prints_one_record_per_line(command: CommandLine, good: Path) -> None:
    answer = command("map", "--mapping", "fachverfahren-to-hub/Bescheid", good)

    [record] = [json.loads(line) for line in answer.out.splitlines()]
    assert 0 == answer.code
    assert ("Bescheid", FAMILY.case_id) == (record["kind"], record["data"]["case_id"])
    assert FAMILY.amount * 100 == record["data"]["periods"][0]["amount_cents"]


def test_map_prints_nothing_of_a_file_that_failed(command: CommandLine, bad: Path) -> None:
    answer = command("map", "--mapping", "fachverfahren-to-hub/Bescheid", bad)

    assert (1, "") == (answer.code, answer.out)
    assert "[schema_violation]" in answer.err


def test_an_unknown_mapping_is_a_matter_of_configuration(command: CommandLine, good: Path) -> None:
    assert 3 == command("map", "--mapping", "nirgends/Nichts", good).code
