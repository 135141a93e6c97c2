"""Why a run cannot be proposed, approved or shown."""

from __future__ import annotations

from collections.abc import Sequence

from efile.errors import Conflict, InvalidRequest, NotFound
from efile.index.ending.runs import Item, RunRow
from efile.model import Akte, Document


def nothing_named(most: int) -> InvalidRequest:
    """No file is named, one twice, or more than two people can look at."""
    return InvalidRequest(
        "disposal_invalid",
        "Der Vorschlag nennt keine Akte, eine doppelt oder zu viele.",
        remedy=f"Mindestens eine und höchstens {most} Akten nennen, jede einmal.",
    )


def not_ready(akte: Akte, against: Sequence[str]) -> Conflict:
    """Something stands against destroying a file."""
    return Conflict(
        "disposal_not_ready",
        f"Diese Akte kann jetzt nicht vernichtet werden. {' '.join(against)}",
        remedy="Erst erledigen, was dagegen spricht; dann neu vorschlagen.",
        place=akte.aktenzeichen,
    )


def there_already(akte: Akte) -> Conflict:
    """A document lies where it is to be moved to."""
    return Conflict(
        "misfiling_in_place",
        "Das Dokument liegt schon in dieser Akte.",
        remedy="Das Aktenzeichen der richtigen Akte nennen.",
        place=akte.aktenzeichen,
    )


def not_movable(document: Document, against: Sequence[str]) -> Conflict:
    """Something stands against taking a document out of its file."""
    return Conflict(
        "misfiling_hindered",
        f"Das Dokument kann jetzt nicht aus der Akte genommen werden. {' '.join(against)}",
        remedy="Erst erledigen, was dagegen spricht; dann neu vorschlagen.",
        place=document.id,
    )


def in_another_run(item: Item) -> Conflict:
    """A file is in a run nobody has finished."""
    return Conflict(
        "disposal_in_another_run",
        "Diese Akte steht schon in einem anderen Vorschlag.",
        remedy="Erst über den anderen Vorschlag entscheiden.",
        place=item.aktenzeichen,
    )


def run_missing(run: str) -> NotFound:
    """The office has no such run."""
    return NotFound(
        "disposal_missing",
        "Diesen Vernichtungslauf gibt es nicht.",
        remedy="„aktenhub efile disposal list“ nennt die Läufe des Amtes.",
        place=run,
    )


def same_person() -> Conflict:
    """Four eyes are two people's."""
    return Conflict(
        "disposal_same_person",
        "Wer einen Lauf vorschlägt, kann ihm nicht selbst zustimmen.",
        remedy="Eine andere Person zustimmen lassen.",
    )


def not_all_seen() -> Conflict:
    """Whoever approves must see what is approved."""
    return Conflict(
        "disposal_not_all_seen",
        "Dieser Lauf betrifft Akten, die Sie nicht sehen dürfen.",
        remedy="Jemanden zustimmen lassen, der zu allen Akten des Laufs Zugang hat.",
    )


def decided(run: RunRow) -> Conflict:
    """Somebody was quicker."""
    return Conflict(
        "disposal_decided",
        "Über diesen Lauf ist schon entschieden.",
        remedy="Den Stand des Laufs ansehen.",
        place=run.id,
    )
