"""Prüft ein Beweispaket der E-Akte; braucht nichts als Python, kein Netz und nicht die E-Akte.

    python3 pruefen.py [--schluessel FINGERABDRUCK] [--json] [PAKET]

PAKET ist das ZIP oder der entpackte Ordner; ohne Angabe der Ordner, in dem dieses Programm
liegt. Ausgang 0: alles stimmt; 1: etwas stimmt nicht; 2: nicht prüfbar.

It was written from the description of the format (``docs/development/proof-package.md``) and
shares no line with the program that writes packages, so that one mistake cannot hide another.
Ed25519 follows RFC 8032, Merkle paths RFC 9162, heads C2SP signed-note and tlog-checkpoint.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

STATEMENT = b"aktenhub beweispaket 1\n"
FORMAT = "aktenhub-beweispaket-1"
LIST, SEAL, PROOF, HEAD = "inhalt.json", "unterschrift.json", "beweis.json", "kopf.txt"
LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}
PIECE = 1024 * 1024
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SAME = ("title", "vorgang", "doc_type", "direction", "received_at_us", "filed_at_us", "actor")
"""What the package says of a document must be what its manifest says."""
SAME_OF_PART = ("name", "mime", "role", "sha256", "size")
Point = tuple[int, int, int, int]


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


def is_signed(key: bytes, statement: bytes, raw: bytes) -> bool:
    """Tell whether an Ed25519 signature holds (RFC 8032, section 5.1.7)."""
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


def root_above(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root a Merkle path leads to (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last = leaf, size - 1
    for other in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            here = hashlib.sha256(b"\x01" + other + here).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            here = hashlib.sha256(b"\x01" + here + other).digest()
        index, last = index >> 1, last >> 1
    return here if last == 0 else None


class Head:
    """The signed statement of how far the log of an office went, and what it held."""

    def __init__(self, note: str) -> None:
        """Read the note; nothing is proven yet."""
        self.text, _, stamp = note.rpartition("\n— ")
        lines = self.text.split("\n")
        self.origin, self.size, self.root = lines[0], int(lines[1]), base64.b64decode(lines[2])
        self.time = lines[3].removeprefix("time ")
        name, _, encoded = stamp.rstrip("\n").rpartition(" ")
        raw = base64.b64decode(encoded)
        self.name, self.key_hash, self.signature = name, raw[:4], raw[4:]

    def key_among(self, keys: list[bytes]) -> bytes | None:
        """Return the key the head was signed with, if the signature holds."""
        if self.name != self.origin:
            return None
        for key in keys:
            named = hashlib.sha256(self.name.encode() + b"\n\x01" + key).digest()[:4]
            if named == self.key_hash and is_signed(key, self.text.encode(), self.signature):
                return key
        return None


class Package:
    """Files of a package, out of a ZIP or a folder."""

    def __init__(self, place: Path) -> None:
        """Open the ZIP or look into the folder."""
        self._folder = None if place.is_file() else place
        self._zip = zipfile.ZipFile(place) if place.is_file() else None

    def names(self) -> list[str]:
        """Return the paths of all files, those left by operating systems aside."""
        if self._zip is not None:
            found = [name for name in self._zip.namelist() if not name.endswith("/")]
        else:
            folder = self._folder or Path()
            found = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        return [
            name
            for name in found
            if name.rpartition("/")[2] not in LEFT_BY_SYSTEMS and "__pycache__" not in name
        ]

    def open(self, name: str) -> IO[bytes]:
        """Open a file of the package."""
        if self._zip is not None:
            return self._zip.open(name)
        path = (self._folder or Path()) / name
        return path.open("rb")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        with self.open(name) as file:
            while piece := file.read(PIECE):
                yield piece

    def read(self, name: str) -> bytes:
        """Return the bytes of a small file."""
        return b"".join(self.pieces(name))


class Judge:
    """Collects what does not hold."""

    def __init__(self, package: Package, trusted: list[str], say: Callable[[str], None]) -> None:
        self._package = package
        self._trusted = trusted
        self._say = say
        self._digests: dict[str, str] = {}
        self.faults: list[str] = []
        self.documents = self.files = self.bytes = 0
        self.keys: list[str] = []
        self.head = ""

    def judge(self) -> None:
        """Judge the package: what it holds, then what that proves."""
        listed = self._listed()
        self._contents(listed)
        proof = json.loads(self._package.read(PROOF))
        if proof["format"] != FORMAT:
            self.faults.append(f"{PROOF}: unbekanntes Format")
            return
        keys = [bytes.fromhex(key) for key in proof["keys"]]
        head = self._head(proof["head"], keys)
        for document in proof["documents"]:
            self._document(document, proof, head)

    def _listed(self) -> dict[str, dict[str, Any]]:
        """Return what the package must hold, as it was signed."""
        raw = self._package.read(LIST)
        seal = json.loads(self._package.read(SEAL))
        key, signature = bytes.fromhex(seal["key"]), bytes.fromhex(seal["signature"])
        statement = STATEMENT + hashlib.sha256(raw).hexdigest().encode() + b"\n"
        self._uses(key)
        if not is_signed(key, statement, signature):
            self.faults.append(f"{LIST}: die Unterschrift des Pakets stimmt nicht")
        return {item["path"]: item for item in json.loads(raw)["files"]}

    def _uses(self, key: bytes) -> None:
        fingerprint = hashlib.sha256(key).hexdigest()
        if fingerprint in self.keys:
            return
        self.keys.append(fingerprint)
        if self._trusted and fingerprint not in self._trusted:
            self.faults.append(f"unterschrieben mit fremdem Schlüssel {fingerprint}")

    def _contents(self, listed: dict[str, dict[str, Any]]) -> None:
        there = set(self._package.names()) - {LIST, SEAL}
        self.faults += [f"{name}: fehlt" for name in sorted(listed.keys() - there)]
        twice = len(self._package.names()) - len(set(self._package.names()))
        self.faults += [f"{twice} Dateinamen stehen doppelt im Paket"] if twice else []
        self.faults += [f"{name}: gehört nicht zum Paket" for name in sorted(there - listed.keys())]
        for name in sorted(listed.keys() & there):
            self._file(name, listed[name])

    def _file(self, name: str, item: dict[str, Any]) -> None:
        digest, size = hashlib.sha256(), 0
        try:
            for piece in self._package.pieces(name):
                digest.update(piece)
                size += len(piece)
        except (OSError, zipfile.BadZipFile) as exc:
            self.faults.append(f"{name}: nicht lesbar ({exc})")
            return
        self.files, self.bytes = self.files + 1, self.bytes + size
        self._digests[name] = digest.hexdigest()
        if (digest.hexdigest(), size) != (item["sha256"], item["size"]):
            self.faults.append(f"{name}: wurde verändert")

    def _head(self, note: str, keys: list[bytes]) -> Head:
        head = Head(note)
        self.head = f"{head.origin}, {head.size} Ablagen, {head.time}"
        key = head.key_among(keys)
        if key is None:
            self.faults.append("Kopf des Ablageprotokolls: die Unterschrift stimmt nicht")
        else:
            self._uses(key)
        if self._digests.get(HEAD) != hashlib.sha256(note.encode()).hexdigest():
            self.faults.append(f"{HEAD}: ist nicht der Kopf, auf den sich der Beweis stützt")
        return head

    def _document(self, said: dict[str, Any], proof: dict[str, Any], head: Head) -> None:
        """Judge one document: its bytes, its manifest, its place in the log."""
        self.documents += 1
        before = len(self.faults)
        place = f"Dokument {said['number']} „{said['title']}“"
        raw = said["manifest"].encode()
        leaf = hashlib.sha256(b"\x00" + raw).digest()
        path = [bytes.fromhex(one) for one in said["path"]]
        if root_above(leaf, said["place"], head.size, path) != head.root:
            self.faults.append(f"{place}: steht so nicht im Ablageprotokoll")
        manifest = json.loads(raw)
        akte = proof["akte"]
        if head.origin != f"aktenhub/efile/{manifest['tenant']}" or (
            manifest["akte_id"], manifest["aktenzeichen"]
        ) != (akte["id"], akte["aktenzeichen"]):  # fmt: skip
            self.faults.append(f"{place}: gehört zu einer anderen Akte")
        if any(said[name] != manifest[name] for name in SAME):
            self.faults.append(f"{place}: die Angaben sind nicht die abgelegten")
        parts = [{name: part[name] for name in SAME_OF_PART} for part in manifest["parts"]]
        if parts != [{name: part[name] for name in SAME_OF_PART} for part in said["parts"]]:
            self.faults.append(f"{place}: die Teile sind nicht die abgelegten")
        for part in said["parts"]:
            self._part(place, part)
        self._say(f"  {'stimmt   ' if len(self.faults) == before else 'FALSCH   '} {place}")

    def _part(self, place: str, part: dict[str, Any]) -> None:
        found = self._digests.get(part["file"])
        if found is None:
            self.faults.append(f"{place}: {part['file']} fehlt oder ist nicht lesbar")
        elif found != part["sha256"]:
            self.faults.append(f"{place}: {part['file']} ist nicht das abgelegte Original")


def main() -> int:
    """Judge what the command line names."""
    parser = argparse.ArgumentParser(description="Prüft ein Beweispaket der E-Akte.")
    parser.add_argument("package", nargs="?", metavar="PAKET", help="ZIP oder Ordner")
    parser.add_argument(
        "--schluessel", action="append", default=[], metavar="FINGERABDRUCK", dest="trusted",
        help="nur diesem Schlüssel trauen (mehrfach möglich)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    options = parser.parse_args()
    place = Path(options.package) if options.package else Path(__file__).resolve().parent
    try:
        say = (lambda _: None) if options.json else print
        judge = Judge(Package(place), options.trusted, say)
        judge.judge()
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as exc:
        print(f"Nicht prüfbar: {type(exc).__name__} {exc}", file=sys.stderr)
        return 2
    if options.json:
        found = {"intact": not judge.faults, "documents": judge.documents, "files": judge.files,
                 "bytes": judge.bytes, "keys": judge.keys, "head": judge.head,
                 "faults": judge.faults}  # fmt: skip
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(judge, known=bool(options.trusted))
    return 1 if judge.faults else 0


def show(judge: Judge, *, known: bool) -> None:
    """Say in words what was found."""
    print(f"{judge.documents} Dokumente, {judge.files} Dateien, {judge.bytes} Bytes geprüft.")
    print(f"Ablageprotokoll: {judge.head}")
    for key in judge.keys:
        print(f"Schlüssel: {key}")
    if not known:
        print("Vergleichen Sie den Schlüssel mit dem veröffentlichten, oder nennen Sie ihn mit")
        print("--schluessel: Wer alles ersetzt, ersetzt auch ihn.")
    print("".join(f"FEHLER: {text}\n" for text in judge.faults), end="")
    print("Das Paket ist NICHT in Ordnung." if judge.faults else "Alles stimmt.")


if __name__ == "__main__":
    sys.exit(main())
