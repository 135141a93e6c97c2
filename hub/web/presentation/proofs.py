"""A transmission proof as a page to print: who, when, which bytes, which answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hub.web.presentation import words
from hub.web.presentation.rendering import environment

FACT_NAMES = {
    "code": "Grund", "sender": "Absender", "credential": "Ausweis", "certificate": "Zertifikat",
    "to": "an", "kind": "Art", "verdict": "Prüfung", "text": "", "answer": "Antwort",
}  # fmt: skip
"""How facts of the journal are called; what is not listed keeps its word."""


def proof_page(proof: Mapping[str, Any], office: str, digest: str) -> str:
    """Return the page; ``digest`` names the file that is signed."""
    files = {row["id"]: row for row in proof["messages"]}
    steps = [_step(one["entry"]) for one in proof["entries"]]
    return (
        environment()
        .get_template("proof.html")
        .render(proof=proof, office=office, digest=digest, files=files, steps=steps)
    )


def _step(entry: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(entry["facts"])
    word = words.step(entry["action"], facts)
    said = [f"{FACT_NAMES.get(name, name)} {value}".strip() for name, value in facts.items()]
    return {
        "seq": entry["seq"],
        "at_us": entry["at_us"],
        "message_id": entry["message_id"],
        "what": word.text if word else str(facts.get("text", entry["action"])),
        "facts": "; ".join(said),
        "actor": entry["actor"],
        "node": entry["node"],
        "digest": entry["digest"],
    }
