"""The IHV simulator against files built by hand from the page, column by column."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.simulators.cash.folder import AnswerConflict, ExchangeFolder
from hub.simulators.cash.ledger import Ledger
from hub.simulators.cash.model import BatchFault
from hub.simulators.cash.office import CashOffice, Terms
from hub.simulators.ihv.profile import IhvProfile

IBAN = "DE02120300000000202051"
OTHER_IBAN = "DE02500105170137075030"


def line(*fields: tuple[int, str]) -> str:
    """A line of 300 characters with texts placed at 1-based positions."""
    cells = [" "] * 300
    for start, text in fields:
        cells[start - 1 : start - 1 + len(text)] = text
    assert len(cells) == 300

    return "".join(cells)


def header(sequence: int = 1, office: str = "09774") -> str:
    return line((1, "HAHIHV001A"), (11, office), (21, f"{sequence:06d}"), (27, "20261123"))


def payment(number: str = "AAAAAAAAAAAAAAA2", iban: str = IBAN, cents: int = 29900) -> str:
    return line(
        (1, "Z"), (2, number), (18, "UVG-2026-1"), (48, "B-1"), (68, "D"), (69, f"{cents:011d}"),
        (80, "20261201"), (96, "Jürgen Beispiel"), (166, iban), (188, "0701.1"), (206, "UVG €"),
    )  # fmt: skip


def claim(number: str = "BBBBBBBBBBBBBBB2", cents: int = 60101) -> str:
    return line(
        (1, "S"), (2, number), (18, "UVG-2026-1"), (48, "B-2"), (68, f"{cents:011d}"),
        (79, "20270101"), (87, "Paula Muster"), (147, "Weg 3"), (187, "97421"), (192, "Ort"),
        (222, "0701.2"), (240, "1"), (241, "§ 5 UVG"),
    )  # fmt: skip


def trailer(count: int, cents: int) -> str:
    return line((1, "T"), (2, f"{count:07d}"), (9, f"{cents:015d}"))


def batch(*lines: str) -> bytes:
    return "".join(text + "\r\n" for text in lines).encode("iso8859-15")


STANDARD = batch(header(), payment(), claim(), trailer(2, 90001))


class House:
    """The two folders, the books and the simulator on top, as often as one likes."""

    def __init__(self, root: Path) -> None:
        self.orders, self.answers, self.state = root / "out", root / "in", root / "state.db"
        self.orders.mkdir()

    def put(self, raw: bytes, sequence: int = 1, digest: str | None = None) -> Path:
        path = self.orders / f"IHV-A-09774-{sequence:06d}.txt"
        path.write_bytes(raw)
        digest = digest or hashlib.sha256(raw).hexdigest()
        path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")
        return path

    def work(self, **terms: object) -> int:
        ledger = Ledger(self.state)
        office = CashOffice(ledger, IhvProfile(), Terms(**terms))
        folder = ExchangeFolder(self.orders, self.answers, ledger, IhvProfile(), office)
        try:
            return folder.work()
        finally:
            ledger.close()

    def answer(self, sequence: int) -> list[str]:
        raw = (self.answers / f"IHV-R-09774-{sequence:06d}.txt").read_bytes()
        lines = raw.decode("iso8859-15").split("\r\n")
        assert lines.pop() == ""
        assert {300} == {len(text) for text in lines}

        return lines

    def answer_names(self) -> list[str]:
        return sorted(path.name for path in self.answers.glob("*"))

    def reason(self) -> str:
        return next((self.orders / ".abgelehnt").glob("*.grund.txt")).read_text()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_good_file_is_answered_by_protocol_and_posting(house: House) -> None:
    house.put(STANDARD)

    assert 0 == house.work(pay="none")
    head, first, second, posted, end = house.answer(1)
    assert "HAHIHV001R09774     000001" == head[:26]
    assert "000001  " == head[34:42]
    assert "PAAAAAAAAAAAAAAA2A" == first[:18]
    assert "PBBBBBBBBBBBBBBB2A" == second[:18]
    assert "BBBBBBBBBBBBBBBB2" == posted[:17]
    assert re.fullmatch(r"09774\d{9} {6}PK\d{10} {3}", posted[17:52])
    assert "T0000003" + "0" * 15 == end[:23]


def test_money_comes_in_a_second_file_with_the_share_of_the_claim(house: House) -> None:
    house.put(STANDARD)
    house.work(share=Decimal("0.5"))

    reference = house.answer(1)[3][17:37]
    head, receipt, end = house.answer(2)
    assert "000002" == head[20:26]
    assert " " * 8 == head[34:42]
    assert "I" == receipt[0]
    assert reference == receipt[21:41]
    assert "00000030051" == receipt[41:52]
    assert re.fullmatch(r"\d{8}", receipt[52:60])
    assert "Paula Muster" == receipt[60:130].rstrip()
    assert "T0000001000000000030051" == end[:23]


def test_only_the_first_claim_ever_is_paid(house: House) -> None:
    house.put(STANDARD)
    house.work()
    house.put(batch(header(2), claim("CCCCCCCCCCCCCCC2"), trailer(1, 60101)), 2)
    house.work()

    assert [f"IHV-R-09774-00000{number}.txt" for number in (1, 2, 3)] == house.answer_names()
    assert "P" == house.answer(3)[1][0]


def test_every_claim_is_paid_when_asked(house: House) -> None:
    house.put(batch(header(), claim(), claim("CCCCCCCCCCCCCCC2"), trailer(2, 120202)))
    house.work(pay="all", share=Decimal(1))

    assert "T0000002000000000120202" == house.answer(2)[-1][:23]


def test_a_stray_receipt_quotes_a_reference_nobody_was_given(house: House) -> None:
    house.put(STANDARD)
    house.work(pay="none", strays=1)
    house.put(batch(header(2), claim("CCCCCCCCCCCCCCC2"), trailer(1, 60101)), 2)
    house.work(pay="none", strays=1)

    known = {house.answer(1)[3][17:37], house.answer(3)[2][17:37]}
    assert 3 == len(house.answer_names())
    assert house.answer(2)[1][21:41] not in known
    assert house.answer(2)[1][21:41].strip()


def test_a_restart_does_not_pay_twice(house: House) -> None:
    house.put(STANDARD)
    house.work(strays=2)
    before = [house.answer(1), house.answer(2)]

    assert 0 == house.work(strays=2)
    assert before == [house.answer(1), house.answer(2)]
    assert 2 == len(house.answer_names())


def test_an_answer_lost_before_delivery_is_written_again_with_the_same_bytes(house: House) -> None:
    house.put(STANDARD)
    house.answers.write_text("in the way")
    with pytest.raises(FileExistsError):
        house.work()
    house.answers.unlink()

    assert 0 == house.work()
    assert 2 == len(house.answer_names())


def test_an_answer_is_never_overwritten(house: House) -> None:
    house.put(STANDARD)
    house.answers.mkdir()
    (house.answers / "IHV-R-09774-000001.txt").write_text("other")

    with pytest.raises(AnswerConflict):
        house.work()
    assert "other" == (house.answers / "IHV-R-09774-000001.txt").read_text()


@pytest.mark.parametrize("written", [False, True])
def test_a_file_whose_sidecar_is_not_written_yet_is_left_alone(
    house: House, *, written: bool
) -> None:
    house.put(STANDARD)
    sidecar = house.orders / "IHV-A-09774-000001.txt.sha256"
    sidecar.unlink()
    if written:
        sidecar.touch()

    assert 0 == house.work()
    assert [] == house.answer_names()


@pytest.mark.parametrize(
    ("order", "terms", "code"),
    [
        (payment(iban=IBAN[:-1] + "2"), {}, "E101"),
        (payment(iban="DE0212030000000020205"), {}, "E101"),
        (payment(cents=0), {}, "E102"),
        (claim(cents=0), {}, "E102"),
        (payment(), {"budget_lines": frozenset({"9999"})}, "E103"),
        (payment(), {"closed_accounts": frozenset({IBAN})}, "E105"),
    ],
)
def test_an_order_is_refused_with_its_code(
    house: House, order: str, terms: dict[str, object], code: str
) -> None:
    cents = int(order[68:79] if order[0] == "Z" else order[67:78])
    house.put(batch(header(), order, trailer(1, cents)))

    assert 0 == house.work(**terms)
    record = house.answer(1)[1]
    assert "X" + code == record[17:22]
    assert record[22:122].strip()
    assert ["IHV-R-09774-000001.txt"] == house.answer_names()


def test_an_open_account_is_not_taken_for_the_closed_one(house: House) -> None:
    house.put(batch(header(), payment(iban=OTHER_IBAN), trailer(1, 29900)))
    house.work(closed_accounts=frozenset({IBAN}))

    assert "A" == house.answer(1)[1][17]


def test_an_order_number_is_booked_once(house: House) -> None:
    house.put(batch(header(), claim(), claim(), trailer(2, 120202)))
    house.work(pay="none")
    house.put(batch(header(2), claim(), trailer(1, 60101)), 2)
    house.work(pay="none")

    assert ["A", "X"] == [record[17] for record in house.answer(1)[1:3]]
    assert "XE104" == house.answer(2)[1][17:22]


def test_a_refused_file_books_nothing_and_keeps_its_number_open(house: House) -> None:
    house.put(batch(header(), payment(), trailer(1, 29901)))

    assert 1 == house.work()
    assert [] == house.answer_names()
    assert "Summe" in house.reason()
    assert not (house.orders / "IHV-A-09774-000001.txt").exists()

    house.put(STANDARD)

    assert 0 == house.work()
    assert "A" == house.answer(1)[1][17]


def test_a_number_is_never_used_for_other_bytes(house: House) -> None:
    house.put(STANDARD)
    house.work()
    house.put(batch(header(), trailer(0, 0)))

    assert 1 == house.work()
    assert "anderem Inhalt" in house.reason()
    assert 2 == len(house.answer_names())


def test_a_later_file_waits_for_the_earlier_one_that_is_being_written(house: House) -> None:
    first = house.put(STANDARD)
    sidecar = first.with_name(first.name + ".sha256")
    kept = sidecar.read_text()
    sidecar.unlink()
    house.put(batch(header(2), trailer(0, 0)), 2)

    assert 0 == house.work()
    assert [] == house.answer_names()

    sidecar.write_text(kept)

    assert 0 == house.work()
    assert 3 == len(house.answer_names())


def replaced(text: str, start: int, other: str) -> str:
    return text[: start - 1] + other + text[start - 1 + len(other) :]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (batch(header(2), trailer(0, 0)), "Dateiname"),
        (batch(header(office="09999"), trailer(0, 0)), "Dateiname"),
        (batch(header(), payment(), trailer(2, 29900)), "Anzahl"),
        (batch(header(), payment(), trailer(1, 29899)), "Summe"),
        (batch(header(), payment()[:-1], trailer(1, 29900)), "299 statt 300"),
        (batch(header(), payment() + " ", trailer(1, 29900)), "301 statt 300"),
        (STANDARD.replace(b"\r\n", b"\n"), "CR LF"),
        (STANDARD[:-2], "CR LF"),
        (batch(header(), replaced(payment(), 96, "J\tr"), trailer(1, 29900)), "Steuerzeichen"),
        (STANDARD.decode("iso8859-15").encode(), "statt 300"),
        (batch(header()), "fehlt"),
        (batch(header(), payment()), "Endesatz"),
        (batch(replaced(header(), 2, "AHIHV002"), trailer(0, 0)), "Format"),
        (batch(replaced(header(), 10, "R"), trailer(0, 0)), "Richtung"),
        (batch(replaced(header(), 27, "20260230"), trailer(0, 0)), "Erstellt"),
        (batch(replaced(header(), 35, "000001"), trailer(0, 0)), "Antwort auf"),
        (batch(replaced(header(), 300, "x"), trailer(0, 0)), "außerhalb"),
        (batch(header(), replaced(payment(), 1, "Q"), trailer(1, 29900)), "Satzart"),
        (batch(header(), replaced(payment(), 2, " " * 16), trailer(1, 29900)), "Auftragsnummer"),
        (batch(header(), replaced(payment(), 18, " "), trailer(1, 29900)), "linksbündig"),
        (batch(header(), replaced(payment(), 68, "M"), trailer(1, 29900)), "Zahlungsart"),
        (batch(header(), replaced(payment(), 69, " "), trailer(1, 29900)), "Ziffern"),
        (batch(header(), replaced(payment(), 80, " " * 8), trailer(1, 29900)), "Beginn"),
        (batch(header(), replaced(payment(), 80, "01.12.26"), trailer(1, 29900)), "Beginn"),
        (batch(header(), replaced(payment(), 88, "20261130"), trailer(1, 29900)), "Ende"),
        (batch(header(), replaced(claim(), 87, " " * 60), trailer(1, 60101)), "Schuldner"),
        (batch(header(), replaced(claim(), 240, "2"), trailer(1, 60101)), "Mahnschluessel"),
    ],
)
def test_a_file_that_breaks_the_page_is_refused_as_a_whole(
    house: House, raw: bytes, reason: str
) -> None:
    house.put(raw)

    assert 1 == house.work()
    assert reason in house.reason()
    assert [] == house.answer_names()


def test_a_gap_in_the_numbers_is_refused(house: House) -> None:
    house.put(batch(header(2), trailer(0, 0)), 2)

    assert 1 == house.work()
    assert "2 statt 1" in house.reason()


def test_a_wrong_digest_is_refused(house: House) -> None:
    house.put(STANDARD, digest="0" * 64)

    assert 1 == house.work()
    assert "Prüfsumme stimmt nicht" in house.reason()


def test_a_sidecar_in_another_form_is_refused(house: House) -> None:
    path = house.put(STANDARD)
    sidecar = path.with_name(path.name + ".sha256")
    sidecar.write_text(sidecar.read_text().upper())

    assert 1 == house.work()
    assert "Prüfsummendatei" in house.reason()


def test_two_refusals_of_the_same_name_are_both_kept(house: House) -> None:
    for _ in range(2):
        house.put(batch(header()))
        house.work()

    assert 2 == len(list((house.orders / ".abgelehnt").glob("*.grund.txt")))


def test_the_day_of_booking_is_a_day(house: House) -> None:
    house.put(STANDARD)
    house.work()

    text = house.answer(2)[1][52:60]
    assert text == date(int(text[:4]), int(text[4:6]), int(text[6:])).strftime("%Y%m%d")


def change(number: str, kind: str = "A", cents: int = 31500, of: str = "AAAAAAAAAAAAAAA2") -> str:
    return line(
        (1, "V"), (2, number), (18, "UVG-2026-1"), (48, "B-3"), (68, kind), (69, f"{cents:011d}"),
        (80, "20270101"), (88, of), (104, "0701.1"), (122, "Bescheid B-3"),
    )  # fmt: skip


def test_a_standing_payment_is_changed_and_stopped_once(tmp_path: Path) -> None:
    office = CashOffice(Ledger(tmp_path / "books.db"), IhvProfile(), Terms())
    orders = [
        payment(),
        change("CCCCCCCCCCCCCCC2"),
        change("DDDDDDDDDDDDDDD2", "S", 0),
        change("EEEEEEEEEEEEEEE2"),
        change("FFFFFFFFFFFFFFF2", of="ZZZZZZZZZZZZZZZ2"),
    ]
    total = 29_900 + 3 * 31_500
    raw = batch(header(), *orders, trailer(len(orders), total))

    booking = office.book(IhvProfile().read(raw), "digest")
    [(_, _, answer)] = office._ledger.undelivered("09774")

    assert (5, 2) == (booking.orders, booking.refused)
    verdicts = [text[17:22].strip() for text in answer.decode("iso8859-15").splitlines()[1:-1]]
    assert ["A", "A", "A", "XE106", "XE106"] == verdicts


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (change("CCCCCCCCCCCCCCC2", "X"), "Aenderungsart"),
        (change("CCCCCCCCCCCCCCC2", "S", 1), "Betrag"),
        (change("CCCCCCCCCCCCCCC2", of=""), "Bezug"),
    ],
)
def test_a_change_that_breaks_the_page_is_refused(text: str, place: str) -> None:
    cents = int(text[68:79])

    with pytest.raises(BatchFault, match=place):
        IhvProfile().read(batch(header(), text, trailer(1, cents)))
