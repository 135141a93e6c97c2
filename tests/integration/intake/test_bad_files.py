"""Every hostile or damaged file ends in quarantine with a reason; its neighbours do not notice.

All of them lie in real inboxes at once and are taken in by one run of the real workers.
"""

import asyncio
import hashlib
import io
import json
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.core.log import JsonLine
from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT, Family
from hub.pipeline.balance import balance
from tests.message_house import CORE, OFFICE, World, open_world

CANARY = "Kanarienvogel"
"""Stands in names and contents of every bad file, and must stand in no log."""
FAMILY = MUSTERSTADT.xml[1]
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def good() -> bytes:
    """Return case data that only the spoiling makes bad."""
    canary = Family(
        "UV-KANARI-1", (CANARY, CANARY), "2022-05-14", "m", "000", (CANARY, CANARY), "Weg", "1",
        4799, 486, 227,
    )  # fmt: skip
    return drops.case_data(canary, MUSTERSTADT)


def with_doctype(doctype: str) -> bytes:
    body = good().removeprefix(HEAD).replace(CANARY.encode(), b"&x;", 1)
    return HEAD + f"<!DOCTYPE falldaten {doctype}>\n".encode() + body


def other_case_in_a_comment() -> bytes:
    return good().replace(
        b"<fallnummer>", b"<!-- <fallnummer>UV-ANDERER-9</fallnummer> --><fallnummer>"
    )


def two_case_numbers() -> bytes:
    number = b"<fallnummer>UV-KANARI-1</fallnummer>"
    return good().replace(number, number + b"<fallnummer>UV-ANDERER-9</fallnummer>")


def truncated_table() -> bytes:
    return drops.case_table(BEISPIELHAUSEN)[:-120]


BAD: dict[str, bytes] = {
    "xxe-datei.xml": with_doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]'),
    "xxe-netz.xml": with_doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]'),
    "xxe-parameter.xml": with_doctype('[<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]'),
    "fremde-dtd.xml": with_doctype('SYSTEM "http://127.0.0.1:1/x.dtd"'),
    "bombe.xml": drops.entity_bomb().replace(b"lol", CANARY.encode()),
    "falsche-kodierung.xml": good().replace(CANARY.encode(), f"{CANARY}ü".encode("cp1252"), 1),
    "unbekannte-kodierung.xml": good().replace(b"UTF-8", b"EBCDIC-XX"),
    "nullbytes.xml": good().replace(CANARY.encode(), CANARY.encode() + b"\x00", 1),
    "nur-nullbytes.xml": b"\x00" * 4096,
    "halb.xml": good()[: len(good()) // 2],
    "ungueltig.xml": good().replace(b"<geschlecht>m<", b"<geschlecht>vielleicht<"),
    "xml-1.1.xml": good().replace(b'version="1.0"', b'version="1.1"'),
    "tief.xml": HEAD + b"<a>" * 20_000 + CANARY.encode(),
    "fremde-art.xml": HEAD + f'<rechnung xmlns="urn:fremd"><name>{CANARY}</name></rechnung>'.encode(),
    "brief.txt": f"Sehr geehrte Damen und Herren, {CANARY}".encode(),
    "programm.xml": b"MZ\x90\x00" + CANARY.encode() * 50,
    "leer.xml": b"",
    "zu-gross.xml": good() + b" " * 250_000,
    "abgeschnitten.csv": truncated_table(),
    "anderer-fall.xml": other_case_in_a_comment(),
    "zwei-faelle.xml": two_case_numbers(),
    "unbekannter-fall.xml": drops.notice(BEISPIELHAUSEN.xml[1]),
    "x..%2f..%2fetc%2fpasswd": f"{CANARY} 1".encode(),
    "C:\\..\\windows.xml": f"{CANARY} 2".encode(),
    "CON.xml": f"{CANARY} 3".encode(),
    "zeile\numbruch.xml": f"{CANARY} 4".encode(),
    "rechts\u202elinks.xml": f"{CANARY} 5".encode(),
    "; rm -rf $(HOME) `id`.xml": f"{CANARY} 6".encode(),
    "{case_id}{0.__class__}%s.xml": f"{CANARY} 7".encode(),
    f"{CANARY}-{'l' * 200}.xml": f"{CANARY} 8".encode(),
}  # fmt: skip
UNREAD = {"zu-gross.xml": "oversize", "leer.xml": "empty_file"}
NO_FILE = ("verweis.xml", "doppelt-verlinkt.xml", "rohr.xml")
"""A symbolic link, a file with a second name, a pipe."""
CODES = {
    "bombe.xml": "doctype_forbidden",
    "xxe-datei.xml": "doctype_forbidden",
    "brief.txt": "kind_unknown",
    "anderer-fall.xml": "case_contradictory",
    "verweis.xml": "not_a_regular_file",
    "rohr.xml": "not_a_regular_file",
    "doppelt-verlinkt.xml": "not_a_regular_file",
    **UNREAD,
}


@dataclass(frozen=True)
class Result:
    """What one run left behind, as plain data."""

    inbox: Path
    messages: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    payloads: dict[str, bytes | None]
    receipts: list[str]
    balanced: bool
    log: str

    def message(self, name: str) -> dict[str, Any]:
        # A very long name is kept as far as it fits beside the claim's id.
        [found] = [m for m in self.messages if m["original_name"][:150] == name[:150]]
        return found

    def quarantined(self, message_id: str) -> list[Path]:
        return sorted((self.inbox / ".quarantine").rglob(f"{message_id}__*"))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return asyncio.run(_run(tmp_path_factory.mktemp("intake")))


async def _run(folder: Path) -> Result:
    with _captured_log() as said:
        async with open_world(folder, children=True) as world:
            outside = folder / "geheim.txt"
            outside.write_text(f"{CANARY} of somebody else")
            _drop_everything(world, outside)
            await asyncio.wait_for(world.run_once(), 120)
            return await _collect(world, said)


def _drop_everything(world: World, outside: Path) -> None:
    world.drop("Falldaten.xml", drops.case_data(FAMILY, MUSTERSTADT))
    for name, data in BAD.items():
        world.drop(name, data)
    inbox = world.house.inboxes[OFFICE, CORE].path
    (inbox / "verweis.xml").symlink_to(outside)
    os.link(outside, inbox / "doppelt-verlinkt.xml")
    os.mkfifo(inbox / "rohr.xml")
    world.drop("Bescheid.xml", drops.notice(FAMILY))
    world.drop("Tabelle.csv", drops.case_table(MUSTERSTADT))


async def _collect(world: World, said: Callable[[], str]) -> Result:
    payloads = await world.rows("SELECT sha256, bytes FROM payload")
    outbox = world.house.outbox / OFFICE / CORE
    return Result(
        inbox=world.house.inboxes[OFFICE, CORE].path,
        messages=await world.messages(),
        entries=await world.rows("SELECT * FROM journal"),
        payloads={row["sha256"]: row["bytes"] for row in payloads},
        receipts=[p.read_bytes().decode("cp1252") for p in outbox.glob("Quittung_*[lv]")],
        balanced=(await balance(world.house.database, None)).balanced,
        log=said(),
    )


class _captured_log:  # noqa: N801  reads as a word in a with statement
    """Everything the program logs, as it would be written."""

    def __enter__(self) -> Callable[[], str]:
        self._text = io.StringIO()
        self._handler = logging.StreamHandler(self._text)
        self._handler.setFormatter(JsonLine())
        self._root = logging.getLogger()
        self._level = self._root.level
        self._root.addHandler(self._handler)
        self._root.setLevel("INFO")
        return self._text.getvalue

    def __exit__(self, *_: object) -> None:
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._level)


ALL = (*BAD, *NO_FILE)


@pytest.mark.parametrize("name", ALL)
def test_a_bad_file_is_refused_exactly_once(result: Result, name: str) -> None:
    message = result.message(name)

    refusals = [e for e in result.entries if e["message_id"] == message["id"] and e["to_state"] == "refused"]  # fmt: skip
    assert "refused" == message["state"]
    assert 1 == len(refusals)
    assert CODES.get(name, message["code"]) == message["code"]


@pytest.mark.parametrize("name", ALL)
def test_its_reason_lies_beside_it(result: Result, name: str) -> None:
    message = result.message(name)

    [reason] = [p for p in result.quarantined(message["id"]) if p.name.endswith(".grund.json")]

    said = json.loads(reason.read_text(encoding="utf-8"))
    assert (message["code"], message["id"]) == (said["code"], said["message_id"])
    assert name[:150] == said["datei"][:150]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", said["empfangen"])
    assert said["nachricht"].endswith(".")
    assert said["abhilfe"] or said["befunde"]


@pytest.mark.parametrize("name", BAD)
def test_its_bytes_are_kept_unchanged(result: Result, name: str) -> None:
    message = result.message(name)

    [kept] = [p for p in result.quarantined(message["id"]) if not p.name.endswith(".grund.json")]

    digest = hashlib.sha256(BAD[name]).hexdigest()
    assert BAD[name] == kept.read_bytes()
    if name != "zu-gross.xml":
        assert digest == message["sha256"]
        assert BAD[name] == result.payloads[digest]


@pytest.mark.parametrize("name", NO_FILE)
def test_what_is_no_plain_file_is_moved_aside_unread(result: Result, name: str) -> None:
    message = result.message(name)

    [kept] = [p for p in result.quarantined(message["id"]) if not p.name.endswith(".grund.json")]

    assert "" == message["sha256"]
    assert ("verweis.xml" == name, "rohr.xml" == name) == (kept.is_symlink(), kept.is_fifo())


def test_a_finding_names_its_place(result: Result) -> None:
    message = result.message("ungueltig.xml")

    [reason] = [p for p in result.quarantined(message["id"]) if p.name.endswith(".grund.json")]

    [finding] = [f for f in json.loads(reason.read_text())["befunde"] if f["line"]]
    assert b"vielleicht" in BAD["ungueltig.xml"].splitlines()[finding["line"] - 1]


def test_the_good_neighbours_are_processed(result: Result) -> None:
    names = ("Falldaten.xml", "Bescheid.xml", "Tabelle.csv")
    parts = [m["state"] for m in result.messages if m["part_of"]]

    # The played word processor makes no letter a check accepts.
    assert ["closed", "clearing", "closed"] == [result.message(n)["state"] for n in names]
    assert ["closed"] * len(MUSTERSTADT.csv) == parts


def test_every_sender_who_can_be_answered_is_answered_once(result: Result) -> None:
    read = [m for m in result.messages if not m["part_of"] and m["code"] not in UNREAD.values()]
    read = [m for m in read if m["code"] != "not_a_regular_file"]

    answers = {m["original_name"]: sum(m["id"] in text for text in result.receipts) for m in read}

    assert dict.fromkeys(answers, 1) == answers


def test_the_balance_ties_out_and_the_inbox_is_empty(result: Result) -> None:
    left = [p.name for p in result.inbox.iterdir() if not p.name.startswith(".")]

    assert result.balanced
    assert [] == left
    assert [] == list((result.inbox / ".claimed").iterdir())


def test_nothing_left_the_inbox(result: Result) -> None:
    root = result.inbox.parents[2]
    known = {"data", "inbox", "outbox", "geheim.txt"}

    assert known == {path.name for path in root.iterdir()}
    assert (root / "geheim.txt").read_text() == f"{CANARY} of somebody else"


def test_no_log_line_holds_a_name_or_a_word_of_them(result: Result) -> None:
    assert "picked_up" in result.log
    for secret in (CANARY, "root:x:0", *(name for name in ALL if len(name) > 3)):
        assert secret not in result.log


def test_a_refused_file_may_be_sent_again_once_its_cause_is_gone(tmp_path: Path) -> None:
    """A notice that came before its case data is refused, and taken when it comes again."""

    async def story() -> dict[str, str]:
        async with open_world(tmp_path, children=True) as world:
            notice = drops.notice(FAMILY)
            for name, data in (
                ("zu-frueh.xml", notice),
                ("Falldaten.xml", drops.case_data(FAMILY, MUSTERSTADT)),
                ("nochmals.xml", notice),
                ("ein-drittes-Mal.xml", notice),
            ):
                world.drop(name, data)
                await world.run_once()
            return {m["original_name"]: m["state"] for m in await world.messages()}

    assert {
        "zu-frueh.xml": "refused",
        "Falldaten.xml": "closed",
        "nochmals.xml": "clearing",
        "ein-drittes-Mal.xml": "duplicate",
    } == asyncio.run(story())
