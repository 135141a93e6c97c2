"""What the archive answers, and what is wrong with an answer.

An answer is taken whole or not at all: one objection, and nothing of it is noted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from efile.errors import InvalidRequest
from efile.index.offers import Offer

Appraisal = Literal["A", "B", "V"]
"""Archive it (*archivwürdig*), look closer (*bewerten*), destroy it (*vernichten*)."""
_REACHED = {"A": ("wanted", "delivered", "refused", "taken"), "V": ("declined",),
            "B": ("appraising",)}  # fmt: skip
_WORDS = {
    "wanted": "archivwürdig", "delivered": "archivwürdig", "refused": "archivwürdig",
    "taken": "archivwürdig", "declined": "zu vernichten",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Appraised:
    """What the archive says of one object it was offered (0502)."""

    id: str
    says: str
    """A, B or V; anything else is somebody's own word."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Whether the archive took one object in (0506)."""

    id: str
    done: bool
    name: str = ""
    """The archive's own for it (*Archivkennung*)."""
    faults: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Standpoint:
    """A file of an offer as it stands."""

    akte: str
    aktenzeichen: str
    offer: Offer


@dataclass(frozen=True, slots=True)
class Objection:
    """Something in an answer that cannot be."""

    code: str
    place: str
    """Identifier as the answer has it, and its line."""
    message: str
    remedy: str


class AnswerContradicts(InvalidRequest):
    """Die Antwort des Archivs passt nicht zur Anbietung; es wurde nichts davon übernommen."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        self.objections = tuple(objections)
        first, more = objections[0], len(objections) - 1
        also = f" Und {more} weitere Einwände." if more else ""
        super().__init__(
            first.code,
            f"Die Antwort des Archivs wurde nicht übernommen: {first.message}{also}",
            remedy=first.remedy,
            place=first.place,
        )


def check_appraisal(
    objects: Sequence[Appraised],
    files: Mapping[str, Standpoint],
    elsewhere: Collection[str],
) -> tuple[dict[str, Appraisal], list[Objection]]:
    """Return what is new by file, and what is wrong.

    Args:
        objects: as the answer has them.
        files: those of the offer, by id.
        elsewhere: objects of the answer that are files of the office, but not of this offer.
    """
    said: dict[str, Appraised] = {}
    new: dict[str, Appraisal] = {}
    wrong: list[Objection] = []
    for one in objects:
        before = said.setdefault(one.id, one)
        if before is not one:
            wrong.append(_twice(one, before))
        elif one.id not in files:
            wrong.append(_unknown(one.id, one.line, elsewhere))
        elif one.says not in _REACHED:
            wrong.append(_not_understood(one))
        elif files[one.id].offer.state in _WORDS and not _has(files[one.id], one.says):
            wrong.append(_changed(one, files[one.id]))
        elif not _has(files[one.id], one.says):
            new[one.id] = _appraisal(one.says)
    return new, wrong


def _appraisal(says: str) -> Appraisal:
    return "A" if says == "A" else "V" if says == "V" else "B"


def _has(file: Standpoint, says: str) -> bool:
    return file.offer.state in _REACHED[says]


def check_taken(
    objects: Sequence[TakenIn],
    files: Mapping[str, Standpoint],
    holders: Mapping[str, str],
) -> tuple[dict[str, TakenIn], list[Objection]]:
    """Return what is new by file, and what is wrong.

    A part of a file that was not taken in means that the file was not.

    Args:
        objects: as the answer has them.
        files: those of the offer, by id.
        holders: file of each object that is a matter or document of one.
    """
    said: dict[str, TakenIn] = {}
    by_file: dict[str, TakenIn] = {}
    wrong: list[Objection] = []
    for one in objects:
        before = said.setdefault(one.id, one)
        file = files.get(one.id) or files.get(holders.get(one.id, ""))
        if before is not one:
            wrong.append(_taken_twice(one, before))
        elif file is None:
            wrong.append(_unknown(one.id, one.line, ()))
        elif file.offer.state not in ("delivered", "refused", "taken"):
            wrong.append(_not_delivered(one, file))
        elif file.offer.state == "taken" and not one.done:
            wrong.append(_taken_back(one, file))
        elif file.offer.state != "taken" and (one.id == file.akte or not one.done):
            by_file[file.akte] = _worse(by_file.get(file.akte), one)
    return by_file, wrong


def _worse(before: TakenIn | None, one: TakenIn) -> TakenIn:
    """Return the word that counts of two on a file and its parts: that of a fault."""
    if before is None or (before.done and not one.done):
        return one
    return before


def _place(name: str, line: int | None) -> str:
    return f"{name[:60]}, Zeile {line}" if line else name[:60]


def _twice(one: Appraised, before: Appraised) -> Objection:
    if one.says == before.says:
        return Objection(
            "appraised_twice", _place(one.id, one.line),
            "Ein Objekt ist zweimal bewertet.",
            "Das Archiv um ein Bewertungsverzeichnis bitten, das jedes Objekt einmal nennt.",
        )  # fmt: skip
    return Objection(
        "appraisal_contradicts", _place(one.id, one.line),
        f"Ein Objekt ist einmal mit {before.says[:20]} und einmal mit {one.says[:20]} bewertet.",
        "Das Archiv um ein widerspruchsfreies Bewertungsverzeichnis bitten.",
    )  # fmt: skip


def _taken_twice(one: TakenIn, before: TakenIn) -> Objection:
    same = one.done == before.done
    return Objection(
        "appraised_twice" if same else "appraisal_contradicts", _place(one.id, one.line),
        "Ein Objekt ist zweimal genannt." if same
        else "Ein Objekt ist einmal als übernommen und einmal als nicht übernommen gemeldet.",
        "Das Archiv um eine Bestätigung bitten, die jedes Objekt einmal nennt.",
    )  # fmt: skip


def _unknown(name: str, line: int | None, elsewhere: Collection[str]) -> Objection:
    if name in elsewhere:
        return Objection(
            "offer_superseded", _place(name, line),
            "Diese Akte gehört nicht mehr zu dieser Anbietung; sie wurde später neu angeboten.",
            "Die Antwort auf die spätere Anbietung abwarten, oder das Archiv darauf hinweisen.",
        )  # fmt: skip
    return Objection(
        "appraised_object_unknown", _place(name, line),
        "Ein genanntes Objekt gehört nicht zu dieser Anbietung.",
        "Mit dem Archiv klären, ob die Antwort zu einer anderen Anbietung gehört.",
    )  # fmt: skip


def _not_understood(one: Appraised) -> Objection:
    return Objection(
        "appraisal_not_understood", _place(one.id, one.line),
        f"Die Bewertung „{one.says[:40]}“ ist nicht vereinbart; verstanden werden A, B und V.",
        "Das Archiv um eine Bewertung mit A (archivwürdig), B (bewerten) oder V (vernichten)"
        " bitten.",
    )  # fmt: skip


def _changed(one: Appraised, file: Standpoint) -> Objection:
    offer = file.offer
    return Objection(
        "appraisal_changed", _place(one.id, one.line),
        f"Die Akte {file.aktenzeichen} ist seit {offer.changed:%d.%m.%Y} als"
        f" {_WORDS[offer.state]} bewertet; die neue Bewertung {one.says} widerspricht dem.",
        "Mit dem Archiv klären. Gilt die neue Bewertung, sie mit „aktenhub efile retention"
        " answer“ vermerken.",
    )  # fmt: skip


def _not_delivered(one: TakenIn, file: Standpoint) -> Objection:
    return Objection(
        "nothing_delivered", _place(one.id, one.line),
        f"Die Akte {file.aktenzeichen} wurde mit dieser Anbietung noch nicht übergeben.",
        "Die Übergabe mit „aktenhub efile archive --deliver“ erstellen, oder beim Archiv"
        " nachfragen.",
    )  # fmt: skip


def _taken_back(one: TakenIn, file: Standpoint) -> Objection:
    return Objection(
        "taken_already", _place(one.id, one.line),
        f"Das Archiv hat die Akte {file.aktenzeichen} am {file.offer.changed:%d.%m.%Y} schon als"
        " übernommen bestätigt.",
        "Mit dem Archiv klären und bis dahin eine Löschsperre setzen.",
    )  # fmt: skip
