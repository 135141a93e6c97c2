"""Builders for records, cases, messages and situations. All persons are fictitious."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.core.message import Message
from hub.core.record import Record
from hub.core.settings import Address, Cash, Register, Tenant
from hub.partners.base import Situation
from hub.uvg.model import BankAccount, Case, Child, Order, Period, Person, RegisterState

TODAY = date(2026, 11, 22)
CASE_ID = "UV-2026-0815"
IBAN = "DE89370400440532013000"
OTHER_IBAN = "DE02120300000000202051"
ORDER_ID = "ABCDEFGHIJKLMNOP"
CASH_REFERENCE = "KZ-2026-000017"
AZR_NUMBER = "260815000042"

CHILD: dict[str, Any] = {
    "family_name": "Sommerfeld",
    "given_names": "Mila Charlotte",
    "birth_date": "2015-03-09",
    "sex": "w",
    "birth_place": "Musterstadt",
    "birth_country": "000",
    "nationality": "000",
}
CARER = {
    "family_name": "Sommerfeld",
    "given_names": "Jana",
    "street": "Lindenweg",
    "house_number": "12a",
    "postal_code": "99999",
    "city": "Musterstadt",
}
OTHER_PARENT = {"family_name": "Brückner", "given_names": "Tobias"}
CLERK = {"id": "sb-017", "name": "Petra Ahrens", "phone": "0999 123-456"}
PERIOD: dict[str, Any] = {
    "begin": "2026-11-01",
    "minimum_maintenance_cents": 55_800,
    "child_benefit_cents": 25_900,
    "other_offset_cents": 0,
    "amount_cents": 29_900,
}
"""Age step 2 in 2026."""
RECLAIM: dict[str, Any] = {
    "amount_cents": 59_800,
    "due_date": "2026-12-15",
    "debtor": "carer",
    "legal_basis": "§ 5 Abs. 1 UVG",
    "period_begin": "2026-09-01",
    "period_end": "2026-10-31",
}


def make_tenant(**changes: Any) -> Tenant:
    """Return an office that is known to the register."""
    values: dict[str, Any] = {
        "id": "musterstadt",
        "name": "Jugendamt Musterstadt",
        "address": Address(
            street="Rathausplatz", house_number="1", postal_code="99999", city="Musterstadt"
        ),
        "phone": "0999 123-0",
        "email": "uv@musterstadt.example",
        "cash": Cash(
            partner="ihv", office="0815", budget_out="0405/681 01-0", budget_in="0405/281 01-0"
        ),
        "register": Register(authority="999001", dvdv="uvs:09999000"),
    }
    return Tenant(**values | changes)


def make_message(**changes: Any) -> Message:
    """Return the envelope of a message from the case core."""
    values: dict[str, Any] = {
        "id": "01975a00-0000-7000-8000-000000000001",
        "tenant": "musterstadt",
        "partner": "fachverfahren",
        "channel": "fachverfahren",
        "kind": None,
        "case_key": CASE_ID,
        "sha256": "0" * 64,
        "size_bytes": 1024,
        "received_us": 1_795_000_000_000_000,
        "original_name": "nachricht.xml",
        "correlation_id": "01975a00-0000-7000-8000-000000000001",
    }
    return Message(**values | changes)


def make_case(**changes: Any) -> Case:
    """Return a case as ``Falldaten`` leave it: nothing granted yet."""
    values: dict[str, Any] = {
        "case_id": CASE_ID,
        "origin": "fachverfahren",
        "child": make_child(),
        "carer": Person(**CARER),
        "bank": BankAccount(iban=IBAN, holder="Jana Sommerfeld"),
        "other_parent": Person(**OTHER_PARENT),
    }
    return Case(**values | changes)


def make_child(**changes: Any) -> Child:
    """Return a German child of eleven years."""
    return Child(**CHILD | {"birth_date": date(2015, 3, 9)} | changes)


def make_period(**changes: Any) -> Period:
    """Return an open period with the amount of age step 2 in 2026."""
    return Period(**PERIOD | {"begin": date(2026, 11, 1), "end": None} | changes)


def make_order(**changes: Any) -> Order:
    """Return a claim the cash system has not answered yet."""
    values: dict[str, Any] = {
        "order_id": ORDER_ID,
        "kind": "Annahmeanordnung",
        "amount_cents": 59_800,
        "notice_id": "B-2026-17",
    }
    return Order(**values | changes)


def make_payout(**changes: Any) -> Order:
    """Return a standing payment the cash system has not answered yet."""
    values = {
        "kind": "Auszahlungsanordnung",
        "amount_cents": 29_900,
        "begin": date(2026, 11, 1),
    }
    return make_order(**values | changes)


def make_register_state(**changes: Any) -> RegisterState:
    """Return what is known of a child the register has found."""
    values = {
        "azr_number": AZR_NUMBER,
        "benefit_begin": date(2026, 11, 1),
        "state": "reported",
        "clerk": "sb-017",
    }
    return RegisterState(**values | changes)


def make_situation(case: Case | None = None, **changes: Any) -> Situation:
    """Return what a handler sees on the day of the tests."""
    values: dict[str, Any] = {
        "message": make_message(),
        "tenant": make_tenant(),
        "case": case,
        "today": TODAY,
    }
    return Situation(**values | changes)


def case_data(**changes: Any) -> Record:
    """Return a ``Falldaten`` record."""
    data: dict[str, Any] = {
        "business_id": "FV-4711",
        "case_id": CASE_ID,
        "as_of": "2026-11-20",
        "child": CHILD,
        "carer": CARER,
        "bank": {"iban": IBAN, "holder": "Jana Sommerfeld"},
        "clerk": CLERK,
    }
    return Record("Falldaten", data | changes)


def notice(kind: str = "BEW", **changes: Any) -> Record:
    """Return a ``Bescheid`` record: a grant unless told otherwise."""
    data: dict[str, Any] = {
        "business_id": "FV-4712",
        "case_id": CASE_ID,
        "notice_id": "B-2026-17",
        "notice_kind": kind,
        "notice_date": "2026-11-22",
        "periods": [PERIOD] if kind in ("BEW", "AEN") else [],
        "reasons": ["Das Kind lebt bei einem alleinerziehenden Elternteil."],
        "clerk": CLERK,
    }
    return Record("Bescheid", data | ({"reclaim": RECLAIM} if kind == "ERS" else {}) | changes)


def protocol(**changes: Any) -> Record:
    """Return a ``Kassenprotokoll`` record: the order was accepted."""
    return Record("Kassenprotokoll", {"order_id": ORDER_ID, "result": "accepted"} | changes)


def confirmation(**changes: Any) -> Record:
    """Return a ``Sollbestaetigung`` record."""
    data = {"order_id": ORDER_ID, "cash_reference": CASH_REFERENCE, "account": "PK-1"}
    return Record("Sollbestaetigung", data | changes)


def receipt(**changes: Any) -> Record:
    """Return an ``Isteinnahme`` record: the first half of the claim."""
    data: dict[str, Any] = {
        "receipt_id": "IST-2026-1",
        "cash_reference": CASH_REFERENCE,
        "amount_cents": 29_900,
        "booking_date": "2026-12-10",
        "payer": "Jana Sommerfeld",
        "text": "Rate 1",
    }
    return Record("Isteinnahme", data | changes)


SIGNED = {"id": "sb-017", "name": "Petra Ahrens", "on": "2026-11-20"}
COUNTERSIGNED = {"id": "lt-003", "name": "Kai Ritter", "on": "2026-11-21"}
MADE_ORDER: dict[str, Any] = {
    "business_id": "FV-4713",
    "case_id": CASE_ID,
    "notice_id": "B-2026-17",
    "order_date": "2026-11-20",
    "child": {
        "family_name": "Sommerfeld",
        "given_names": "Mila Charlotte",
        "birth_date": "2015-03-09",
    },
    "amount_cents": 59_800,
    "reasons": [],
    "checked_by": SIGNED,
    "ordered_by": COUNTERSIGNED,
    "clerk": CLERK,
}


def payment_order(**changes: Any) -> Record:
    """Return an ``Auszahlungsanordnung`` of the case core: two months, paid once."""
    data: dict[str, Any] = {
        "mode": "once",
        "begin": "2026-09-01",
        "end": "2026-10-31",
        "payee": {"iban": IBAN, "holder": "Jana Sommerfeld"},
    }
    return Record("Auszahlungsanordnung", MADE_ORDER | data | changes)


def claim_order(**changes: Any) -> Record:
    """Return an ``Annahmeanordnung`` of the case core against the other parent."""
    data: dict[str, Any] = {
        "claim": "recourse",
        "legal_basis": "§ 7 Abs. 1 UVG",
        "due_date": "2026-12-31",
        "period_begin": "2026-09-01",
        "period_end": "2026-10-31",
        "debtor": {**CARER, "family_name": "Brückner", "given_names": "Tobias"},
    }
    return Record("Annahmeanordnung", MADE_ORDER | data | changes)
