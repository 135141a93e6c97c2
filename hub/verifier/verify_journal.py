"""Judges exports of the journal and transmission proofs; needs nothing but Python itself.

    python3 verify_journal.py [--key KEYS] [--anchor CHECKPOINTS] [--json] FILE_OR_FOLDER …

It was written from the description of the format and shares no line with the program that
writes it, so that one mistake cannot hide another. Ed25519 is checked by the formulas of
RFC 8032. Exit code 0: everything holds; 1: something does not; 2: it could not be judged.

Without ``--key`` the keys are those the export brings along: then compare their fingerprints
with those the operator has published. ``--anchor`` names checkpoints copied away earlier.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

START = "0" * 64
STATEMENT = b"aktenhub checkpoint 1\n"
PROOF = b"aktenhub proof 1\n"
ARCHIVE = b"aktenhub archive 1\n"
NOT_HASHED = {"type", "previous", "hash"}
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys and without spaces."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, i, j, k = f - e, h - g, h + g, f + e
    return (e * i % P, j * k % P, i * j % P, e * k % P)


def _times(factor: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = _add(result, point)
        point, factor = _add(point, point), factor >> 1
    return result


def _point(raw: bytes) -> Point | None:
    y, sign = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: str, statement: bytes, signature: str) -> bool:
    """Tell whether an Ed25519 signature holds (RFC 8032, section 5.1.7)."""
    try:
        key, raw = bytes.fromhex(public), bytes.fromhex(signature)
    except (TypeError, ValueError):
        return False
    if len(key) != 32 or len(raw) != 64:  # noqa: PLR2004  sizes of the algorithm
        return False
    a, r, s = _point(key), _point(raw[:32]), int.from_bytes(raw[32:], "little")
    if a is None or r is None or BASE is None or s >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(raw[:32] + key + statement).digest(), "little")
    left, right = _times(s, BASE), _add(r, _times(challenge % ORDER, a))
    return (
        (left[0] * right[2] - right[0] * left[2]) % P
        == 0
        == (left[1] * right[2] - right[1] * left[2]) % P
    )


def node(left: bytes, right: bytes) -> bytes:
    """Join two nodes of a Merkle tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(entry_hash: str) -> bytes:
    """Return the leaf of an entry."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def root(hashes: list[str]) -> str:
    """Return the Merkle root over entry hashes (RFC 6962, section 2.1)."""
    if not hashes:
        return ""
    if len(hashes) == 1:
        return leaf(hashes[0]).hex()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    parts = (bytes.fromhex(root(part)) for part in (hashes[:split], hashes[split:]))
    return node(*parts).hex()


def entry_hash(entry: dict[str, Any]) -> str:
    """Return the hash an entry must have."""
    said = {name: value for name, value in entry.items() if name not in NOT_HASHED}
    return hashlib.sha256(str(entry["previous"]).encode() + canonical(said)).hexdigest()


class Judge:
    """Reads lines and collects what does not hold."""

    def __init__(self, trusted: dict[str, str] | None, anchors: list[dict[str, Any]]) -> None:
        self.keys = dict(trusted or {})
        self.trusts_only_given = trusted is not None
        self.anchors = anchors
        self.faults: list[str] = []
        self.entries = self.checkpoints = self.unsigned = self.proofs = 0
        self.tenants: list[str] = []
        self.tenant = ""
        self.archives: dict[tuple[str, int], dict[str, Any]] = {}
        self.seals: dict[tuple[str, int], dict[str, Any]] = {}
        self.live: set[str] = set()
        self.takers = {
            "journal": self._begin, "key": self._key, "proof": self.proof, "entry": self._entry,
            "hash": self._entry, "checkpoint": self._checkpoint, "archive": self._seal,
            "end": self._end,
        }  # fmt: skip

    def _fault(self, text: str) -> None:
        self.faults.append(f"{self.tenant}: {text}" if self.tenant else text)

    def read(self, lines: Iterable[str]) -> None:
        """Judge the sections of one export."""
        self.open, self.bytes = False, hashlib.sha256()
        for number, text in enumerate(lines, 1):
            try:
                said = json.loads(text)
                self._take(said)
                self.bytes.update(text.rstrip("\n").encode() + b"\n")
            except (ValueError, KeyError, TypeError, AttributeError) as exc:
                self._fault(f"Zeile {number} ist nicht lesbar ({type(exc).__name__})")
        self._close(expected=False)

    def _take(self, said: dict[str, Any]) -> None:
        if said["type"] == "journal":
            self._close(expected=False)
        if taker := self.takers.get(said["type"]):
            taker(said)
        else:
            self._fault(f"unbekannte Zeile „{said['type']}“")

    def _begin(self, said: dict[str, Any]) -> None:
        self.open, self.tenant, self.header = True, said["tenant"], said
        self.bytes, self.sealed = hashlib.sha256(), (0, START)
        self.tenants.append(self.tenant)
        self.seq, self.previous = said["begin"] - 1, said["previous"]
        self.count, self.began = 0, (self.seq, self.previous)
        self.run: list[str] = []
        self.anchored = {a["seq"]: "" for a in self.anchors if a["tenant"] == self.tenant}
        self.last: dict[str, Any] | None = None
        if self.seq == 0 and self.previous != START:
            self._fault("der Anfang der Kette ist nicht ihr Anfang")

    def _key(self, said: dict[str, Any]) -> None:
        if hashlib.sha256(bytes.fromhex(said["public"])).hexdigest() != said["id"]:
            self._fault("ein Schlüssel heißt nicht nach seinem Fingerabdruck")
        elif not self.trusts_only_given:
            self.keys[said["id"]] = said["public"]

    def _entry(self, said: dict[str, Any]) -> None:
        seq = said["seq"]
        if seq != self.seq + 1:
            what = f"{self.seq + 1} fehlt" if seq > self.seq else f"{seq} steht nicht an der Reihe"
            self._fault(f"Eintrag {what} (gefunden: {seq})")
        if said["type"] == "entry":
            self._check(said)
        self.seq, self.previous = seq, said["hash"]
        self.run.append(said["hash"])
        if seq in self.anchored:
            self.anchored[seq] = said["hash"]

    def _check(self, said: dict[str, Any]) -> None:
        self.entries, self.count = self.entries + 1, self.count + 1
        if said["tenant"] != self.tenant:
            self._fault(f"Eintrag {said['seq']} gehört zu einem anderen Mandanten")
        if said["previous"] != self.previous:
            self._fault(f"Eintrag {said['seq']}: Verkettung mit dem Vorgänger stimmt nicht")
        if entry_hash(said) != said["hash"]:
            self._fault(f"Eintrag {said['seq']}: Inhalt wurde verändert")

    def _checkpoint(self, said: dict[str, Any]) -> None:
        self.checkpoints += 1
        name = f"Prüfpunkt {said['number']}"
        self._follows(said, name)
        if said["seq"] > self.seq:
            self._fault(f"{name}: Einträge bis {said['seq']} fehlen, der letzte ist {self.seq}")
        elif (said["seq"], said["head"]) != (self.seq, self.previous):
            self._fault(f"{name}: Eintrag {said['seq']} ist nicht der unterschriebene")
        elif said["first_seq"] >= self.header["begin"] and root(self.run) != said["root"]:
            self._fault(f"{name}: unterschrieben wurden andere Einträge")
        self._signed(said, name)
        self.run, self.last = [], said

    def _follows(self, said: dict[str, Any], name: str) -> None:
        before = self.last
        if said["tenant"] != self.tenant:
            self._fault(f"{name} gehört zu einem anderen Mandanten")
        if before is None:
            if said["number"] == 1 and (said["previous"], said["first_seq"]) != (START, 1):
                self._fault(f"{name} ist nicht der erste")
            return
        expected = (before["number"] + 1, before["seq"] + 1, digest(before))
        if (said["number"], said["first_seq"], said["previous"]) != expected:
            self._fault(f"{name} folgt nicht auf Prüfpunkt {before['number']}")

    def _signed(self, said: dict[str, Any], name: str, word: bytes = STATEMENT) -> None:
        public = self.keys.get(said["key_id"])
        if public is None:
            self._fault(f"{name}: mit fremdem Schlüssel {said['key_id'][:16]} unterschrieben")
        elif not is_signed(public, statement(said, word), said["signature"]):
            self._fault(f"{name}: Unterschrift stimmt nicht")

    def _end(self, said: dict[str, Any]) -> None:
        if said["tenant"] != self.tenant or said["entries"] != self.count:
            self._fault(f"gezählt wurden {self.count} Einträge, nicht {said['entries']}")
        self._close(expected=True)

    def _close(self, *, expected: bool) -> None:
        if not self.open:
            return
        self.open = False
        if not expected:
            self._fault("der Abschnitt hat kein Ende; die Datei ist unvollständig")
        head = self.header["head"]
        if head and (head["seq"], head["hash"]) != (self.seq, self.previous):
            self._fault(f"Kettenende ist Eintrag {head['seq']}, der letzte hier ist {self.seq}")
        if head and self.header["period"] is None:
            self.live.add(self.tenant)
            if self.sealed != self.began:
                self._fault(f"die Einträge vor {self.began[0] + 1} liegen in keinem Archiv")
        self.unsigned += self.seq - (self.last["seq"] if self.last else self.header["first"] - 1)
        for anchor in self.anchors:
            if anchor["tenant"] == self.tenant:
                self._anchor(anchor)
        self.tenant = ""

    def _anchor(self, said: dict[str, Any]) -> None:
        name = f"Hinterlegter Prüfpunkt {said['number']}"
        self._signed(said, name)
        if said["seq"] > self.seq and self.header["head"]:
            self._fault(f"{name}: Einträge bis {said['seq']} fehlen, der letzte ist {self.seq}")
        elif self.anchored[said["seq"]] not in {"", said["head"]}:
            self._fault(f"{name}: Eintrag {said['seq']} ist nicht der hinterlegte")

    def _seal(self, said: dict[str, Any]) -> None:
        """Take what the live chain says of an archive, or the end of the archive itself."""
        name, key = f"Archiv {said['name']}", (said["tenant"], said["seq"])
        self._signed(said, name, ARCHIVE)
        before = (self.header["tenant"], *(self.sealed if self.open else self.began))
        if (said["tenant"], said["first_seq"] - 1, said["previous"]) != before:
            self._fault(f"{name} schließt nicht an, was davor liegt")
        if self.open:
            self.seals[key], self.sealed = said, (said["seq"], said["hash"])
            return
        inside = (self.seq, self.previous, self.bytes.hexdigest(), (self.last or {}).get("seq"))
        if (said["seq"], said["hash"], said["digest"], said["seq"]) != inside:
            self._fault(f"{name}: der Inhalt ist nicht der besiegelte")
        self.archives[key] = said

    def proof(self, said: dict[str, Any]) -> None:
        """Judge a transmission proof: each entry by its path to a signed checkpoint."""
        self.tenant, self.proofs = said["tenant"], self.proofs + 1
        self.tenants.append(self.tenant)
        for key in said["keys"]:
            self._key(key)
        checkpoints = {point["number"]: point for point in said["checkpoints"]}
        for point in checkpoints.values():
            self.checkpoints += 1
            self._signed(point, f"Prüfpunkt {point['number']}")
        for proven in said["entries"]:
            self._proven(proven, checkpoints.get(proven["checkpoint"]))
        unsigned = PROOF + canonical({n: v for n, v in said.items() if n != "signature"})
        if not is_signed(self.keys.get(said["key_id"], ""), unsigned, said["signature"]):
            self._fault("die Unterschrift des Nachweises stimmt nicht")
        self.tenant = ""

    def _proven(self, proven: dict[str, Any], checkpoint: dict[str, Any] | None) -> None:
        entry, self.entries = proven["entry"], self.entries + 1
        name = f"Eintrag {entry['seq']}"
        if entry["tenant"] != self.tenant:
            self._fault(f"{name} gehört zu einem anderen Mandanten")
        if entry_hash(entry) != entry["hash"]:
            self._fault(f"{name}: Inhalt wurde verändert")
        if checkpoint is None or checkpoint["tenant"] != self.tenant:
            self._fault(f"{name}: der Prüfpunkt dazu fehlt")
            return
        here = leaf(entry["hash"])
        for side, other in proven["path"]:
            near = bytes.fromhex(other)
            here = node(near, here) if side == "left" else node(here, near)
        if here.hex() != checkpoint["root"]:
            self._fault(f"{name} steht nicht unter Prüfpunkt {checkpoint['number']}")

    def report(self) -> dict[str, Any]:
        """Return what was found."""
        self.faults += [
            f"{tenant}: Archiv {said['name']} ist im Journal so nicht verzeichnet"
            for (tenant, seq), said in self.archives.items()
            if tenant in self.live and self.seals.get((tenant, seq)) != said
        ]
        missing = [said["name"] for key, said in self.seals.items() if key not in self.archives]
        if not self.tenants:
            self._fault("nichts zu prüfen: kein Abschnitt und kein Nachweis gefunden")
        return {
            "intact": not self.faults, "entries": self.entries, "checkpoints": self.checkpoints,
            "proofs": self.proofs, "unsigned": self.unsigned, "tenants": self.tenants,
            "keys": sorted(self.keys), "faults": self.faults, "archives": len(self.archives),
            "archives_not_given": missing,
        }  # fmt: skip


def statement(said: dict[str, Any], word: bytes = STATEMENT) -> bytes:
    """Return what the signature of a checkpoint or of a seal covers."""
    return word + canonical({n: v for n, v in said.items() if n not in {"type", "signature"}})


def digest(checkpoint: dict[str, Any]) -> str:
    """Return what the next checkpoint names as its predecessor."""
    return hashlib.sha256(statement(checkpoint)).hexdigest()


def lines_of(paths: list[str]) -> Iterator[str]:
    """Yield the lines of files, of every export in a folder, or of the standard input."""
    for name in paths:
        if name == "-":
            yield from sys.stdin
            continue
        for file in sorted(Path(name).glob("*.json*")) if Path(name).is_dir() else [Path(name)]:
            with (gzip if file.suffix == ".gz" else io).open(file, "rt", encoding="utf-8") as text:
                yield from [text.read()] if file.suffix == ".json" else text


def _objects(path: str | None) -> list[dict[str, Any]]:
    return [json.loads(text) for text in lines_of([path])] if path else []


def main() -> int:
    """Judge what the command line names."""
    parser = argparse.ArgumentParser(description="Prüft Journalexporte und Nachweise.")
    parser.add_argument("files", nargs="+", metavar="EXPORT")
    parser.add_argument("--key", metavar="DATEI", help="nur diesen Schlüsseln trauen")
    parser.add_argument("--anchor", metavar="DATEI", help="hinterlegte Prüfpunkte")
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    options = parser.parse_args()
    try:
        given = {k["id"]: k["public"] for k in _objects(options.key) if k["type"] == "key"}
        anchors = [o for o in _objects(options.anchor) if o["type"] == "checkpoint"]
        judge = Judge(given if options.key else None, anchors)
        judge.read(lines_of(options.files))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error) as exc:
        print(f"Nicht prüfbar: {exc}", file=sys.stderr)
        return 2
    found = judge.report()
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(found, published=options.key is not None)
    return 0 if found["intact"] else 1


def show(found: dict[str, Any], *, published: bool) -> None:
    """Say in words what was found."""
    print(f"{found['entries']} Einträge geprüft, {len(found['faults'])} Fehler.")
    print("".join(f"  {text}\n" for text in found["faults"]), end="")
    print(f"{found['checkpoints']} Prüfpunkte, {found['unsigned']} Einträge ohne Unterschrift.")
    for name in found["archives_not_given"]:
        print(f"Nicht vorgelegt: Archiv {name}")
    for key in found["keys"]:
        print(f"Schlüssel: {key}")
    if found["keys"] and not published:
        print("Die Schlüssel stammen aus dem Export: Fingerabdruck mit dem veröffentlichten")
        print("vergleichen oder mit --key angeben.")


if __name__ == "__main__":
    sys.exit(main())
