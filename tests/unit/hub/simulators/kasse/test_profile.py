"""The cash simulator against files written by hand from the page."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.simulators.cash.folder import ExchangeFolder
from hub.simulators.cash.ledger import Ledger
from hub.simulators.cash.model import BatchFault
from hub.simulators.cash.office import CashOffice, Terms
from hub.simulators.kasse.profile import KasseProfile
from hub.simulators.kasse.table import read_table, write_table

HEAD = (
    "Satz;Mandant;Lauf;Belegnummer;Art;Aktenzeichen;Bescheid;Betrag;Faelligkeit;Bis;"
    "Name;Strasse;PLZ;Ort;IBAN;Produktsachkonto;Buchungstext;Bezug"
)
ANSWER_HEAD = (
    "Satz;Mandant;Lauf;Art;Belegnummer;Ergebnis;Code;Kassenzeichen;Personenkonto;"
    "Betrag;Buchungstag;Einzahler;Text"
)
PAYMENT = (
    "D;700;1;AAAAAAAAAAAAAAA2;AUSZ-DAUER;UVG-1;B-1;299,00;01.12.2026;;"
    'Jürgen Beispiel;;;;DE02120300000000202051;3411.5331;"UVG; laufend";'
)
CLAIM = (
    "D;700;1;BBBBBBBBBBBBBBB2;ANNAHME;UVG-1;B-2;601,01;01.01.2027;;"
    "Paula Muster;Weg 3;97421;Ort;;3411.4221;§ 5 UVG;"
)
TRAILER = "E;700;1;2;;;;900,01;;;;;;;;;;"


def batch(*rows: str) -> bytes:
    return "".join(row + "\r\n" for row in rows).encode("cp1252")


STANDARD = batch(HEAD, PAYMENT, CLAIM, TRAILER)


def one(row: str, total: str) -> bytes:
    return batch(HEAD, row, f"E;700;1;1;;;;{total};;;;;;;;;;")


class House:
    """The two folders, the books and the simulator on top."""

    def __init__(self, root: Path) -> None:
        self.orders, self.answers, self.state = root / "out", root / "in", root / "state.db"
        self.orders.mkdir()

    def put(self, raw: bytes, sequence: int = 1) -> None:
        path = self.orders / f"ANO_700_{sequence:06d}.csv"
        path.write_bytes(raw)
        digest = hashlib.sha256(raw).hexdigest()
        path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")

    def work(self, **terms: object) -> int:
        ledger = Ledger(self.state)
        office = CashOffice(ledger, KasseProfile(), Terms(**terms))
        folder = ExchangeFolder(self.orders, self.answers, ledger, KasseProfile(), office)
        try:
            return folder.work()
        finally:
            ledger.close()

    def answer(self, sequence: int) -> list[list[str]]:
        raw = (self.answers / f"RUECK_700_{sequence:06d}.csv").read_bytes()
        lines = raw.decode("cp1252").split("\r\n")
        assert lines.pop() == ""
        assert ANSWER_HEAD == lines[0]

        return [line.split(";") for line in lines]

    def reason(self) -> str:
        return next((self.orders / ".abgelehnt").glob("*.grund.txt")).read_text()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_good_file_is_answered_by_protocol_and_posting(house: House) -> None:
    house.put(STANDARD)

    assert 0 == house.work(pay="none")
    _, first, second, posted, end = house.answer(1)
    assert ["D", "700", "1", "PROT", "AAAAAAAAAAAAAAA2", "OK", *[""] * 7] == first
    assert ["PROT", "BBBBBBBBBBBBBBB2", "OK"] == second[3:6]
    assert ["SOLL", "BBBBBBBBBBBBBBB2", "", ""] == posted[3:7]
    assert re.fullmatch(r"700\d{9}", posted[7])
    assert posted[8]
    assert "E;700;1;;3;;;;;0,00;;;" == ";".join(end)


def test_money_comes_in_a_second_file_with_the_share_of_the_claim(house: House) -> None:
    house.put(STANDARD)
    house.work(share=Decimal("0.25"), strays=1)

    reference = house.answer(1)[3][7]
    _, receipt, stray, end = house.answer(2)
    assert ["D", "700", "2", "IST"] == receipt[:4]
    assert [reference, "", "150,25"] == receipt[7:10]
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4}", receipt[10])
    assert "Paula Muster" == receipt[11]
    assert reference != stray[7]
    assert receipt[4] != stray[4]
    assert "E;700;2;;2;;;;;197,36;;;" == ";".join(end)


def test_a_restart_does_not_pay_twice(house: House) -> None:
    house.put(STANDARD)
    house.work()
    house.work()

    assert 2 == len(list(house.answers.iterdir()))


@pytest.mark.parametrize(
    ("row", "total", "terms", "code"),
    [
        (PAYMENT.replace("DE02", "DE03"), "299,00", {}, "F01"),
        (PAYMENT.replace("299,00", "0,00"), "0,00", {}, "F02"),
        (CLAIM, "601,01", {"budget_lines": frozenset({"1"})}, "F03"),
        (
            PAYMENT,
            "299,00",
            {"closed_accounts": frozenset({"DE02120300000000202051"})},
            "F05",
        ),
    ],
)
def test_an_order_is_refused_with_its_code(
    house: House, row: str, total: str, terms: dict[str, object], code: str
) -> None:
    house.put(one(row, total))

    assert 0 == house.work(**terms)
    record = house.answer(1)[1]
    assert ["FEHLER", code] == record[5:7]
    assert record[12]


def test_an_order_number_is_booked_once(house: House) -> None:
    house.put(STANDARD)
    house.work(pay="none")
    house.put(batch(HEAD, CLAIM.replace(";1;", ";2;", 1), "E;700;2;1;;;;601,01;;;;;;;;;;"), 2)
    house.work(pay="none")

    assert ["FEHLER", "F04"] == house.answer(2)[1][5:7]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (batch(HEAD.replace("Bis", "Ende"), TRAILER), "Spaltennamen"),
        (batch(HEAD), "Endesatz fehlt"),
        (b"", "Spaltennamen"),
        (batch(HEAD, PAYMENT), "Endesatz fehlt"),
        (batch(HEAD, PAYMENT, "E;700;1;2;;;;299,00;;;;;;;;;;"), "Anzahl"),
        (one(PAYMENT, "299,01"), "Summe"),
        (one(PAYMENT + ";", "299,00"), "19 statt 18 Spalten"),
        (one(PAYMENT, "299,00").replace(b";;;;;;;;;;\r", b";;;;;;;;;x\r"), "18 Spalten"),
        (one(PAYMENT, "299,00").replace(b";;;;;;;;;;\r", b";;;;;;;;;;x\r"), "leeren Spalte"),
        (one(PAYMENT, "299,00").replace(b"\r\n", b"\n"), "Zeilenende"),
        (one(PAYMENT, "299,00") + b"\r\n", "0 statt 18"),
        (one(PAYMENT.replace("B-1", '"B-1"'), "299,00"), "unnötige"),
        (one(PAYMENT.replace('"UVG; laufend"', '"UVG'), "299,00"), "Anführungszeichen"),
        (one(PAYMENT, "299,00").replace(b"B-1", b"B\x81"), "Windows-1252"),
        (one(PAYMENT, "299,00").replace(b"B-1", b"B\t1"), "Steuerzeichen"),
        (one(PAYMENT, "299,00").decode("cp1252").encode("utf-8-sig"), "Spaltennamen"),
        (one(PAYMENT.replace("D;700", "D;701"), "299,00"), "Mandant oder Lauf"),
        (one(PAYMENT.replace(";1;", ";2;", 1), "299,00"), "Mandant oder Lauf"),
        (one(PAYMENT.replace("D;", "X;", 1), "299,00"), "Satz: nicht D"),
        (one(PAYMENT.replace("AUSZ-DAUER", "AUSZ"), "299,00"), "Art"),
        (one(PAYMENT.replace("AAA2", "AA2"), "299,00"), "Belegnummer"),
        (one(PAYMENT.replace("299,00", "299.00"), "299,00"), "Betrag"),
        (one(PAYMENT.replace("299,00", "1.299,00"), "1.299,00"), "Betrag"),
        (one(PAYMENT.replace("299,00", "0299,00"), "299,00"), "Betrag"),
        (one(PAYMENT.replace("299,00", "-299,00"), "-299,00"), "Betrag"),
        (one(PAYMENT.replace("01.12.2026", "2026-12-01"), "299,00"), "Faelligkeit"),
        (one(PAYMENT.replace("01.12.2026", "31.11.2026"), "299,00"), "Faelligkeit"),
        (one(PAYMENT.replace("2026;;", "2026;30.11.2026;", 1), "299,00"), "Bis"),
        (one(CLAIM.replace("2027;;", "2027;30.11.2028;", 1), "601,01"), "Bis"),
        (one(PAYMENT.replace("l;;;;D", "l;Weg 3;;;D"), "299,00"), "Strasse"),
        (one(CLAIM.replace("Ort;;", "Ort;DE02120300000000202051;"), "601,01"), "IBAN"),
        (one(PAYMENT.replace("DE02120300000000202051", ""), "299,00"), "IBAN"),
        (one(PAYMENT.replace('"UVG; laufend"', "x" * 141), "299,00"), "Buchungstext"),
    ],
)
def test_a_file_that_breaks_the_page_is_refused_as_a_whole(
    house: House, raw: bytes, reason: str
) -> None:
    house.put(raw)

    assert 1 == house.work()
    assert reason in house.reason()
    assert not house.answers.exists()


def test_a_gap_in_the_numbers_is_refused(house: House) -> None:
    house.put(batch(HEAD, "E;700;2;0;;;;0,00;;;;;;;;;;"), 2)

    assert 1 == house.work()
    assert "2 statt 1" in house.reason()


CELLS = st.text(st.sampled_from('aÄ€ ;"\n\r'), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=3))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    assert rows == read_table(write_table(rows))


CHANGE = (
    "D;700;2;CCCCCCCCCCCCCCC2;AUSZ-AEND;UVG-1;B-3;315,00;01.01.2027;;;;;;;3411.5331;B-3;"
    "AAAAAAAAAAAAAAA2"
)
STOP = (
    "D;700;2;DDDDDDDDDDDDDDD2;AUSZ-STOPP;UVG-1;B-4;0,00;01.02.2027;;;;;;;3411.5331;B-4;"
    "AAAAAAAAAAAAAAA2"
)


def test_a_change_and_a_stop_are_read() -> None:
    raw = batch(HEAD, CHANGE, STOP, "E;700;2;2;;;;315,00;;;;;;;;;;")

    change, stop = KasseProfile().read(raw).orders

    assert ("A" * 15 + "2", 31_500, False) == (change.changes, change.amount_cents, change.stop)
    assert ("A" * 15 + "2", 0, True) == (stop.changes, stop.amount_cents, stop.stop)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (CHANGE.replace("AAAAAAAAAAAAAAA2", ""), "Bezug: fehlt"),
        (STOP.replace("0,00", "1,00"), "Betrag"),
        (CHANGE.replace("01.01.2027;;;", "01.01.2027;;Paula;"), "Name: gehört nicht"),
        (PAYMENT.replace('laufend";', 'laufend";AAAAAAAAAAAAAAA2'), "Bezug: gehört nicht"),
    ],
)
def test_a_change_carries_what_it_needs_and_nothing_else(row: str, place: str) -> None:
    total = row.split(";")[7]
    run = row.split(";")[2]

    with pytest.raises(BatchFault, match=place):
        KasseProfile().read(batch(HEAD, row, f"E;700;{run};1;;;;{total};;;;;;;;;;"))
