"""``clearing query``: have a partner asked what became of deliveries, and say what it answered."""

from __future__ import annotations

import argparse
import asyncio
import time

from hub.app import Place, open_database, open_desk
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_json
from hub.core.errors import Rejected
from hub.pipeline.desk import Decision
from hub.store import clearing
from hub.store.database import Database, Row
from hub.store.desk import status
from hub.web.presentation import desk as desk_words

NOT_ANSWERED = 4
"""Exit code: nothing is known yet; ask again later."""
_LOOK_S = 0.2


def declare(group: Commands) -> None:
    """Declare the command."""
    query = group.add(
        "query", _query, "Gegenstelle fragen, was aus einer Lieferung unbekannten Ausgangs wurde",
        json_output=True,
    )  # fmt: skip
    query.add_argument("id")
    query.add_argument("--actor", required=True, metavar="NAME", help="wer fragt")
    query.add_argument("--reason", default="Statusabfrage", metavar="GRUND")
    query.add_argument(
        "--wait", type=float, default=40.0, metavar="SEKUNDEN",
        help="so lange auf die Antwort warten; Vorgabe: 40",
    )  # fmt: skip


async def _query(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        case = await _case(database, place, options.id)
        await log_look(database, Look("status_queried", "clearing", case["id"], case["tenant"]))
        decision = Decision(verb="query", actor=options.actor, reason=options.reason)
        await open_desk(place, database).decide(case["tenant"], case["id"], decision)
        asked = await _answer(database, case, options.wait)
    answer = asked["answer"] if asked else None
    if options.json:
        code = asked["code"] if asked else None
        show_json({"id": case["id"], "answer": answer, "code": code})
    elif answer:
        print(desk_words.ANSWERS[answer].text)
    else:
        print("Die Frage ist vorgemerkt; der laufende Dienst stellt sie.")
    return 0 if answer in {"arrived", "missing", "moot"} else NOT_ANSWERED


async def _case(database: Database, place: Place, clearing_id: str) -> Row:
    case = await database.read(lambda tx: clearing.find_in(tx, place.tenant_ids, clearing_id))
    if case is None:
        raise Rejected(
            "clearing_unknown", "Diesen Klärfall gibt es nicht.", place=clearing_id,
            remedy="„aktenhub clearing list“ nennt die offenen.",
        )  # fmt: skip
    return case


async def _answer(database: Database, case: Row, wait_s: float) -> Row | None:
    """Return the question once it is answered; as it is then, when that takes too long."""
    until = time.monotonic() + wait_s
    while True:
        asked = await database.read(lambda tx: status.latest(tx, case["tenant"], case["id"]))
        over = time.monotonic() >= until
        if asked is None or asked["state"] == "answered" or over:
            return asked
        await asyncio.sleep(_LOOK_S)
