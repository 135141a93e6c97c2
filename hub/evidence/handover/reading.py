"""Messages of an archive, read from bytes nobody vouches for.

xdomea knows no signature of its own; who may bring a message is decided by who may run the
command or use the page. What a message says counts only for the offer it names.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from efile import Appraised, TakenIn, archive_messages
from hub.core.errors import Rejected, Undecodable
from hub.formats.encoding import Limits
from hub.formats.xml import safe_parse

MOST_BYTES = 5_000_000
"""Of a message; some hundred bytes are said of each file."""
_MOST_ENTRIES = 10
_LIMITS = Limits(bytes=MOST_BYTES, depth=30)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SPACES = {f"urn:xoev-de:xdomea:schema:{version}": version for version in ("3.1.0", "3.0.0")}
"""Versions whose answers have the same form."""
_HEARD = (
    archive_messages.APPRAISAL,
    archive_messages.OFFER_RECEIVED,
    archive_messages.TAKEN,
    archive_messages.DELIVERY_RECEIVED,
)


@dataclass(frozen=True, slots=True)
class ArchiveMessage:
    """What an archive wrote."""

    kind: archive_messages.Kind
    process: str
    wants_receipt: bool
    appraised: tuple[Appraised, ...]
    taken: tuple[TakenIn, ...]
    version: str
    """Of xdomea."""
    xml: bytes
    digest: str
    """SHA-256 of the XML."""


def read_message(data: bytes) -> ArchiveMessage:
    """Read an XML message, or the one in a ZIP.

    Raises:
        Rejected: it is none, or not one an archive sends.
        Undecodable: the bytes are not acceptable.
    """
    xml = _unpacked(data) if data.startswith(b"PK") else data
    root = safe_parse(xml, _LIMITS).getroot()
    space, _, name = str(root.tag).removeprefix("{").rpartition("}")
    kind = next((one for one in _HEARD if one.element == name), None)
    if space not in _SPACES or kind is None:
        raise Rejected(
            "archive_message_unexpected",
            "Das ist keine Nachricht, die ein Archiv sendet.",
            remedy="Erwartet wird eine Nachricht 0502, 0504, 0506 oder 0507 nach xdomea 3.0 oder"
            " 3.1.",
            place=name[:80],
        )
    reader = _Reader(space)
    head = reader.one(root, "Kopf")
    code = reader.one(head, "Nachrichtentyp").findtext("code") or ""
    if code.strip() != kind.code:
        raise _incomplete(head, f"Der Nachrichtentyp passt nicht zur Nachricht {kind.code}.")
    return ArchiveMessage(
        kind=kind,
        process=reader.name(head, "ProzessID"),
        wants_receipt=_is_true(reader.text(head, "Empfangsbestaetigung")),
        appraised=tuple(reader.appraised(root)) if kind == archive_messages.APPRAISAL else (),
        taken=tuple(reader.taken(root)) if kind == archive_messages.TAKEN else (),
        version=_SPACES[space],
        xml=xml,
        digest=sha256(xml).hexdigest(),
    )


class _Reader:
    """Reads elements of one namespace."""

    def __init__(self, space: str) -> None:
        self._space = space

    def appraised(self, root: Any) -> Iterator[Appraised]:  # noqa: ANN401  element of lxml
        for one in self._all(root, "BewertetesObjekt"):
            choice = self.one(one, "Aussonderungsart")
            coded = choice.find(f"{{{self._space}}}Aussonderungsart")
            said = coded.findtext("code") if coded is not None else None
            said = said or self.text(choice, "AussonderungsartKonfigurierbar")
            yield Appraised(self.name(one, "ID"), said.strip(), one.sourceline)

    def taken(self, root: Any) -> Iterator[TakenIn]:  # noqa: ANN401  element of lxml
        for one in self._all(root, "AusgesondertesSGO"):
            faults = tuple(f.text or "" for f in self._all(one, "Fehlermeldung"))
            done = self.text(one, "Erfolgreich").strip()
            if done not in ("0", "1", "true", "false"):
                raise _incomplete(one, "Es ist nicht gesagt, ob die Übernahme erfolgreich war.")
            name = self.text(one, "Archivkennung").strip()
            yield TakenIn(self.name(one, "IDSGO"), _is_true(done), name, faults, one.sourceline)

    def one(self, parent: Any, name: str) -> Any:  # noqa: ANN401  element of lxml
        found = parent.find(f"{{{self._space}}}{name}")
        if found is None:
            raise _incomplete(parent, f"Das Element „{name}“ fehlt.")
        return found

    def text(self, parent: Any, name: str) -> str:  # noqa: ANN401  element of lxml
        return str(parent.findtext(f"{{{self._space}}}{name}") or "")

    def name(self, parent: Any, name: str) -> str:  # noqa: ANN401  element of lxml
        """Return an identifier in the form it has here."""
        found = self.text(parent, name).strip().lower()
        if not _UUID.fullmatch(found):
            raise _incomplete(parent, f"„{name}“ ist keine UUID.")
        return found

    def _all(self, parent: Any, name: str) -> list[Any]:  # noqa: ANN401  element of lxml
        return list(parent.iterchildren(f"{{{self._space}}}{name}"))


def _is_true(text: str) -> bool:
    return text.strip() in ("1", "true")


def _incomplete(where: Any, message: str) -> Rejected:  # noqa: ANN401  element of lxml
    return Rejected(
        "archive_message_incomplete",
        message,
        remedy="Das Archiv um eine vollständige Nachricht bitten.",
        place=f"Zeile {where.sourceline}",
    )


def _unpacked(data: bytes) -> bytes:
    """Return the only XML file in a ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = [one for one in package.infolist() if not one.is_dir()]
            found = [one for one in entries if one.filename.lower().endswith(".xml")]
            if len(entries) > _MOST_ENTRIES or len(found) != 1 or found[0].flag_bits & 1:
                raise _package_wrong()
            with package.open(found[0]) as file:
                xml = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as exc:
        raise _package_wrong() from exc
    if len(xml) > MOST_BYTES:
        raise _package_wrong()
    return xml


def _package_wrong() -> Undecodable:
    return Undecodable(
        "archive_package_wrong",
        "Das ZIP enthält nicht genau eine lesbare XML-Nachricht, oder es ist zu groß.",
        remedy="Die Nachricht des Archivs unverändert angeben, als XML oder im ZIP.",
    )
