"""Two forms field by field: what stayed, changed, came and went.

Fields belong together by their names. Where a name stands several times (periods, persons),
equal ones belong together first, then those that have most in common, then by their order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from efile.model import FormNode

FieldState = Literal["same", "changed", "added", "removed"]
_MOST_TRIED = 400
"""Pairs that are tried for what they have in common; beyond, the order decides."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One value of a form, then and now."""

    path: tuple[str, ...]
    """Labels of the groups it stands in, outermost first; numbered where there are several."""
    label: str
    old: str
    new: str
    state: FieldState


def compare_forms(old: FormNode, new: FormNode) -> list[FieldDifference]:
    """Return every value of both forms, in the order of the older one."""
    return list(_within(old, new, ()))


def _within(
    old: FormNode | None, new: FormNode | None, path: tuple[str, ...]
) -> Iterator[FieldDifference]:
    """Yield what stands in a group that one side may lack."""
    then = _by_label(old.children if old else ())
    now = _by_label(new.children if new else ())
    for label in dict.fromkeys((*then, *now)):
        pairs = _pairs(then.get(label, []), now.get(label, []))
        for number, (before, after) in enumerate(pairs, 1):
            name = f"{label} {number}" if len(pairs) > 1 else label
            yield from _field(name, before, after, path)


def _field(
    name: str, before: FormNode | None, after: FormNode | None, path: tuple[str, ...]
) -> Iterator[FieldDifference]:
    group = any(one is not None and one.children for one in (before, after))
    old, new = (one.value if one is not None else "" for one in (before, after))
    if not group or old or new:
        yield FieldDifference(path, name, old, new, _state(before, after, old == new))
    if group:
        yield from _within(before, after, (*path, name))


def _state(before: FormNode | None, after: FormNode | None, equal: bool) -> FieldState:  # noqa: FBT001  one of three facts
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "same" if equal else "changed"


def _by_label(nodes: Sequence[FormNode]) -> dict[str, list[FormNode]]:
    found: defaultdict[str, list[FormNode]] = defaultdict(list)
    for node in nodes:
        found[node.label].append(node)
    return found


def _pairs(
    old: list[FormNode], new: list[FormNode]
) -> list[tuple[FormNode | None, FormNode | None]]:
    """Return what belongs together, in the order of the older side."""
    partner = _equal(old, new)
    left = [at for at in range(len(old)) if at not in partner]
    taken = set(partner.values())
    free = [at for at in range(len(new)) if at not in taken]
    if 1 < len(left) * len(free) <= _MOST_TRIED:
        partner |= _alike(old, new, left, free)
    left = [at for at in left if at not in partner]
    taken = set(partner.values())
    free = [at for at in free if at not in taken]
    partner |= dict(zip(left, free, strict=False))
    matched: list[tuple[FormNode | None, FormNode | None]] = [
        (one, new[partner[at]] if at in partner else None) for at, one in enumerate(old)
    ]
    return matched + [(None, new[at]) for at in free[len(left) :]]


def _equal(old: list[FormNode], new: list[FormNode]) -> dict[int, int]:
    """Return which of the older are found again as they were."""
    places: defaultdict[FormNode, list[int]] = defaultdict(list)
    for at, one in enumerate(new):
        places[one].append(at)
    found = {}
    for at, one in enumerate(old):
        if places.get(one):
            found[at] = places[one].pop(0)
    return found


def _alike(
    old: list[FormNode], new: list[FormNode], left: list[int], free: list[int]
) -> dict[int, int]:
    """Return who has something in common, those with most of it first."""
    before = {at: _values(old[at]) for at in left}
    after = {at: _values(new[at]) for at in free}
    scores = sorted(
        ((-(before[a] & after[b]).total(), a, b) for a in left for b in free),
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for score, a, b in scores:
        if score < 0 and a not in found and b not in taken:
            found[a] = b
            taken.add(b)
    return found


def _values(node: FormNode) -> Counter[tuple[str, str]]:
    """Return the values in a group with their labels."""
    found: Counter[tuple[str, str]] = Counter()
    pending = [node]
    while pending:
        one = pending.pop()
        if one.value:
            found[one.label, one.value] += 1
        pending.extend(one.children)
    return found
