"""What the cash side leaves to a person, with the words shown to that person."""

from __future__ import annotations

from hub.core.money import format_german
from hub.partners.cash.records import Isteinnahme
from hub.partners.outcome import Clearing
from hub.partners.shape import without_blanks
from hub.uvg.model import Order

_NEW_NOTICE = "danach die Leistung mit einem neuen Bescheid anordnen."
_ACCOUNT = f"Bankverbindung klären und im Fachverfahren berichtigen, {_NEW_NOTICE}"
_BUDGET = "Buchungsstelle in den Einstellungen des Amtes berichtigen lassen, danach neu anordnen."
_AMOUNT = f"Betrag im Fachverfahren prüfen, {_NEW_NOTICE}"
_NUMBER = "Bei der Kasse klären, was unter dieser Auftragsnummer gebucht wurde."
_REMEDY = {
    "E101": _ACCOUNT,
    "E102": _AMOUNT,
    "E103": _BUDGET,
    "E104": _NUMBER,
    "E105": _ACCOUNT,
    "F01": _ACCOUNT,
    "F02": _AMOUNT,
    "F03": _BUDGET,
    "F04": _NUMBER,
    "F05": _ACCOUNT,
}
"""By the error codes of the shipped profiles (``docs/partners/ihv.md``, ``kasse.md``)."""

_STATE = {
    "ordered": "angeordnet",
    "accepted": "angenommen",
    "refused": "abgelehnt",
    "confirmed": "zum Soll gestellt",
}


def order_refused(order: Order, code: str, text: str) -> Clearing:
    """The cash system did not take an order."""
    return Clearing(
        "order_refused",
        f"Die Kasse hat eine {order.kind} abgelehnt.",
        _REMEDY.get(code, "Den Grund mit der Kasse klären und danach neu anordnen."),
        without_blanks(
            {
                "Auftragsnummer": order.order_id,
                "Bescheid": order.notice_id,
                "Betrag": format_german(order.amount_cents),
                "Fehlercode": code,
                "Text": text,
            }
        ),
    )


def order_unknown(order_id: str) -> Clearing:
    """The cash system speaks of an order no case knows."""
    return Clearing(
        "order_unknown",
        "Die Kasse meldet einen Auftrag, den kein Fall kennt.",
        "Bei der Kasse klären, woher der Auftrag stammt.",
        {"Auftragsnummer": order_id},
    )


def order_contradictory(order: Order) -> Clearing:
    """An answer does not fit what was answered before."""
    return Clearing(
        "order_contradictory",
        f"Die Kasse widerspricht ihrer früheren Antwort zu einer {order.kind}.",
        "Den Stand des Auftrags mit der Kasse klären.",
        {
            "Auftragsnummer": order.order_id,
            "Bescheid": order.notice_id,
            "Stand": _STATE[order.state],
        },
    )


def receipt_unmatched(receipt: Isteinnahme) -> Clearing:
    """Money without a known claim is put aside (*Verwahrung*)."""
    return Clearing(
        "receipt_unmatched",
        "Eine Zahlung lässt sich keiner Forderung zuordnen; sie ist in Verwahrung.",
        "Die Forderung suchen und die Zahlung von der Kasse umbuchen lassen, "
        "sonst die Erstattung veranlassen.",
        _facts(receipt),
    )


def receipt_reversed(receipt: Isteinnahme) -> Clearing:
    """A receipt takes money back or has no amount; that is not booked by itself."""
    return Clearing(
        "receipt_reversed",
        "Die Kasse meldet eine Zahlung ohne positiven Betrag, etwa eine Rückbuchung.",
        "Den Vorgang mit der Kasse klären; der Stand der Forderung wurde nicht verändert.",
        _facts(receipt),
    )


def overpaid(receipt: Isteinnahme, excess_cents: int) -> Clearing:
    """More came in than was claimed."""
    return Clearing(
        "overpaid",
        "Auf eine Forderung wurde mehr gezahlt, als offen war.",
        "Erstattung oder Verrechnung des Mehrbetrags veranlassen.",
        {**_facts(receipt), "Mehrbetrag": format_german(excess_cents)},
    )


def _facts(receipt: Isteinnahme) -> dict[str, str]:
    return without_blanks(
        {
            "Belegnummer": receipt.receipt_id,
            "Betrag": format_german(receipt.amount_cents),
            "Buchungstag": f"{receipt.booking_date:%d.%m.%Y}",
            "Einzahler": receipt.payer,
            "Kassenzeichen": receipt.cash_reference,
            "Text": receipt.text,
        }
    )
