"""Whether a file may be destroyed on a day, and why, in a sentence people can check.

The rule in force on the day asked decides. Where the answer lies in the future, a rule that is
already known to follow is heeded: the day named is the first on which the law of that day
allows it. Nothing is ever allowed while a hold is in force or a day is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from efile.index.offers import Offer
from efile.kinds.catalog import FileKind
from efile.kinds.rule import RetentionRule
from efile.kinds.statement import ArchiveAnswer
from efile.retention.standing import Hold, Standing

State = Literal["kept", "due", "offer", "held", "undetermined"]
"""Still kept; may be destroyed; first to be offered to the archive; held; nobody can say yet."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done with a file on a day."""

    state: State
    day: date | None
    """First day on which the law allows destruction, holds aside; none where nobody can say."""
    free_day: date | None
    """First day from the one asked on that neither law nor holds forbid; none: none is known."""
    sentence: str
    """German, why."""
    rule: RetentionRule | None = None
    holds: tuple[Hold, ...] = ()
    """Those in force on the day asked, or on the day the law would allow it."""
    missing: tuple[str, ...] = ()
    """Events whose days are not known."""


@dataclass(frozen=True, slots=True)
class _Law:
    """What the law says, holds aside; without a day, why it cannot say one."""

    day: date | None
    why: str
    rule: RetentionRule | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Archive:
    """How far the archive is; what was said before the period was over does not count."""

    answer: ArchiveAnswer | None
    offer: Offer | None
    late: bool

    @property
    def is_done(self) -> bool:
        """Whether it declined, or has all of the file in its keeping."""
        if self.offer is not None and self.offer.state == "taken":
            return not self.late
        return self.answer is not None and not self.answer.takes


def decide(kind: FileKind | None, standing: Standing, on: date) -> Decision:
    """Return what may be done with a file of a kind on a day."""
    law = _law(kind, standing.days, on)
    held = standing.held_on(on)
    archive = _Archive(_answer(law, standing.answer), _offer(law, standing.offer), standing.late)
    sentence = _sentence(law, on, archive)
    if held:
        sentence = f"{_said(held)} Ohne Sperre: {sentence}"
    later = standing.held_on(law.day) if law.day and law.day > on else ()
    if later and not held:
        sentence = f"{sentence} {_said(later)}"
    return Decision(
        "held" if held else _state(law, on, archive),
        law.day,
        _free(kind, standing, on),
        sentence,
        law.rule,
        held or later,
        law.missing,
    )


def _law(kind: FileKind | None, days: Mapping[str, date], on: date) -> _Law:
    """Return what the rule in force on a day says, or one that is known to follow it."""
    if kind is None:
        return _Law(None, "die Aktenart nicht eingerichtet ist")
    for rule in kind.rules_from(on):
        if missing := rule.missing(days):
            names = " und ".join(f"„{kind.events[event]}“" for event in missing)
            verb = "ist" if len(missing) == 1 else "sind"
            return _Law(None, f"{names} nicht eingetragen {verb} ({_place(rule)})", rule, missing)
        day, event = rule.last_event(days)
        allowed = max(rule.first_day(day), rule.since or date.min)
        if rule.until is None or allowed <= rule.until:
            return _Law(allowed, _counted(rule, f"„{kind.events[event]}“ am {day:%d.%m.%Y}"), rule)
    return _Law(None, f"am {on:%d.%m.%Y} noch keine Regel galt")


def _answer(law: _Law, answer: ArchiveAnswer | None) -> ArchiveAnswer | None:
    """Return the archive's answer, if it was given when the period was over."""
    asked = answer is not None and law.day is not None and answer.since >= law.day
    return answer if asked else None


def _offer(law: _Law, offer: Offer | None) -> Offer | None:
    """Return the offer to the archive, if it was made when the period was over."""
    asked = offer is not None and law.day is not None and offer.since >= law.day
    return offer if asked else None


def _state(law: _Law, on: date, archive: _Archive) -> State:
    if law.day is None or law.rule is None:
        return "undetermined"
    if on < law.day:
        return "kept"
    return "due" if archive.is_done or not law.rule.offer else "offer"


def _free(kind: FileKind | None, standing: Standing, on: date) -> date | None:
    """Return the first day from ``on`` on that is free, whatever rule is law on it."""
    day = on
    while True:
        allowed = _law(kind, standing.days, day).day
        if allowed is None:
            return None
        day = max(day, allowed)
        ends = [hold.until for hold in standing.held_on(day)]
        if not ends:
            return day
        if None in ends:
            return None
        day = max(end for end in ends if end) + _DAY


def _sentence(law: _Law, on: date, archive: _Archive) -> str:
    if law.day is None or law.rule is None:
        return f"noch nicht bestimmbar, weil {law.why}."
    then = "" if on >= law.day else "dann "
    offer = _offered(archive) if law.rule.offer else ""
    return (
        f"darf vernichtet werden ab {law.day:%d.%m.%Y}, weil {law.why} {then}abgelaufen ist"
        f" ({_place(law.rule)}).{offer}"
    )


def _offered(archive: _Archive) -> str:
    answer, offer = archive.answer, archive.offer
    if offer is not None and offer.state not in ("wanted", "declined"):
        return _under_way(offer, late=archive.late)
    if answer is None:
        return " Vorher ist die Akte dem Archiv anzubieten."
    said = f"am {answer.since:%d.%m.%Y}: {answer.reason.rstrip('.')}"
    if answer.takes:
        return f" Das Archiv übernimmt sie ({said}); vernichtet wird erst nach der Übergabe."
    return f" Das Archiv hat sie abgelehnt ({said})."


def _under_way(offer: Offer, *, late: bool) -> str:
    """Return where an offer stands that waits for the archive, or that it has taken up."""
    day, said = f"{offer.changed:%d.%m.%Y}", f": {offer.said.rstrip('.')}" if offer.said else ""
    if offer.state == "taken" and late:
        return f" Seit der Übergabe an das Archiv am {day} kamen Dokumente hinzu; neu anzubieten."
    words = {
        "offered": f" Dem Archiv am {day} angeboten; vernichtet wird erst nach seiner Antwort.",
        "appraising": f" Das Archiv sieht sie seit {day} durch; vernichtet wird erst danach.",
        "delivered": f" Am {day} dem Archiv übergeben; vernichtet wird, wenn es das bestätigt.",
        "refused": f" Das Archiv konnte sie am {day} nicht aufnehmen{said}; neu zu übergeben.",
        "taken": f" Das Archiv hat sie am {day} übernommen{said}.",
    }
    return words[offer.state]


def _counted(rule: RetentionRule, event: str) -> str:
    """Return how a rule counts, for example ``die Frist von 30 + 70 Jahren nach …``."""
    span = " + ".join(str(years) for years in rule.years)
    count = "1 Jahr" if rule.years == (1,) else f"{span} Jahren"
    if rule.begins == "event":
        return f"die Frist von {count} nach {event}"
    return f"die Frist von {count} nach dem Ende des Jahres von {event}"


def _place(rule: RetentionRule) -> str:
    """Return name and source of a rule, and a warning where it is no law."""
    warning = "; vor Ort zu bestätigen" if rule.assumed else ""
    return f"{rule.name}: {rule.source}{warning}"


def _said(holds: Sequence[Hold]) -> str:
    return " ".join(
        f"Gesperrt {f'bis {hold.until:%d.%m.%Y}' if hold.until else 'ohne Enddatum'}, weil:"
        f" {hold.reason.rstrip('.')} (Löschsperre von {hold.actor} vom {hold.since:%d.%m.%Y})."
        for hold in holds
    )
