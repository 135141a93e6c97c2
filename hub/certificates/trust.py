"""Trust anchors per partner: ``certs/trust/<partner>.pem``. The system's store is never used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.certificates.chains import fingerprint, read_certificates
from hub.certificates.inventory import demand_name
from hub.certificates.validation import to_us
from hub.core.errors import Misconfigured, Rejected
from hub.disk.folders import make, sync

_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A CA a partner's certificates may come from."""

    partner: str
    subject: str
    fingerprint: str
    not_after_us: int


class TrustFolder:
    """The folder of anchor files, one per partner."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, tuple[_Stamp, tuple[x509.Certificate, ...]]] = {}
        """What was read last, as long as the file is the same one."""

    def put(self, partner: str, pem: bytes) -> tuple[Anchor, ...]:
        """Replace the anchors of a partner and return them.

        Keep the old anchors in the file until the partner has changed over.

        Raises:
            Rejected: not PEM, or a certificate that is no CA.
        """
        certificates = read_certificates(pem)
        for one in certificates:
            _demand_ca(one)
        clean = b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
        replace_file(self._file(partner), clean)
        return tuple(_anchor(partner, one) for one in certificates)

    def certificates(self, partner: str) -> tuple[x509.Certificate, ...]:
        """Return the anchors of a partner; none when there is no file.

        A file that has not changed since is not read again, so that asking costs next to nothing.

        Raises:
            Misconfigured: somebody put something else into the folder.
        """
        try:
            file = self._file(partner)
            stamp = _stamp(file)
            known = self._known.get(partner)
            if known is None or known[0] != stamp:
                # Read after the look: what changes in between is read once more next time.
                known = self._known[partner] = (stamp, read_certificates(file.read_bytes()))
            return known[1]
        except FileNotFoundError:
            return ()
        except Rejected as exc:
            raise Misconfigured(
                "trust_unreadable",
                f"Die Vertrauensanker des Partners „{partner}“ sind nicht lesbar.",
                place=str(self._file(partner)),
                remedy="Datei mit „aktenhub certs trust“ neu einspielen.",
            ) from exc

    def all(self) -> tuple[Anchor, ...]:
        """Return every anchor of every partner."""
        partners = sorted(file.stem for file in self.path.glob("*.pem"))
        return tuple(_anchor(name, one) for name in partners for one in self.certificates(name))

    def everyone(self) -> tuple[x509.Certificate, ...]:
        """Return the anchors of all partners.

        Raises:
            Misconfigured: somebody put something else into the folder.
        """
        partners = sorted(file.stem for file in self.path.glob("*.pem"))
        return tuple(one for name in partners for one in self.certificates(name))

    def _file(self, partner: str) -> Path:
        return self.path / f"{demand_name(partner)}.pem"


def _stamp(file: Path) -> _Stamp:
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def replace_file(path: Path, data: bytes) -> None:
    """Write a whole file under its name, durably, or leave the old one as it is."""
    make(path.parent)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def _anchor(partner: str, one: x509.Certificate) -> Anchor:
    subject = one.subject.rfc4514_string()
    return Anchor(partner, subject, fingerprint(one), to_us(one.not_valid_after_utc))


def _demand_ca(one: x509.Certificate) -> None:
    try:
        is_ca = one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_ca = False
    if not is_ca:
        raise Rejected(
            "anchor_no_ca",
            "Ein Vertrauensanker muss das Zertifikat einer Zertifizierungsstelle sein.",
            remedy="Wurzel- oder Ausstellerzertifikat des Partners verwenden.",
        )
