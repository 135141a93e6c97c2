"""Notes on files and documents, kept beside them: private ones, and the team's."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction

_MOST_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as written."""

    id: str
    tenant: str
    akte: str
    document: str
    """Empty: the file."""
    author: str
    team: bool
    text: str
    made_us: int


def add(tx: Transaction, note: Note) -> None:
    """Keep a note; a second click of the same form keeps it once."""
    values = asdict(note) | {"team": int(note.team), "words": note.text.lower()}
    tx.run(
        "INSERT INTO file_note (id, tenant, akte, document, author, team, text, words, made_us)"
        " VALUES (:id, :tenant, :akte, :document, :author, :team, :text, :words, :made_us)"
        " ON CONFLICT DO NOTHING",
        **values,
    )


def of_file(tx: Transaction, tenant: str, akte: str, login: str, limit: int) -> list[Row]:
    """Return the notes on a file a person may read, newest first."""
    return tx.all(
        "SELECT * FROM file_note WHERE tenant = :tenant AND akte = :akte"
        " AND (team = 1 OR author = :login) ORDER BY made_us DESC, id DESC LIMIT :limit",
        tenant=tenant, akte=akte, login=login, limit=limit,
    )  # fmt: skip


def search(tx: Transaction, tenant: str, login: str, query: str, limit: int) -> list[Row]:
    """Return notes a person may read that hold every word, newest first.

    Whether the person sees the file of a team's note is not asked here.
    """
    words = query.lower().split()[:_MOST_WORDS]
    if not words:
        return []
    holds = "".join(f" AND words LIKE :word{n} ESCAPE '!'" for n in range(len(words)))
    values = {f"word{n}": f"%{_literal(word)}%" for n, word in enumerate(words)}
    return tx.all(
        "SELECT * FROM file_note WHERE tenant = :tenant AND (team = 1 OR author = :login)"  # noqa: S608  numbered conditions
        f"{holds} ORDER BY made_us DESC, id DESC LIMIT :limit",
        tenant=tenant, login=login, limit=limit, **values,
    )  # fmt: skip


def remove(tx: Transaction, tenant: str, akte: str, note: str, login: str) -> None:
    """Take a person's own note away."""
    tx.run(
        "DELETE FROM file_note WHERE tenant = :tenant AND akte = :akte AND id = :id"
        " AND author = :login",
        tenant=tenant, akte=akte, id=note, login=login,
    )  # fmt: skip


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
