"""What follows from a notice (*Bescheid*): letter, filing, cash orders, register query.

The case core decides; the hub refuses only contradictions and says what it doubts. What the
cash profiles cannot carry yet becomes a clearing case, so that nothing is silently forgotten.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.case_core.changes import changed, last_day, stops
from hub.partners.case_core.letter import letter_fields
from hub.partners.case_core.orders import CashOrder, acceptance, is_paying, payouts, pays_already
from hub.partners.case_core.records import Bescheid, NoticeKind
from hub.partners.case_core.register import RegisterStep, register_step
from hub.partners.case_core.rules import check_notice, known_case
from hub.partners.outcome import Clearing, Filing, Letter, Note, Outcome
from hub.partners.shape import read_record
from hub.uvg.entitlement import doubts
from hub.uvg.model import Case, Period

_VORGANG = {
    NoticeKind.BEW: "Bewilligung",
    NoticeKind.ABL: "Ablehnung",
    NoticeKind.AEN: "Änderung",
    NoticeKind.EIN: "Einstellung",
    NoticeKind.AUF: "Aufhebung",
    NoticeKind.ERS: "Rückforderung § 5 UVG",
    NoticeKind.VER: "Versagung",
    NoticeKind.STU: "Stundung",
}
_ENDS = frozenset({NoticeKind.EIN, NoticeKind.AUF})
"""Kinds that end the benefit, where they say when."""
_DAY = timedelta(days=1)
_TEMPLATE = {
    NoticeKind.BEW: ("bewilligungsbescheid", "Bewilligungsbescheid"),
    NoticeKind.ABL: ("ablehnungsbescheid", "Ablehnungsbescheid"),
    NoticeKind.AEN: ("aenderungsbescheid", "Änderungsbescheid"),
    NoticeKind.EIN: ("einstellungsbescheid", "Einstellungsbescheid"),
    NoticeKind.AUF: ("ersatzbescheid", "Aufhebungs- und Ersatzbescheid"),
    NoticeKind.ERS: ("ersatzbescheid", "Ersatzbescheid"),
}
"""Template and title; an AUF is printed only with what is claimed back, VER and STU never."""


def decide_notice(record: Record, situation: Situation) -> Outcome:
    """Decide what follows from a ``Bescheid``.

    Raises:
        RuleViolation: the notice contradicts the case, itself or the law.
        NotChecked: the amounts of its first month are not known (``rates_unknown``).
    """
    notice = read_record(record, Bescheid)
    known = known_case(notice.case_id, situation)
    check_notice(notice, known)
    return _outcome(known, notice, situation)


def _outcome(known: Case, notice: Bescheid, situation: Situation) -> Outcome:
    case = _decided(known, notice)
    orders, clearings = _cash(known, case, notice, situation)
    step = _register(case, notice, situation)
    case = msgspec.structs.replace(
        case,
        orders=case.orders + tuple(order.order for order in orders),
        register=step.state or case.register,
    )
    return Outcome(
        case=case,
        sends=tuple(order.send for order in orders) + step.sends,
        letters=_letters(case, notice, situation),
        filings=(_filing(notice), *(order.filing for order in orders)),
        clearings=clearings + step.clearings,
        notes=_notes(case, notice, orders) + step.notes,
    )


def _decided(case: Case, notice: Bescheid) -> Case:
    """Return the case with the notice and the periods that hold from now on."""
    return msgspec.structs.replace(
        case, notices=(*case.notices, notice.notice_id), periods=_periods(case, notice)
    )


def _periods(case: Case, notice: Bescheid) -> tuple[Period, ...]:
    """A grant replaces the periods, a change those from its first day on; an end cuts them."""
    granted = notice.granted_periods()
    if notice.notice_kind is NoticeKind.BEW:
        return granted
    if notice.notice_kind is NoticeKind.AEN:
        return (*_cut(case.periods, granted[0].begin - _DAY), *granted)
    last = last_day(notice)
    return _cut(case.periods, last) if last else case.periods


def _cut(periods: tuple[Period, ...], last: date) -> tuple[Period, ...]:
    return tuple(
        msgspec.structs.replace(one, end=min(one.end or last, last))
        for one in periods
        if one.begin <= last
    )


def _cash(
    known: Case, case: Case, notice: Bescheid, situation: Situation
) -> tuple[tuple[CashOrder, ...], tuple[Clearing, ...]]:
    """Return the orders, and what a person must do where no order can say it."""
    claimed = (acceptance(case, notice, notice.reclaim, situation),) if notice.reclaim else ()
    if notice.notice_kind is NoticeKind.BEW:
        if pays_already(known, case.periods):
            return claimed, (_PAYMENT_OVERLAPS,)
        return payouts(case, notice, situation) + claimed, ()
    made = _changes(known, notice, situation)
    if made is not None:
        return made + claimed, _register_must_know(known, notice)
    return claimed, _left_to_people(known, notice, situation.today)


def _changes(known: Case, notice: Bescheid, situation: Situation) -> tuple[CashOrder, ...] | None:
    """Return what changes the payments; ``None`` where a person must see to it."""
    if notice.notice_kind is NoticeKind.AEN:
        return changed(known, notice, situation)
    ends = notice.notice_kind in _ENDS and _has_letter(notice)
    return stops(known, notice, situation) if ends else None


def _register_must_know(known: Case, notice: Bescheid) -> tuple[Clearing, ...]:
    ends = notice.notice_kind in _ENDS
    return (_REGISTER_END,) if ends and known.register.state else ()


def _left_to_people(known: Case, notice: Bescheid, today: date) -> tuple[Clearing, ...]:
    """Return what no order can say."""
    kind = notice.notice_kind
    if kind in (NoticeKind.ABL, NoticeKind.ERS):
        return ()
    if kind is NoticeKind.AUF and notice.reclaim:
        return (_PAYMENT_GOES_ON,) if is_paying(known, today) else ()
    return (_unsupported(notice, known),)


def _register(case: Case, notice: Bescheid, situation: Situation) -> RegisterStep:
    if notice.notice_kind is not NoticeKind.BEW:
        return RegisterStep()
    return register_step(case, notice.clerk.id, situation)


def _has_letter(notice: Bescheid) -> bool:
    if notice.notice_kind is NoticeKind.AUF:
        return notice.reclaim is not None
    return notice.notice_kind in _TEMPLATE


def _letters(case: Case, notice: Bescheid, situation: Situation) -> tuple[Letter, ...]:
    if not _has_letter(notice):
        return ()
    template, word = _TEMPLATE[notice.notice_kind]
    title = f"{word} {notice.notice_id}"
    fields = letter_fields(case, notice, situation)
    return (Letter(template, fields, title, _VORGANG[notice.notice_kind], "letter"),)


def _filing(notice: Bescheid) -> Filing:
    title = f"Bescheiddaten {notice.notice_id}"
    return Filing(title, "Bescheiddaten", _VORGANG[notice.notice_kind], "file-notice")


def _notes(case: Case, notice: Bescheid, orders: tuple[CashOrder, ...]) -> tuple[Note, ...]:
    kind = notice.notice_kind
    received = Note("notice_received", f"Bescheid {kind} {notice.notice_id} eingegangen.")
    doubted = _doubted(case, notice) if kind.grants else ()
    ordered = tuple(Note("order_made", f"{order.title} erstellt.") for order in orders)
    return (received, *doubted, *ordered)


def _doubted(case: Case, notice: Bescheid) -> tuple[Note, ...]:
    return tuple(
        Note("amount_implausible", f"Zeitraum ab {period.begin:%d.%m.%Y}: {text}")
        for period in notice.granted_periods()
        for text in doubts(period, case.child.birth_date)
    )


def _unsupported(notice: Bescheid, known: Case) -> Clearing:
    letter = "" if _has_letter(notice) else "Das Schreiben von Hand fertigen. "
    register = (
        " Die Änderung auch dem Ausländerzentralregister melden." if known.register.state else ""
    )
    return Clearing(
        "notice_kind_unsupported",
        f"Was ein Bescheid der Art {notice.notice_kind} an Zahlungen oder Forderungen ändert, "
        "lässt sich nicht ohne Weiteres an die Kasse übermitteln.",
        f"{letter}Die Kasse auf dem bisherigen Weg unterrichten (Änderung, Einstellung oder "
        f"Stundung) und den Klärfall danach abschließen.{register}",
        {"Bescheid": notice.notice_id, "Art": notice.notice_kind.value},
    )


_REGISTER_END = Clearing(
    "register_end_due",
    "Die Leistung endet; das Ausländerzentralregister weiß davon noch nicht.",
    "Das Ende der Leistung dem Ausländerzentralregister melden.",
)
_PAYMENT_OVERLAPS = Clearing(
    "payment_overlaps",
    "Für denselben Zeitraum wird schon gezahlt; neue Auszahlungsanordnungen wurden deshalb "
    "nicht erstellt.",
    "Die laufende Zahlung bei der Kasse beenden und die neue dort von Hand anordnen.",
)
_PAYMENT_GOES_ON = Clearing(
    "payment_goes_on",
    "Die Bewilligung wird aufgehoben; eine laufende Zahlung wird dadurch nicht angehalten.",
    "Prüfen, ob weiter gezahlt werden darf; sonst die Zahlung bei der Kasse beenden und das "
    "Ende der Leistung, wo nötig, dem Ausländerzentralregister melden.",
)
