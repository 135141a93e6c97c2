"""``bench``: honest figures beside the bare limit of the same machine and run."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path

from hub.bench.efile.figures import EFileFigures, SearchFigures
from hub.bench.efile.inspecting import Paper
from hub.bench.efile.run import Wanted as Corpora
from hub.bench.efile.run import measure_efile
from hub.bench.efile.searching import measure_search
from hub.bench.figures import Figures, FolderFigures, HttpsFigures, NodeFigures
from hub.bench.growth import GrowthFigures, measure_growth
from hub.bench.https.run import CONNECTIONS, Wanted, measure_https
from hub.bench.load import Load
from hub.bench.messages import measure
from hub.bench.nodes.run import Wanted as Nodes
from hub.bench.nodes.run import measure_nodes
from hub.bench.table import measure_tables
from hub.cli.command import Commands, show_facts, show_json, show_table
from hub.cli.parser import number, numbers


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("bench", "Leistung messen, mit der Grenze der Maschine daneben")
    _add_messages(group.add("messages", _messages, "Nachrichten je Sekunde", json_output=True))
    table = group.add("table", _table, "Große Tabellen und XML-Dateien prüfen", json_output=True)
    table.add_argument("--rows", type=number, default=1_000_000, help="Zeilen (Vorgabe 1.000.000)")
    table.add_argument("--xml-mb", type=number, default=200, help="Größe des XML (Vorgabe 200 MB)")

    efile = group.add("efile", _efile, "Ablegen, Suchen, Prüfen, Wiederaufbau", json_output=True)
    efile.add_argument("--documents", type=number, default=10_000, metavar="ZAHL",
        help="Dokumente im Register, in denen gesucht wird (Vorgabe 10.000)")  # fmt: skip
    efile.add_argument("--letters", type=number, default=500, metavar="ZAHL",
        help="Briefe zu 60 kB, die abgelegt und geprüft werden (Vorgabe 500)")  # fmt: skip
    efile.add_argument("--messages", type=number, default=2000, metavar="ZAHL",
        help="Nachrichten, die mit ihnen wiederaufgebaut werden (Vorgabe 2000)")  # fmt: skip
    efile.add_argument("--inspected", type=number, default=1, metavar="ZAHL",
        help="Dokumente einer Akteneinsicht, jede Seite geschwärzt (Vorgabe 1)")  # fmt: skip
    efile.add_argument("--inspected-pages", type=number, default=4, metavar="ZAHL",
        help="Seiten je Dokument der Akteneinsicht (Vorgabe 4)")  # fmt: skip
    efile.add_argument("--folder", type=Path, metavar="ORDNER",
        help="nur die Suche messen, in einem Register, das in diesem Ordner bleibt und dort"
        " gefüllt wird, soweit es noch nicht gefüllt ist")  # fmt: skip


def _add_messages(messages: argparse.ArgumentParser) -> None:
    messages.set_defaults(parser=messages)
    add = messages.add_argument
    add("--count", type=number, default=2000, metavar="ZAHL", help="Nachrichten (Vorgabe 2000)")
    add("--mode", choices=("folder", "https"), default="folder",
        help="von Ordner zu Ordner (Vorgabe) oder von HTTPS zu HTTPS")  # fmt: skip
    add("--receipts", choices=("all", "refusals"), default="all",
        help="Quittung von jeder Nachricht (Vorgabe) oder nur von abgelehnten")  # fmt: skip
    add("--store", choices=("sqlite", "postgresql"), default="sqlite",
        help="ein Prozess auf SQLite (Vorgabe) oder mehrere Knoten auf PostgreSQL")  # fmt: skip
    add("--filing", choices=("hub", "own"), default="hub",
        help="abgelegt wird im Prozess des Dienstes (Vorgabe) oder in einem eigenen")  # fmt: skip
    add("--workers", type=numbers, metavar="ZAHL,…", help="Knoten, zum Beispiel 1,2,4 (Vorgabe 1)")
    add("--database", metavar="DSN",
        help="leere PostgreSQL-Datenbank; ohne Angabe ein eigener Server auf Zeit")  # fmt: skip
    add("--preload", type=number, metavar="ZAHL",
        help="mit so vielen erledigten Nachrichten im Journal vergleichen")  # fmt: skip
    add("--connections", type=number, default=CONNECTIONS, metavar="ZAHL",
        help=f"Verbindungen des Absenders (Vorgabe {CONNECTIONS})")  # fmt: skip


async def _messages(options: argparse.Namespace) -> int:
    _demand_fit(options)
    with tempfile.TemporaryDirectory(prefix="aktenhub-bench-") as folder:
        if options.store == "postgresql":
            runs = await measure_nodes(Path(folder), _wanted(options))
            return _tell_nodes(runs, options)
        figures = await _measured(options, Path(folder))
    if options.json:
        show_json(figures.to_dict())
    elif isinstance(figures, GrowthFigures):
        show_growth(figures)
    else:
        show_figures(figures)
    return 0 if figures.good else 1


def _demand_fit(options: argparse.Namespace) -> None:
    """See that the options go together; else the call is wrong."""
    if options.store == "postgresql":
        apart = options.mode == "https" or options.preload or options.filing == "own"
    else:
        apart = options.workers or options.database or (options.mode == "https" and options.preload)
    usual = options.mode == "folder" and options.store == "sqlite" and not options.preload
    if options.preload and options.filing == "own":
        apart = True
    if apart or (options.receipts != "all" and not usual):
        options.parser.error(
            "--workers und --database gehören zu --store postgresql, "
            "--mode https, --preload und --receipts je für sich zu SQLite"
        )


def _wanted(options: argparse.Namespace) -> Nodes:
    return Nodes(options.count, options.workers or (1,), options.database or "")


def _tell_nodes(runs: list[NodeFigures], options: argparse.Namespace) -> int:
    good = all(run.good for run in runs)
    if options.json:
        rows = [run.to_dict() for run in runs]
        show_json({"mode": "folder", "store": "postgresql", "good": good, "runs": rows})
    else:
        show_nodes(runs)
    return 0 if good else 1


def show_nodes(runs: list[NodeFigures]) -> None:
    """Print one line per number of nodes."""
    columns = {
        "workers": "Knoten", "messages_per_second": "je Sekunde", "filed_per_second": "abgelegt",
        "cpu_ms_per_message": "Hub ms", "database_cpu_ms_per_message": "Datenbank ms",
        "cores": "Kerne", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "rss_mb": "MiB",
        "lost": "verloren", "duplicated": "doppelt", "out_of_order": "außer der Reihe",
    }  # fmt: skip
    show_table([run.to_dict() for run in runs], columns)
    show_facts(
        [
            ("Nachrichten", f"{runs[0].messages} je Zeile, {runs[0].offices} Mandanten"),
            ("nackte Grenze je Kern", f"{runs[0].bare_limit_per_second}"),
            ("fsync je Sekunde", runs[0].fsync_per_second),
            ("Bilanz", "geht auf" if all(r.balanced for r in runs) else "GEHT NICHT AUF"),
        ]
    )


async def _measured(options: argparse.Namespace, folder: Path) -> Figures | GrowthFigures:
    apart = options.filing == "own"
    if options.preload:
        return await measure_growth(folder, options.count, options.preload)
    if options.mode == "https":
        return await measure_https(
            folder, Wanted(options.count, options.connections, filing_apart=apart)
        )
    load = Load(options.count, receipts=options.receipts)
    return await measure(folder, load, filing_apart=apart)


async def _table(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="aktenhub-bench-") as folder:
        figures = await asyncio.to_thread(
            measure_tables, Path(folder), options.rows, options.xml_mb
        )
    if options.json:
        show_json(figures.to_dict())
        return 0 if figures.good else 1
    show_facts(
        [
            ("Zeilen", figures.rows),
            ("Zeilen je Sekunde", f"{figures.rows_per_second:.0f}"),
            ("je CPU-Sekunde", f"{figures.rows_per_cpu_second:.0f}"),
            ("Speicher", f"{figures.rss_mb} MiB"),
            ("jede Zeile falsch", f"{figures.bad_rows_per_second:.0f} je Sekunde"),
            ("dabei Speicher", f"{figures.bad_rss_mb} MiB"),
            ("XML", f"{figures.xml_mb} MB in {figures.xml_seconds} s"),
            ("dabei Speicher", f"{figures.xml_rss_mb} MiB"),
            ("XML mit Fehler", f"{figures.bad_xml_seconds} s, {figures.bad_xml_rss_mb} MiB"),
            ("Urteile", "richtig" if figures.good else "FALSCH"),
        ]
    )
    return 0 if figures.good else 1


async def _efile(options: argparse.Namespace) -> int:
    if options.folder is not None:
        return _tell_search(await measure_search(options.folder, options.documents), options)
    paper = Paper(options.inspected, options.inspected_pages)
    wanted = Corpora(options.documents, options.letters, options.messages, paper)
    with tempfile.TemporaryDirectory(prefix="aktenhub-bench-") as folder:
        figures = await measure_efile(Path(folder), wanted)
    if options.json:
        show_json(figures.to_dict())
    else:
        show_efile(figures)
    return 0 if figures.good else 1


def _tell_search(figures: SearchFigures, options: argparse.Namespace) -> int:
    if options.json:
        show_json(figures.to_dict())
    else:
        show_facts([*_search_facts(figures), ("Speicher", f"{figures.rss_mb} MiB")])
        _show_questions(figures)
    return 0 if figures.answered else 1


def show_efile(figures: EFileFigures) -> None:
    """Print what the e-file does in a second, and how long people wait."""
    show_facts(
        [
            ("Speicherung", figures.searched.store),
            ("Ablegen", f"{figures.filed_per_second} Briefe je Sekunde"),
            ("  je CPU-Sekunde", figures.filed_per_cpu_second),
            ("  von der nackten Grenze", _of(figures.filed_ratio, figures.filed_bare_per_second)),
            *_search_facts(figures.searched),
            ("Prüfen", f"{figures.verify_mb_per_second} MB je Sekunde"),
            ("  je CPU-Sekunde", figures.verify_mb_per_cpu_second),
            (
                "  von der nackten Grenze",
                _of(figures.verify_ratio, figures.verify_bare_mb_per_second),
            ),
            *_verified_facts(figures),
            ("Wiederaufbau", f"{figures.rebuild_per_second} Dokumente je Sekunde"),
            ("  je CPU-Sekunde", figures.rebuild_per_cpu_second),
            (
                "  von der nackten Grenze",
                _of(figures.rebuild_ratio, figures.rebuild_bare_per_second),
            ),
            ("  jedes Dokument gelesen", f"{figures.rebuild_read_per_second} je Sekunde"),
            ("  Auszüge anlegen", f"{figures.extracts_per_second} Dokumente je Sekunde"),
            ("Akte als ein PDF", f"{figures.whole_file_pdf_seconds} s"),
            ("  Seiten", figures.whole_file_pdf_pages),
            *_inspection_facts(figures),
            ("Speicher", f"{figures.rss_mb} MiB"),
            ("fsync je Sekunde", figures.fsync_per_second),
            ("Prüfsumme je Kern", f"{figures.hash_mb_per_second} MB je Sekunde"),
            ("Bestand", "unversehrt" if figures.intact else "BESCHÄDIGT"),
        ]
    )
    _show_questions(figures.searched)


_VERIFIED = {
    "letters_s3": "Briefe, S3", "large_s3": "große Dokumente, S3",
    "letters_folder": "Briefe, Ordner", "large_folder": "große Dokumente, Ordner",
}  # fmt: skip


def _verified_facts(figures: EFileFigures) -> list[tuple[str, object]]:
    return [
        (f"  {_VERIFIED[kind]}",
         f"{one.mb_per_second} MB je Sekunde, {_of(one.ratio, one.bare_mb_per_second)}")
        for kind, one in figures.verify.items()
    ]  # fmt: skip


def _inspection_facts(figures: EFileFigures) -> list[tuple[str, object]]:
    one = figures.inspection
    if one is None:
        return [("Akteneinsicht", "nicht gemessen: Texterkennung oder pdftotext fehlen")]
    return [
        ("Akteneinsicht", f"{one.pages} Seiten in {one.seconds} s, Teile: {one.parts}"),
        (
            "  Rechenzeit",
            f"{one.cpu_s_per_page} s je Seite, davon Gegenprobe {one.proof_share:.0%}",
        ),
        ("  Speicher", f"{one.rss_mb} MiB, davon Kindprozesse {one.children_mb} MiB"),
        ("  Gegenprobe", "ohne Reste" if one.clean else "NICHT BESTANDEN"),
    ]


def _search_facts(figures: SearchFigures) -> list[tuple[str, object]]:
    return [
        ("Suche p50 / p95", f"{figures.search_p50_ms} / {figures.search_p95_ms} ms über HTTP"),
        ("  in", f"{figures.documents} Dokumenten, Datenbank {figures.database_mb} MB"),
        ("  gefüllt in", f"{figures.preload_seconds} s"),
        ("  Rechenzeit", f"{figures.search_cpu_ms} ms je Suche"),
        ("Akte mit 1000 Dokumenten", f"{figures.list_ms} ms, {figures.case_kb} kB"),
        ("Seite der Aktenliste", f"{figures.list_kb} kB"),
    ]


def _show_questions(figures: SearchFigures) -> None:
    rows = [{"kind": kind, **asdict(one)} for kind, one in figures.search.items()]
    columns = {"kind": "Frage", "p50_ms": "p50 ms", "p95_ms": "p95 ms", "cpu_ms": "CPU ms",
               "asked": "gefragt", "empty": "ohne Treffer"}  # fmt: skip
    show_table(rows, columns)


def _of(ratio: float, limit: float) -> str:
    return f"{ratio:.0%} von {limit}"


def show_growth(figures: GrowthFigures) -> None:
    """Print what growth costs."""
    show_facts(
        [
            ("Speicherung", figures.store),
            ("Nachrichten", f"{figures.rounds} × {figures.messages} je Installation"),
            ("vorher im Journal", f"{figures.few} und {figures.preloaded}"),
            ("gefüllt in", f"{figures.preload_seconds} s, {figures.database_mb} MB Datenbank"),
            ("Rechenzeit bei wenigen", f"{figures.cpu_ms_few} ms je Nachricht"),
            ("Rechenzeit bei vielen", f"{figures.cpu_ms_preloaded} ms je Nachricht"),
            ("Verhältnis", figures.cost_ratio),
            ("Speicher", f"{figures.rss_mb} MiB"),
            ("nackte Grenze je Kern", f"{figures.bare_limit_per_second} (lesen, prüfen, abbilden)"),
            ("fsync je Sekunde", figures.fsync_per_second),
            *_faults(figures),
        ]
    )


def _faults(figures: Figures | GrowthFigures) -> list[tuple[str, object]]:
    return [
        ("verloren", figures.lost),
        ("doppelt", figures.duplicated),
        ("außer der Reihe", figures.out_of_order),
        ("Bilanz", "geht auf" if figures.balanced else "GEHT NICHT AUF"),
    ]


_HEARD = {"all": "von jeder Nachricht", "refusals": "nur von abgelehnten"}


def show_figures(figures: Figures) -> None:
    """Print a measurement for people."""
    show_facts(
        [
            ("Weg", f"{figures.mode}, {figures.store}"),
            ("Nachrichten", figures.messages),
            ("Quittungen", _HEARD[figures.receipts]),
            ("Dauer", f"{figures.seconds} s"),
            ("beantwortet je Sekunde", figures.messages_per_second),
            ("abgelegt je Sekunde", figures.filed_per_second),
            ("nackte Grenze je Kern", f"{figures.bare_limit_per_second} (lesen, prüfen, abbilden)"),
            ("Anteil je Kern", figures.ratio_per_core),
            ("Rechenzeit je Nachricht", f"{figures.cpu_ms_per_message} ms"),
            ("Kerne im Mittel", figures.cores),
            ("fsync je Sekunde", figures.fsync_per_second),
            ("Wartezeit p50 / p99", f"{figures.p50_ms} / {figures.p99_ms} ms"),
            *_beside(figures),
            ("Speicher", f"{figures.rss_mb} MiB"),
            *_faults(figures),
        ]
    )


def _beside(figures: Figures) -> list[tuple[str, object]]:
    """Return what only one way of measuring has."""
    if isinstance(figures, FolderFigures):
        return [("Commits je Nachricht", figures.commits_per_message)]
    if isinstance(figures, NodeFigures):
        server = f"{figures.database_cpu_ms_per_message} ms"
        return [("Knoten", figures.workers), ("Rechenzeit der Datenbank", server)]
    if isinstance(figures, HttpsFigures):
        return _of_https(figures)
    return []


def _of_https(figures: HttpsFigures) -> list[tuple[str, object]]:
    half = f"{figures.half_per_second} je Sekunde, {figures.half_messages} Nachrichten"
    return [
        ("Commits je Nachricht", figures.commits_per_message),
        ("Annahme p50 / p99", f"{figures.accept_p50_ms} / {figures.accept_p99_ms} ms"),
        ("Verbindungen", figures.connections),
        ("wiederholt gesendet", figures.sent_again),
        ("halbe Last", half),
        ("  Wartezeit p50 / p99", f"{figures.half_p50_ms} / {figures.half_p99_ms} ms"),
        ("  Annahme p50 / p99",
         f"{figures.half_accept_p50_ms} / {figures.half_accept_p99_ms} ms"),
        ("  Kerne im Mittel", figures.half_cores),
    ]  # fmt: skip
