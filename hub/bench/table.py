"""How fast large files are checked, and in how much memory: tables and XML, right and wrong.

Each check runs in a process of its own, so that the memory it took is its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.core.findings import Verdict
from hub.formats.catalog import Catalog

COLUMNS = "Beleg;Fallnummer;Name;IBAN;Betrag;Tag;Art;PLZ;Ort;Zweck"
TABLE = f"""\
notation = "csv"
title = "Posten"
encoding = "cp1252"
delimiter = ";"
date = "DD.MM.YYYY"
money = "comma"
columns = {COLUMNS.split(";")}

[[records]]
type = "Zeile"
fields = [
  {{ name = "Beleg", type = "A", required = true, unique = true, pattern = "[A-Z]-[0-9]{{1,12}}" }},
  {{ name = "Fallnummer", type = "A", required = true, pattern = "[A-Z0-9][A-Z0-9-]{{2,29}}" }},
  {{ name = "Name", type = "A", required = true, max = 100 }},
  {{ name = "IBAN", type = "A", required = true, pattern = "[A-Z]{{2}}[0-9]{{20}}" }},
  {{ name = "Betrag", type = "M", required = true, minimum = 1 }},
  {{ name = "Tag", type = "D", required = true }},
  {{ name = "Art", type = "A", required = true, enum = ["SOLL", "IST"] }},
  {{ name = "PLZ", type = "A", pattern = "[0-9]{{5}}" }},
  {{ name = "Ort", type = "A", max = 100 }},
  {{ name = "Zweck", type = "A", max = 140 }},
]
"""
XSD = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:bench" xmlns="urn:bench"
  elementFormDefault="qualified">
  <xs:element name="posten"><xs:complexType><xs:sequence>
    <xs:element name="p" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="beleg" type="xs:token"/><xs:element name="betrag" type="xs:decimal"/>
      <xs:element name="tag" type="xs:date"/><xs:element name="zweck" type="xs:string"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
ENTRY = (
    "<p><beleg>B-{0}</beleg><betrag>227.00</betrag><tag>2026-12-01</tag>"
    "<zweck>Unterhaltsvorschuss Dezember 2026, Müller, Fall UV-2026-{0}</zweck></p>\n"
)
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check took."""

    verdict: str
    findings: int
    """Listed; at most a thousand."""
    counted: int
    """All of them."""
    seconds: float
    cpu_seconds: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class TableFigures:
    """The figures of one run."""

    rows: int
    rows_per_second: float
    rows_per_cpu_second: float
    rss_mb: float
    bad_rows_per_second: float
    bad_rows_per_cpu_second: float
    bad_rss_mb: float
    bad_findings: int
    xml_mb: float
    xml_seconds: float
    xml_rss_mb: float
    bad_xml_seconds: float
    bad_xml_rss_mb: float
    good: bool
    """Whether every check came to the verdict it had to come to."""

    def to_dict(self) -> dict[str, float | bool]:
        """Return the stable keys of ``bench table --json``."""
        return asdict(self)


def measure_tables(folder: Path, rows: int, xml_mb: int) -> TableFigures:
    """Write four files, check each in a process of its own, and return what that took."""
    schemas = folder / "schemas" / "bench"
    schemas.mkdir(parents=True)
    (schemas / "Posten-1.0.table.toml").write_text(TABLE, encoding="utf-8")
    (schemas / "Liste-1.0.xsd").write_text(XSD, encoding="utf-8")
    entries = xml_mb * MEGABYTE // len(ENTRY.format(1_000_000).encode())

    def checked(kind: str, name: str, lines: Iterable[str], encoding: str) -> Checked:
        path = folder / name
        with path.open("w", encoding=encoding, newline="") as file:
            file.writelines(lines)
        figures = _alone(schemas.parent, kind, path)
        path.unlink()
        return figures

    table, listing = "bench/Posten-1.0", "bench/Liste-1.0"
    good = checked(table, "good.csv", _rows(rows, spoilt=False), "cp1252")
    bad = checked(table, "bad.csv", _rows(rows, spoilt=True), "cp1252")
    size = entries * len(ENTRY.format(1_000_000).encode()) / MEGABYTE
    tree = checked(listing, "good.xml", _entries(entries, spoilt=False), "utf-8")
    bad_tree = checked(listing, "bad.xml", _entries(entries, spoilt=True), "utf-8")
    passed, failed = Verdict.PASSED.value, Verdict.FAILED.value
    return TableFigures(
        rows=rows,
        rows_per_second=round(rows / good.seconds),
        rows_per_cpu_second=round(rows / good.cpu_seconds),
        rss_mb=good.rss_mb,
        bad_rows_per_second=round(rows / bad.seconds),
        bad_rows_per_cpu_second=round(rows / bad.cpu_seconds),
        bad_rss_mb=bad.rss_mb,
        bad_findings=bad.counted,
        xml_mb=round(size, 1),
        xml_seconds=tree.seconds,
        xml_rss_mb=tree.rss_mb,
        bad_xml_seconds=bad_tree.seconds,
        bad_xml_rss_mb=bad_tree.rss_mb,
        good=[passed, failed, passed, failed]
        == [one.verdict for one in (good, bad, tree, bad_tree)],
    )


def check(schemas: Path, kind: str, path: Path) -> Checked:
    """Check one file and return what it took; runs in a process of its own."""
    checker = Catalog.load(schemas).format(kind)
    begin, cpu = time.perf_counter(), time.process_time()
    with path.open("rb") as file:
        reading = checker.verify(file)
    return Checked(
        verdict=reading.verdict.value,
        findings=len(reading.findings),
        counted=sum(reading.counts.values()),
        seconds=round(time.perf_counter() - begin, 3),
        cpu_seconds=round(time.process_time() - cpu, 3),
        rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _alone(schemas: Path, kind: str, path: Path) -> Checked:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(check, schemas, kind, path).result()


def _rows(count: int, *, spoilt: bool) -> Iterable[str]:
    yield f"{COLUMNS}\r\n"
    amount = "1.227,00" if spoilt else "227,00"
    for index in range(count):
        day = f"{index % 28 + 1:02d}.{index % 12 + 1:02d}.2026"
        case = f"UV-2026-{index // 10:06d}"
        yield (
            f"B-{index};{case};Müller, Anna;DE02120300000000202051;{amount};{day};SOLL;"
            f"99999;Musterstadt;Unterhaltsvorschuss {case}\r\n"
        )


def _entries(count: int, *, spoilt: bool) -> Iterable[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<posten xmlns="urn:bench">\n'
    for index in range(count):
        yield ENTRY.format(1_000_000 + index)
    # The fault stands at the very end: all before it has been judged by then.
    yield f"{'<p/>' if spoilt else ''}</posten>\n"
