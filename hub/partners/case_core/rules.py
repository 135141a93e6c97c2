"""Rules a notice or case data must keep; a breach goes back to the sender."""

from __future__ import annotations

from itertools import pairwise

from hub.core.errors import RuleViolation
from hub.core.money import format_german
from hub.partners.base import Situation
from hub.partners.case_core.objection import objection
from hub.partners.case_core.records import Bescheid, NoticeKind
from hub.uvg.entitlement import expected_amounts
from hub.uvg.iban import compact_iban, is_iban
from hub.uvg.model import Case, Period


def known_case(case_id: str, situation: Situation) -> Case:
    """Return the case a notice or an order belongs to.

    Raises:
        RuleViolation: the hub does not know it (``case_unknown``).
    """
    if situation.case is None:
        raise objection(
            "case_unknown",
            f"Der Fall {case_id} ist noch nicht bekannt.",
            remedy="Zuerst die Falldaten senden, danach diese Nachricht erneut.",
            field="case_id",
        )
    return situation.case


def check_notice(notice: Bescheid, case: Case) -> None:
    """Check a notice against the case and against itself.

    Raises:
        RuleViolation: ``notice_repeated``, ``notice_incomplete``, ``period_invalid`` or
            ``amount_contradictory``.
    """
    _check_first_time(notice, case)
    _check_complete(notice)
    _check_spans(notice)
    for index, period in enumerate(notice.periods):
        # A notice that ends or refuses a benefit may show what is no longer paid as zero.
        if period.amount_cents or notice.notice_kind.grants:
            _check_amount(period.granted(), index)


def checked_iban(text: str, field: str) -> str:
    """Return the account number without spaces.

    Args:
        text: the number as the sender wrote it.
        field: where it stands in the record.

    Raises:
        RuleViolation: its check digits are wrong (``iban_invalid``).
    """
    iban = compact_iban(text)
    if not is_iban(iban):
        raise objection(
            "iban_invalid",
            "Die IBAN ist ungültig, ihre Prüfziffer stimmt nicht.",
            remedy="Die Bankverbindung berichtigen und die Nachricht erneut senden.",
            field=field,
        )
    return iban


def _check_first_time(notice: Bescheid, case: Case) -> None:
    if notice.notice_id in case.notices:
        raise objection(
            "notice_repeated",
            f"Der Bescheid {notice.notice_id} wurde schon verarbeitet.",
            remedy="Einen neuen Bescheid unter eigener Bescheidnummer senden.",
            field="notice_id",
        )


def _check_complete(notice: Bescheid) -> None:
    if notice.notice_kind.grants and not notice.periods:
        raise _incomplete("Bewilligung und Änderung brauchen einen Zeitraum.", "periods")
    if notice.notice_kind is NoticeKind.ERS and notice.reclaim is None:
        raise _incomplete("Ein Ersatzbescheid braucht die Rückforderung.", "reclaim")
    if notice.reclaim is not None and notice.reclaim.amount_cents == 0:
        raise _incomplete("Eine Rückforderung braucht einen Betrag.", "reclaim.amount_cents")


def _incomplete(message: str, field: str) -> RuleViolation:
    remedy = "Den Bescheid vollständig senden."
    return objection("notice_incomplete", message, remedy=remedy, field=field)


def _check_spans(notice: Bescheid) -> None:
    for index, period in enumerate(notice.periods):
        if period.end is not None and period.end < period.begin:
            raise _bad_span("Ein Zeitraum endet vor seinem Beginn.", f"periods[{index}].end")
    for earlier, later in pairwise(notice.granted_periods()):
        if earlier.end is None or later.begin <= earlier.end:
            raise _bad_span("Zwei Zeiträume überschneiden sich.", "periods")
    claim = notice.reclaim
    if claim is not None and claim.period_end < claim.period_begin:
        raise _bad_span("Die Rückforderung endet vor ihrem Beginn.", "reclaim.period_end")


def _bad_span(message: str, field: str) -> RuleViolation:
    remedy = "Die Zeiträume berichtigen und den Bescheid erneut senden."
    return objection("period_invalid", message, remedy=remedy, field=field)


def _check_amount(period: Period, index: int) -> None:
    """An amount must follow from its own parts (§ 2, § 9 Abs. 3 UVG)."""
    expected = expected_amounts(period)
    if period.amount_cents in expected:
        return
    raise objection(
        "amount_contradictory",
        f"Im Zeitraum ab {period.begin:%d.%m.%Y} sind {format_german(period.amount_cents)} EUR "
        f"angegeben, aus Mindestunterhalt, Kindergeld und Anrechnung ergeben sich "
        f"{format_german(expected[0])} EUR (§ 2, § 9 Abs. 3 UVG).",
        remedy="Den Betrag oder seine Bestandteile berichtigen und den Bescheid erneut senden.",
        field=f"periods[{index}].amount_cents",
    )
