"""Messages, their way, the balance and the proof, as the command line shows them."""

import asyncio
import json
import sqlite3
from hashlib import sha256

import pytest

from hub.cli.parser import period
from hub.core.message import Message
from hub.store.clearing import ClearingCase, open_case
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.lanes import Promise, add
from hub.store.messages import Messages, Step
from hub.store.sqlite import SqliteDatabase
from tests.command_line import OFFICE, CommandLine

NOW = 1_795_000_000_000_000
GOOD, BAD, STUCK = (f"0192f0a0-0000-7000-8000-00000000000{n}" for n in range(1, 4))
FINDING = {
    "rule": "xsd_type", "message": "„zwölf“ ist kein Betrag.", "level": "error", "line": 17,
    "column": 5, "path": "/bescheid/betrag", "row": None, "field": None,
}  # fmt: skip
REASON = {
    "code": "xsd_type", "nachricht": "Die Nachricht entspricht nicht dem Schema.",
    "abhilfe": "Bitte berichtigt neu senden.", "befunde": [FINDING],
}  # fmt: skip


def _message(message_id: str, kind: str | None, tenant: str = OFFICE) -> Message:
    return Message(
        id=message_id, tenant=tenant, partner="fachverfahren", channel="fachverfahren", kind=kind,
        case_key="UV-77001", sha256="a" * 64, size_bytes=10, received_us=NOW,
        original_name="datei.xml", correlation_id=message_id, business_id="FD-1",
    )  # fmt: skip


def _play(tx: Transaction) -> None:
    book = Messages(Journal("hub-1"))
    good, bad = _message(GOOD, "Falldaten"), _message(BAD, None)
    book.add(tx, good, "received", NOW)
    book.note(tx, good, NOW + 1, "checked", step=Step(facts={"verdict": "passed"}))
    book.move(tx, good, "routed", NOW + 2)
    book.move(tx, good, "closed", NOW + 3)
    book.add(tx, bad, "refused", NOW, code="xsd_type")
    add(tx, Promise("p-1", OFFICE, BAD, "refuse", "refuse", "b", {"reason": REASON}), NOW)
    stuck = _message(STUCK, "Isteinnahme", "musterstadt")
    book.add(tx, stuck, "received", NOW)
    book.move(tx, stuck, "clearing", NOW + 1, code="receipt_unmatched")
    case = ClearingCase("c-1", "receipt_unmatched", "Ohne Forderung.", "Zuordnen.", None,
                        {"Zahler": "T. Brückner"})  # fmt: skip
    open_case(tx, stuck, case, NOW)


@pytest.fixture
def played(command: CommandLine) -> CommandLine:
    """One message that went through, one refused, one that waits for a human."""
    command("journal", "balance")

    async def fill() -> None:
        database = SqliteDatabase(command.house.database)
        await database.write(_play)
        await asyncio.to_thread(database.close)

    asyncio.run(fill())
    return command


def _looks(command: CommandLine) -> list[tuple[str, str, str | None]]:
    with sqlite3.connect(command.house.database) as connection:
        rows = connection.execute(
            "SELECT action, object_id, tenant FROM access_log WHERE actor LIKE 'cli:_%' "
            "AND role = 'operator' ORDER BY seq"
        ).fetchall()
    connection.close()
    return rows


def test_the_list_is_narrowed(played: CommandLine) -> None:
    def ids(*options: str) -> set[str]:
        return {m["id"] for m in played("journal", "list", "--json", *options).json["messages"]}

    assert {GOOD, BAD, STUCK} == ids()
    assert {GOOD, BAD} == ids("--tenant", OFFICE)
    assert {BAD} == ids("--state", "refused")
    assert set() == ids("--case", "UV-1")
    assert 1 == len(ids("--limit", "1"))


def test_the_list_is_a_german_table(played: CommandLine) -> None:
    head, *lines = played("journal", "list").out.splitlines()

    assert [
        "Eingang",
        "Mandant",
        "Partner",
        "Art",
        "Fall",
        "Zustand",
        "Grund",
        "Kennung",
    ] == head.split()
    assert 3 == len(lines)
    for word in ("erledigt", "abgewiesen", "Klärfall"):
        assert 1 == sum(word in line for line in lines), lines


def test_show_tells_why_a_message_was_refused(played: CommandLine) -> None:
    answer = played("journal", "show", BAD, "--json")
    people = played("journal", "show", BAD).out

    assert 0 == answer.code
    assert ("xsd_type", [FINDING]) == (answer.json["code"], answer.json["findings"])
    assert (REASON["nachricht"], REASON["abhilfe"]) == (
        answer.json["reason"], answer.json["remedy"],
    )  # fmt: skip
    for said in (REASON["nachricht"], REASON["abhilfe"], FINDING["message"], "17"):
        assert said in people


def test_show_of_an_accepted_message_has_no_findings(played: CommandLine) -> None:
    answer = played("journal", "show", GOOD, "--json")

    assert (None, []) == (answer.json["reason"], answer.json["findings"])
    assert "Befund" not in played("journal", "show", GOOD).out


def test_trace_tells_the_way_of_a_message(played: CommandLine) -> None:
    answer = played("journal", "trace", GOOD, "--json").json

    assert {"message_id", "tenant", "kind", "case", "state", "caused_by", "events"} <= answer.keys()
    assert (GOOD, "closed", None) == (answer["message_id"], answer["state"], answer["caused_by"])
    assert ["received", "checked", "routed", "closed"] == [e["what"] for e in answer["events"]]
    assert all({"at", "what", "digest"} <= event.keys() for event in answer["events"])


def test_trace_is_readable(played: CommandLine) -> None:
    first, head, *steps = played("journal", "trace", GOOD).out.splitlines()

    assert "Falldaten · Fall UV-77001 · erledigt" == first
    assert ["Zeit", "Schritt", "Angabe", "Prüfsumme"] == head.split()
    assert 4 == len(steps)


@pytest.mark.parametrize("verb", ["show", "trace"])
def test_an_unknown_message_is_refused(played: CommandLine, verb: str) -> None:
    answer = played("journal", verb, "0192f0a0")

    assert (1, "") == (answer.code, answer.out)
    assert "[message_unknown]" in answer.err


def test_the_balance_ties_out(played: CommandLine) -> None:
    answer = played("journal", "balance", "--json")
    whole, by = answer.json, answer.json["by"]

    numbers = {"received": 3, "delivered": 1, "in_progress": 0, "clearing": 1, "refused": 1,
               "duplicates": 0, "balanced": True}  # fmt: skip
    assert (0, numbers) == (answer.code, {name: whole[name] for name in numbers})
    assert {"tenant", "partner", "day"} <= by.keys()
    assert 2 == by["tenant"][OFFICE]["received"]
    assert numbers.keys() <= by["tenant"][OFFICE].keys()
    assert 2 == played("journal", "balance", "--tenant", OFFICE, "--json").json["received"]


def test_a_balance_that_does_not_tie_out_is_a_finding(played: CommandLine) -> None:
    with sqlite3.connect(played.house.database) as connection:
        connection.execute("UPDATE message SET state = 'closed' WHERE id = ?", (STUCK,))
    connection.close()

    assert (1, False) == (
        played("journal", "balance").code,
        played("journal", "balance", "--json").json["balanced"],
    )
    assert "DIE BILANZ GEHT NICHT AUF." in played("journal", "balance").out


def test_export_gives_one_section_per_tenant(played: CommandLine) -> None:
    lines = [json.loads(line) for line in played("journal", "export").out.splitlines()]
    entries = [line for line in lines if line["type"] == "entry"]

    assert [OFFICE, "musterstadt"] == [one["tenant"] for one in lines if one["type"] == "journal"]
    assert {OFFICE: [1, 2, 3, 4, 5], "musterstadt": [1, 2]} == {
        tenant: [entry["seq"] for entry in entries if entry["tenant"] == tenant]
        for tenant in (OFFICE, "musterstadt")
    }
    assert 2 == sum(line["type"] == "checkpoint" for line in lines)


def test_what_was_exported_can_be_verified_without_the_database(played: CommandLine) -> None:
    folder = played.settings.parent / "export"
    played("journal", "export", "-o", folder)
    key = played.settings.parent / "keys.jsonl"
    played("journal", "key", "-o", key)
    anchor = played.settings.parent / "checkpoints"
    played.house.database.unlink()
    answer = played("journal", "verify", folder, "--key", key, "--anchor", anchor, "--json")

    assert (0, 7, 0) == (answer.code, answer.json["entries"], answer.json["unsigned"])
    assert {f"{OFFICE}.jsonl", "musterstadt.jsonl", "verify_journal.py"} == {
        path.name for path in folder.iterdir()
    }


def test_only_one_office_and_one_month_are_exported(played: CommandLine) -> None:
    folder = played.settings.parent / "export"
    played("journal", "export", "-o", folder, "--tenant", OFFICE, "--period", "2026-11")
    played("journal", "export", "-o", folder, "--tenant", OFFICE, "--period", "2025")

    assert {f"{OFFICE}_2026-11.jsonl": 5, f"{OFFICE}_2025.jsonl": 0} == {
        path.name: path.read_text().count('"type": "entry"') for path in folder.glob("*.jsonl")
    }
    assert 0 == played("journal", "verify", folder).code


def test_an_export_is_in_the_access_log(played: CommandLine) -> None:
    played("journal", "export", "--tenant", OFFICE)

    assert [("journal_exported", "", OFFICE)] == _looks(played)


@pytest.mark.parametrize("period", ["2026-13", "26", "2026-1", "gestern"])
def test_a_period_is_a_year_or_a_month(played: CommandLine, period: str) -> None:
    answer = played("journal", "export", "--period", period)

    assert (2, True) == (answer.code, f"{period} ist weder ein Jahr noch ein Monat" in answer.err)


def test_december_ends_where_january_begins() -> None:
    december, january = period("2026-12"), period("2027-01")

    assert (december.until_us, period("2026").until_us) == (january.from_us, january.from_us)


def test_checkpoints_are_signed_at_once(played: CommandLine) -> None:
    first, again = played("journal", "checkpoint"), played("journal", "checkpoint")

    assert first.out.startswith("2 Prüfpunkte")
    assert again.out.startswith("0 Prüfpunkte")
    assert 2 == len(list((played.settings.parent / "checkpoints").iterdir()))


def test_the_signing_key_is_shown_and_renewed(played: CommandLine) -> None:
    first = played("journal", "key", "--json").json["keys"]
    renewed = played("journal", "key", "--renew", "--json").json["keys"]
    people = played("journal", "key").out

    assert (1, 2) == (len(first), len(renewed))
    assert renewed[-1]["id"] in people
    assert first[0]["id"] not in people.splitlines()[0]


def test_a_changed_journal_is_found(played: CommandLine) -> None:
    before = played("journal", "verify", "--json")
    with sqlite3.connect(played.house.database) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE journal SET action = 'filed' WHERE seq = 2")
    connection.close()
    after = played("journal", "verify", "--json")

    assert (0, True, 7) == (before.code, before.json["intact"], before.json["entries"])
    assert (1, False) == (after.code, after.json["intact"])
    assert "Eintrag 2" in after.json["faults"][0]


def test_looks_at_messages_are_in_the_access_log(played: CommandLine) -> None:
    played("journal", "list", "--tenant", OFFICE)
    played("journal", "show", BAD)
    played("journal", "trace", GOOD)
    played("journal", "balance")

    assert [
        ("messages_listed", "", OFFICE),
        ("message_viewed", BAD, OFFICE),
        ("message_viewed", GOOD, OFFICE),
    ] == _looks(played)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (["--digest", "a" * 64], 3), (["--digest", "b" * 8], 0), (["--number", "FD-1"], 3),
        (["--partner", "ihv"], 0), (["--kind", "Falldaten"], 1), (["--from", "2026-11-19"], 0),
        (["--from", "2026-11-18", "--to", "2026-11-18"], 3), (["--case", "UV-77001"], 3),
    ],
)  # fmt: skip
def test_messages_are_searched(played: CommandLine, search: list[str], found: int) -> None:
    assert found == len(played("journal", "list", *search, "--json").json["messages"])


def test_a_search_goes_on_where_the_last_page_ended(played: CommandLine) -> None:
    first = played("journal", "list", "--limit", "2", "--json").json
    second = played("journal", "list", "--limit", "2", "--before", first["before"], "--json").json

    assert {GOOD, BAD, STUCK} == {row["id"] for row in first["messages"] + second["messages"]}
    assert "" == second["before"]


def test_a_day_that_is_none_is_said(played: CommandLine) -> None:
    answer = played("journal", "list", "--from", "18.11.2026")

    assert (2, True) == (answer.code, "kein Tag der Form JJJJ-MM-TT" in answer.err)


def test_the_quick_balance_says_what_the_full_one_says(played: CommandLine) -> None:
    full, quick = (played("journal", "balance", "--json", *how).json for how in ((), ("--quick",)))

    assert full == quick


def test_clearing_cases_are_listed_without_their_facts(played: CommandLine) -> None:
    answer = played("clearing", "list", "--json")

    assert 0 == answer.code
    assert [("c-1", "receipt_unmatched", "musterstadt")] == [
        (case["id"], case["code"], case["tenant"]) for case in answer.json["clearing"]
    ]
    assert "Brückner" not in answer.out + played("clearing", "list").out
    assert [] == played("clearing", "list", "--tenant", OFFICE, "--json").json["clearing"]


def test_a_clearing_case_is_shown_with_what_to_do(played: CommandLine) -> None:
    people = played("clearing", "show", "c-1").out

    assert "T. Brückner" == played("clearing", "show", "c-1", "--json").json["facts"]["Zahler"]
    for said in ("Ohne Forderung.", "Zuordnen.", "T. Brückner"):
        assert said in people


@pytest.mark.parametrize("verb", ["release", "reject", "discard"])
def test_a_decision_closes_a_clearing_case(played: CommandLine, verb: str) -> None:
    answer = played("clearing", verb, "c-1", "--reason", "geklärt", "--actor", "m.sommer")
    again = played("clearing", verb, "c-1", "--reason", "geklärt", "--actor", "m.sommer")
    trace = played("journal", "trace", STUCK, "--json").json

    assert (0, 0) == (answer.code, again.code)
    assert [] == played("clearing", "list", "--json").json["clearing"]
    assert "closed" == trace["state"]
    assert 1 == sum(e["what"].startswith("clearing_") for e in trace["events"])
    assert 0 == played("journal", "balance").code


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "c-9"], 1, "[clearing_unknown]"),
        (["release", "c-9", "--reason", "x", "--actor", "x"], 1, "[clearing_unknown]"),
        (["release", "c-1", "--reason", " ", "--actor", "x"], 1, "[reason_missing]"),
        (["reject", "c-1", "--actor", "x"], 2, "--reason"),
    ],
)
def test_a_decision_needs_a_case_and_a_reason(
    played: CommandLine, arguments: list[str], code: int, said: str
) -> None:
    answer = played("clearing", *arguments)

    assert (code, True) == (answer.code, said in answer.err)
    assert 1 == len(played("clearing", "list", "--json").json["clearing"])


def test_many_cases_are_tried_out_and_decided_as_a_named_job(played: CommandLine) -> None:
    [group] = played("clearing", "list", "--json").json["groups"]
    why = ("--group", group["fingerprint"], "--reason", "geklärt", "--actor", "m.sommer")
    trial = played("clearing", "release", *why, "--dry-run")
    told = played("clearing", "replay", *why, "--dry-run", "--json").json
    first = played("clearing", "release", *why, "--job", "Mai", "--json").json
    second = played("clearing", "release", *why, "--job", "Mai", "--json").json

    assert "1 gewählt.\nEntschieden würden 1. Es wurde nichts geändert.\n" == trial.out
    assert {"chosen": 1, "fitting": 0, "skipped": {"decision_not_offered": 1}} == told
    assert (1, "done", 0) == (first["done"], first["state"], first["waiting"])
    assert first == second == played("clearing", "jobs", "--json").json["jobs"][0]
    assert [] == played("clearing", "list", "--json").json["groups"]


def test_a_bulk_decision_says_about_what(played: CommandLine) -> None:
    answer = played("clearing", "release", "--reason", "geklärt", "--actor", "m.sommer")

    assert (1, True) == (answer.code, "[choice_unclear]" in answer.err)


def test_a_delivery_of_another_message_is_not_sent_again(played: CommandLine) -> None:
    why = ("--delivery", "p-1", "--reason", "verloren", "--actor", "m.sommer")
    other = played("journal", "resend", GOOD, *why)
    no_delivery = played("journal", "resend", BAD, *why)

    assert [1, 1] == [other.code, no_delivery.code]
    assert "[delivery_unknown]" in other.err
    assert "[delivery_unknown]" in no_delivery.err


def test_looks_at_clearing_cases_are_in_the_access_log(played: CommandLine) -> None:
    played("clearing", "list")
    played("clearing", "show", "c-1")
    played("clearing", "reject", "c-1", "--reason", "doppelt", "--actor", "m.sommer")

    assert [
        ("clearing_listed", "", None),
        ("clearing_viewed", "c-1", "musterstadt"),
        ("clearing_rejected", "c-1", "musterstadt"),
    ] == _looks(played)


@pytest.mark.parametrize("about", [(GOOD,), ("--case", "UV-77001")])
def test_a_proof_is_issued_printable_and_verifiable(
    played: CommandLine, about: tuple[str, ...]
) -> None:
    folder = played.settings.parent / "nachweis"
    answer = played("journal", "proof", *about, "--tenant", OFFICE, "-o", folder)
    text = (folder / "nachweis.json").read_bytes()
    page = (folder / "nachweis.html").read_text(encoding="utf-8")
    judged = played("journal", "verify", folder, "--json")

    assert (0, 0, 1) == (answer.code, judged.code, judged.json["proofs"])
    for said in (GOOD, "Prüfung bestanden", "a" * 64, sha256(text).hexdigest(), "datei.xml"):
        assert said in page
    assert STUCK not in page + text.decode()
    assert [("proof_issued", about[-1], OFFICE)] == _looks(played)


def test_a_proof_needs_a_message_of_the_office(played: CommandLine) -> None:
    folder = played.settings.parent / "nachweis"
    answer = played("journal", "proof", GOOD, "--tenant", "musterstadt", "-o", folder)

    assert (1, True, False) == (answer.code, "[nothing_to_prove]" in answer.err, folder.exists())
