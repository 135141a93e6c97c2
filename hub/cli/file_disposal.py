"""``efile disposal``: destroying files whose period is over, with four eyes."""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
from pathlib import Path
from typing import Any

from efile import MISFILINGS, Judgement, Misfiled, RunView, Wanted
from hub.app import CLOCK
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, show_facts, show_json, show_table
from hub.cli.file_desk import FileDesk, author_of, file_desk, reason_argument
from hub.cli.parser import Parser, existing_file
from hub.core.errors import Rejected
from hub.store.journal import Entry, Journal
from hub.web.presentation.words import DISPOSAL_ITEMS, DISPOSAL_PURPOSES, DISPOSALS

_PURPOSE = "Aufbewahrung"


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    group = efile.group("disposal", "Akten zu zweit vernichten: vorschlagen, zustimmen, Protokoll")
    preview = group.add(
        "preview", _preview, "Zeigen, was vernichtet würde und was nicht; ändert nichts",
        json_output=True,
    )  # fmt: skip
    preview.add_argument("akten", nargs="*", metavar="AKTE", help="ohne: alle mit Fristablauf")
    preview.add_argument("--tenant", required=True, metavar="MANDANT")
    propose = group.add("propose", _propose, "Akten zur Vernichtung vorschlagen", json_output=True)
    propose.add_argument("akten", nargs="*", metavar="AKTE")
    propose.add_argument("--tenant", required=True, metavar="MANDANT")
    propose.add_argument(
        "--list", type=existing_file, metavar="DATEI", dest="listed",
        help="CSV: je Zeile Aktenzeichen;Grund",
    )  # fmt: skip
    reason_argument(propose)
    _register_runs(group)
    misfiled = group.add(
        "misfiled", _misfiled, "Ein falsch abgelegtes Dokument verschieben: vorschlagen",
        json_output=True,
    )  # fmt: skip
    misfiled.add_argument("document", metavar="DOKUMENT")
    misfiled.add_argument("--tenant", required=True, metavar="MANDANT")
    misfiled.add_argument("--to", required=True, metavar="AKTE", help="die richtige Akte")
    misfiled.add_argument("--ground", required=True, choices=sorted(MISFILINGS), metavar="ANLASS",
                          help=", ".join(sorted(MISFILINGS)))  # fmt: skip
    reason_argument(misfiled)
    gone = group.add("gone", _gone, "Sagen, ob eine Akte vernichtet ist", json_output=True)
    gone.add_argument("akte", metavar="AKTE", help="Aktenzeichen oder Kennung")
    gone.add_argument("--tenant", required=True, metavar="MANDANT")


def _register_runs(group: Commands) -> None:
    listing = group.add("list", _list, "Läufe auflisten", json_output=True)
    listing.add_argument("--tenant", required=True, metavar="MANDANT")
    show = group.add("show", _show, "Einen Lauf mit seinen Akten zeigen", json_output=True)
    _run_argument(show)
    approve = group.add("approve", _approve, "Einem Lauf zustimmen; nie dem eigenen")
    _run_argument(approve)
    approve.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
    decline = group.add("decline", _decline, "Einen Lauf ablehnen oder zurückziehen")
    _run_argument(decline)
    reason_argument(decline)
    certificate = group.add("certificate", _certificate, "Das Löschprotokoll eines Laufs ausgeben")
    _run_argument(certificate)
    certificate.add_argument("--to", type=Path, metavar="DATEI", help="statt auf die Ausgabe")


def _run_argument(command: Parser) -> None:
    command.add_argument("disposal", metavar="LAUF")
    command.add_argument("--tenant", required=True, metavar="MANDANT")


async def _preview(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await desk.look("disposal_prepared", None)
        names = options.akten or await _over(desk)
        found = await desk.room.disposal.judge(desk.tenant, names, desk.today)
    rows = [_judged(one) for one in found]
    if options.json:
        show_json({"tenant": options.tenant, "akten": rows})
        return 0
    for row in rows:
        row["what"] = "vernichten" if row["ready"] else "behalten"
        row["why"] = " ".join(row["against"]) or row["sentence"]
    columns = {"aktenzeichen": "Aktenzeichen", "documents": "Dokumente", "what": "Ergebnis",
               "why": "Begründung"}  # fmt: skip
    show_table(rows, columns)
    return 0


async def _over(desk: FileDesk) -> list[str]:
    """Return the files whose period is over."""
    found: list[str] = []
    after = None
    while page := await desk.room.retention.outlooks(desk.tenant, desk.today, after):
        found += [one.akte.id for one in page if one.decision.state == "due"]
        after = page[-1].akte.aktenzeichen
    return found


def _judged(one: Judgement) -> dict[str, Any]:
    return {
        "id": one.akte.id,
        "aktenzeichen": one.akte.aktenzeichen,
        "documents": one.akte.documents,
        "ready": not one.against,
        "against": list(one.against),
        "sentence": one.decision.sentence,
    }


async def _propose(options: argparse.Namespace) -> int:
    reasons = dict.fromkeys(options.akten, options.reason)
    if options.listed:
        reasons |= await asyncio.to_thread(_reasons, options.listed, options.reason)
    async with file_desk(options) as desk:
        by = author_of(options)
        await _look(desk, "disposal_proposed", by.key)
        wanted = Wanted(reasons, options.reason)
        run = await desk.room.disposal.propose(desk.tenant, wanted, desk.today, by)
        await _journal(desk, "disposal_proposed", run.id, options.actor)
    if options.json:
        show_json({"run": run.id, "akten": len(reasons)})
    else:
        print(f"Vorgeschlagen: {run.id}. Eine andere Person muss zustimmen.")
    return 0


def _reasons(path: Path, otherwise: str) -> dict[str, str]:
    """Return the reason of each file named in a list."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter=";") if row and row[0].strip()]
    return {row[0].strip(): (row[1].strip() if len(row) > 1 else "") or otherwise for row in rows}


async def _list(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await desk.look("disposals_listed", None)
        runs = await desk.room.disposal.runs(desk.tenant, limit=500)
    rows = [
        {"id": one.id, "purpose": one.purpose, "state": one.state, "proposed_by": one.proposed_by,
         "decided_by": one.decided_by or None}
        for one in runs
    ]  # fmt: skip
    if options.json:
        show_json({"runs": rows})
        return 0
    for row in rows:
        row["state"] = DISPOSALS[str(row["state"])].text
        row["purpose"] = DISPOSAL_PURPOSES[str(row["purpose"])]
    columns = {"id": "Lauf", "purpose": "Zweck", "state": "Stand", "proposed_by": "vorgeschlagen",
               "decided_by": "entschieden"}  # fmt: skip
    show_table(rows, columns)
    return 0


async def _show(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await _look(desk, "disposal_viewed", options.disposal)
        view = await desk.room.disposal.run(desk.tenant, options.disposal, desk.today)
    if options.json:
        show_json(_plain(view))
        return 0
    run = view.run
    show_facts([
        ("Lauf", run.id), ("Zweck", DISPOSAL_PURPOSES[run.purpose]),
        ("Stand", DISPOSALS[run.state].text), ("Anlass", run.reason),
        ("Vorgeschlagen", run.proposed_by), ("Entschieden", run.decided_by),
    ])  # fmt: skip
    rows = _plain(view)["items"]
    for row in rows:
        row["state"] = (
            DISPOSAL_ITEMS[row["state"]].text if row["state"] != "listed" else "vorgesehen"
        )
        row["why"] = row["why"] or " ".join(row["against"])
    columns = {"aktenzeichen": "Aktenzeichen", "akte": "Kennung", "state": "Stand", "why": "Warum"}
    show_table(rows, columns)
    return 0


def _plain(view: RunView) -> dict[str, Any]:
    run = view.run
    plain: dict[str, object] = {
        "id": run.id, "purpose": run.purpose, "state": run.state, "reason": run.reason,
        "proposed_by": run.proposed_by, "decided_by": run.decided_by, "decision": run.decision,
    }  # fmt: skip
    items = [
        {
            "akte": line.item.akte_id, "document": line.item.document_id,
            "aktenzeichen": line.item.aktenzeichen, "state": line.item.state,
            "why": line.item.why, "reason": line.item.reason,
            "against": list(line.judged.against) if line.judged else [],
            "settled": bool(line.left and line.left.settled),
            "hindered_by": line.left.fault if line.left else "",
        }
        for line in view.lines
    ]  # fmt: skip
    return {**plain, "items": items}


async def _approve(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await _look(desk, "disposal_approved", options.disposal)
        by = author_of(options)
        await desk.room.disposal.approve(desk.tenant, options.disposal, desk.today, by)
        await _journal(desk, "disposal_approved", options.disposal, options.actor)
    print("Zugestimmt. Der Dienst führt den Lauf im Hintergrund aus.")
    return 0


async def _decline(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await _look(desk, "disposal_declined", options.disposal)
        by = author_of(options)
        await desk.room.disposal.decline(desk.tenant, options.disposal, options.reason, by)
        await _journal(desk, "disposal_declined", options.disposal, options.actor)
    print("Abgelehnt.")
    return 0


async def _certificate(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await _look(desk, "disposal_certificate_downloaded", options.disposal)
        stored = await desk.room.disposal.certificate(desk.tenant, options.disposal)
    if options.to:
        await asyncio.to_thread(options.to.write_bytes, stored)
    else:
        sys.stdout.write(stored.decode() + "\n")
    return 0


async def _misfiled(options: argparse.Namespace) -> int:
    found = Misfiled(options.document, options.to, options.ground, options.reason)
    async with file_desk(options) as desk:
        by = author_of(options)
        await _look(desk, "misfiling_proposed", by.key)
        run = await desk.room.disposal.misfiled(desk.tenant, found, desk.today, by)
        await _journal(desk, "misfiling_proposed", run.id, options.actor)
    if options.json:
        show_json({"run": run.id})
    else:
        print(f"Vorgeschlagen: {run.id}. Eine andere Person muss zustimmen.")
    return 0


async def _gone(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        await desk.look("disposal_viewed", None)
        left = await desk.room.disposal.gone(desk.tenant, options.akte)
    if left is None:
        raise Rejected(
            "disposal_unknown", "Von einer solchen vernichteten Akte ist nichts bekannt."
        )
    if options.json:
        show_json({"akte": left.akte_id, "run": left.run, "settled": left.settled})
    else:
        print(f"Vernichtet im Lauf {left.run}{'' if left.settled else '; wird noch geräumt'}.")
    return 0


async def _look(desk: FileDesk, action: str, run: str) -> None:
    await log_look(desk.database, Look(action, "run", run, desk.tenant, purpose=_PURPOSE))


async def _journal(desk: FileDesk, action: str, run: str, actor: str) -> None:
    """Journal a decision; reasons stand in the run alone."""
    entry = Entry(desk.tenant, action, actor=actor, facts={"run": run})
    book = Journal(desk.place.settings.node)
    await desk.database.write(lambda tx: book.append(tx, CLOCK.now_us(), entry))
