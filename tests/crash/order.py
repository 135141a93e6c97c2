"""I7: the messages of a case are read, carried out and paid in the order they were sent."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.crash.cash_file import read_cash_file
from tests.crash.state import Row, State

_CASE = re.compile(rb"<fallnummer>([^<]+)</fallnummer>")
_KEPT = {"delivered", "filed", "quarantined", "order_batched", "letter_rendered"}
"""What the journal says when a promise is kept."""


def out_of_order(state: State) -> Iterator[str]:
    """Return what overtook what stood before it."""
    yield from _taken(state)
    yield from _kept(state)
    yield from _paid(state)


def _taken(state: State) -> Iterator[str]:
    """What one sender sent of one case stands in its lane in that order."""
    message_of = {(m["tenant"], m["channel"], m["original_name"]): m["id"] for m in state.messages}
    place_of = {p["message_id"]: p for p in state.promises if p["kind"] == "travel"}
    lanes: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for sent in state.house.sent:
        place = place_of.get(message_of.get((sent.tenant, sent.channel, sent.name), ""))
        if place and (found := _CASE.search(sent.data)) and found[1].decode() == place["lane_key"]:
            lane = lanes.setdefault((sent.tenant, place["lane_key"]), [])
            lane.append((place["lane_seq"], sent.name))
    for (tenant, case), line in lanes.items():
        for (before, name), (after, later) in pairwise(line):
            if before > after:
                yield f"I7 case {tenant} {case}: {later} was taken before {name}"


def _kept(state: State) -> Iterator[str]:
    """What stands in one lane was done in that order."""
    when = _when(state)
    lanes: dict[tuple[str, str, str], list[Row]] = {}
    for promise in sorted(state.promises, key=lambda promise: promise["lane_seq"]):
        if (promise["tenant"], promise["id"]) in when:
            lane = promise["tenant"], promise["queue"], promise["lane_key"]
            lanes.setdefault(lane, []).append(promise)
    for lane, line in lanes.items():
        for before, after in pairwise(line):
            first, second = (when[one["tenant"], one["id"]] for one in (before, after))
            if first > second:
                yield f"I7 lane {' '.join(lane)}: {after['id']} was done before {before['id']}"


def _when(state: State) -> dict[tuple[str, str], int]:
    """Return when each promise was kept; the journal's numbers tell."""
    when: dict[tuple[str, str], int] = {}
    for entry in state.journal:
        if entry["promise_id"] and entry["action"] in _KEPT:
            when[entry["tenant"], entry["promise_id"]] = entry["seq"]
        if entry["from_state"] == "received":
            # The promise to travel bears the name of its message.
            when[entry["tenant"], entry["message_id"]] = entry["seq"]
    return when


def _paid(state: State) -> Iterator[str]:
    """The orders of a case stand in its cash files as they were made."""
    found: dict[str, list[str]] = {}
    for tenant, partner in sorted({(b["tenant"], b["partner"]) for b in state.batches}):
        found.setdefault(tenant, []).extend(
            _lines(state.house.folder / "outbox" / tenant / partner)
        )
    for case in state.cases:
        made = [order["order_id"] for order in json.loads(case["state"]).get("orders", ())]
        stands = [order for order in found.get(case["tenant"], ()) if order in set(made)]
        if stands != [order for order in made if order in set(stands)] and len(set(stands)) == len(
            stands
        ):
            yield f"I7 case {case['tenant']} {case['case_key']}: its orders stand in another order"


def _lines(folder: Path) -> list[str]:
    """Return the orders in a partner's files as they stand; an unreadable file is said elsewhere."""
    files = [path for path in folder.glob("*") if path.suffix != ".sha256" and path.name[0] != "."]
    with contextlib.suppress(ValueError, IndexError, KeyError):
        read = sorted(map(read_cash_file, files), key=lambda file: file.sequence)
        return [line for file in read for line in file.lines]
    return []
