"""``efile archive``: files offered to the archive, its answers, what it is given."""

from __future__ import annotations

import argparse
from pathlib import Path

from efile import AnswerContradicts, Process
from hub.app import open_archive_desk
from hub.cli.command import Commands, show_facts, show_json, show_table
from hub.cli.file_desk import FileDesk, file_desk
from hub.cli.parser import existing_file
from hub.core.clock import iso_utc, local_date
from hub.core.settings import Tenant
from hub.evidence.handover.desk import ArchiveDesk, Heard, Packed
from hub.web.presentation.words import ARCHIVE

_PURPOSE = "Aussonderung"
_DONE = {
    "A": "archivwürdig",
    "V": "zu vernichten",
    "B": "noch in Durchsicht",
    "taken": "übernommen",
    "refused": "nicht übernommen",
    "received": "als erhalten gemeldet",
}


def register(efile: Commands) -> None:
    """Declare the command."""
    command = efile.add("archive", _run, "Akten dem Archiv anbieten und übergeben (xdomea)",
                        json_output=True)  # fmt: skip
    command.add_argument("--tenant", required=True, metavar="MANDANT")
    act = command.add_mutually_exclusive_group()
    act.add_argument("--show", metavar="PROZESS", help="Akten einer Anbietung zeigen")
    act.add_argument("--offer", action="store_true", help="anbieten, was anzubieten ist (0501)")
    act.add_argument("--message", metavar="PROZESS", help="Anbietung noch einmal ausgeben (0501)")
    act.add_argument(
        "--answer", type=existing_file, metavar="DATEI", help="Antwort des Archivs (0502, 0504)"
    )
    act.add_argument("--deliver", metavar="PROZESS", help="Übergabe erstellen (0503)")
    act.add_argument(
        "--confirm", type=existing_file, metavar="DATEI",
        help="Bestätigung des Archivs (0506, 0507)",
    )  # fmt: skip
    command.add_argument(
        "--akte", action="append", metavar="AKTE", help="mit --offer: nur diese; mehrfach"
    )
    command.add_argument("--output", type=Path, metavar="ORDNER", help="wohin Nachrichten kommen")
    command.add_argument("--actor", metavar="NAME", help="wer entscheidet")
    command.set_defaults(complain=command.error)


async def _run(options: argparse.Namespace) -> int:
    heard = options.answer or options.confirm
    changes = options.offer or options.deliver or heard
    if changes and not options.actor:
        options.complain("Diese Handlung braucht --actor.")
    if (options.offer or options.deliver or options.message) and not options.output:
        options.complain("Diese Handlung braucht --output.")
    async with file_desk(options) as desk:
        office = desk.place.settings.tenant(options.tenant)
        archive = open_archive_desk(desk.place, desk.database)
        if options.offer:
            return await _offer(options, desk, archive, office)
        if options.message:
            await desk.look("archive_offer_fetched", None, _PURPOSE)
            packed = await archive.offer_message(desk.room.handover, office, options.message)
            return _written(options, [_write(options.output, packed)])
        if heard:
            return await _hear(options, desk, archive, office)
        if options.deliver:
            return await _deliver(options, desk, archive, office)
        await desk.look("archive_viewed", None, _PURPOSE)
        if options.show:
            return await _show(options, desk)
        return await _list(options, desk)


async def _offer(
    options: argparse.Namespace, desk: FileDesk, archive: ArchiveDesk, office: Tenant
) -> int:
    await desk.look("archive_offered", None, _PURPOSE)
    room = desk.room.handover
    made = await archive.offer(room, office, options.actor, options.akte or ())
    written = [
        _write(options.output, await archive.offer_message(room, office, process))
        for process in made
    ]
    if not made and not options.json:
        print("Es ist nichts anzubieten.")
    return _written(options, written)


def _write(folder: Path, packed: Packed) -> Path:
    """Write a message; it is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / packed.name
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_bytes(packed.data)
    temporary.replace(target)
    return target


def _written(options: argparse.Namespace, files: list[Path]) -> int:
    if options.json:
        show_json({"files": [str(path) for path in files]})
    else:
        show_facts([("Geschrieben", path) for path in files])
    return 0


async def _hear(
    options: argparse.Namespace, desk: FileDesk, archive: ArchiveDesk, office: Tenant
) -> int:
    await desk.look("archive_heard", None, _PURPOSE)
    data = (options.answer or options.confirm).read_bytes()
    try:
        heard = await archive.hear(desk.room.handover, office, data, options.actor)
    except AnswerContradicts as exc:
        return _objected(options, exc)
    answer = None
    if heard.answer is not None and options.output:
        answer = _write(options.output, heard.answer)
    if options.json:
        show_json(
            {"process": heard.message.process, "message": heard.message.kind.code,
             "checked": heard.checked, "new": heard.noted.new, "waiting": heard.noted.waiting,
             "answer": str(answer) if answer else None}
        )  # fmt: skip
        return 0
    show_facts(_facts(heard, answer))
    return 0


def _facts(heard: Heard, answer: Path | None) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("Nachricht", f"{heard.message.kind.code} zur Anbietung {heard.message.process}"),
        ("Schema", "geprüft" if heard.checked else "nicht geprüft: folders.xdomea fehlt"),
    ]
    facts += [(_DONE[word], len(akten)) for word, akten in heard.noted.new.items()]
    if not heard.noted.new:
        facts.append(("Neu", "nichts; das war schon bekannt"))
    facts.append(("Ohne Antwort", heard.noted.waiting))
    if answer:
        facts.append(("Empfangsbestätigung", answer))
    elif heard.answer:
        facts.append(("Hinweis", "Das Archiv wünscht eine Empfangsbestätigung; --output angeben"))
    return facts


def _objected(options: argparse.Namespace, exc: AnswerContradicts) -> int:
    rows = [
        {"place": one.place, "code": one.code, "message": one.message, "remedy": one.remedy}
        for one in exc.objections
    ]
    if options.json:
        show_json({"objections": rows})
        return 1
    print("Nichts wurde übernommen.")
    columns = {"place": "Ort", "message": "Einwand", "remedy": "Abhilfe", "code": "Kennwort"}
    show_table(rows, columns)
    return 1


async def _deliver(
    options: argparse.Namespace, desk: FileDesk, archive: ArchiveDesk, office: Tenant
) -> int:
    await desk.look("archive_delivered", None, _PURPOSE)
    options.output.mkdir(parents=True, exist_ok=True)
    made = await archive.deliver(
        desk.room.handover, office, options.deliver, options.output, options.actor
    )
    written = made.written
    if options.json:
        show_json(
            {"file": str(written.package), "sums": [str(path) for path in written.sums],
             "size": written.size, "sha256": written.sha256, "akten": list(made.akten),
             "documents": written.documents, "left_out": list(made.left_out)}
        )  # fmt: skip
        return 0
    show_facts(
        [
            ("Übergabe", written.package),
            *(("Prüfsummen", path) for path in written.sums),
            ("Akten", len(made.akten)),
            ("Dokumente", written.documents),
            ("Bytes", written.size),
            *(("Nicht dabei", f"{name}: ist nicht mehr anzubieten") for name in made.left_out),
        ]
    )
    return 0


async def _show(options: argparse.Namespace, desk: FileDesk) -> int:
    found = await desk.room.handover.files(desk.tenant, options.show, desk.today)
    rows = [
        {
            "aktenzeichen": one.akte.aktenzeichen,
            "id": one.akte.id,
            "state": one.standing.offer.state,
            "since": one.standing.offer.changed.isoformat(),
            "said": one.standing.offer.said,
            "sentence": one.decision.sentence,
        }
        for one in found
        if one.standing.offer
    ]
    if options.json:
        show_json({"process": options.show, "akten": rows})
        return 0
    for row in rows:
        row["state"] = ARCHIVE[row["state"]].text
    columns = {"aktenzeichen": "Aktenzeichen", "state": "Stand", "since": "seit",
               "said": "Archiv", "sentence": "Aufbewahrung"}  # fmt: skip
    show_table(rows, columns)
    return 0


async def _list(options: argparse.Namespace, desk: FileDesk) -> int:
    room = desk.room.handover
    found: list[Process] = []
    behind: tuple[int, str] | None = None
    while page := await room.processes(desk.tenant, behind):
        found += page
        behind = page[-1].cursor
    candidates = await room.candidates(desk.tenant, desk.today)
    if options.json:
        show_json(
            {"processes": [
                {"process": one.id, "offered_at": iso_utc(one.offered_at_us), "akten": one.files,
                 "states": dict(one.states)} for one in found],
             "to_be_offered": [one.akte.aktenzeichen for one in candidates]}
        )  # fmt: skip
        return 0
    rows = [
        {"process": one.id, "day": local_date(one.offered_at_us).isoformat(), "files": one.files,
         "states": ", ".join(f"{n} {ARCHIVE[state].text}" for state, n in one.states.items())}
        for one in found
    ]  # fmt: skip
    columns = {"process": "Prozess", "day": "angeboten", "files": "Akten", "states": "Stand"}
    show_table(rows, columns)
    print(f"Noch anzubieten: {len(candidates)}")
    return 0
