"""Two independent readings of one page: what the hub writes the simulated cash office reads, and back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from hub.core.findings import Verdict as Checked
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.simulators.cash.model import AnswerHead, Fault, Posting, Profile, Receipt, Verdict
from hub.simulators.ihv.profile import IhvProfile
from hub.simulators.kasse.profile import KasseProfile

ROOT = Path(__file__).parents[2]
MAPPINGS = Mappings.load(ROOT / "mappings", Catalog.load(ROOT / "schemas"))
HEAD = AnswerHead("4711", 5, date(2026, 11, 23), 7)
PROFILES = [
    (IhvProfile(), "hub-to-ihv/Auftrag", "ihv-to-hub/Rueckmeldung"),
    (KasseProfile(), "hub-to-kasse/ANO", "kasse-to-hub/RUECK"),
]
each_profile = pytest.mark.parametrize(("profile", "out", "back"), PROFILES)


@each_profile
def test_our_order_files_are_read(profile: Profile, out: str, back: str) -> None:
    folder, kind = out.split("/")
    example = ROOT / "mappings" / folder / "examples" / kind
    given = json.loads((example / "01.in.json").read_text(encoding="utf-8"))
    batch = profile.read(next(example.glob("01.out.*")).read_bytes())

    assert (batch.office, batch.sequence) == ("4711", 7)
    assert [(r["data"]["order_id"], r["data"]["amount_cents"]) for r in given["records"]] == [
        (order.order_id, order.amount_cents) for order in batch.orders
    ]


@each_profile
def test_our_changes_and_stops_are_read(profile: Profile, out: str, back: str) -> None:
    folder, kind = out.split("/")
    example = ROOT / "mappings" / folder / "examples" / kind
    change, stop = profile.read(next(example.glob("02.out.*")).read_bytes()).orders

    assert ("AAAABBBBCCCC2222", 31_500, False) == (change.changes, change.amount_cents, change.stop)
    assert ("AAAABBBBCCCC2222", 0, True) == (stop.changes, stop.amount_cents, stop.stop)


@each_profile
def test_their_protocol_is_read(profile: Profile, out: str, back: str) -> None:
    verdicts = [Verdict("A" * 16, None), Verdict("B" * 16, Fault.IBAN)]
    data = profile.protocol(HEAD, verdicts, [Posting("A" * 16, "4711.000001.7", "PK0000001")])
    mapping = MAPPINGS.mapping(back)
    reading = mapping.format.read(data)
    records = mapping.to_records(reading.document)

    assert reading.verdict is Checked.PASSED
    assert {"accepted", "refused"} == {r.data["result"] for r in records if "result" in r.data}
    assert ["4711.000001.7"] == [r.data["cash_reference"] for r in records if "account" in r.data]
    assert mapping.batch_facts(reading.document)["sequence"] == 5


@each_profile
def test_their_receipts_are_read(profile: Profile, out: str, back: str) -> None:
    booked = date(2026, 12, 15)
    receipts = [
        Receipt("IST1", "4711.000001.7", 30_005, booked, "Anna Groß", 'Rate "1"; Dank'),
        Receipt("IST2", "", 1, booked, "", ""),
    ]
    mapping = MAPPINGS.mapping(back)
    reading = mapping.format.read(profile.receipts(HEAD, receipts))
    records = mapping.to_records(reading.document)

    assert reading.verdict is Checked.PASSED
    assert [30_005, 1] == [record.data["amount_cents"] for record in records]
    assert records[0].data["text"] == 'Rate "1"; Dank'
    assert "cash_reference" not in records[1].data
    assert mapping.batch_facts(reading.document)["total_cents"] == 30_006
