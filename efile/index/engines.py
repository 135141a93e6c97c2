"""What a full text engine is given and what it must do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from efile.model import Document
from efile.ports import Row, Transaction

Field = Literal["words", "pieces"]
"""The words of a text, or the pieces of its compounds."""


@dataclass(frozen=True, slots=True)
class Words:
    """What makes a document findable, ready to be entered."""

    body: str
    """Text that excerpts are taken from."""
    words: str
    pieces: str
    """Tokens of its words, and of the pieces of its compounds."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Tokens that must follow each other in one of the fields."""

    tokens: tuple[str, ...]
    fields: tuple[Field, ...]
    begins: bool = False
    """Whether the last token may go on."""


Term = tuple[Sought, ...]
"""One of these must be found."""


class Engine(Protocol):
    """Keeps texts and finds documents by them; every statement names the tenant."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet."""
        ...

    def forget(self, tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
        """Take documents out, each given by tenant and identifier."""
        ...

    def find(
        self,
        tx: Transaction,
        tenant: str,
        terms: Sequence[Term],
        limit: int,
        kinds: Collection[str] | None,
    ) -> list[Row]:
        """Return documents that hold every term, best first, each with its text.

        Only in files of these kinds; where none are given, of all.
        """
        ...


def tenant_term(tenant: str) -> str:
    """Return a token that stands for the tenant and for nothing else."""
    return "t" + tenant.encode().hex()
