"""What a full text engine is given and what it must do.

Both engines are given the same tokens, so they find the same documents in the same order.
Tokens of words are letters and digits. All others begin with a sign that no word holds: who may
see a document, what its title says, what it speaks of most, and its exact values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from efile.model import Document
from efile.ports import Transaction

SCOPE, TITLE, MUCH, EXACT, WHOLE = "¦", "§", "¤", "¢", "¶"
"""Signs of tokens: office, kind and file; in the title; much spoken of; an exact value; the whole
word where its stem is another, since the stem of a beginning is no beginning."""
RUN = "·"
"""Between the pieces of a compound that stand in a row."""
TIERS = (TITLE, MUCH, "")
"""What is named in titles comes first, then what a document speaks of much, then the rest."""
ANALYSIS = "4"
"""Changed whenever documents must be analysed anew."""


@dataclass(frozen=True, slots=True)
class Words:
    """What makes a document findable, ready to be entered."""

    body: str
    """Text that excerpts are taken from."""
    words: str
    """Tokens of its words, in their order."""
    marks: str
    """Every other token it is found by, but for the scope; in no order."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a document must hold: one of these words, these words in a row, or a beginning."""

    kind: Literal["word", "phrase", "beginning"]
    tokens: tuple[str, ...]

    def clauses(self, sign: str) -> tuple[tuple[str, ...], ...]:
        """Return what must be there with this sign, one of each; nothing of beginnings."""
        if self.kind == "word":
            return (tuple(f"{sign}{token}" for token in self.tokens),)
        if self.kind == "phrase":
            return tuple((f"{sign}{token}",) for token in self.tokens)
        return ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom."""

    tenant: str
    terms: tuple[Term, ...]
    kinds: Collection[str] | None = None
    """Kinds of files that may be seen; without them all."""
    akte: str | None = None
    """The one file that is looked through; without it all."""

    def scope(self) -> tuple[tuple[str, ...], ...]:
        """Return tokens of which a document must have one of each."""
        kinds = (
            (tenant_scope(self.tenant),)
            if self.kinds is None
            else tuple(kind_scope(self.tenant, kind) for kind in sorted(self.kinds) or [""])
        )
        return (kinds, (akte_scope(self.akte),)) if self.akte else (kinds,)

    def marked(self, sign: str) -> tuple[tuple[str, ...], ...] | None:
        """Return what a tier demands beside the terms; None when no term can be in it."""
        if not sign:
            return ()
        demanded = tuple(clause for term in self.terms for clause in term.clauses(sign))
        return demanded or None


@dataclass(frozen=True, slots=True)
class Found:
    """A document that was found."""

    tenant: str
    document_id: str


class Engine(Protocol):
    """Keeps texts and finds documents by them; every statement names the tenant."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet."""
        ...

    def forget(self, tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
        """Take documents out, each given by tenant and identifier."""
        ...

    def find(self, tx: Transaction, question: Question, limit: int) -> list[str]:
        """Return the identifiers of documents that hold every term.

        Tier by tier; in each, what was entered last comes first.
        """
        ...


def scope_of(document: Document) -> Iterator[str]:
    """Yield the tokens of office, kind and file."""
    yield tenant_scope(document.tenant)
    yield kind_scope(document.tenant, document.kind)
    yield akte_scope(document.akte_id)


def tenant_scope(tenant: str) -> str:
    """Return a token that stands for the tenant and for nothing else."""
    return f"{SCOPE}t{tenant.encode().hex()}"


def kind_scope(tenant: str, kind: str) -> str:
    """Return a token that stands for a kind of files of a tenant and for nothing else."""
    return f"{tenant_scope(tenant)}k{kind.encode().hex()}"


def akte_scope(akte: str) -> str:
    """Return a token that stands for a file and for nothing else."""
    return f"{SCOPE}a{akte.replace('-', '')}"
