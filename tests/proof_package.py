"""A proof package of a small file, and everything somebody could do to it."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from efile import Part
from efile.integrity import note
from efile.verifier import __file__ as verifier
from tests.efile_house import EFileHouse, message, open_house, pdf, request
from tests.signing import SIGNING

SCRIPT = Path(verifier).with_name("pruefen.py")
OFFICE = "Jugendamt <Musterstadt> & Umland"
FINGERPRINT = hashlib.sha256(SIGNING.public).hexdigest()
TITLES = ("Antrag auf Unterhaltsvorschuss", "Bescheid <b>§ 24</b> „Größe“", "../../etc/passwd")


async def fill(house: EFileHouse) -> None:
    """File some documents, of two files, apart and packed."""
    for number, title in enumerate(TITLES, 1):
        parts = (
            Part("original", f"Schreiben {number}.pdf", "application/pdf", pdf([[title]])),
            Part("message", "fall </script>.xml", "application/xml", b"<Fall/>"),
        )
        filed_us = 1_780_000_000_000_000 + number
        await house.efile.file(request(number, title=title, parts=parts, filed_at_us=filed_us))
    await house.efile.file(request(50, aktenzeichen="51.3-0002"))
    await house.efile.file_all(
        [message(60 + n, filed_at_us=1_790_000_000_000_000) for n in range(3)]
    )
    await house.efile.proof.sign("muster")


@dataclass(frozen=True)
class Built:
    """A package, as ZIP and unpacked."""

    zip: Path
    folder: Path


async def build(place: Path) -> Built:
    """Build the package of the first file below ``place``."""
    async with open_house(place / "house") as house:
        await fill(house)
        target = place / "paket.zip"
        await house.efile.proof.package("muster", "51.3-0001", target, OFFICE)
    with zipfile.ZipFile(target) as package:
        package.extractall(place / "paket")
    return Built(target, place / "paket")


def _everywhere(folder: Path, old: str, new: str) -> None:
    """Change the proof, and the page in which it stands, alike."""
    for name in ("beweis.json", "index.html"):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _proof(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "beweis.json").read_text(encoding="utf-8"))
    return found


def _document(folder: Path) -> Path:
    return min((folder / "dokumente").iterdir())


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _listed_anew(folder: Path, key: Ed25519PrivateKey | None = None) -> None:
    """Write the list of contents so that it fits; with a key, sign it too."""
    path = folder / "inhalt.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    for item in listed["files"]:
        data = (folder / item["path"]).read_bytes()
        item |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    path.write_text(json.dumps(listed), encoding="utf-8")
    if key is not None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        signature = key.sign(f"aktenhub beweispaket 1\n{digest}\n".encode())
        seal = {"key": key.public_key().public_bytes_raw().hex(), "signature": signature.hex()}
        (folder / "unterschrift.json").write_text(json.dumps(seal), encoding="utf-8")


def document_changed(folder: Path) -> None:
    _flip(_document(folder))


def document_cut(folder: Path) -> None:
    path = _document(folder)
    path.write_bytes(path.read_bytes()[:-1])


def document_removed(folder: Path) -> None:
    _document(folder).unlink()


def document_changed_and_listed(folder: Path) -> None:
    document_changed(folder)
    _listed_anew(folder)


def file_added(folder: Path) -> None:
    (folder / "dokumente" / "0009-1-Gestaendnis.pdf").write_bytes(b"%PDF-")


def title_changed(folder: Path) -> None:
    _everywhere(folder, '"title": "Antrag auf', '"title": "Ablehnung von')


def manifest_changed(folder: Path) -> None:
    _everywhere(folder, '\\"title\\":\\"Antrag auf', '\\"title\\":\\"Ablehnung von')


def path_changed(folder: Path) -> None:
    first = _proof(folder)["documents"][0]["path"][0]
    _everywhere(folder, first, "00" * 32)


def place_changed(folder: Path) -> None:
    _everywhere(folder, '"place": 0', '"place": 1')


def head_changed(folder: Path) -> None:
    root = note.read(_proof(folder)["head"].encode()).checkpoint.root
    other = base64.b64encode(bytes(32)).decode()
    _everywhere(folder, base64.b64encode(root).decode(), other)


def head_signature_changed(folder: Path) -> None:
    stamp = _proof(folder)["head"].rstrip("\n").rpartition(" ")[2]
    raw = bytearray(base64.b64decode(stamp))
    raw[40] ^= 1
    _everywhere(folder, stamp, base64.b64encode(raw).decode())


def head_file_changed(folder: Path) -> None:
    _flip(folder / "kopf.txt")


def key_replaced(folder: Path) -> None:
    _everywhere(folder, SIGNING.public.hex(), "11" * 32)


def script_changed(folder: Path) -> None:
    path = folder / "pruefen.py"
    path.write_bytes(path.read_bytes() + b"\n")


def page_changed(folder: Path) -> None:
    path = folder / "index.html"
    path.write_bytes(path.read_bytes().replace(b"Wer hat unterschrieben", b"Wer hat geschrieben"))


def list_changed(folder: Path) -> None:
    path = folder / "inhalt.json"
    path.write_bytes(path.read_bytes() + b"\n")


def signature_changed(folder: Path) -> None:
    seal = json.loads((folder / "unterschrift.json").read_text(encoding="utf-8"))
    seal["signature"] = "00" + seal["signature"][2:]
    (folder / "unterschrift.json").write_text(json.dumps(seal), encoding="utf-8")


def signature_removed(folder: Path) -> None:
    (folder / "unterschrift.json").unlink()


def forged_as_a_whole(folder: Path) -> None:
    """Change a document and sign the list with a key of one's own, as far as that goes."""
    document_changed(folder)
    _listed_anew(folder, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


TAMPERING: tuple[Callable[[Path], None], ...] = (
    document_changed, document_cut, document_removed, document_changed_and_listed, file_added,
    title_changed, manifest_changed, path_changed, place_changed, head_changed,
    head_signature_changed, head_file_changed, key_replaced, script_changed, page_changed,
    list_changed, signature_changed, signature_removed, forged_as_a_whole,
)  # fmt: skip
