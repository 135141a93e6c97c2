"""The main job end to end: a case message becomes orders, a register report, a filed notice."""

from __future__ import annotations

import json

import pytest

from hub.demo import cast
from tests.journeys.conftest import Played

pytestmark = [
    pytest.mark.journey, pytest.mark.s3, pytest.mark.office,
]  # fmt: skip


def test_the_end_state_of_the_story_verifies(played: Played):
    failed = [check for check in played.checks if not check.holds]

    assert len(played.checks) >= 15
    assert failed == []


def test_the_balance_on_the_command_line_ties_out(played: Played):
    done = played.command("journal", "balance", "--json")
    total = json.loads(done.stdout)

    classes = ("delivered", "in_progress", "clearing", "refused", "duplicates")
    assert done.returncode == 0
    assert total["balanced"] is True
    assert total["received"] == sum(total[name] for name in classes)
    assert {"tenant", "partner", "day"} == set(total["by"])


def test_a_notice_can_be_traced_to_money_and_register(played: Played):
    listing = played.command("journal", "list", "--case", "UVG-2026-000101", "--json")
    notice = next(m for m in json.loads(listing.stdout)["messages"] if m["kind"] == "Bescheid")

    trace = json.loads(played.command("journal", "trace", notice["id"], "--json").stdout)

    steps = [event["what"] for event in trace["events"]]
    assert ("musterstadt", "Bescheid", "UVG-2026-000101") == (
        trace["tenant"], trace["kind"], trace["case"],
    )  # fmt: skip
    for step in ("received", "checked", "decided", "order_made", "order_delivered",
                 "letter_rendered", "filed", "order_accepted", "register_acknowledged"):  # fmt: skip
        assert step in steps


def test_every_document_is_listed_with_its_digest(played: Played):
    shown = played.command("efile", "show", "UVG-2026-000103", "--tenant", "musterstadt", "--json")
    documents = json.loads(shown.stdout)["documents"]

    types = {document["type"] for document in documents}
    assert {"Bescheid", "Auszahlungsanordnung", "Annahmeanordnung", "Zahlungseingang"} <= types
    assert all(len(document["sha256"]) == 64 for document in documents)


def test_the_stored_bytes_are_verified_from_s3(played: Played):
    report = json.loads(played.command("efile", "verify", "--json").stdout)

    assert report["intact"] is True
    assert report["objects"] > 20
    assert report["faults"] == []


def test_the_installation_is_in_order(played: Played):
    done = played.command("check", "--json")
    report = json.loads(done.stdout)

    errors = [finding for finding in report["findings"] if finding["level"] == "error"]
    assert errors == []
    assert (0, True) == (done.returncode, report["ok"])


def test_the_certificate_is_in_the_central_store(played: Played):
    listing = json.loads(played.command("certs", "list", "--json").stdout)["certificates"]

    assert [("musterstadt", "azr", "active")] == [
        (c["tenant"], c["partner"], c["state"]) for c in listing
    ]
    assert listing[0]["days_left"] > 300


def test_the_journal_is_chained_without_a_gap(played: Played):
    report = json.loads(played.command("journal", "verify", "--json").stdout)

    assert report["intact"] is True
    assert report["entries"] > 300


def test_the_unmatched_money_waits_for_a_person(played: Played):
    cases = json.loads(played.command("clearing", "list", "--json").stdout)["clearing"]

    codes = {case["code"]: case for case in cases}
    assert "receipt_unmatched" in codes
    assert "Verwahrung" in codes["receipt_unmatched"]["message"]


def test_nobody_is_named_in_the_logs(played: Played):
    names = {
        word
        for office in cast.OFFICES
        for family in (*office.xml, *office.csv)
        for word in (*family.child, *family.parent, family.iban)
    }
    logs = (played.stage.folder / "logs" / "hub.log").read_text(encoding="utf-8")

    assert {name for name in names if name in logs} == set()


def test_the_cash_file_is_what_the_profile_describes(played: Played):
    files = sorted(played.stage.outbox(cast.MUSTERSTADT, "ihv").glob("IHV-A-*.txt"))
    lines = files[0].read_bytes().split(b"\r\n")

    assert {300} == {len(line) for line in lines if line}
    assert b"" == lines[-1]
    assert int(lines[-2][1:8]) == len(lines) - 3
