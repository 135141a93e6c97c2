"""Parts of a file (*Teilakten*): declared by its kind, told of each matter.

A matter (*Vorgang*) belongs to the part its documents named when they were filed; else to the
one that lists the matter's title; else to the file itself. It is told whenever a file is read, so
that a change of the kind needs no migration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from msgspec import Struct

from efile.kinds.rule import Text, Word


class Subfile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a file."""

    id: Word
    """What manifests name it; never to be used for another part."""
    name: Text
    matters: tuple[Text, ...] = ()
    """Titles of the matters that belong to it without saying so."""


class _Matter(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def title(self) -> str: ...

    @property
    def subfile(self) -> Subfile | None: ...


M = TypeVar("M", bound=_Matter)


def told(
    matters: Iterable[M], subfiles: Sequence[Subfile], said: Callable[[M], str]
) -> tuple[M, ...]:
    """Return matters with their part, in the order of parts; those of the file itself last."""
    places = {one.id: place for place, one in enumerate(subfiles)}
    found = [replace(one, subfile=subfile_of(subfiles, said(one), one.title)) for one in matters]
    return tuple(
        sorted(found, key=lambda one: places[one.subfile.id] if one.subfile else len(places))
    )


def subfile_of(subfiles: Iterable[Subfile], said: str, matter: str) -> Subfile | None:
    """Return the part a matter belongs to; what is no longer declared is no part."""
    for one in subfiles:
        if one.id == said if said else matter in one.matters:
            return one
    return None
