"""What the hub answers when a record of the case core breaks a rule."""

from __future__ import annotations

from hub.core.errors import RuleViolation
from hub.core.findings import Finding


def objection(code: str, message: str, *, remedy: str, field: str) -> RuleViolation:
    """Return the error with the one finding the sender's receipt will carry.

    Args:
        code: stable word of ``docs/errors.md``.
        message: German sentence without personal data.
        remedy: German sentence: what the sender does next.
        field: place in the record, for example ``periods[0].amount_cents``.
    """
    finding = Finding(code, f"{message} {remedy}", field=field)
    return RuleViolation(code, message, remedy=remedy, place=field, findings=(finding,))
