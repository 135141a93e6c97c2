"""The notes by which a file is told how far it is on its way to the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from efile import filing
from efile.errors import FilingError
from efile.filing import Archive
from efile.handover.answers import Appraisal, TakenIn
from efile.kinds.statement import ArchiveAnswer, Handover, Statement
from efile.model import Akte, FilingRequest
from efile.retention.notes import Author, checked_text, note

_LONGEST = 500
_VERDICTS = {"A": "Archiv übernimmt die Akte", "V": "Archiv lehnt die Akte ab",
             "B": "Archiv sieht die Akte durch"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """On whose word something is noted, on which day, and which message it comes from."""

    by: Author
    on: date
    process: str
    digest: str = ""
    """SHA-256 of the message or package."""


def offered(akte: Akte, voice: Voice) -> FilingRequest:
    """Note that a file is offered to the archive."""
    return _step(akte, voice, "Dem Archiv angeboten", Handover(
        process=voice.process, step="offered", since=voice.on,
    ))  # fmt: skip


def offer_received(akte: Akte, voice: Voice) -> FilingRequest:
    """Note that the archive has the offer (0504)."""
    return _step(akte, voice, "Archiv hat die Anbietung erhalten", Handover(
        process=voice.process, step="offer_received", since=voice.on,
    ))  # fmt: skip


def delivery_received(akte: Akte, voice: Voice) -> FilingRequest:
    """Note that the archive has what was handed over (0507)."""
    return _step(akte, voice, "Archiv hat die Übergabe erhalten", Handover(
        process=voice.process, step="delivery_received", since=voice.on,
    ))  # fmt: skip


def appraised(akte: Akte, voice: Voice, says: Appraisal) -> FilingRequest:
    """Note what the archive says of a file (0502)."""
    title = _VERDICTS[says]
    if says == "B":
        return _step(akte, voice, title, Handover(
            process=voice.process, step="appraising", since=voice.on,
        ))  # fmt: skip
    answer = ArchiveAnswer(
        takes=says == "A", since=voice.on, reason="Bewertungsverzeichnis", process=voice.process
    )
    return _noted(akte, voice, title, Statement(answer=answer), said=f"Bewertung {says}")


def delivered(akte: Akte, voice: Voice, contents: int) -> FilingRequest:
    """Note that a file was handed over (0503), with how many documents, notes aside."""
    return _step(akte, voice, "Dem Archiv übergeben", Handover(
        process=voice.process, step="delivered", since=voice.on, contents=contents,
        digest=voice.digest,
    ))  # fmt: skip


def taken(akte: Akte, voice: Voice, what: TakenIn) -> FilingRequest:
    """Note whether the archive took a file in (0506)."""
    title = "Archiv hat die Akte übernommen" if what.done else "Archiv konnte nicht übernehmen"
    said = what.name if what.done else "; ".join(what.faults)
    return _step(akte, voice, title, Handover(
        process=voice.process, step="taken" if what.done else "refused", since=voice.on,
        said=_plain(said),
    ))  # fmt: skip


async def file_notes(archive: Archive, requests: Sequence[FilingRequest]) -> None:
    """File notes; the first that could not be filed is told, the others stand.

    Raises:
        FilingError: one could not be filed.
    """
    for outcome in await filing.file_all(requests, archive) if requests else ():
        if isinstance(outcome, FilingError):
            raise outcome


def _step(akte: Akte, voice: Voice, title: str, step: Handover) -> FilingRequest:
    return _noted(akte, voice, title, Statement(handover=step), said=step.said)


def _noted(akte: Akte, voice: Voice, title: str, statement: Statement, said: str) -> FilingRequest:
    content = {"Archiv": title, "Anbietung": voice.process}
    if said:
        content["Mitteilung"] = said
    if voice.digest:
        content["SHA-256 der Nachricht"] = voice.digest
    checked_text(voice.by.name, "actor")
    key = f"handover|{voice.process}|{akte.id}|{title}|{voice.digest}"
    return note(akte, title, content, statement, Author(voice.by.name, voice.by.at_us, key))


def _plain(said: str) -> str:
    """Return foreign words in one line of bounded length."""
    return " ".join(said.split())[:_LONGEST]
