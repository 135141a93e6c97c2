"""Prüft die Zeitstempel eines Beweispakets: Beweisdokumente (RFC 4998) und den Kopf (RFC 3161).

    python3 stempel.py [--json] [--entnehmen ORDNER] [PAKET]

PAKET ist das ZIP oder der entpackte Ordner; ohne Angabe der Ordner, in dem dieses Programm
liegt. Ausgang 0: alles passt zueinander; 1: etwas nicht; 2: nicht prüfbar.

Geprüft wird, dass die Zeitstempel über genau diese Inhalte gehen und lückenlos aufeinander
aufbauen. Nicht geprüft wird, wer gestempelt hat: Das tut OpenSSL mit dem Wurzelzertifikat des
Dienstes; die Befehle dafür nennt ``--entnehmen``. It shares no line with what writes records.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EVIDENCE, PROOF, HEAD, STAMP = "Beweisdokument", "beweis.json", "kopf.txt", "kopf.tsr"
SHA = "60864801650304020"
HASHES = {
    bytes.fromhex(SHA + "1"): "sha256",
    bytes.fromhex(SHA + "2"): "sha384",
    bytes.fromhex(SHA + "3"): "sha512",
}
"""Algorithms by their OIDs."""
DIGEST_OF = bytes.fromhex("2a864886f70d010904")
ALGORITHM, TREE, TOKEN = 0xA0, 0xA2, 0x30
PIECE = 1024 * 1024


def der(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return tag, content and whole of each DER value (X.690) these bytes are."""
    found, at = [], 0
    while at < len(data):
        size, body = data[at + 1], at + 2
        if size & 128:
            body += size & 127
            size = int.from_bytes(data[at + 2 : body], "big")
        if body + size > len(data):
            raise ValueError("abgeschnittenes DER")
        found.append((data[at], data[body : body + size], data[at : body + size]))
        at = body + size
    return found


def stamped(token: bytes) -> tuple[str, bytes, str]:
    """Return what a time stamp token is over and its time; who signed it is not judged."""
    signed = der(der(der(der(token)[0][1])[1][1])[0][1])
    info = der(der(signed[2][1])[1][1])[0][1]
    told: dict[bytes, bytes] = {}
    signer = der(der(signed[-1][1])[0][1])
    for attribute in der(signer[3][1]):
        name, values = der(attribute[1])[:2]
        told[name[1]] = der(values[1])[0][1]
    if hashlib.new(HASHES[der(signer[2][1])[0][1]], info).digest() != told[DIGEST_OF]:
        raise ValueError("ein Zeitstempel passt nicht zu seiner Unterschrift")
    tst = der(der(info)[0][1])
    imprint = der(tst[2][1])
    return HASHES[der(imprint[0][1])[0][1]], imprint[1][1], tst[4][1].decode()


def root_of(tree: bytes, hashes: set[bytes], name: str) -> tuple[int, bytes]:
    """Return how many of these hashes a reduced tree begins with, and its root (section 4.3)."""
    lists = [[one[1] for one in der(part[1])] for part in der(tree)]
    root = b""
    for part in lists:
        root = hashlib.new(name, b"".join(sorted([*part, root] if root else part))).digest()
    return len(hashes & set(lists[0])), root


class Package:
    """Files of a package, out of a ZIP or a folder."""

    def __init__(self, place: Path) -> None:
        """Open the ZIP or look into the folder."""
        self._folder = place
        self._zip = zipfile.ZipFile(place) if place.is_file() else None

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        if self._zip is not None:
            return name in self._zip.namelist()
        return (self._folder / name).is_file()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        with self._zip.open(name) if self._zip else (self._folder / name).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def read(self, name: str) -> bytes:
        """Return the bytes of a small file."""
        return b"".join(self.pieces(name))

    def hashed(self, name: str, algorithm: str) -> bytes:
        """Return the digest of a file."""
        digest = hashlib.new(algorithm)
        for piece in self.pieces(name):
            digest.update(piece)
        return digest.digest()


class Judge:
    """Collects what stamps say, and what does not fit."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.faults: list[str] = []
        self.stamps: list[dict[str, Any]] = []
        self.tokens: list[tuple[bytes, str, bytes]] = []
        """Token, algorithm and digest it must be over."""

    def judge(self) -> None:
        """Judge every stamp in the package."""
        proof = json.loads(self._package.read(PROOF))
        parts = [(each, part) for each in proof["documents"] for part in each["parts"]]
        contents = [part["file"] for each, part in parts if each["doc_type"] != EVIDENCE]
        for each, part in parts:
            if each["doc_type"] == EVIDENCE:
                self._record(part["file"], contents)
        if self._package.has(STAMP):
            self._head()

    def _record(self, file: str, contents: list[str]) -> None:
        """Judge an evidence record: its trees, and that its stamps follow each other."""
        covered, times, before, earlier = len(contents), [], b"", b""
        for chain in der(der(der(self._package.read(file))[0][1])[-1][1]):
            for stamp in der(chain[1]):
                fields = {one[0]: one for one in der(stamp[1])}
                name = HASHES[der(fields[ALGORITHM][1])[0][1]]
                root = hashlib.new(name, before).digest()
                if TREE in fields:
                    hashes = self._hashes(contents, name, earlier)
                    found, root = root_of(fields[TREE][1], hashes, name)
                    covered = min(covered, found)
                elif not before:
                    self.faults.append(f"{file}: der erste Zeitstempel hat keinen Hashbaum")
                before = fields[TOKEN][2]
                times.append(self._token(file, before, name, root))
            earlier += chain[2]
        self.stamps.append(
            {"file": file, "covered": covered, "contents": len(contents), "times": times}
        )

    def _hashes(self, contents: list[str], name: str, earlier: bytes) -> set[bytes]:
        """Return the hashes of contents, bound to earlier chains (section 5.3)."""
        found = {self._package.hashed(one, name) for one in contents}
        if not earlier:
            return found
        size = len(earlier).to_bytes((len(earlier).bit_length() + 7) // 8, "big")
        bound = hashlib.new(name, bytes([0x30, 128 | len(size)]) + size + earlier).digest()
        return {hashlib.new(name, one + bound).digest() for one in found}

    def _head(self) -> None:
        token = der(der(self._package.read(STAMP))[0][1])[1][2]
        name = stamped(token)[0]
        time = self._token(STAMP, token, name, self._package.hashed(HEAD, name))
        self.stamps.append({"file": STAMP, "covered": 1, "contents": 1, "times": [time]})

    def _token(self, file: str, token: bytes, name: str, wanted: bytes) -> str:
        over, digest, time = stamped(token)
        if (over, digest) != (name, wanted):
            self.faults.append(f"{file}: ein Zeitstempel gehört nicht zu seinen Inhalten")
        self.tokens.append((token, name, wanted))
        return time


def take_out(judge: Judge, folder: Path) -> None:
    """Write the tokens for OpenSSL and say how it is asked."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (token, name, digest) in enumerate(judge.tokens, 1):
        path = folder / f"stempel-{number:03d}.tst"
        path.write_bytes(token)
        print(f"openssl ts -verify -{name} -digest {digest.hex()} -token_in", end=" ")
        print(f"-in {path} -CAfile WURZEL.pem")


def main() -> int:
    """Judge what the command line names."""
    parser = argparse.ArgumentParser(description="Prüft die Zeitstempel eines Beweispakets.")
    parser.add_argument("package", nargs="?", metavar="PAKET", help="ZIP oder Ordner")
    parser.add_argument("--entnehmen", metavar="ORDNER", dest="folder", help="Stempel für OpenSSL")
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    options = parser.parse_args()
    place = Path(options.package) if options.package else Path(__file__).resolve().parent
    try:
        judge = Judge(Package(place))
        judge.judge()
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as exc:
        print(f"Nicht prüfbar: {type(exc).__name__} {exc}", file=sys.stderr)
        return 2
    if options.json:
        found = {"intact": not judge.faults, "stamps": judge.stamps, "faults": judge.faults}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(judge)
    if options.folder:
        take_out(judge, Path(options.folder))
    return 1 if judge.faults else 0


def show(judge: Judge) -> None:
    """Say in words what was found."""
    for one in judge.stamps:
        times = ", ".join(one["times"])
        print(f"{one['file']}: deckt {one['covered']} von {one['contents']}, Zeit {times}")
    if not judge.stamps:
        print("Das Paket enthält keine Zeitstempel.")
    print("Wer gestempelt hat, ist damit nicht geprüft: --entnehmen nennt die Befehle für OpenSSL.")
    print("".join(f"FEHLER: {text}\n" for text in judge.faults), end="")


if __name__ == "__main__":
    sys.exit(main())
