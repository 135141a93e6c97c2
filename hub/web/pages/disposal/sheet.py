"""The certificate of a disposal as lines on a page, in the words of the page it is shown on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efile import MISFILINGS
from hub.web.presentation.rendering import number, size
from hub.web.presentation.words import DISPOSAL_PURPOSES

MEANING = (
    "Zeiten in UTC. Die Kennung ist eine Prüfsumme aus Amt und Aktenzeichen: Wer ein Aktenzeichen"
    " hat, findet seine Akte hier wieder, sonst nennt das Protokoll niemanden. Die Schlüssel der"
    " Akten sind vernichtet; Inhalte sind auch aus Kopien des Speichers nicht mehr lesbar."
)
Lines = Iterator[dict[str, Any]]


def lines_of(whole: Mapping[str, Any], office: str, kinds: Mapping[str, str]) -> Lines:
    """Yield what a stored certificate says; ``kinds`` names the kinds of files."""
    said = whole["certificate"]
    yield {"text": "Löschprotokoll", "size": 20, "bold": True}
    yield {"text": f"{office} · {DISPOSAL_PURPOSES[said['purpose']]}", "before": 4}
    facts = {
        "Lauf": said["run"],
        "Vorgeschlagen": f"{said['proposed_by']}, {said['proposed_at']}",
        "Zugestimmt": f"{said['approved_by']}, {said['approved_at']}",
        "Abgeschlossen": said["done_at"],
        "Ergebnis": f"{len(said['destroyed'])} vernichtet, {said['kept']} behalten",
    }
    yield {"text": "", "size": 6}
    for name, value in facts.items():
        yield {"text": f"{name}: {value}", "before": 2}
    for place, one in enumerate(said["destroyed"], 1):
        yield from _destroyed(place, one, kinds)
    yield {"text": MEANING, "size": 9, "before": 16}
    if whole.get("signature"):
        yield {"text": "Unterschrieben von der Installation (Ed25519).", "size": 9, "before": 6}
        yield {"text": f"Öffentlicher Schlüssel: {whole['public']}", "size": 8, "before": 2}
        yield {"text": f"Unterschrift: {whole['signature']}", "size": 8, "before": 2}
    yield {
        "text": "Die unterschriebene Datei liegt in diesem PDF als Anlage; sie allein ist der"
        " Nachweis, diese Seiten geben sie wieder.",
        "size": 9, "before": 6,
    }  # fmt: skip


def _destroyed(place: int, one: Mapping[str, Any], kinds: Mapping[str, str]) -> Lines:
    rule = f"{one['rule']}: {one['source']}" if one["rule"] else ""
    yield {"text": f"{place}. {one['document'] or one['akte']}", "bold": True, "before": 10}
    yield {"text": kinds.get(one["kind"], one["kind"]), "indent": 14}
    yield {"text": rule or MISFILINGS.get(one["ground"], one["ground"]), "indent": 14}
    extent = f"{number(one['documents'])} Dokumente, {size(one['size'])}"
    yield {"text": f"{extent}, vernichtet {one['destroyed_at']}", "indent": 14}
    if one["places"]:
        yield {"text": f"Plätze im Ablageprotokoll: {one['places']}", "indent": 14}
    if one["unreadable_versions"]:
        left = f"{number(one['unreadable_versions'])} gesperrte Fassungen bleiben, unlesbar"
        yield {"text": left, "indent": 14}
