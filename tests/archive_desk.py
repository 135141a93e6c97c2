"""An archive that knows xdomea from its schemas alone: it reads our messages and answers them."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

SHARED = Path(__file__).parents[2] / "shared" / "data" / "xsd" / "xdomea"
SCHEMA = SHARED / "3.1.0" / "xdomea-Nachrichten-AussonderungDurchfuehren.xsd"
WHY_SKIPPED = "the official schemas of xdomea are not beside the project"
SPACE = "urn:xoev-de:xdomea:schema:3.1.0"
X = {"x": SPACE}
_LISTS = "urn:xoev-de:xdomea:codeliste"


def faults(message: bytes) -> list[str]:
    """Return what the official schema objects to."""
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    schema.validate(etree.fromstring(message))
    return [str(entry.message) for entry in schema.error_log]


def texts(message: bytes, path: str) -> list[str]:
    """Return the texts a path finds; names of the standard carry the prefix ``x``."""
    return [found.text or "" for found in etree.fromstring(message).iterfind(path, X)]


def process_of(message: bytes) -> str:
    """Return the process a message belongs to."""
    return texts(message, "x:Kopf/x:ProzessID")[0]


def _head(process: str, code: str, extra: str = "") -> str:
    return (
        f"<xdomea:Kopf><xdomea:ProzessID>{process}</xdomea:ProzessID>"
        f'<xdomea:Nachrichtentyp listURI="{_LISTS}:nachrichtentyp" listVersionID="2.0">'
        f"<code>{code}</code></xdomea:Nachrichtentyp>"
        "<xdomea:Erstellungszeitpunkt>2026-12-01T08:00:00Z</xdomea:Erstellungszeitpunkt>"
        "<xdomea:Absender><xdomea:Institution><xdomea:Name>Stadtarchiv</xdomea:Name>"
        "</xdomea:Institution></xdomea:Absender><xdomea:Empfaenger/>"
        f"{extra}</xdomea:Kopf>"
    )


def _message(name: str, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<xdomea:{name} xmlns:xdomea="{SPACE}">'
        f"{body}</xdomea:{name}>\n"
    ).encode()


def appraisal(process: str, says: Mapping[str, str] | list[tuple[str, str]]) -> bytes:
    """Return a 0502: A, B or V for each object; any other word is an agreed one."""
    rows = says if isinstance(says, list) else list(says.items())
    objects = "\n".join(
        f"<xdomea:BewertetesObjekt><xdomea:ID>{name}</xdomea:ID><xdomea:Aussonderungsart>"
        f"{_kind(word)}</xdomea:Aussonderungsart></xdomea:BewertetesObjekt>"
        for name, word in rows
    )
    wish = "<xdomea:Empfangsbestaetigung>1</xdomea:Empfangsbestaetigung>"
    return _message(
        "Aussonderung.Bewertungsverzeichnis.0502", _head(process, "0502", wish) + "\n" + objects
    )


def _kind(word: str) -> str:
    if word in "ABV":
        return (
            f'<xdomea:Aussonderungsart listURI="{_LISTS}:aussonderungsart" listVersionID="1.0">'
            f"<code>{word}</code></xdomea:Aussonderungsart>"
        )
    inner = "AussonderungsartKonfigurierbar"
    return f"<xdomea:{inner}>{word}</xdomea:{inner}>"


def import_report(process: str, done: Mapping[str, str]) -> bytes:
    """Return a 0506: by object the archive's name for it, or ``!`` and why it was not taken."""
    objects = "\n".join(
        f"<xdomea:AusgesondertesSGO><xdomea:IDSGO>{name}</xdomea:IDSGO>"
        + (
            f"<xdomea:Erfolgreich>0</xdomea:Erfolgreich>"
            f"<xdomea:Fehlermeldung>{word[1:]}</xdomea:Fehlermeldung>"
            if word.startswith("!")
            else f"<xdomea:Erfolgreich>1</xdomea:Erfolgreich>"
            f"<xdomea:Archivkennung>{word}</xdomea:Archivkennung>"
        )
        + "</xdomea:AusgesondertesSGO>"
        for name, word in done.items()
    )
    return _message(
        "Aussonderung.AussonderungImportBestaetigen.0506", _head(process, "0506") + objects
    )


def receipt(process: str, code: str) -> bytes:
    """Return a 0504 or 0507."""
    names = {"0504": "AnbietungEmpfangBestaetigen", "0507": "AussonderungEmpfangBestaetigen"}
    return _message(f"Aussonderung.{names[code]}.{code}", _head(process, code))


@dataclass(frozen=True)
class Delivered:
    """A package as an archive unpacks it."""

    message: bytes
    files: dict[str, bytes]

    @property
    def akten(self) -> list[str]:
        """Identifiers of the files in it."""
        return texts(self.message, "x:Schriftgutobjekt/x:Akte/x:Identifikation/x:ID")

    @property
    def named(self) -> list[str]:
        """Contents the message names."""
        return [
            found.text or ""
            for found in etree.fromstring(self.message).iter(f"{{{SPACE}}}Dateiname")
        ]


def unpack(package: Path) -> Delivered:
    """Open a package; its names must be what the standard wants."""
    with zipfile.ZipFile(package) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    message = files.pop(package.with_suffix(".xml").name)
    assert package.name == f"{process_of(message)}_Aussonderung.Aussonderung.0503.zip"
    for name in files:
        uuid.UUID(name[:36])
        assert "/" not in name
    return Delivered(message, files)


def check_sums(listing: Path) -> list[str]:
    """Return the names in a list of digests that are right, in their order."""
    algorithm = listing.suffix.removeprefix(".")
    package = listing.with_suffix("")
    with zipfile.ZipFile(package) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    files[package.name] = package.read_bytes()
    lines = [line.split("  ") for line in listing.read_text().splitlines()]
    return [n for digest, n in lines if hashlib.new(algorithm, files[n]).hexdigest() == digest]
