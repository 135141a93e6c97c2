"""The duty to report a benefit to the AZR begins with a search there (AZRG-DV § 5 Abs. 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.outcome import Clearing, Note, Role, Send
from hub.partners.shape import without_blanks
from hub.uvg.model import Case, Period, RegisterState
from hub.uvg.nationality import Duty, register_duty

_UNDER_WAY = frozenset({"queried", "reported", "acknowledged"})


@dataclass(frozen=True, slots=True)
class RegisterStep:
    """What the duty to report asks for now; empty when nothing is to be done."""

    state: RegisterState | None = None
    sends: tuple[Send, ...] = ()
    clearings: tuple[Clearing, ...] = ()
    notes: tuple[Note, ...] = ()


_NOTHING = RegisterStep()


def register_step(
    case: Case, clerk_id: str, situation: Situation, ordered_from: date | None = None
) -> RegisterStep:
    """Decide whether the register is asked about the child of a case that is being paid.

    Args:
        case: as it stands now.
        clerk_id: for whom the register is asked.
        situation: gives office and day.
        ordered_from: first day of a payment that no granted period tells of.
    """
    begin = _earliest(first_paid_day(case.periods), ordered_from)
    if begin is None:
        return _NOTHING
    if case.register.state in _UNDER_WAY:
        return _known_step(case.register, begin)
    duty = register_duty(case.child.nationality, situation.today)
    if duty is Duty.NONE:
        return _NOTHING
    if duty is Duty.UNCLEAR:
        return RegisterStep(clearings=(_DUTY_UNCLEAR,))
    if situation.tenant.register is None:
        return RegisterStep(clearings=(_NOT_CONFIGURED,))
    return RegisterStep(
        state=msgspec.structs.replace(
            case.register, state="queried", benefit_begin=begin, clerk=clerk_id
        ),
        sends=(Send(Role.REGISTER, _query(case, clerk_id), "register-query"),),
        notes=(Note("register_queried", "Anfrage an das Ausländerzentralregister gestellt."),),
    )


def first_paid_day(periods: tuple[Period, ...]) -> date | None:
    """Return the first day the benefit is paid for."""
    return min((period.begin for period in periods if period.amount_cents > 0), default=None)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _known_step(register: RegisterState, begin: date) -> RegisterStep:
    """The register was asked before: only an earlier begin matters."""
    if register.benefit_begin is None or begin >= register.benefit_begin:
        return _NOTHING
    if register.state == "queried":
        return RegisterStep(state=msgspec.structs.replace(register, benefit_begin=begin))
    return RegisterStep(clearings=(_BEGIN_CHANGED,))


def _query(case: Case, clerk_id: str) -> Record:
    data = {
        "case_id": case.case_id,
        "file_reference": case.case_id,
        "child": without_blanks(msgspec.to_builtins(case.child)),
        "clerk": clerk_id,
        "azr_number": case.register.azr_number,
    }
    return Record("Registeranfrage", without_blanks(data))


_DUTY_UNCLEAR = Clearing(
    "register_duty_unclear",
    "Die Staatsangehörigkeit ist ungeklärt oder nicht angegeben; "
    "ob die Leistung dem Ausländerzentralregister zu melden ist, steht nicht fest.",
    "Staatsangehörigkeit klären und im Fachverfahren berichtigen; "
    "die neuen Falldaten lösen die Anfrage aus.",
)
_NOT_CONFIGURED = Clearing(
    "register_not_configured",
    "Die Leistung ist dem Ausländerzentralregister zu melden, "
    "das Amt ist dort aber nicht eingerichtet.",
    "Zugang zum Register einrichten lassen (Abschnitt register des Mandanten); "
    "bis dahin auf dem bisherigen Weg melden.",
)
_BEGIN_CHANGED = Clearing(
    "register_begin_changed",
    "Die Leistung beginnt früher, als dem Ausländerzentralregister gemeldet wird.",
    "Beginn im Register berichtigen (§ 8 Abs. 1 AZRG).",
)
