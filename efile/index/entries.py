"""Entering documents into the index: rows, sums, full text, log; many in one unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from efile.errors import Conflict
from efile.index import fulltext, log, metadata, names, offers, scans
from efile.index.access import guards
from efile.index.ending import destroyed
from efile.index.queues import first_pages
from efile.index.words.engines import Words
from efile.model import Document, TextState
from efile.ports import Transaction

_FILES = 50
"""Files held while all of an office are summed up."""
Name = tuple[str, str]
"""Tenant and identifier of a document."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored document, analysed and ready to be entered."""

    document: Document
    state: TextState
    words: Words

    @property
    def name(self) -> Name:
        """Tenant and identifier."""
        return self.document.tenant, self.document.id


def entry_of(document: Document, text: str, state: TextState) -> Entry:
    """Analyse a document; done outside the unit of work, which others wait for."""
    return Entry(document, state, fulltext.words_of(document, text))


def known(tx: Transaction, names: Sequence[Name]) -> dict[Name, Document]:
    """Return those of the documents the index has."""
    by_tenant: dict[str, list[str]] = {}
    for tenant, document_id in names:
        by_tenant.setdefault(tenant, []).append(document_id)
    return {
        (tenant, each.id): each
        for tenant, ids in by_tenant.items()
        for each in metadata.find_documents(tx, tenant, ids).values()
    }


@dataclass(frozen=True, slots=True)
class Entered:
    """What was not entered, and why."""

    known: dict[Name, Document]
    """As they are known."""
    refused: dict[Name, Conflict]
    """Of files that are destroyed, and taken out of the file."""


def enter(
    tx: Transaction, entries: Sequence[Entry], leaves: Mapping[str, int] | None = None
) -> Entered:
    """Enter what is not known yet, but nothing that was destroyed.

    What is filed goes to the end of the log. What recovery found gets the place ``leaves`` has
    for it, or none: then ``log.enter_unlogged`` must follow.
    """
    _take_turns(tx, entries)
    before = known(tx, [each.name for each in entries])
    gone = destroyed.refused(tx, [each.document for each in entries])
    new = [each for each in entries if each.name not in before and each.name not in gone]
    documents = [each.document for each in new]
    _enter(tx, new, log.append(tx, documents) if leaves is None else _places(new, leaves))
    metadata.sum_up(tx, documents)
    guards.set_up(tx, documents)
    offers.set_up(tx, documents)
    return Entered(before, gone)


def replace(tx: Transaction, entries: Sequence[Entry], leaves: Mapping[str, int]) -> None:
    """Put these in the place of what is known, with the places ``leaves`` has for them.

    :func:`sum_up_again` and ``log.enter_unlogged`` must follow.
    """
    _take_turns(tx, entries)
    gone = destroyed.refused(tx, [each.document for each in entries])
    there = [each for each in entries if each.name not in gone]
    names = [each.name for each in there]
    fulltext.forget(tx, names)
    metadata.forget(tx, names)
    _enter(tx, there, _places(there, leaves))


def sum_up_again(tx: Transaction, tenant: str) -> None:
    """Make everything that is summed up from documents anew, some files at a time."""
    tx.run("DELETE FROM efile_akten WHERE tenant = :tenant", tenant=tenant)
    tx.run("DELETE FROM efile_vorgaenge WHERE tenant = :tenant", tenant=tenant)
    names.forget(tx, tenant)
    guards.forget(tx, tenant)
    offers.forget(tx, tenant)
    after = ""
    while akten := _akten(tx, tenant, after):
        documents = metadata.of_files(tx, tenant, akten)
        metadata.sum_up(tx, documents)
        guards.set_up(tx, documents)
        offers.set_up(tx, documents)
        after = akten[-1]


def _akten(tx: Transaction, tenant: str, after: str) -> list[str]:
    """Return the files documents name behind one, as many as are held at a time."""
    rows = tx.all(
        "SELECT DISTINCT akte_id FROM efile_documents WHERE tenant = :tenant AND akte_id > :after"
        " ORDER BY akte_id LIMIT :most",
        tenant=tenant, after=after, most=_FILES,
    )  # fmt: skip
    return [row["akte_id"] for row in rows]


def _places(entries: Sequence[Entry], leaves: Mapping[str, int]) -> dict[Name, int]:
    found = ((each.name, leaves.get(each.document.leaf)) for each in entries)
    return {name: place for name, place in found if place is not None}


def outdated(tx: Transaction, tenant: str, limit: int) -> list[tuple[Document, str]]:
    """Return documents analysed in another way than today's, oldest first, with their texts."""
    bodies = fulltext.outdated(tx, tenant, limit)
    documents = metadata.find_documents(tx, tenant, list(bodies))
    return [(documents[each], body) for each, body in bodies.items() if each in documents]


def renew(tx: Transaction, analysed: Sequence[tuple[Document, Words]]) -> None:
    """Put a new analysis in the place of the known one."""
    log.take_turns(tx, [document.tenant for document, _ in analysed])
    # What was destroyed while it was analysed stays away.
    gone = destroyed.refused(tx, [document for document, _ in analysed])
    there = [one for one in analysed if (one[0].tenant, one[0].id) not in gone]
    fulltext.forget(tx, [(document.tenant, document.id) for document, _ in there])
    fulltext.insert(tx, there)


def _take_turns(tx: Transaction, entries: Sequence[Entry]) -> None:
    log.take_turns(tx, [each.document.tenant for each in entries])


def _enter(tx: Transaction, entries: Sequence[Entry], places: Mapping[Name, int]) -> None:
    metadata.insert(tx, [(each.document, each.state) for each in entries], places)
    fulltext.insert(tx, [(each.document, each.words) for each in entries])
    scans.want(tx, [(each.document, each.state) for each in entries])
    first_pages.want(tx, [each.document for each in entries])
