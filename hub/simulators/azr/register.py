"""How the register decides about a query or a report, and what it remembers of it.

Rules a schema cannot hold are answered by 090099; the keys (``SIM…``) are this simulator's own,
those of the BVA are not public. Invariant: the same message is answered by the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from enum import Enum

from hub.simulators.azr.answers import (
    Answer,
    confirmation,
    full_record,
    hit_list,
    no_hit,
    reference_id,
    refusal,
)
from hub.simulators.azr.document import Invalid
from hub.simulators.azr.persons import Person, Search, all_numbers, find
from hub.simulators.azr.records import Access, Entry, Records
from hub.simulators.azr.request import GENERAL_PROFILE, Head, Interval, Query, Report, Request

UVG_PURPOSE = "31"
UVG_BENEFIT = "05"
NEW = "01"
CHANGES = frozenset({"02", "04"})
DELETIONS = frozenset({"03", "05"})
FAR_FUTURE = "9999-12-31"
BENEFIT = "ExistenzsicherndeLeistung"
REFERENCE = f"{BENEFIT}.referenz.id"


class Fault(Enum):
    """Why a message was not processed: key, German text, attribute."""

    PURPOSE = ("SIM01", "Abrufzweck ist der Behörde nicht gestattet", "Anfrage.abrufzweck")
    PROFILE = ("SIM02", "Suchprofil ist der Behörde nicht gestattet", "Anfrage.suchprofil")
    WAY = ("SIM03", "Suchweg wird nicht angeboten", "Anfrage.anfrageAZR")
    NO_NUMBER = ("SIM10", "AZR-Nummer fehlt", "Person.azrNummer")
    UNKNOWN_NUMBER = ("SIM11", "AZR-Nummer ist nicht vergeben", "Person.azrNummer")
    NO_FACT = ("SIM12", "Sachverhalt fehlt", BENEFIT)
    NO_BEGIN = ("SIM20", "Leistungsbeginn fehlt", f"{BENEFIT}.leistungsbeginn")
    KIND = ("SIM21", "Leistungsart darf die Behörde nicht melden", f"{BENEFIT}.leistungArt")
    ORDER = ("SIM22", "Leistungsende liegt vor Leistungsbeginn", f"{BENEFIT}.leistungsende")
    OVERLAP = ("SIM23", "Zeitraum ist bereits gespeichert", f"{BENEFIT}.leistungsbeginn")
    SUPERFLUOUS_FACTS = ("SIM24", "Löschung darf keine Fachdaten enthalten", BENEFIT)
    NO_REFERENCE = ("SIM30", "Referenz-Id fehlt", REFERENCE)
    REFERENCE_GIVEN = (
        "SIM31",
        "Zuspeicherung darf keine Referenz-Id nennen",
        f"{BENEFIT}.referenz.id",
    )
    UNKNOWN_REFERENCE = (
        "SIM32",
        "Referenz-Id ist unbekannt oder veraltet",
        f"{BENEFIT}.referenz.id",
    )

    def __init__(self, key: str, text: str, attribute: str) -> None:
        self.key = key
        self.text = text
        self.attribute = attribute


class Refused(Exception):
    """The register does not process the message."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.key)
        self.fault = fault


class Register:
    """Answers messages for the persons it holds."""

    def __init__(self, persons: tuple[Person, ...], records: Records) -> None:
        self._persons = persons
        self._records = records
        self._by_number = {number: person for person in persons for number in all_numbers(person)}
        with records.transaction():
            for person in persons:
                self._take_benefits(person)

    def process(self, request: Request, raw: bytes) -> Answer:
        """Answer a message, for a repetition with the bytes of the first time.

        Raises:
            Invalid: the message id was used before for another message.
        """
        digest = hashlib.sha256(raw).hexdigest()
        with self._records.transaction():
            known = self._records.answer(request.head.message_id)
            if known is not None:
                return self._repeat(request, digest, known)
            answer = self._decide(request)
            self._records.keep_answer(request.head.message_id, digest, answer.content)
            self._log(request, answer.kind, repeated=False)
        return answer

    def _repeat(self, request: Request, digest: str, known: tuple[str, bytes]) -> Answer:
        if digest != known[0]:
            raise Invalid("nachrichtenUUID wurde schon für eine andere Nachricht verwendet")
        self._log(request, "", repeated=True)
        return Answer("Wiederholung", known[1])

    def _decide(self, request: Request) -> Answer:
        head, body = request.head, request.body
        try:
            if isinstance(body, Query):
                return self._query(head, body)
            return self._report(head, body)
        except Refused as refused:
            fault = refused.fault
            return refusal(head, fault.key, fault.text, fault.attribute)

    def _query(self, head: Head, query: Query) -> Answer:
        if query.purpose != UVG_PURPOSE:
            raise Refused(Fault.PURPOSE)
        if query.profile != GENERAL_PROFILE:
            raise Refused(Fault.PROFILE)
        if query.azr_number is not None:
            return self._by_azr_number(head, query.azr_number)
        if query.search is not None:
            return self._by_personal_data(head, query.search)
        raise Refused(Fault.WAY)

    def _by_azr_number(self, head: Head, number: str) -> Answer:
        person = self._by_number.get(number)
        return no_hit(head) if person is None else self._full(head, person, number)

    def _by_personal_data(self, head: Head, search: Search) -> Answer:
        hits = find(self._persons, search)
        if not hits:
            return no_hit(head)
        if len(hits) == 1 and hits[0].equal:
            return self._full(head, hits[0].person, "")
        return hit_list(head, hits)

    def _full(self, head: Head, person: Person, asked: str) -> Answer:
        return full_record(head, person, self._records.benefits(person.azr_number), asked)

    def _report(self, head: Head, report: Report) -> Answer:
        person = self._reported_person(report)
        _check_report(report)
        entries = self._records.benefits(person.azr_number)
        current = None if report.change == NEW else _current(entries, head, report)
        reference = self._change(head, person, report, entries, current)
        outdated = report.azr_number != person.azr_number
        return confirmation(head, person.azr_number if outdated else "", reference)

    def _reported_person(self, report: Report) -> Person:
        if report.azr_number is None:
            raise Refused(Fault.NO_NUMBER)
        person = self._by_number.get(report.azr_number)
        if person is None:
            raise Refused(Fault.UNKNOWN_NUMBER)
        return person

    def _change(
        self,
        head: Head,
        person: Person,
        report: Report,
        entries: list[Entry],
        current: Entry | None,
    ) -> str:
        interval = report.interval
        if interval is None:
            if current is not None:
                self._records.remove(current.fact)
            return ""
        if any(_overlaps(entry, interval) for entry in entries if entry != current):
            raise Refused(Fault.OVERLAP)
        entry = _new_entry(head, person, interval) if current is None else _next(current, interval)
        self._records.store(entry)
        return entry.reference

    def _take_benefits(self, person: Person) -> None:
        if not self._records.make_known(person.azr_number):
            return
        for number, benefit in enumerate(person.benefits):
            fact = f"{person.azr_number}/benefit/{number}"
            self._records.store(
                Entry(
                    fact=fact,
                    azr_number=person.azr_number,
                    reference=reference_id(fact, 0),
                    version=0,
                    kind=benefit.kind,
                    begin=benefit.begin,
                    end=benefit.end,
                    authority=benefit.authority,
                    file_reference=benefit.file_reference,
                    changed=benefit.begin,
                )
            )

    def _log(self, request: Request, answer: str, *, repeated: bool) -> None:
        head, body = request.head, request.body
        self._records.log(
            Access(
                at=datetime.now().astimezone().isoformat(timespec="milliseconds"),
                authority=head.authority,
                clerk=head.clerk,
                purpose=body.purpose if isinstance(body, Query) else "",
                message_id=head.message_id,
                request=head.kind,
                answer=answer,
                repeated=repeated,
            )
        )


def _check_report(report: Report) -> None:
    if not report.change:
        raise Refused(Fault.NO_FACT)
    if report.change == NEW and report.reference is not None:
        raise Refused(Fault.REFERENCE_GIVEN)
    if report.change != NEW and not report.reference:
        raise Refused(Fault.NO_REFERENCE)
    if report.change in DELETIONS:
        if report.interval is not None:
            raise Refused(Fault.SUPERFLUOUS_FACTS)
        return
    if report.interval is None:
        raise Refused(Fault.NO_BEGIN)
    _check_interval(report.interval)


def _check_interval(interval: Interval) -> None:
    if interval.kind != UVG_BENEFIT:
        raise Refused(Fault.KIND)
    if interval.end and interval.end < interval.begin:
        raise Refused(Fault.ORDER)


def _current(entries: list[Entry], head: Head, report: Report) -> Entry:
    for entry in entries:
        own = entry.authority == head.authority and entry.kind == UVG_BENEFIT
        if own and entry.reference == report.reference:
            return entry
    raise Refused(Fault.UNKNOWN_REFERENCE)


def _overlaps(entry: Entry, interval: Interval) -> bool:
    return (
        entry.kind == interval.kind
        and entry.begin <= (interval.end or FAR_FUTURE)
        and interval.begin <= (entry.end or FAR_FUTURE)
    )


def _new_entry(head: Head, person: Person, interval: Interval) -> Entry:
    return Entry(
        fact=head.message_id,
        azr_number=person.azr_number,
        reference=reference_id(head.message_id, 0),
        version=0,
        kind=interval.kind,
        begin=interval.begin,
        end=interval.end,
        authority=head.authority,
        file_reference=interval.file_reference,
        changed=_today(),
    )


def _next(entry: Entry, interval: Interval) -> Entry:
    version = entry.version + 1
    return replace(
        entry,
        reference=reference_id(entry.fact, version),
        version=version,
        begin=interval.begin,
        end=interval.end,
        file_reference=interval.file_reference,
        changed=_today(),
    )


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()
