"""Entering documents into the index: rows, sums and full text, many in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efile.index import fulltext, metadata
from efile.index.engines import Words
from efile.model import Document, TextState
from efile.ports import Transaction

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


def enter(tx: Transaction, entries: Sequence[Entry]) -> dict[Name, Document]:
    """Enter what is not known yet; return those that were known, as they are known."""
    _take_turns(tx, entries)
    before = known(tx, [each.name for each in entries])
    new = [each for each in entries if each.name not in before]
    _enter(tx, new)
    metadata.sum_up(tx, [each.document for each in new])
    return before


def replace(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Put these in the place of what is known; ``metadata.sum_up_again`` must follow."""
    _take_turns(tx, entries)
    names = [each.name for each in entries]
    fulltext.forget(tx, names)
    metadata.forget(tx, names)
    _enter(tx, entries)


def _take_turns(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Let nodes on one server enter documents of a tenant one after the other.

    Each then sees what the others entered, instead of meeting it in the middle.
    """
    for tenant in sorted({each.document.tenant for each in entries}):
        tx.run("/*pg SELECT pg_advisory_xact_lock(4152, hashtext(:tenant)) */", tenant=tenant)


def _enter(tx: Transaction, entries: Sequence[Entry]) -> None:
    metadata.insert(tx, [(each.document, each.state) for each in entries])
    fulltext.insert(tx, [(each.document, each.words) for each in entries])
