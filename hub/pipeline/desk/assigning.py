"""Saying to which case belongs what nobody could assign: an attachment that names none."""

from __future__ import annotations

import json

from hub.core.errors import Rejected
from hub.pipeline.decision.promises import akte_title
from hub.pipeline.fulfilment.filing import lacks_case
from hub.store import cases, clearing, lanes
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise


def needs_case(tx: Transaction, case: Row) -> bool:
    """Tell whether a clearing case can only be released with a case number."""
    return homeless(tx, case) is not None


def homeless(tx: Transaction, case: Row) -> Promise | None:
    """Return what a case asks a file for: the filing of an attachment that names no case."""
    row = clearing.promise_of(tx, case["tenant"], case["promise_id"])
    promise = lanes.to_promise(row) if row else None
    return promise if promise and lacks_case(promise) else None


def check_case(tx: Transaction, case: Row, verb: str, case_key: str) -> None:
    """Make sure that a case number is given exactly where one is needed, and is known.

    Raises:
        Rejected: it is missing, superfluous, or no case of this office.
    """
    needed = verb == "release" and needs_case(tx, case)
    if needed and not case_key:
        raise Rejected(
            "case_number_needed",
            "Es fehlt die Fallnummer, zu deren Akte die Anlage gehört.",
            remedy="Die Fallnummer angeben; gehört sie in keine Akte, den Klärfall verwerfen.",
        )
    if case_key and not needed:
        raise Rejected(
            "case_number_superfluous",
            "Zu diesem Klärfall gehört keine Fallnummer.",
            remedy="Die Entscheidung ohne Fallnummer wiederholen.",
        )
    if case_key and cases.load(tx, case["tenant"], case_key) is None:
        raise Rejected(
            "case_number_unknown",
            "Diesen Fall gibt es hier nicht.",
            remedy="Fallnummer prüfen; bei einem neuen Fall zuerst die Falldaten senden.",
        )


def assign(tx: Transaction, case: Row, case_key: str) -> None:
    """Let what stands still go into the file of a case that was checked before."""
    known = cases.load(tx, case["tenant"], case_key)
    promise = clearing.promise_of(tx, case["tenant"], case["promise_id"])
    if promise is None:
        return
    spec = json.loads(promise["spec"]) | {"case_key": case_key, "akte": akte_title(known)}
    clearing.rewrite(tx, case["tenant"], promise["id"], spec)
