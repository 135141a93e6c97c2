"""Column rules between tables and records, on the shipped schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Misconfigured, RuleViolation
from hub.core.record import Record
from hub.formats.base import Table
from hub.formats.catalog import Catalog
from hub.mapping.tables import TableMapping

ROOT = Path(__file__).parents[4]
FORMATS = Catalog.load(ROOT / "schemas")
CONTEXT = {"office": "4711", "sequence": 1, "created_date": "2026-11-22"}


def shipped(name: str) -> TableMapping:
    return TableMapping(name, ROOT / "mappings" / f"{name}.map.toml", FORMATS)


def written(tmp_path: Path, text: str) -> TableMapping:
    path = tmp_path / "X.map.toml"
    path.write_text(text, encoding="utf-8")
    return TableMapping("hub-to-ihv/X", path, FORMATS)


IHV = shipped("hub-to-ihv/Auftrag")
KASSE = shipped("hub-to-kasse/ANO")


def payout(**changes: Any) -> Record:
    example = ROOT / "mappings/hub-to-ihv/examples/Auftrag/01.in.json"
    record = json.loads(example.read_text(encoding="utf-8"))["records"][0]
    return Record(record["kind"], record["data"] | changes)


def batch(*records: Record) -> dict[str, Any]:
    total = sum(record.data["amount_cents"] for record in records)
    return CONTEXT | {"count": len(records), "total_cents": total}


def line_of(record: Record) -> str:
    data = IHV.format.write(IHV.from_records([record], batch(record)))
    return data.decode("iso8859-15").split("\r\n")[1]


def test_every_line_lies_as_the_page_says() -> None:
    line = line_of(payout(end="2027-02-28"))

    assert len(line) == 300
    assert line[0] == "Z"
    assert line[1:17] == "AAAABBBBCCCC2222"
    assert line[67] == "D"
    assert line[68:79] == "00000029900"
    assert line[79:95] == "2026120120270228"
    assert line[95:165].rstrip() == "Anna Groß"
    assert line[165:187] == "DE02120300000000202051"


def test_a_purpose_is_cut() -> None:
    assert line_of(payout(purpose="x" * 140))[205:300] == "x" * 95


def test_a_name_is_never_cut() -> None:
    with pytest.raises(RuleViolation) as caught:
        line_of(payout(payee="x" * 71))

    assert caught.value.place == "Empfaenger"


def test_a_name_is_transliterated_and_never_turned_into_question_marks() -> None:
    assert line_of(payout(payee="Łucja Şahin"))[95:165].rstrip() == "Lucja Sahin"
    with pytest.raises(RuleViolation, match="Empfaenger"):
        line_of(payout(payee="Иван"))


def test_a_value_the_mapping_does_not_know_is_refused() -> None:
    with pytest.raises(RuleViolation, match="value_unmapped"):
        line_of(payout(mode="weekly"))


def test_a_total_that_does_not_tie_out_is_not_written() -> None:
    record = payout()

    with pytest.raises(Misconfigured, match="own_output_invalid"):
        IHV.format.write(IHV.from_records([record], batch(record) | {"total_cents": 1}))


def test_an_order_number_twice_is_not_written() -> None:
    pair = (payout(), payout())

    with pytest.raises(Misconfigured, match="own_output_invalid"):
        IHV.format.write(IHV.from_records(pair, batch(*pair)))


def test_a_kind_that_is_not_planned_is_refused() -> None:
    with pytest.raises(Misconfigured, match="mapping_faulty"):
        IHV.from_records([Record("Quittung", {})], CONTEXT)


def test_the_mode_chooses_the_kind_of_line() -> None:
    rows = KASSE.from_records([payout(), payout(mode="once")], CONTEXT).rows

    assert [row["Art"] for row in rows] == ["AUSZ-DAUER", "AUSZ-EINZEL"]


def test_an_end_the_profile_has_no_place_for_is_left_out() -> None:
    (row,) = KASSE.from_records([payout(mode="once", end="2027-02-28")], CONTEXT).rows

    assert "Bis" not in row


@pytest.mark.parametrize(
    ("name", "business_id"),
    [
        ("ihv-to-hub/Rueckmeldung", "ihv-R-4711-3"),
        ("kasse-to-hub/RUECK", "kasse-R-4711-3"),
    ],
)
def test_a_batch_says_who_it_is(name: str, business_id: str) -> None:
    mapping = shipped(name)
    source = next((ROOT / "mappings").glob(f"{name.replace('/', '/examples/')}/01.in.*"))
    facts = mapping.batch_facts(mapping.format.read(source.read_bytes()).document)

    assert facts["business_id"] == business_id
    assert facts["sequence"] == 3
    assert facts["count"] in (3, 4)


def test_a_table_that_is_no_batch_has_no_facts() -> None:
    assert shipped("altverfahren-to-hub/Bescheid").batch_facts(Table()) == {}


def test_paths_that_contradict_each_other_are_the_operators_matter(tmp_path: Path) -> None:
    mapping = written(
        tmp_path,
        'format = "ihv/Auftrag-1.0"\n[[records]]\ntype = "Z"\nkind = "A"\n[records.fields]\n'
        'a = "Betrag"\n"a.b" = "Betrag"',
    )

    with pytest.raises(Misconfigured, match="mapping_faulty"):
        mapping.to_records(Table(rows=({"@type": "Z", "Betrag": 1},)))


def test_a_batch_fact_that_is_nowhere_is_the_operators_matter(tmp_path: Path) -> None:
    text = 'format = "ihv/Auftrag-1.0"\nrecords = []\n[batch]\nsequence = "head.Nummer"'

    with pytest.raises(Misconfigured, match="mapping_faulty"):
        written(tmp_path, text).batch_facts(Table())


def test_a_value_that_cannot_be_converted_is_refused() -> None:
    receipt = Record("Quittung", {"received_at": "gestern"})

    with pytest.raises(RuleViolation, match="Eingangstag"):
        shipped("hub-to-altverfahren/Quittung").from_records([receipt], CONTEXT)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "amount_cents": st.integers(0, 10**9),
                "payee": st.text("abcÄß é-", min_size=1, max_size=70).filter(str.strip),
                "begin": st.dates().map(str),
                "mode": st.sampled_from(["standing", "once"]),
            },
            optional={"end": st.dates().map(str)},
        ),
        max_size=4,
    )
)
def test_orders_survive_the_fixed_width(changes: list[dict[str, Any]]) -> None:
    records = [payout(order_id="A" * 15 + "ABCD"[n], **c) for n, c in enumerate(changes)]
    data = IHV.format.write(IHV.from_records(records, batch(*records)))
    rows = IHV.format.read(data).document.rows

    assert [r.data["amount_cents"] for r in records] == [row["Betrag"] for row in rows]
    assert [r.data["payee"].strip() for r in records] == [row["Empfaenger"] for row in rows]
    assert [r.data.get("end") for r in records] == [row.get("Ende") for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "format = 1",
        'format = "ihv/Auftrag-1.0"\nrecords = []\nunknown = 1',
        'format = "ihv/Auftrag-1.0"\n[[records]]\ntype = "Z"\nkind = "A"\n[records.fields]\nX = "record.a"',
        'format = "ihv/Auftrag-1.0"\n[[records]]\ntype = "Y"\nkind = "A"\n[records.fields]\nX = "record.a"',
        (
            'format = "ihv/Auftrag-1.0"\n[[records]]\ntype = "Z"\nkind = "A"\n'
            '[records.fields]\nIBAN = { from = "record.a", convert = "magic" }'
        ),
        'format = "fachverfahren/Bescheid-1.0"\nrecords = []',
        'format = "none/X-1.0"\nrecords = []',
    ],
)
def test_a_faulty_mapping_is_the_operators_matter(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured):
        written(tmp_path, text).from_records([Record("A", {"a": 1})], CONTEXT)
