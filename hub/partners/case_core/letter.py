"""Fields of the letters that go with notices, as finished German text.

A letter template prints what it gets; all wording of numbers and dates is settled here.
The AZR number never gets into a letter (§ 10 Abs. 4 AZRG).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.core.money import format_german
from hub.core.settings import Tenant
from hub.partners.base import Situation
from hub.partners.case_core.orders import debtor_name, reclaimed_months
from hub.partners.case_core.records import Bescheid, Reclaim
from hub.uvg.iban import grouped_iban
from hub.uvg.model import Case, Period

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


def letter_fields(case: Case, notice: Bescheid, situation: Situation) -> dict[str, Any]:
    """Return all fields the notice templates know.

    Args:
        case: as it stands after the notice.
        notice: the decision.
        situation: gives office and day.
    """
    periods = notice.granted_periods()
    return {
        "office": _office(situation.tenant),
        "recipient": _recipient(case),
        "case_id": case.case_id,
        "notice_id": notice.notice_id,
        "notice_date": long_date(notice.notice_date),
        "clerk": {"name": notice.clerk.name, "phone": notice.clerk.phone},
        "child": {
            "name": f"{case.child.given_names} {case.child.family_name}",
            "birth_date": short_date(case.child.birth_date),
        },
        "periods": [_period_fields(period) for period in periods],
        "start": short_date(periods[0].begin) if periods else "",
        "current_amount": _current_amount(periods, situation.today),
        "reclaim": _reclaim_fields(case, notice.reclaim) if notice.reclaim else None,
        "reasons": list(notice.reasons),
        "payee": {"name": case.bank.holder, "iban": grouped_iban(case.bank.iban)},
    }


def long_date(day: date) -> str:
    """Return ``22. November 2026``."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """Return ``09.03.2015``."""
    return f"{day:%d.%m.%Y}"


def _office(tenant: Tenant) -> dict[str, str]:
    address = tenant.address
    return {
        "name": tenant.name,
        "street": address.street,
        "house_number": address.house_number,
        "postal_code": address.postal_code,
        "city": address.city,
        "phone": tenant.phone,
        "email": tenant.email,
    }


def _recipient(case: Case) -> dict[str, str]:
    carer = case.carer
    return {
        "name": f"{carer.given_names} {carer.family_name}",
        "street": carer.street,
        "house_number": carer.house_number,
        "postal_code": carer.postal_code,
        "city": carer.city,
    }


def _period_fields(period: Period) -> dict[str, str]:
    return {
        "begin": short_date(period.begin),
        "end": short_date(period.end) if period.end else "auf Weiteres",
        "minimum": format_german(period.minimum_maintenance_cents),
        "benefit": format_german(period.child_benefit_cents),
        "offset": format_german(period.other_offset_cents),
        "amount": format_german(period.amount_cents),
    }


def _current_amount(periods: tuple[Period, ...], today: date) -> str:
    """Return the monthly amount of today's period, of the last one when none covers today."""
    if not periods:
        return ""
    covering = [p for p in periods if p.begin <= today and (p.end is None or today <= p.end)]
    return format_german((covering or list(periods))[-1].amount_cents)


def _reclaim_fields(case: Case, reclaim: Reclaim) -> dict[str, str]:
    return {
        "amount": format_german(reclaim.amount_cents),
        "due_date": short_date(reclaim.due_date),
        "period": reclaimed_months(reclaim),
        "legal_basis": reclaim.legal_basis,
        "debtor": debtor_name(case, reclaim),
    }
